package mns

import (
	"crypto/rand"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// maxRequest is how many bytes of a request are read: more than any has.
const maxRequest = 4 << 20

// Server is a local Simple Message Queue: an [http.Handler]. All methods may be
// called concurrently.
type Server struct {
	// RetryDelay is the pause before each of the three retries of a message that a
	// subscriber did not take; 0 means 10 s (the service: 10 to 20 s). It must not
	// be changed while the server is used.
	RetryDelay time.Duration
	// Sent, unless nil, is told of each message that a queue or topic has accepted,
	// before anybody gets it, with the path of the queue or topic, such as
	// queues/vod-events. It must not call the server, nor be changed while that is used.
	Sent func(path string, m Message)

	operations []operation

	mu     sync.Mutex
	keys   map[string]Key
	queues map[string]*queue
	topics map[string]*topic
	// created is closed, and replaced, when there is a new queue.
	created chan struct{}
	inject  func(Call) Fault

	pushes  sync.WaitGroup
	pushing int           // messages on their way to subscribers
	idle    chan struct{} // closed when pushing falls to zero; nil unless somebody waits
	done    chan struct{} // closed by Close
	end     func()
	client  *http.Client // for what subscribes by HTTP
}

// New returns a server that takes requests signed with these keys.
func New(keys ...Key) *Server {
	s := &Server{
		operations: operations(), keys: map[string]Key{}, queues: map[string]*queue{}, topics: map[string]*topic{},
		created: make(chan struct{}), done: make(chan struct{}),
		client: &http.Client{
			Transport:     &http.Transport{},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	s.end = sync.OnceFunc(func() { close(s.done) })
	for _, key := range keys {
		s.Allow(key)
	}
	return s
}

// Close ends what waits for messages or pushes them, and waits for it.
func (s *Server) Close() {
	s.mu.Lock()
	s.end()
	s.mu.Unlock()
	s.pushes.Wait()
	s.client.CloseIdleConnections()
}

// Allow makes a key known, or replaces the one with its ID.
func (s *Server) Allow(key Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[key.ID] = key
}

// Revoke forgets a key.
func (s *Server) Revoke(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, id)
}

// call is one request as the operations see it.
type call struct {
	s        *Server
	r        *http.Request // whose body was read
	body     []byte
	origin   string // of the server with the account's prefix, for URLs in answers
	resource string // path and query, as they are signed
	query    url.Values
	names    []string // of the topic or queue, and of the subscription
	fault    Fault
}

// reply is an answer.
type reply struct {
	status   int
	location string
	document any // nil for none
}

// ServeHTTP answers a request of the protocol.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := newID()
	w.Header().Set("X-Mns-Request-Id", id)
	w.Header().Set("X-Mns-Version", version)
	answer := s.serve(w, r)
	if f, ok := answer.document.(failure); ok {
		f.RequestID, f.HostID = id, "http://"+r.Host
		answer.document = f
	}
	write(w, answer)
}

// serve checks a request, carries it out and returns the answer.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) reply {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err != nil {
		return fail(invalidArgument, "The request is too large or broke off.")
	}
	prefix, resource := split(r.URL.RequestURI())
	op, names, ok := s.find(r.Method, resource)
	if !ok {
		return fail(invalidRequestURL, "The operation does not exist.")
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return fail(invalidQueryString, "The query cannot be read.")
	}
	c := &call{
		s: s, r: r, body: body, origin: "http://" + r.Host + prefix, resource: resource, query: query, names: names,
	}
	action := op.action(c)
	if refusal, ok := s.authenticate(c, action); !ok {
		return refusal
	}
	c.fault = s.faultFor(Call{Action: action, Name: names[0]})
	switch {
	case c.fault.Hang:
		select {
		case <-r.Context().Done():
		case <-s.done:
		}
		panic(http.ErrAbortHandler)
	case c.fault.Code != "":
		return fail(problem{c.fault.Code, c.fault.status()}, "As asked for.")
	}
	answer := op.do(c)
	if c.fault.DropReply {
		panic(http.ErrAbortHandler)
	}
	return answer
}

// split cuts the host of an endpoint off the front of a path.
func split(uri string) (prefix, resource string) {
	first, rest, ok := strings.Cut(strings.TrimPrefix(uri, "/"), "/")
	if ok && strings.Contains(first, ".mns.") {
		return "/" + first, "/" + rest
	}
	return "", uri
}

// Call says what is asked, for [Server.Inject].
type Call struct {
	Action string // of RAM, such as mns:SendMessage
	Name   string // of the queue or topic
}

// Fault is what goes wrong with a request; the zero value is nothing.
type Fault struct {
	// Code is that of the error that answers it; nothing is carried out. Status is
	// its status; 0 means 500.
	Code   string
	Status int
	// Hang says that no answer comes until the client gives up; nothing is carried out.
	Hang bool
	// DropReply says that it is carried out, and that the connection is cut instead
	// of the answer.
	DropReply bool
	// Partial is how many messages at the front of a sent batch fail; the others are sent.
	Partial int
	// Garble says that a sent message is changed on its way in, as by a service that
	// cannot carry some character.
	Garble bool
}

func (f Fault) status() int {
	if f.Status == 0 {
		return http.StatusInternalServerError
	}
	return f.Status
}

// Inject asks inject what goes wrong with each authentic request, from several
// goroutines at once; nil ends that.
func (s *Server) Inject(inject func(Call) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inject = inject
}

func (s *Server) faultFor(c Call) Fault {
	s.mu.Lock()
	inject := s.inject
	s.mu.Unlock()
	if inject == nil {
		return Fault{}
	}
	return inject(c)
}

// newID makes an id in the shape of those of the service.
func newID() string {
	b := make([]byte, 12)
	_, _ = rand.Read(b) // it never fails
	return strings.ToUpper(hex.EncodeToString(b))
}
