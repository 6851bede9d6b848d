package openapi

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/vodevents/vodevents/scripts/emulator"
)

// Function is a deployed function.
type Function struct {
	Name        string
	Runtime     string // such as go1
	Handler     string
	Role        string
	Timeout     time.Duration
	MemoryMB    int
	Concurrency int
	Environment map[string]string
	Triggers    []Trigger
	// Invoke is called with each payload; [emulator.Pool.Invoke] fits. Nil means that the
	// function returns null.
	Invoke func(ctx context.Context, payload []byte) (emulator.Result, error)
}

// Trigger is what calls a function.
type Trigger struct {
	Name      string `json:"triggerName"`
	Type      string `json:"triggerType"`
	Config    string `json:"triggerConfig"` // JSON
	SourceARN string `json:"sourceArn,omitempty"`
	// HTTP is where an HTTP trigger is reached.
	HTTP *TriggerAddress `json:"httpTrigger,omitempty"`
}

// TriggerAddress is where an HTTP trigger is reached.
type TriggerAddress struct {
	Internet string `json:"urlInternet"`
	Intranet string `json:"urlIntranet"`
}

// AddFunction deploys a function in place of one of that name.
func (s *Server) AddFunction(f Function) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.functions[f.Name] = f
}

// functionDocument is a function as the API shows it.
type functionDocument struct {
	Name        string            `json:"functionName"`
	Runtime     string            `json:"runtime"`
	Handler     string            `json:"handler"`
	Role        string            `json:"role,omitempty"`
	Timeout     int               `json:"timeout"`    // seconds
	Memory      int               `json:"memorySize"` // MiB
	Concurrency int               `json:"instanceConcurrency"`
	Environment map[string]string `json:"environmentVariables"`
	State       string            `json:"state"`
}

// find returns a function, or answers that there is none.
func (s *Server) find(w http.ResponseWriter, r *http.Request, c Call) (Function, bool) {
	s.mu.Lock()
	f, ok := s.functions[c.Function]
	s.mu.Unlock()
	if !ok {
		writeError(w, r, newFailure(http.StatusNotFound, "FunctionNotFound", "function '"+c.Function+"' does not exist"))
	}
	return f, ok
}

func (s *Server) getFunction(w http.ResponseWriter, r *http.Request, c Call) {
	f, ok := s.find(w, r, c)
	if !ok {
		return
	}
	writeJSON(w, http.StatusOK, functionDocument{
		Name: f.Name, Runtime: f.Runtime, Handler: f.Handler, Role: f.Role, Timeout: int(f.Timeout / time.Second),
		Memory: f.MemoryMB, Concurrency: f.Concurrency, Environment: f.Environment, State: "Active",
	})
}

// pageSize is the largest page of triggers, whatever limit is asked for: small, so that
// clients that do not turn pages are noticed.
const pageSize = 2

// triggersDocument is a page of triggers.
type triggersDocument struct {
	Triggers  []Trigger `json:"triggers"`
	NextToken string    `json:"nextToken,omitempty"`
}

func (s *Server) listTriggers(w http.ResponseWriter, r *http.Request, c Call) {
	f, ok := s.find(w, r, c)
	if !ok {
		return
	}
	first := 0
	if token := c.Parameters.Get("nextToken"); token != "" {
		var err error
		if first, err = strconv.Atoi(token); err != nil || first < 0 || first > len(f.Triggers) {
			writeError(w, r, newFailure(http.StatusBadRequest, "InvalidArgument", "the next token is not valid"))
			return
		}
	}
	last := min(first+pageSize, len(f.Triggers))
	page := triggersDocument{Triggers: f.Triggers[first:last]}
	if last < len(f.Triggers) {
		page.NextToken = strconv.Itoa(last)
	}
	writeJSON(w, http.StatusOK, page)
}

func (s *Server) invoke(w http.ResponseWriter, r *http.Request, c Call) {
	f, ok := s.find(w, r, c)
	if !ok {
		return
	}
	result := emulator.Result{Payload: []byte("null")}
	if f.Invoke != nil {
		var err error
		result, err = f.Invoke(r.Context(), c.Payload)
		switch {
		case errors.Is(err, emulator.ErrThrottled):
			writeError(w, r, newFailure(http.StatusTooManyRequests, "ResourceExhausted", "the number of instances exceeds the limit"))
			return
		case err != nil:
			writeError(w, r, newFailure(http.StatusInternalServerError, "InternalServerError", "an internal error has occurred"))
			return
		}
	}
	id := result.RequestID
	if id == "" {
		id = w.Header().Get("X-Acs-Request-Id")
	}
	w.Header().Set("X-Fc-Request-Id", id)
	if result.ErrorType != "" {
		w.Header().Set("X-Fc-Error-Type", result.ErrorType)
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(result.Payload)
}
