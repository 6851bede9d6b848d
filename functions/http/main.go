// Command http is the HTTP-triggered function: it receives the HTTP callbacks of
// ApsaraVideo VOD. Its settings are in package config.
package main

import (
	"errors"
	"os"

	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/fallback"
	_ "github.com/vodevents/vodevents/shared/fallback/all"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/serve"
	"github.com/vodevents/vodevents/shared/sink"
	_ "github.com/vodevents/vodevents/shared/sink/all"
	"github.com/vodevents/vodevents/shared/store"
	_ "github.com/vodevents/vodevents/shared/store/all"
	"github.com/vodevents/vodevents/shared/trigger"
)

func main() {
	// A wrong setting never ends the process: the platform would answer in its
	// place, with 200. The trigger says 503 instead, or keeps events in the fallback, and
	// the log names the setting.
	c, broken := config.Load(os.Getenv)
	log := serve.NewLogger(os.Stdout, c.LogLevel)
	s, err := store.Open(c.Store)
	if c.Store != "" { // else it is said already
		broken = errors.Join(broken, config.In("VOD_STORE", err))
	}
	sinks, err := sink.Open(c.Sinks, sink.Options{WebhookSecrets: c.WebhookSecrets})
	broken = errors.Join(broken, config.In("VOD_SINKS", err))
	topic, err := trigger.OpenTopic(c.Topic.URL)
	broken = errors.Join(broken, config.In("VOD_TOPIC", err))
	second, err := fallback.Open(c.Fallback)
	broken = errors.Join(broken, config.In("VOD_FALLBACK", err))
	verifier, err := c.Verifier()
	if err != nil { // nobody can say what is authentic: nothing goes to the fallback
		broken, second = errors.Join(broken, err), nil
	}
	for _, weak := range c.Weaknesses() {
		log.Warn("weak setting", "weakness", weak)
	}
	if broken != nil {
		log.Error("not configured", "error", broken)
	}
	os.Exit(serve.Run(&trigger.HTTP{
		Pipeline: &pipeline.Pipeline{Store: s, Sinks: sinks, Fallback: second, HTTPSDomains: c.HTTPSDomains, Log: log},
		Verifier: verifier,
		Topic:    topic,
		Budget:   c.Budget,
		Broken:   broken,
		Log:      log,
	}, os.Getenv, c.Listen, log))
}
