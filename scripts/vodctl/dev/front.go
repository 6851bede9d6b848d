package dev

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// pathCallback is the path of the callback URL.
const pathCallback = "/callback"

// statusHungUp is the status that the HTTP trigger has for a caller that left.
const statusHungUp = 499

// handler returns what answers at the address.
func (l *Local) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/"+endpoint+"/", l.service.handler())
	mux.Handle("/", l.watched(l.http.HTTPTrigger()))
	return mux
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
		id, _ := vod.IDOf(body) // what is no JSON has an id, too
		if l.settings.Topic {
			l.published.add(id)
		}
		next.ServeHTTP(answer, r)
		h := answer.handled(r, body, start)
		if l.settings.Topic && h.Outcome != pipeline.New { // nor is it published
			l.published.remove(id)
		}
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
	if a.status == statusHungUp && r.Context().Err() != nil {
		h.Outcome, h.Detail = CallerLeft, "nobody waits for the answer: the function goes on with it"
	}
	if kind := a.Header().Get("X-Fc-Error-Type"); kind != "" {
		h.Outcome, h.Detail = pipeline.Failed, "answered by the platform: "+kind+": "+said.ErrorMessage
	}
	return h
}
