// Command http is the HTTP-triggered function: it receives the HTTP callbacks of
// ApsaraVideo VOD. Its settings are in package config.
package main

import (
	"errors"
	"os"

	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/mns"
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
	// place, with 200. The trigger says 503 instead, and the log names the setting.
	c, broken := config.Load(os.Getenv)
	log := serve.NewLogger(os.Stdout, c.LogLevel)
	verifier, err := c.Verifier()
	broken = errors.Join(broken, err)
	s, err := store.Open(c.Store)
	if c.Store != "" { // else it is said already
		broken = errors.Join(broken, config.In("VOD_STORE", err))
	}
	sinks, err := sink.Open(c.Sinks, sink.Options{WebhookSecrets: c.WebhookSecrets})
	broken = errors.Join(broken, config.In("VOD_SINKS", err))
	topic, err := openTopic(c.Topic)
	broken = errors.Join(broken, config.In("VOD_TOPIC", err))
	if broken != nil {
		log.Error("not configured", "error", broken)
	}
	os.Exit(serve.Run(&trigger.HTTP{
		Pipeline: &pipeline.Pipeline{Store: s, Sinks: sinks, HTTPSDomains: c.HTTPSDomains, Log: log},
		Verifier: verifier,
		Topic:    topic,
		Budget:   c.Budget,
		Broken:   broken,
		Log:      log,
	}, os.Getenv, c.Listen, log))
}

// openTopic opens the topic that events are published to, if there is one.
func openTopic(u config.URL) (trigger.Publisher, error) {
	if u.URL == nil {
		return nil, nil //nolint:nilnil // there is none
	}
	topic, err := mns.OpenTopic(u.URL)
	if err != nil {
		return nil, err
	}
	return topic, nil
}
