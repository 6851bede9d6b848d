package cli

import (
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
)

// devStarted says where everything is. It ends up in logs and on screens, so it has
// the names of sinks, whose URLs may hold passwords, and the store without its own.
type devStarted struct {
	ConsoleURL  string `json:"console_url,omitempty"`
	CallbackURL string `json:"callback_url"`
	AuthKey     string `json:"auth_key"`
	Store       string `json:"store"`
	Fallback    string `json:"fallback"`
	// The AccessKey of the local MNS is a new one each time, so its URLs have it.
	TopicURL        string   `json:"topic_url"`
	TopicJSONURL    string   `json:"topic_json_url"`
	QueueURL        string   `json:"queue_url"`
	MNSEndpoint     string   `json:"mns_endpoint"`
	AccessKeyID     string   `json:"access_key_id"`
	AccessKeySecret string   `json:"access_key_secret"`
	Sinks           []string `json:"sinks,omitempty"`
	// WebhookSecret is what dev made; what it was given is not repeated.
	WebhookSecret string    `json:"webhook_secret,omitempty"`
	PID           int       `json:"pid"`
	Started       time.Time `json:"started"` // in UTC
	Send          string    `json:"send"`    // the shell command that sends an event
}

func newDevStarted(a *app, at dev.Address, to copies) devStarted {
	s := devStarted{
		ConsoleURL: at.ConsoleURL, CallbackURL: at.CallbackURL, AuthKey: at.AuthKey, Store: shown(at.Store), Fallback: shown(at.Fallback),
		TopicURL: at.TopicURL, TopicJSONURL: at.TopicJSONURL, QueueURL: at.QueueURL,
		MNSEndpoint: at.MNSEndpoint, AccessKeyID: at.AccessKeyID, AccessKeySecret: at.AccessKeySecret,
		Sinks: to.names, PID: at.PID, Started: at.Started,
		Send: a.self + " send TranscodeComplete --url " + quote(at.CallbackURL) + " --key " + quote(at.AuthKey),
	}
	if len(to.secrets) == 0 {
		s.WebhookSecret = strings.Join(at.WebhookSecrets, " ")
	}
	return s
}

// welcome says where everything is.
func (c *devCommand) welcome(a *app, at dev.Address, to copies) error {
	s := newDevStarted(a, at, to)
	if a.json {
		return a.printJSON(s)
	}
	a.say("")
	a.pairs(
		[2]string{"console", s.ConsoleURL},
		[2]string{"callback URL", s.CallbackURL},
		[2]string{"key", s.AuthKey},
		[2]string{"store", s.Store},
		[2]string{"fallback", s.Fallback},
		[2]string{"MNS topic", s.TopicURL},
		[2]string{"MNS queue", s.QueueURL},
		[2]string{"MNS endpoint", s.MNSEndpoint + " for SDKs, with AccessKey id " + s.AccessKeyID + ", secret " + s.AccessKeySecret},
		[2]string{"sinks", to.sinks()},
		[2]string{"copies go to", to.places()},
		[2]string{"webhook secret", to.secret(s.WebhookSecret)},
	)
	which := ""
	if strings.TrimSpace(a.Getenv("VOD_STORE")) != "" { // which would be looked at else
		which = " --store " + quote(s.Store)
	}
	if !listensOnLoopback(c.Listen) {
		a.say("\nOthers can reach the callback URL, at %s of this machine: callbacks have to be signed. Console and MNS are for this machine only.", c.Listen)
	}
	if s.ConsoleURL != "" {
		a.say("\nWatch what comes in at %s", a.paint.Text(term.Bold, s.ConsoleURL))
	}
	a.say("\nSend an event from another terminal, or play the lives of two videos:\n\n  %s\n  %s\n",
		a.paint.Text(term.Bold, s.Send), a.paint.Text(term.Bold, a.self+" play happy upload"))
	a.say("See what came in with\n\n  %s events%s\n  %s media%s\n\nCtrl-C ends this.\n", a.self, which, a.self, which)
	return nil
}
