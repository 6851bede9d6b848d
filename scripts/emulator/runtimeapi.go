package emulator

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"time"
)

// listen opens the runtime API of this instance.
func (i *instance) listen() (io.Closer, string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // Listening on loopback does not block.
	if err != nil {
		return nil, "", fmt.Errorf("runtime API: %w", err)
	}
	// A process may be frozen for long in the middle of a request.
	server := &http.Server{Handler: i.runtimeAPI(), ReadHeaderTimeout: 24 * time.Hour, ConnState: i.connected}
	i.pool.goroutines.Go(func() { _ = server.Serve(listener) }) // ends with server.Close
	return server, listener.Addr().String(), nil
}

func (i *instance) connected(_ net.Conn, state http.ConnState) {
	if state == http.StateNew {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.connections++
	}
}

// runtimeAPI is what the SDK in the process talks to.
func (i *instance) runtimeAPI() http.Handler {
	prefix := i.pool.protocol.prefix
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+prefix+"next", i.serveNext)
	mux.HandleFunc("POST "+prefix+"{id}/response", func(w http.ResponseWriter, r *http.Request) {
		i.serveAnswer(w, r, answered)
	})
	mux.HandleFunc("POST "+prefix+"{id}/error", func(w http.ResponseWriter, r *http.Request) {
		i.serveAnswer(w, r, failed)
	})
	if i.pool.function.Runtime == Lambda {
		mux.HandleFunc("POST /2020-01-01/extension/register", i.registerExtension)
		mux.HandleFunc("GET /2020-01-01/extension/event/next", i.serveNoEvents)
	}
	return mux
}

// serveNext holds the request until there is an event. The FC SDK asks for the
// next one while it still works on the last: that one waits here.
func (i *instance) serveNext(w http.ResponseWriter, r *http.Request) {
	select {
	case inv := <-i.events:
		i.busy(inv)
		maps.Copy(w.Header(), i.pool.protocol.header(i.pool.function, inv))
		_, _ = w.Write(inv.payload) // if it fails, the process is gone
	case <-r.Context().Done():
	case <-i.exited:
	}
}

func (i *instance) busy(inv *invocation) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.state, inv.taken = Busy, true
}

// serveAnswer takes the answer to the invocation in progress, acknowledges it
// and freezes the process: in this order, so that the SDK can know that it was
// taken, and has no time to do anything about it.
func (i *instance) serveAnswer(w http.ResponseWriter, r *http.Request, end outcome) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, i.pool.protocol.maxSync))
	status := i.pool.protocol.acknowledged
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		status, end, body = http.StatusRequestEntityTooLarge, tooLarge, nil
	} else if err != nil {
		return // the process died while it was sending
	}
	id := r.PathValue("id")
	inv := i.take(id)
	if inv == nil {
		i.refuse(w, id)
		return
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
	_ = http.NewResponseController(w).Flush() // if it fails, the process is gone
	i.rest()
	inv.answer <- answer{outcome: end, body: body}
}

// refuse rejects an answer to an invocation that is not in progress.
func (i *instance) refuse(w http.ResponseWriter, id string) {
	i.pool.count(func(c *Counts) { c.BadAnswers++ })
	i.mu.Lock()
	again := i.answered == id
	i.mu.Unlock()
	if again {
		http.Error(w, "this invocation is already answered", http.StatusConflict)
		return
	}
	http.Error(w, "no such invocation in progress", http.StatusNotFound)
}

// registerExtension notes that the process listens to Lambda's signals. What events it
// asks for is not looked at: it gets none.
func (i *instance) registerExtension(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.extended = true
	w.Header().Set("Lambda-Extension-Identifier", newUUID())
}

// serveNoEvents holds the request of an extension that gets no events.
func (i *instance) serveNoEvents(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-i.exited:
	}
}
