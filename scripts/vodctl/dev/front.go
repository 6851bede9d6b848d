package dev

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
)

// The paths of the addresses in front of the functions.
const (
	pathCallback = "/callback"
	pathTopic    = "/mns/topic"
	pathQueue    = "/mns/queue"
)

// maxMessage is more than a message can have, in bytes.
const maxMessage = 1 << 20

// handler returns what answers at the address.
func (l *Local) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST "+pathTopic, l.sender(func(r *http.Request, body string) error {
		format := emulator.Stream
		if strings.EqualFold(r.URL.Query().Get("format"), "json") {
			format = emulator.JSON
		}
		return l.Publish(r.Context(), format, body)
	}))
	mux.Handle("POST "+pathQueue, l.sender(func(r *http.Request, body string) error {
		return l.Send(r.Context(), body)
	}))
	mux.Handle("/", l.watched(l.http.HTTPTrigger()))
	return mux
}

// sender takes messages for MNS, from this machine only: not through a tunnel to
// the callback address, and not from pages in a browser.
func (l *Local) sender(send func(r *http.Request, body string) error) http.Handler {
	return http.NewCrossOriginProtection().Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != l.host {
			writeJSON(w, http.StatusForbidden, map[string]string{"error": "messages are taken at http://" + l.host + " only"})
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxMessage))
		if err == nil {
			err = send(r, string(body))
		}
		_, over := errors.AsType[*http.MaxBytesError](err)
		switch {
		case err == nil:
			writeJSON(w, http.StatusAccepted, map[string]bool{"accepted": true})
		case over || errors.Is(err, emulator.ErrTooLarge):
			writeJSON(w, http.StatusRequestEntityTooLarge, map[string]string{"error": "a message has at most 65536 bytes"})
		default:
			writeJSON(w, http.StatusServiceUnavailable, map[string]string{"error": err.Error()})
		}
	}))
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the caller may have left
}

// watched reports what became of each callback, and has it remembered.
func (l *Local) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		// As much as can be an event; the trigger decides about more.
		rest := &counted{Reader: r.Body}
		body, err := io.ReadAll(io.LimitReader(rest, pipeline.MaxBody))
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.MultiReader(bytes.NewReader(body), failing{err}, rest), r.Body}
		answer := &recorder{ResponseWriter: w, status: http.StatusOK}
		l.callbacks.RLock()
		next.ServeHTTP(answer, r)
		l.callbacks.RUnlock()
		h := answer.handled(r, body, start)
		l.record(r, body, rest.n, answer, h)
		l.settings.Handled(h)
	})
}

// failing passes an error of an earlier read on.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	return 0, io.EOF
}

// recorder remembers the beginning of an answer.
type recorder struct {
	http.ResponseWriter

	status int
	body   []byte
}

func (a *recorder) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

func (a *recorder) Write(p []byte) (int, error) {
	a.body = append(a.body, p[:min(len(p), max(0, 4096-len(a.body)))]...)
	return a.ResponseWriter.Write(p)
}

// handled says what the answer means.
func (a *recorder) handled(r *http.Request, body []byte, start time.Time) Handled {
	h := Handled{Time: start, Via: store.SourceHTTP, Status: a.status, Duration: time.Since(start)}
	if r.Method == http.MethodPost {
		h.describe(body)
	}
	var said struct {
		Outcome      pipeline.Outcome `json:"outcome"`
		Error        string           `json:"error"`
		ErrorMessage string           `json:"errorMessage"` // of the platform
	}
	if json.Unmarshal(a.body, &said) == nil {
		h.Outcome = said.Outcome
		h.Detail = cmp.Or(said.Error, h.Detail)
	}
	if kind := a.Header().Get("X-Fc-Error-Type"); kind != "" {
		h.Outcome, h.Detail = pipeline.Failed, "answered by the platform: "+kind+": "+said.ErrorMessage
	}
	return h
}
