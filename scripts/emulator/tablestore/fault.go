package tablestore

import (
	"sync"
	"time"
)

// Fault is what befalls a request. The zero Fault is none. Requests must be
// authentic to meet it.
type Fault struct {
	// Code refuses the request with an error: "OTSServerBusy" and the like.
	// Nothing is applied.
	Code string
	// Cut cuts the connection. Nothing is applied.
	Cut bool
	// Hang never answers, until the client goes away. Nothing is applied.
	Hang bool

	// Drop applies the request and cuts the connection instead of answering.
	Drop bool
	// Empty applies the request and answers 200 with nothing in it.
	Empty bool
	// Delay applies the request and answers so much later.
	Delay time.Duration
	// Row says with which error the n-th row of a batch, from 0, is refused while
	// the others are served; "" serves it. Rows are counted through all tables.
	Row func(n int) string
}

// Inject lets the next requests of an operation, so many of them, meet a fault.
// Faults that were injected before come first.
func (s *Server) Inject(op Operation, requests int, f Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.injected = append(s.faults.injected, injected{op, requests, f})
}

// Before sets what is asked about each request that no injected fault waits for:
// its operation and its number among all requests, from 1. The answer befalls the
// request. It is asked about one at a time, and must not call the server. Nil
// takes it away.
func (s *Server) Before(f func(op Operation, n int) Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.before = f
}

// Requests returns how many requests of an operation have come so far, refused
// ones included.
func (s *Server) Requests(op Operation) int {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	return s.faults.requests[op]
}

// faults is what is to befall requests, and how many came.
type faults struct {
	mu       sync.Mutex
	injected []injected
	before   func(op Operation, n int) Fault
	requests map[Operation]int
	total    int
}

type injected struct {
	op    Operation
	left  int
	fault Fault
}

// count counts a request and returns its number.
func (f *faults) count(op Operation) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.requests == nil {
		f.requests = map[Operation]int{}
	}
	f.requests[op]++
	f.total++
	return f.total
}

// meet returns what befalls an authentic request.
func (f *faults) meet(op Operation, n int) Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.injected {
		if in := &f.injected[i]; in.op == op && in.left > 0 {
			in.left--
			return in.fault
		}
	}
	if f.before != nil {
		return f.before(op, n)
	}
	return Fault{}
}
