package services

import "testing"

// Server is a server that one test has for itself. Its methods return when the
// server is as they say, end the test if that fails, and are for the goroutine of
// the test. Port and data stay the same for its whole life.
type Server struct {
	URL string // with a password; of an empty database named vod, where there are databases

	t    testing.TB
	name string
	*running
}

// Own returns a new server that runs, and goes away with the test: postgres, mysql
// or redis.
func Own(t testing.TB, name string) *Server {
	t.Helper()
	r, err := run(name)
	need(t, err)
	t.Cleanup(func() {
		if err := r.stop(); err != nil {
			t.Error("services: ", err)
		}
	})
	return &Server{URL: r.url, t: t, name: name, running: r}
}

// Kill ends the server and all its processes with SIGKILL.
func (s *Server) Kill() { s.must("kill") }

// Stop stops the server in the order it likes; clients lose their connections.
func (s *Server) Stop() { s.must("stop") }

// Start starts the server after [Server.Kill] or [Server.Stop], and waits until it
// answers.
func (s *Server) Start() { s.must("start") }

// Freeze stops the processes of the server where they are: connections stay and
// are made, but nothing answers.
func (s *Server) Freeze() { s.must("freeze") }

// Thaw lets a frozen server go on.
func (s *Server) Thaw() { s.must("thaw") }

func (s *Server) must(what string) {
	s.t.Helper()
	if err := s.do(what, s.name); err != nil {
		s.t.Fatal("services: ", err)
	}
}
