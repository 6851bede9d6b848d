package serve

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/httpevent"
)

// This file is all that is known of Function Compute's custom runtimes (custom.debian12):
// the process is an HTTP server on all addresses, and every call comes as an HTTP
// request whose header x-fc-control-path says what it is. The path says nothing: a caller
// of the HTTP trigger chooses it. The header he cannot choose, since the platform passes
// on no x-fc-* header of his and sets its own.
//
// Sources: Function Compute 3.0, "Web functions" (September 2026), "Context and log
// format" (June 2025), "Function instance lifecycle hooks" (April 2026), "Principles"
// (April 2026), "Configure environment variables" (April 2026), and of 2.0, whose text
// they shorten, "Specifications" and "Event handlers" (April 2026).

// The headers of the contract.
const (
	controlPathHeader = "X-Fc-Control-Path"
	// statusHeader says whether a call of the function succeeded. Without it Function
	// Compute takes an event for delivered, whatever the status of the answer ("Event
	// handlers"). On answers to HTTP requests it is left out: what their caller gets if the
	// function says that it failed is not documented, and VOD believes a 200.
	statusHeader = "X-Fc-Status"
	// timeoutHeader is the function's timeout in whole seconds. No page lists it, but the
	// platform sends it.
	timeoutHeader = "X-Fc-Function-Timeout"
)

// idle is how long the header of a request may take to come in, from when its connection
// was opened. It is the platform that connects, perhaps long before it has a request: a
// connection that is closed on it costs the next callback ("Process exited unexpectedly
// before completing request", which asks for 15 minutes at least).
const idle = 24 * time.Hour

// isCustom reports whether this is a custom runtime. It has no runtime API, and what a
// user can set begins otherwise.
func isCustom(getenv func(string) string) bool {
	return getenv("FC_RUNTIME_API") == "" && (getenv("FC_FUNCTION_NAME") != "" || getenv("FC_FUNC_CODE_PATH") != "")
}

// runCustom serves a custom runtime on a port, or 9000 if that is empty, until ctx ends,
// and then finishes what is in hand. A [Ticker] does not tick: a timer trigger does, and
// an instance without requests is frozen.
func runCustom(ctx context.Context, h Handler, w *hand, port string, log *slog.Logger) error {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", net.JoinHostPort("0.0.0.0", cmp.Or(port, "9000")))
	if err != nil {
		return fmt.Errorf("serve: FC_CUSTOM_LISTEN_PORT: %w", err)
	}
	return serveUntil(ctx, newCustomServer(ctx, newCustom(h, w, os.Stdout, log)), l, w)
}

// newCustomServer returns the server of a custom runtime. It closes no connection that
// waits for a request; how long a body may take, c says.
func newCustomServer(ctx context.Context, c *custom) *http.Server {
	return newServer(ctx, c, idle, c.log)
}

// custom answers the calls of a custom runtime, any number at a time.
type custom struct {
	handler Handler
	hand    *hand
	stdout  io.Writer // for the lines by which Function Compute finds the log of a request
	log     *slog.Logger
	large   chan struct{}
}

func newCustom(h Handler, w *hand, stdout io.Writer, log *slog.Logger) *custom {
	return &custom{handler: h, hand: w, stdout: stdout, log: log, large: make(chan struct{}, largeAtOnce)}
}

// ServeHTTP implements http.Handler.
func (c *custom) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := callContext(context.WithoutCancel(r.Context()), r.Header)
	defer cancel()
	// Said twice, it is no path that anybody knows.
	switch path := strings.Join(r.Header.Values(controlPathHeader), ", "); path {
	case "/http-invoke":
		c.between(ctx, "Invoke", func() error { return c.serveRequest(ctx, w, r) })
	case "/invoke":
		c.between(ctx, "Invoke", func() error { return c.serveEvent(ctx, w, r) })
	case "/initialize": // there is nothing to do that can fail
		c.between(ctx, "Initialize", func() error { return nil })
	case "/pre-stop":
		c.between(ctx, "PreStop", func() error { return c.stop(ctx) })
	default:
		c.log.WarnContext(ctx, "refused", "check", "control_path", "control_path", path)
		w.Header().Set(statusHeader, strconv.Itoa(http.StatusNotFound)) // it may have been an event
		writeError(w, http.StatusNotFound, errors.New("not a call of Function Compute that is known here: see the header "+controlPathHeader))
	}
}

