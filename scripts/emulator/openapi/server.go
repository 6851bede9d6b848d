package openapi

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Server is one region of the APIs: give its address as the endpoint of each. It is an
// [http.Handler]; all methods may be called concurrently.
type Server struct {
	// Now is the server's clock; nil means [time.Now].
	Now func() time.Time

	region string

	mu        sync.Mutex
	keys      map[string]AccessKey
	nonces    map[string]time.Time // of authentic requests, with the time of each
	callbacks map[string]Callback  // by application
	functions map[string]Function
	calls     []Call
	fault     func(Call) Fault
	empty     bool // what is said if there is no callback
}

// AccessKey is what requests are signed with.
type AccessKey struct {
	ID, Secret string
	// Token is the security token that requests have to carry; empty for the key of a RAM
	// user.
	Token string
	// Actions are those that are allowed, such as vod:GetMessageCallback; nil allows all.
	Actions []string
}

// Call is an authentic request.
type Call struct {
	Operation   string     // such as SetMessageCallback
	Parameters  url.Values // of the query, or of a form
	Function    string     // which function it is about
	Payload     []byte     // of an invocation
	AccessKeyID string
}

// New returns a region without callbacks and functions, to which nobody has access.
func New(region string) *Server {
	return &Server{
		region: region, keys: map[string]AccessKey{}, nonces: map[string]time.Time{},
		callbacks: map[string]Callback{}, functions: map[string]Function{},
	}
}

// AddKey lets requests in that are signed with the key, in place of one with the same ID.
func (s *Server) AddKey(k AccessKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[k.ID] = k
}

// Calls returns the authentic requests so far, in the order of their arrival.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// maxBody is what a synchronous invocation may carry, in bytes (Function Compute 3.0,
// "Limits", February 2026).
const maxBody = 32 << 20

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Acs-Request-Id", requestID())
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		writeError(w, r, newFailure(http.StatusBadRequest, "InvalidParameter", "The body is cut off or too large."))
		return
	}
	key, f := s.authenticate(r, body)
	if f != nil {
		writeError(w, r, f)
		return
	}
	call, serve := s.route(r, body)
	call.AccessKeyID = key.ID
	if serve == nil {
		writeError(w, r, newFailure(http.StatusNotFound, "InvalidApi.NotFound", "Specified api is not found, please check your url and method."))
		return
	}
	s.mu.Lock()
	s.calls = append(s.calls, call)
	s.mu.Unlock()
	if key.Actions != nil && !slices.Contains(key.Actions, call.action()) {
		writeError(w, r, s.denied(call))
		return
	}
	fault := s.faultOf(call)
	if fault == (Fault{}) || fault.Applied {
		answer := w
		if fault.Applied {
			answer = unheard{}
		}
		serve(answer, r, call)
	}
	fault.strike(w, r)
}

// handler carries out an operation.
type handler func(http.ResponseWriter, *http.Request, Call)

// The versions of the APIs.
const (
	vodVersion = "2017-03-21"
	fcVersion  = "2023-03-30"
)

// route says which operation a request asks for; a nil handler: one that is not emulated.
func (s *Server) route(r *http.Request, body []byte) (Call, handler) {
	c := Call{Operation: r.Header.Get("X-Acs-Action"), Parameters: r.URL.Query(), Payload: body}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if form, err := url.ParseQuery(string(body)); err == nil {
			maps.Copy(c.Parameters, form)
		}
	}
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"+fcVersion+"/functions/"), "/")
	switch asked := r.Header.Get("X-Acs-Version") + " " + c.Operation + " " + r.Method; {
	case r.URL.Path == "/":
		handlers := map[string]handler{
			vodVersion + " GetMessageCallback POST":    s.getCallback,
			vodVersion + " SetMessageCallback POST":    s.setCallback,
			vodVersion + " DeleteMessageCallback POST": s.deleteCallback,
		}
		return c, handlers[asked]
	case !strings.HasPrefix(r.URL.Path, "/"+fcVersion+"/functions/") || name == "":
		return c, nil
	default:
		c.Function = name
		handlers := map[string]handler{
			fcVersion + " GetFunction GET ":                s.getFunction,
			fcVersion + " ListTriggers GET triggers":       s.listTriggers,
			fcVersion + " InvokeFunction POST invocations": s.invoke,
		}
		return c, handlers[asked+" "+rest]
	}
}

// action returns the action of RAM that an operation needs.
func (c Call) action() string {
	if c.Function != "" {
		return "fc:" + c.Operation
	}
	return "vod:" + c.Operation
}

func (s *Server) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
