package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/console"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// tokenVariable has the token of the console, where others on this machine cannot see it.
const tokenVariable = "VODCTL_CONSOLE_TOKEN"

type consoleCommand struct {
	Listen string   `default:"127.0.0.1:8081" placeholder:"ADDRESS" help:"Where to serve; port 0 is any free port. Default: ${default}."`
	Store  storeURL `placeholder:"URL" help:"${store}"`
}

// Help implements kong.HelpProvider.
func (consoleCommand) Help() string {
	return `Serves a web page that shows what a store holds: events as they come in, media, sinks, dead letters, what VOD sends that is ` +
		`not documented. It changes nothing. It serves this machine only, at an address of loopback; at any other it needs a token in ` +
		tokenVariable + `, which whoever opens the page is asked for, and a TLS proxy in front. vodctl dev has a console of its own.

    vodctl console --store sqlite:vod.db
    ` + tokenVariable + `=… vodctl console --listen 0.0.0.0:8081

With --json it prints one object with console_url, store and started.`
}

// Run serves the console until ctx ends.
func (c *consoleCommand) Run(ctx context.Context, a *app) error {
	token := a.Getenv(tokenVariable)
	if err := checkListen(c.Listen); err != nil {
		return err
	}
	if token == "" && !listensOnLoopback(c.Listen) {
		return usagef("--listen %s: others can reach this address: set a token in %s, or serve at 127.0.0.1", c.Listen, tokenVariable)
	}
	url, err := c.Store.resolve(a)
	if err != nil {
		return err
	}
	return with(a, c.Store, "read", func(s store.Store) error {
		page, err := console.New(console.Settings{
			Store: s, StoreName: shown(url), Token: token, Curl: c.curl, Log: slog.New(slog.NewTextHandler(a.Stderr, nil)),
		})
		if err != nil {
			return err
		}
		listener, err := listenConsole(ctx, c.Listen)
		if err != nil {
			return err
		}
		serving := serveConsole(listener, page)
		if err = c.welcome(a, serving.url, shown(url)); err == nil {
			err = serving.wait(ctx, a)
		}
		return errors.Join(err, serving.close())
	})
}

// curl returns a command that has no signature: the console of a store knows no key.
func (*consoleCommand) curl(ctx context.Context, body []byte) (string, error) {
	const url = "http://127.0.0.1:8080/callback"
	req, err := vodtest.NewRequest(ctx, url, "", body, time.Now())
	if err != nil {
		return "", err
	}
	return curl(url, req, body), nil
}

// welcome says where the console is.
func (*consoleCommand) welcome(a *app, url, name string) error {
	if a.json {
		return a.printJSON(struct {
			ConsoleURL string    `json:"console_url"`
			Store      string    `json:"store"`
			Started    time.Time `json:"started"`
		}{url, name, time.Now().UTC()})
	}
	a.pairs([2]string{"console", url}, [2]string{"store", name + " (read-only)"})
	a.say("\nCtrl-C ends this.")
	return nil
}

// listensOnLoopback reports whether only this machine reaches an address to listen at.
func listensOnLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// listenConsole opens the address of a console.
func listenConsole(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s is taken by another program: choose another address for the console, or port 0, which is any free port", address)
	case err != nil:
		return nil, fmt.Errorf("the console's address: %w", err)
	}
	return listener, nil
}

// servingConsole is a console that is being served.
type servingConsole struct {
	url    string
	server *http.Server
	failed chan error
}

func serveConsole(listener net.Listener, page *console.Console) *servingConsole {
	s := &servingConsole{
		url:    "http://" + listener.Addr().String() + "/",
		server: &http.Server{Handler: page.Handler(), ReadHeaderTimeout: 10 * time.Second},
		failed: make(chan error, 1),
	}
	go func() { s.failed <- s.server.Serve(listener) }()
	return s
}

// wait waits for a reason to stop.
func (s *servingConsole) wait(ctx context.Context, a *app) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-s.failed:
			return cmp.Or(err, errors.New("the console has ended"))
		case <-tick.C:
			if a.orphaned() {
				return nil
			}
		}
	}
}

// close ends it at once: pages that follow would never end by themselves.
func (s *servingConsole) close() error { return s.server.Close() }
