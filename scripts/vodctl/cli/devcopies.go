package cli

import (
	"errors"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/shared/config"
	"github.com/vodevents/vodevents/shared/sink"
)

// copies is where dev sends copies of events.
type copies struct {
	urls    []string // which may hold passwords
	names   []string
	secrets []string // of webhooks; none means that dev makes one
	from    string   // the flag or setting with the URLs
}

// sinkEnv is the --sink that stands for all of VOD_SINKS. They have to be asked for:
// a shell may have those of the functions in production.
const sinkEnv = "env"

// copies returns where to send copies.
func (c *devCommand) copies(a *app) (copies, error) {
	env, _ := config.Load(a.Getenv) // what is wrong with other settings does not matter here
	to := copies{urls: c.Sink, secrets: env.WebhookSecrets, from: "--sink"}
	if len(c.Sink) == 1 && c.Sink[0] == sinkEnv {
		to.urls, to.from = env.Sinks, "VOD_SINKS"
	}
	secrets := to.secrets
	if len(secrets) == 0 {
		secrets = []string{dev.NewWebhookSecret()}
	}
	routes, err := sink.Open(to.urls, sink.Options{WebhookSecrets: secrets})
	for _, r := range routes {
		to.names = append(to.names, r.Name)
		err = errors.Join(err, r.Sink.Close())
	}
	if err != nil {
		return to, usagef("%s: %v", to.from, err)
	}
	return to, nil
}
