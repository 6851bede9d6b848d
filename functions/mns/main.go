// Command mns is the MNS-triggered function: it receives the events of
// ApsaraVideo VOD from an MNS queue or topic. Its settings are in package config.
package main

import (
	"context"
	"errors"
	"os"

	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/doctor"
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
	// A wrong setting never ends the process: every invocation fails instead, so
	// that the platform keeps the messages, and the log names the setting.
	c, broken := config.Load(os.Getenv)
	log := serve.NewLogger(os.Stdout, c.LogLevel)
	s, err := store.Open(c.Store)
	if c.Store != "" { // else it is said already
		broken = errors.Join(broken, config.In("VOD_STORE", err))
	}
	sinks, err := sink.Open(c.Sinks, sink.Options{WebhookSecrets: c.WebhookSecrets})
	broken = errors.Join(broken, config.In("VOD_SINKS", err))
	second, err := fallback.Open(c.Fallback)
	broken = errors.Join(broken, config.In("VOD_FALLBACK", err))
	queues, err := trigger.OpenDeadLetterQueues(c.DeadLetterQueues)
	broken = errors.Join(broken, config.In("VOD_DEAD_LETTER_QUEUE", err))
	if broken != nil {
		log.Error("not configured", "error", broken)
	}
	os.Exit(serve.Run(&trigger.MNS{
		Pipeline: &pipeline.Pipeline{
			Store: s, Sinks: sinks, Fallback: second, Inlets: queues, HTTPSDomains: c.HTTPSDomains, Log: log,
		},
		Doctor: func(ctx context.Context) any {
			return doctor.Examine(ctx, doctor.Subject{
				Getenv: os.Getenv, Environ: os.Environ(), Only: doctor.MNS, Region: os.Getenv("FC_REGION"), Inside: true,
			})
		},
		Broken: broken,
		Log:    log,
	}, os.Getenv, c.Listen, log))
}
