package serve

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/httpevent"
)

// HTTPHandler is a Handler that takes plain HTTP requests, too, and judges for
// itself who may send them. It calls body, at most once, if it wants the body.
type HTTPHandler interface {
	Handler
	Handle(ctx context.Context, r httpevent.Request, body func() ([]byte, error)) httpevent.Response
}

const (
	// maxPayload is the largest payload of a synchronous invocation, in bytes
	// (Function Compute, limits, February 2026).
	maxPayload = 32 << 20
	// slowest is how long a request may take to come in: VOD gives up after 5 s.
	slowest = 5 * time.Second
)

// runHTTP serves plain HTTP at the address until ctx ends, and then finishes what
// is in hand.
func runHTTP(ctx context.Context, h Handler, w *hand, address string, log *slog.Logger) error {
	if _, ok := h.(HTTPHandler); !ok && !loopback(address) {
		return errors.New("serve: VOD_LISTEN: this function believes whoever reaches it: use a loopback address, such as 127.0.0.1:8080")
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("serve: VOD_LISTEN: %w", err)
	}
	log.InfoContext(ctx, "serving", "address", l.Addr().String())
	server := newServer(ctx, w.requests(NewHTTPHandler(h)), slowest, log)
	server.ReadTimeout, server.IdleTimeout = slowest, 2*time.Minute
	var ticking sync.WaitGroup
	ticks, stopTicks := context.WithCancel(ctx)
	defer stopTicks()
	server.RegisterOnShutdown(stopTicks) // it may end by itself
	if t, ok := h.(Ticker); ok {
		ticking.Go(func() { tick(ticks, t, w, log) })
	}
	if err := serveUntil(ctx, server, l, w); err != nil {
		return err
	}
	ticking.Wait()
	return nil
}

// newServer returns a server whose requests carry what ctx does, but do not end with it:
// work in hand is finished. Their headers may take headerTime to come in.
func newServer(ctx context.Context, h http.Handler, headerTime time.Duration, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTime,
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// serveUntil serves until ctx ends, and then finishes what is in hand.
func serveUntil(ctx context.Context, server *http.Server, l net.Listener, w *hand) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	var failure error
	select {
	case err := <-failed:
		failure = fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	return errors.Join(failure, shutDown(context.WithoutCancel(ctx), server, w))
}

// shutDown lets nobody in, finishes what is in hand, and waits until the last answer is
// written.
func shutDown(ctx context.Context, server *http.Server, w *hand) error {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	closed := make(chan error, 1)
	go func() { closed <- server.Shutdown(ctx) }()
	err := w.finish(ctx)
	if open := <-closed; open != nil {
		err = errors.Join(err, fmt.Errorf("serve: stop: %w", open))
	}
	return err
}

// minute is how often a [Ticker] ticks. A tick has less, so that there is one at a time.
const minute = time.Minute

// tick calls Tick until ctx ends; the last one is in hand like any other work.
func tick(ctx context.Context, t Ticker, w *hand, log *slog.Logger) {
	every := time.NewTicker(minute)
	defer every.Stop()
	for {
		tickOnce(ctx, t, w, log)
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
	}
}

func tickOnce(ctx context.Context, t Ticker, w *hand, log *slog.Logger) {
	ended := ctx.Err
	ctx, done := w.take(context.WithoutCancel(ctx))
	defer done()
	if ended() != nil { // between the end of ctx and now nobody looked whether it is in hand
		return
	}
	ctx, cancel := context.WithTimeout(withRequestID(ctx, rand.Text()), minute*9/10)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			log.ErrorContext(ctx, "panic", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	t.Tick(ctx)
}

// NewHTTPHandler serves h over plain HTTP. A [HTTPHandler] gets the requests
// themselves. For any other the body of a POST is the payload of an invocation:
// 200 with its answer, or 500 with {"error"}; since it believes whoever reaches
// it, requests that a web page may have made are refused (403).
func NewHTTPHandler(h Handler) http.Handler {
	large := make(chan struct{}, largeAtOnce)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := withRequestID(r.Context(), rand.Text())
		body := &metered{ReadCloser: r.Body, slots: large, patience: slowest}
		defer body.release()
		r.Body = body
		if hh, ok := h.(HTTPHandler); ok {
			serveRequest(ctx, w, r, hh)
			return
		}
		servePayload(ctx, w, r, h)
	})
}

func serveRequest(ctx context.Context, w http.ResponseWriter, r *http.Request, h HTTPHandler) {
	req := httpevent.FromHTTP(r)
	req.RequestID = requestID(ctx)
	req.Time = time.Now() // reading the body is part of the time for the answer
	h.Handle(ctx, req, func() ([]byte, error) { return httpevent.ReadBody(r, maxPayload) }).ServeTo(w)
}

func servePayload(ctx context.Context, w http.ResponseWriter, r *http.Request, h Handler) {
	switch {
	case r.Header.Get("Origin") != "" || !loopback(r.Host):
		writeError(w, http.StatusForbidden, errors.New("not for web pages, and by a loopback address only"))
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		writeError(w, http.StatusMethodNotAllowed, errors.New("POST the payload of an invocation"))
		return
	}
	payload, err := httpevent.ReadBody(r, maxPayload)
	if err != nil {
		writeError(w, unreadable(err), err)
		return
	}
	out, err := invoke(ctx, h, payload)
	if err != nil {
		writeError(w, http.StatusInternalServerError, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	httpevent.Response{Status: http.StatusOK, Body: out}.ServeTo(w)
}

// loopback reports whether an address, with or without a port, is this machine's
// own. A name other than localhost is not: somebody else may say where it leads.
func loopback(address string) bool {
	host := address
	if h, _, err := net.SplitHostPort(address); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// unreadable returns the status for a body that could not be read.
func unreadable(err error) int {
	if errors.Is(err, httpevent.ErrTooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

func writeError(w http.ResponseWriter, status int, err error) {
	httpevent.JSON(status, map[string]string{"error": err.Error()}).ServeTo(w)
}
