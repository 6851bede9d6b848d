package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	neturl "net/url"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/vodevents/vodevents/scripts/vodctl/console"
	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// tokenVariable has the token of the console, where others on this machine cannot see it.
const tokenVariable = "VODCTL_CONSOLE_TOKEN"

type consoleCommand struct {
	Listen string   `placeholder:"ADDRESS" help:"Where to serve; port 0 is any free port. Default: 127.0.0.1:8081, else any free port."`
	Store  storeURL `placeholder:"URL" help:"${store}"`
}

// Help implements kong.HelpProvider.
func (consoleCommand) Help() string {
	return `Serves a web page that shows what a store holds: events as they come in, media, sinks, dead letters, what VOD sends that is ` +
		`not documented. It changes nothing. It serves this machine only, at an address of loopback; at any other it needs a token of at least 16 ` +
		`characters in ` + tokenVariable + `, which whoever opens the page is asked for, once a day, and a TLS proxy in front. vodctl dev has a console of its own.

    vodctl console --store sqlite:vod.db
    ` + tokenVariable + `=… vodctl console --listen 0.0.0.0:8081

With --json it prints one object with console_url, store and started.`
}

// Run serves the console until ctx ends.
func (c *consoleCommand) Run(ctx context.Context, a *app) error {
	token, err := c.token(a)
	if err != nil {
		return err
	}
	return withNamed(a, c.Store, "read", func(s store.Store, url string) error {
		page, err := console.New(console.Settings{
			Store: s, StoreName: shown(url), Token: token, Curl: c.curl, Log: slog.New(slog.NewTextHandler(a.Stderr, nil)),
		})
		if err != nil {
			return err
		}
		if err = readable(ctx, s, dev.StoreFile(url)); err != nil {
			return err
		}
		listener, err := c.open(ctx)
		if err != nil {
			return err
		}
		serving := serveConsole(listener, page.Handler())
		if err = c.welcome(a, serving, shown(url)); err == nil {
			err = wait(ctx, a, nil, serving.failed)
		}
		return errors.Join(err, serving.close())
	})
}

// usualConsole is where a console is, if nothing else is said and nobody is there.
const usualConsole = "127.0.0.1:8081"

// open opens the address.
func (c *consoleCommand) open(ctx context.Context) (net.Listener, error) {
	if c.Listen != "" {
		return listenConsole(ctx, "--listen", c.Listen)
	}
	listener, err := listenConsole(ctx, "--listen", usualConsole)
	if err != nil { // nobody asked for that one, and vodctl dev has its console there
		return listenConsole(ctx, "--listen", freePort)
	}
	return listener, nil
}

// token returns the token that is asked for; empty if there is none.
func (c *consoleCommand) token(a *app) (string, error) {
	listen := cmp.Or(c.Listen, usualConsole)
	if err := checkListen("--listen", listen); err != nil {
		return "", err
	}
	given := a.Getenv(tokenVariable)
	token := strings.TrimSpace(given)
	switch {
	case given == "" && listensOnLoopback(listen):
		return "", nil
	case given == "":
		return "", usagef("--listen %s: others can reach this address: set a token in %s, such as %s, which is random, or serve at 127.0.0.1",
			listen, tokenVariable, rand.Text())
	case utf8.RuneCountInString(token) < console.MinToken:
		return "", usagef("%s: others could guess it: a token has at least %d characters, such as %s, which is random",
			tokenVariable, console.MinToken, rand.Text())
	}
	return token, nil
}

// readable asks a store something, so that it is known now whether it can be read. It may
// be a file.
func readable(ctx context.Context, s store.Store, file string) error {
	r, ok := s.(store.Reader)
	if !ok {
		return console.ErrNotReadable
	}
	ctx, cancel := context.WithTimeoutCause(ctx, 20*time.Second, errors.New("the store took longer than 20 s"))
	defer cancel()
	_, err := r.Events(ctx, store.EventQuery{Limit: 1})
	if err != nil && file != "" && !errors.Is(err, store.ErrNotMigrated) {
		return fmt.Errorf("%w\nIs %s a store, and may this user write it and its directory? Even reading needs that", err, file)
	}
	return err
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
func (*consoleCommand) welcome(a *app, serving *servingConsole, name string) error {
	if a.json {
		return a.printJSON(struct {
			ConsoleURL string    `json:"console_url"`
			Store      string    `json:"store"`
			Started    time.Time `json:"started"`
		}{serving.url, name, time.Now().UTC()})
	}
	where := serving.url
	if serving.everywhere {
		where += " (and at all other addresses of this machine)"
	}
	a.pairs([2]string{"console", where}, [2]string{"store", name + " (read-only)"})
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

// freePort is an address of this machine with any free port.
const freePort = "127.0.0.1:0"

// listenConsole opens the address of a console, which a flag gives.
func listenConsole(ctx context.Context, flag, address string) (net.Listener, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		who := "another program"
		if at, ok := devWithConsole(address); ok {
			who = fmt.Sprintf("the console of vodctl dev (pid %d), which is at %s", at.PID, at.ConsoleURL)
		}
		return nil, fmt.Errorf("%s %s is taken by %s: choose another address for this console with %s, or port 0, which is any free port",
			flag, address, who, flag)
	case err != nil:
		return nil, fmt.Errorf("%s %s: %w", flag, address, err)
	}
	return listener, nil
}

// devWithConsole returns the vodctl dev whose console has the port of an address to listen at.
func devWithConsole(address string) (dev.Address, bool) {
	_, port, err := net.SplitHostPort(address)
	all, aerr := dev.All()
	if err != nil || aerr != nil {
		return dev.Address{}, false
	}
	for _, at := range all {
		if u, err := neturl.Parse(at.ConsoleURL); err == nil && u.Port() == port {
			return at, true
		}
	}
	return dev.Address{}, false
}

// servingConsole is a console that is being served.
type servingConsole struct {
	url        string
	everywhere bool // at all addresses, of which url is one
	server     *http.Server
	failed     chan error   // it is closed once nothing is accepted any more
	handling   sync.RWMutex // locked for reading while a request is answered
}

func serveConsole(listener net.Listener, page http.Handler) *servingConsole {
	s := &servingConsole{failed: make(chan error, 1)}
	s.url, s.everywhere = consoleURL(listener.Addr())
	s.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.handling.RLock()
		defer s.handling.RUnlock()
		page.ServeHTTP(w, r)
	})}
	go func() {
		defer close(s.failed)
		s.failed <- s.server.Serve(listener)
	}()
	return s
}

// consoleURL returns what to open in a browser for an address that is listened at, and
// whether that is every address of this machine.
func consoleURL(at net.Addr) (url string, everywhere bool) {
	address := at.String()
	if tcp, ok := at.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		address, everywhere = net.JoinHostPort("127.0.0.1", strconv.Itoa(tcp.Port)), true
	}
	return "http://" + address + "/", everywhere
}

// handlersTime is how long requests may take to end once their connections are closed.
const handlersTime = 10 * time.Second

// close ends it at once, as pages that follow would never end by themselves, and waits
// for what is being done: afterwards nobody uses the store.
func (s *servingConsole) close() error {
	err := s.server.Close()
	for range s.failed { // until it is closed
	}
	idle := make(chan struct{})
	go func() {
		s.handling.Lock() // for good: nothing is answered any more
		close(idle)
	}()
	select {
	case <-idle:
		return err
	case <-time.After(handlersTime):
		return errors.Join(err, errors.New("the console: a request does not end"))
	}
}
