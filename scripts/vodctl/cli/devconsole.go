package cli

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/console"
	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// noConsole is the --console that stands for none.
const noConsole = "off"

// devConsole is the console of a vodctl dev. Its address is of its own, since that of
// callbacks may be reached from elsewhere, through a tunnel.
type devConsole struct {
	listener net.Listener // nil if there is none
	intake   *intake.Log
	serving  *servingConsole
	store    store.Store
	routes   []*sink.Route
}

// newDevConsole opens the address, before anything else is started.
func (c *devCommand) newDevConsole(ctx context.Context) (*devConsole, error) {
	if c.Console == noConsole {
		return &devConsole{}, nil
	}
	address := c.Console
	if address == "" {
		address = besides(c.Listen)
	}
	if err := checkListen("--console", address); err != nil {
		return nil, err
	}
	if !listensOnLoopback(address) {
		return nil, usagef("--console %s: the console of vodctl dev is for this machine, such as 127.0.0.1:8081", address)
	}
	listener, err := listenConsole(ctx, "--console", address)
	if err != nil && c.Console == "" { // nobody asked for that one
		listener, err = listenConsole(ctx, "--console", freePort)
	}
	return &devConsole{listener: listener, intake: &intake.Log{}}, err
}

// besides returns the next port on loopback, or any if that of callbacks is any.
func besides(address string) string {
	_, port, err := net.SplitHostPort(address)
	n, aerr := strconv.Atoi(port)
	if err != nil || aerr != nil || n == 0 || n >= 65535 {
		return freePort
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(n+1))
}

// serve starts the console of what runs at an address.
func (d *devConsole) serve(a *app, at dev.Address, to copies) error {
	if d.listener == nil {
		return nil
	}
	var err error
	if d.store, err = store.Open(at.Store); err != nil {
		return err
	}
	if d.routes, err = sink.Open(to.urls, sink.Options{WebhookSecrets: at.WebhookSecrets}); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	simulator := &devSimulator{at: at}
	page, err := console.New(console.Settings{
		Store: d.store, StoreName: shown(at.Store), Intake: d.intake, Simulator: simulator, Curl: simulator.curl, Log: log,
		Start:    console.Start{CallbackURL: at.CallbackURL, Key: at.AuthKey, Command: a.self + " play happy upload"},
		Pipeline: &pipeline.Pipeline{Store: d.store, Sinks: d.routes, Log: slog.New(slog.DiscardHandler)},
	})
	if err != nil {
		return err
	}
	d.serving = serveConsole(d.listener, page.Handler())
	return nil
}

// url returns the address of the console; empty if there is none.
func (d *devConsole) url() string {
	if d.serving == nil {
		return ""
	}
	return d.serving.url
}

// failed returns what says that the console is no longer served; never, if there is none.
func (d *devConsole) failed() <-chan error {
	if d.serving == nil {
		return nil
	}
	return d.serving.failed
}

// close ends the console.
func (d *devConsole) close() error {
	var err error
	switch {
	case d.serving != nil:
		err = d.serving.close()
	case d.listener != nil:
		err = d.listener.Close()
	}
	for _, r := range d.routes {
		err = errors.Join(err, r.Sink.Close())
	}
	if d.store != nil {
		err = errors.Join(err, d.store.Close())
	}
	return err
}

// devSimulator sends events to a vodctl dev.
type devSimulator struct{ at dev.Address }

var _ console.Simulator = (*devSimulator)(nil)

// Ways lists how events get there.
func (*devSimulator) Ways() []string { return []string{"http", "topic", "topic-json", "queue"} }

// Send sends a body by VOD's rule, or as a message.
func (s *devSimulator) Send(ctx context.Context, way string, body []byte) (vodtest.Result, error) {
	url := s.at.URL(way)
	if !leadsToMNS(url) {
		sender := vodtest.Sender{URL: url, Key: s.at.AuthKey}
		return sender.Send(ctx, body)
	}
	to, err := openChannel(url)
	if err != nil {
		return vodtest.Result{}, err
	}
	at := to.Send(ctx, body)
	return vodtest.Result{Acknowledged: at.Status == http.StatusCreated, Attempts: []vodtest.Attempt{at}}, to.Close()
}

// curl returns a command that is signed for the next minutes.
func (s *devSimulator) curl(ctx context.Context, body []byte) (string, error) {
	req, err := vodtest.NewRequest(ctx, s.at.CallbackURL, s.at.AuthKey, body, time.Now())
	if err != nil {
		return "", err
	}
	return curl(s.at.CallbackURL, req, body), nil
}
