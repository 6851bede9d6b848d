package tablestore

import (
	"cmp"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The instance's own credentials. They open nothing.
const (
	accessKeyID     = "LTAI5tEmulator"
	accessKeySecret = "emulator-secret"
)

// defaultInstance is the name of instances that were given none.
const defaultInstance = "emulator"

// Options is how the instance behaves. The zero value works.
type Options struct {
	// Instance is the instance's name; default "emulator".
	Instance string
	// TableDelay is how long a new table or index answers OTSTableNotReady. The
	// service takes seconds, up to a minute.
	TableDelay time.Duration
	// IndexDelay is how long a global index lags behind its table. The service
	// takes milliseconds, and promises nothing. Local indexes never lag.
	IndexDelay time.Duration
	// Now is the instance's clock; nil means time.Now. It may be called from
	// several goroutines at once.
	Now func() time.Time
}

// Server is a Tablestore instance on loopback. Its methods may be used from
// several goroutines at once.
type Server struct {
	Endpoint        string // http://127.0.0.1:<port>
	Instance        string
	AccessKeyID     string // of the owner; see [Server.Issue] for temporary ones
	AccessKeySecret string

	options Options

	lifeMu  sync.Mutex // guards http
	http    *http.Server
	serving sync.WaitGroup

	keys   keyring
	faults faults

	mu     sync.Mutex
	tables map[string]*table // of both kinds: tables and their indexes
}

// Start starts an instance without tables. [Server.Close] ends it.
func Start(o Options) (*Server, error) {
	o.Instance = cmp.Or(o.Instance, defaultInstance)
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Server{
		Instance:        o.Instance,
		AccessKeyID:     accessKeyID,
		AccessKeySecret: accessKeySecret,
		options:         o,
		tables:          map[string]*table{},
	}
	s.keys.add(Credentials{AccessKeyID: accessKeyID, AccessKeySecret: accessKeySecret}, time.Time{})
	address, err := s.listen("127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.Endpoint = "http://" + address
	return s, nil
}

// listen starts to serve at an address, and returns it.
func (s *Server) listen(address string) (string, error) {
	listener, err := net.Listen("tcp", address) //nolint:noctx // Listening on loopback does not block.
	if err != nil {
		return "", fmt.Errorf("tablestore emulator: listen: %w", err)
	}
	server := &http.Server{
		Handler:           http.HandlerFunc(s.serve),
		ReadHeaderTimeout: time.Minute,
		// Connections are cut on purpose here; nobody wants to read about it.
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	s.http = server
	s.serving.Go(func() { _ = server.Serve(listener) }) // ends with ErrServerClosed
	return listener.Addr().String(), nil
}

// Restart cuts all connections and stops listening, and then listens again at
// the same address. What was written is still there, and so are credentials and
// faults; what was on its way may have been applied or not.
func (s *Server) Restart() error {
	s.lifeMu.Lock()
	defer s.lifeMu.Unlock()
	s.stop()
	_, err := s.listen(strings.TrimPrefix(s.Endpoint, "http://"))
	return err
}

// Close cuts all connections and stops listening. Requests that hang are given up.
func (s *Server) Close() {
	s.lifeMu.Lock()
	defer s.lifeMu.Unlock()
	s.stop()
}

func (s *Server) stop() {
	_ = s.http.Close()
	s.serving.Wait()
}

// serve answers one request.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	op := operationOf(r)
	n := s.faults.count(op)
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		s.refuse(w, receiveError(err))
		return
	}
	if err := s.admit(r, op, body); err != nil {
		s.refuse(w, err)
		return
	}
	fault := s.faults.meet(op, n)
	switch {
	case fault.Hang:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case fault.Cut:
		panic(http.ErrAbortHandler)
	case fault.Code != "":
		s.refuse(w, errorOf(fault.Code))
		return
	}
	reply, err := s.handle(op, body, fault)
	if fault.Delay > 0 {
		select {
		case <-time.After(fault.Delay):
		case <-r.Context().Done():
		}
	}
	switch {
	case fault.Drop:
		panic(http.ErrAbortHandler)
	case fault.Empty:
		s.write(w, http.StatusOK, nil)
	case err != nil:
		s.refuse(w, err)
	default:
		s.write(w, http.StatusOK, reply)
	}
}
