package openapi

import "net/http"

// Fault is what goes wrong with a request. The zero value is no fault.
type Fault struct {
	// Status and Code make an error answer, such as 503 and ServiceUnavailable.
	Status int
	Code   string
	// Hang leaves the request without an answer until the client gives up.
	Hang bool
	// Drop closes the connection without an answer.
	Drop bool
	// Applied says that the request is carried out all the same: the client only hears
	// nothing, or something else.
	Applied bool
}

// SetFault has f say what goes wrong with each authentic request from now on, before it
// is carried out; nil means nothing. It may be called concurrently, and may change what
// the server keeps.
func (s *Server) SetFault(f func(Call) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

func (s *Server) faultOf(c Call) Fault {
	s.mu.Lock()
	f := s.fault
	s.mu.Unlock()
	if f == nil {
		return Fault{}
	}
	return f(c)
}

// strike does to the answer what the fault says.
func (f Fault) strike(w http.ResponseWriter, r *http.Request) {
	switch {
	case f.Hang:
		<-r.Context().Done()
	case f.Drop:
		panic(http.ErrAbortHandler)
	case f.Status != 0:
		writeError(w, r, newFailure(f.Status, f.Code, "The request processing has failed due to some unknown error."))
	}
}

// unheard takes the answer to a request whose client does not hear it.
type unheard struct{}

func (unheard) Header() http.Header         { return http.Header{} }
func (unheard) Write(b []byte) (int, error) { return len(b), nil }
func (unheard) WriteHeader(int)             {}