// callContext returns the context of a call: with its id, its credentials and its
// deadline, but without its caller's hanging up, since what he sent may be the last of
// three attempts. Since Debian 11 there are no credentials in the headers ("Context and log
// format"); those of the environment count then, and those without a token open nothing.
func callContext(ctx context.Context, h http.Header) (context.Context, context.CancelFunc) {
	ctx = withRequestID(ctx, cmp.Or(h.Get("X-Fc-Request-Id"), rand.Text()))
	if token := h.Get("X-Fc-Security-Token"); token != "" {
		ctx = alicloud.With(ctx, alicloud.Credentials{
			AccessKeyID:     h.Get("X-Fc-Access-Key-Id"),
			AccessKeySecret: h.Get("X-Fc-Access-Key-Secret"),
			SecurityToken:   token,
		})
	}
	if seconds, err := strconv.Atoi(h.Get(timeoutHeader)); err == nil && seconds > 0 {
		return context.WithTimeout(ctx, time.Duration(seconds)*time.Second)
	}
	return context.WithCancel(ctx)
}

// between writes the lines between which Function Compute looks for the log of a call
// ("Context and log format"), as the SDK of the built-in runtime does.
func (c *custom) between(ctx context.Context, what string, call func() error) {
	fmt.Fprintf(c.stdout, "FC %s Start RequestId: %s\n", what, requestID(ctx))
	failure := ""
	if call() != nil {
		failure = ", Error: Unhandled function error"
	}
	fmt.Fprintf(c.stdout, "FC %s End RequestId: %s%s\n", what, requestID(ctx), failure)
}

// serveRequest answers a request of the HTTP trigger, which comes as it was sent. Nobody
// vouches for it: a function that believes its payloads gets none.
func (c *custom) serveRequest(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	h, ok := c.handler.(HTTPHandler)
	if !ok {
		writeError(w, http.StatusNotFound, errors.New("this function takes events, no HTTP requests: remove its HTTP trigger"))
		return nil
	}
	ctx, done := c.hand.take(ctx)
	defer done()
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(slowest)) // a test's writer has none
	if ip := forwardedFor(r.Header); ip != "" {
		r.RemoteAddr = net.JoinHostPort(ip, "0") // instead of the platform's
	}
	body := &metered{ReadCloser: r.Body, slots: c.large, patience: slowest}
	defer body.release()
	r.Body = body
	serveRequest(ctx, w, r, h)
	return nil
}

// forwardedFor returns the first address that a request was forwarded for, or "". It is
// good for logs only, since the caller may have written it himself.
func forwardedFor(h http.Header) string {
	first, _, _ := strings.Cut(h.Get("X-Forwarded-For"), ",")
	if ip := net.ParseIP(strings.TrimSpace(first)); ip != nil {
		return ip.String()
	}
	return ""
}

// serveEvent answers an event: the body is the payload of an invocation. A failure is
// said by status and header, and returned.
func (c *custom) serveEvent(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	ctx, done := c.hand.take(ctx)
	defer done()
	// The platform waits until the function's time is up, and so may a large batch.
	deadline, _ := ctx.Deadline()
	body := &metered{ReadCloser: r.Body, slots: c.large, patience: max(slowest, time.Until(deadline))}
	defer body.release()
	r.Body = body
	payload, err := httpevent.ReadBody(r, maxPayload)
	var out []byte
	if err == nil {
		out, err = invoke(ctx, c.handler, payload)
	}
	status := http.StatusOK
	if err != nil {
		status, out = http.StatusNotFound, encodeFailure(err)
	}
	w.Header().Set(statusHeader, strconv.Itoa(status))
	w.Header().Set("Content-Type", "application/json")
	httpevent.Response{Status: status, Body: out}.ServeTo(w)
	return err
}

// encodeFailure writes an error in the form of the built-in runtimes.
func encodeFailure(err error) []byte {
	body, _ := json.Marshal(struct { // it is two texts: they can be encoded
		Message string `json:"errorMessage"`
		Type    string `json:"errorType"`
	}{err.Error(), strings.TrimPrefix(fmt.Sprintf("%T", err), "*")})
	return body
}

// stop is the PreStop hook. How long it may take, nothing says; what a signal gets is
// what it gets.
func (c *custom) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	c.hand.preStop(ctx)
	return nil
}
