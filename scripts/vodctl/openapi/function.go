package openapi

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// Function is a function of Function Compute as it is deployed.
type Function struct {
	Name        string
	Runtime     string // such as go1 or custom.debian12
	Handler     string
	Role        string // its ARN; empty: it has none
	Timeout     time.Duration
	MemoryMB    int
	Concurrency int // requests that one instance takes at once
	Environment map[string]string
	State       string // such as Active; empty if the service does not say
}

// Trigger is what calls a function.
type Trigger struct {
	Name      string `json:"triggerName"`
	Type      string `json:"triggerType"`   // http, mns_topic, timer, eventbridge …
	Config    string `json:"triggerConfig"` // JSON
	SourceARN string `json:"sourceArn"`     // of the topic, queue or rule that it is from
	// HTTP is where an HTTP trigger is reached.
	HTTP struct {
		Internet string `json:"urlInternet"`
		Intranet string `json:"urlIntranet"` // from a VPC of the region
	} `json:"httpTrigger"`
}

// FunctionError is a failure of a function that was called. Its text is the function's
// own, and as free of secrets as the function keeps it.
type FunctionError struct {
	Function  string
	Type      string // X-Fc-Error-Type, such as UnhandledInvocationError
	Message   string
	RequestID string // under which the function's log has the rest
}

func (e *FunctionError) Error() string {
	text := fmt.Sprintf("openapi: the function %s has failed (%s", e.Function, e.Type)
	if e.RequestID != "" {
		text += ", request " + e.RequestID
	}
	return text + "): " + cmp.Or(e.Message, "it does not say why: see its log")
}

// Function returns a function as it is deployed; [ErrNotFound] if there is none of that
// name. It needs the RAM action fc:GetFunction.
func (c *Client) Function(ctx context.Context, name string) (Function, error) {
	var said struct {
		FunctionName         string            `json:"functionName"`
		Runtime              string            `json:"runtime"`
		Handler              string            `json:"handler"`
		Role                 string            `json:"role"`
		Timeout              int               `json:"timeout"`    // seconds
		MemorySize           int               `json:"memorySize"` // MiB
		InstanceConcurrency  int               `json:"instanceConcurrency"`
		EnvironmentVariables map[string]string `json:"environmentVariables"`
		State                string            `json:"state"`
	}
	if err := c.fcGet(ctx, "GetFunction", functionPath(name), nil, &said); err != nil {
		return Function{}, err
	}
	return Function{
		Name: said.FunctionName, Runtime: said.Runtime, Handler: said.Handler, Role: said.Role,
		Timeout: time.Duration(said.Timeout) * time.Second, MemoryMB: said.MemorySize, Concurrency: said.InstanceConcurrency,
		Environment: said.EnvironmentVariables, State: said.State,
	}, nil
}

// maxPages is more pages of triggers than any function has.
const maxPages = 100

// Triggers returns all triggers of a function; [ErrNotFound] if there is no function of
// that name. It needs the RAM action fc:ListTriggers.
func (c *Client) Triggers(ctx context.Context, function string) ([]Trigger, error) {
	var all []Trigger
	q := url.Values{"limit": {"100"}}
	for range maxPages {
		var page struct {
			Triggers  []Trigger `json:"triggers"`
			NextToken string    `json:"nextToken"`
		}
		if err := c.fcGet(ctx, "ListTriggers", functionPath(function)+"/triggers", q, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Triggers...)
		if page.NextToken == "" {
			break
		}
		q.Set("nextToken", page.NextToken)
	}
	return all, nil
}

// Invoke calls a function with a payload, waits until it has ended or ctx does, and
// returns what it returned. If ctx ends the function goes on. A failure of the function
// is a [*FunctionError]; [ErrNotFound] means that there is no function of that name. It
// needs the RAM action fc:InvokeFunction.
func (c *Client) Invoke(ctx context.Context, function string, payload []byte) ([]byte, error) {
	s, err := c.fc()
	if err != nil {
		return nil, err
	}
	got, err := c.call(ctx, request{
		service: s, action: "InvokeFunction", method: http.MethodPost, path: functionPath(function) + "/invocations", body: payload,
	})
	if err != nil {
		return nil, err
	}
	// A function that failed is answered with 200 as well (Function Compute 3.0, "Error
	// handling", read 2026-11-23).
	if kind := got.header.Get("X-Fc-Error-Type"); kind != "" {
		var said struct {
			ErrorMessage string `json:"errorMessage"`
		}
		if json.Unmarshal(got.body, &said) != nil {
			said.ErrorMessage = ""
		}
		return nil, &FunctionError{
			Function: function, Type: plain(kind, nil, 1), Message: said.ErrorMessage, RequestID: plain(got.header.Get("X-Fc-Request-Id"), nil, 1),
		}
	}
	return got.body, nil
}

// fcGet reads an answer of Function Compute into a value.
func (c *Client) fcGet(ctx context.Context, action, path string, q url.Values, value any) error {
	s, err := c.fc()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, callTimeout, errSlow)
	defer cancel()
	got, err := c.call(ctx, request{service: s, action: action, method: http.MethodGet, path: path, query: q})
	if err != nil {
		return err
	}
	if json.Unmarshal(got.body, value) != nil {
		return errUnreadable(action)
	}
	return nil
}

func functionPath(name string) string { return "/2023-03-30/functions/" + escape(name) }
