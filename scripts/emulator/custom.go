package emulator

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The paths of a custom runtime, which are also the values of x-fc-control-path
// (Function Compute, "Context and log format", "Function instance lifecycle hooks").
const (
	eventPath   = "/invoke"
	requestPath = "/http-invoke"
	preStopPath = "/pre-stop"
)

// server is the one that the process of a custom runtime is.
type server struct {
	address   string // on loopback, where the process is reached
	transport *http.Transport
	token     net.PacketConn // whoever has it has the port
}

// Close gives the port back.
func (s server) Close() error {
	s.transport.CloseIdleConnections()
	return s.token.Close()
}

// Ports for functions are not among those that the kernel gives away by itself (Linux:
// from 32768 on), so that nobody has one before its function does.
const (
	firstPort = 20000
	lastPort  = 32000
)

// choosePort finds the port on which the process is to listen, and on which nobody does.
// (Listening to find out would not do: a process that is just being started inherits the
// listener for a moment.) The port of the same number for UDP, which nobody uses, keeps
// other emulators from choosing it, too, until the process is gone.
func (i *instance) choosePort() (io.Closer, string, error) {
	for range 1000 {
		address := "127.0.0.1:" + strconv.Itoa(firstPort+rand.IntN(lastPort-firstPort)) //nolint:gosec // Nobody need be surprised by it.
		token, err := net.ListenPacket("udp", address)                                  //nolint:noctx // Listening does not block.
		if err != nil {
			continue
		}
		if conn, err := net.Dial("tcp", address); err == nil { //nolint:noctx // Dialling loopback does not block.
			_, _ = conn.Close(), token.Close()
			continue
		}
		_, port, _ := strings.Cut(address, ":")
		i.server = server{
			address: net.JoinHostPort(outside(), port),
			transport: &http.Transport{
				DialContext: i.dial, DisableCompression: true, MaxIdleConnsPerHost: i.pool.function.Concurrency,
			},
			token: token,
		}
		return i.server, address, nil
	}
	return nil, "", errors.New("no free port for the function")
}

// outside is the host by which the process is reached: on Linux one of this machine's
// addresses that is not the one that programs listen on by habit, since a function must
// listen on all of them. Other systems may have only that one.
func outside() string {
	if runtime.GOOS == "linux" {
		return "127.0.0.2"
	}
	return "127.0.0.1"
}

// dial counts connections.
func (i *instance) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	if err == nil {
		i.connected(conn, http.StateNew)
	}
	return conn, err
}

// awaitListening returns when the process accepts connections. One that does not in time
// is killed.
func (i *instance) awaitListening() error {
	limit, pause := time.NewTimer(askLimit), time.NewTicker(2*time.Millisecond)
	defer limit.Stop()
	defer pause.Stop()
	for {
		conn, err := net.Dial("tcp", i.server.address) //nolint:noctx // Dialling loopback does not block.
		if err == nil {
			_ = conn.Close()
			break
		}
		select {
		case <-pause.C:
		case <-i.exited:
			return errors.New(i.lastWords())
		case <-limit.C:
			i.kill()
			<-i.exited
			return errors.New("did not listen on its port, on all addresses, in " + askLimit.String())
		}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.state = Idle
	return nil
}

// send puts an invocation to the process and returns how it ended. The process is frozen
// as soon as it has answered all that it has.
func (i *instance) send(inv *invocation) answer {
	i.wake(inv)
	ctx, cancel := context.WithTimeout(context.Background(), inv.timeout)
	defer cancel()
	a, err := i.exchange(ctx, inv)
	if err != nil {
		a = i.interrupted(ctx, inv, err)
	}
	i.take(inv.id)
	i.rest()
	return a
}

// exchange sends the request of an invocation. The error is that of the connection.
func (i *instance) exchange(ctx context.Context, inv *invocation) (answer, error) {
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { i.busy(inv) }})
	response, err := i.server.transport.RoundTrip(i.request(ctx, inv))
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	limit := i.pool.protocol.maxSync
	body, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		return answer{}, err
	}
	a := answer{body: body}
	switch {
	case int64(len(body)) > limit:
		a = answer{outcome: tooLarge}
	case inv.hook == preStopHook:
		if response.StatusCode/100 != 2 {
			a.outcome = failed
		}
	default:
		// A function that says nothing has succeeded, whatever the status of its answer.
		if status := response.Header.Get("X-Fc-Status"); status != "" && status != "200" {
			a.outcome = failed
		}
	}
	if inv.request != nil {
		a.reply = &reply{status: response.StatusCode, header: response.Header}
	}
	return a, nil
}

// endLimit is how long a process that broke off a connection may take to end, if that was
// why.
const endLimit = 5 * time.Second

// interrupted says how an invocation ended that got no answer.
func (i *instance) interrupted(ctx context.Context, inv *invocation, err error) answer {
	if ctx.Err() != nil {
		i.kill()
		<-i.exited
		return answer{outcome: timedOut}
	}
	alive := time.NewTimer(endLimit)
	defer alive.Stop()
	select {
	case <-i.exited:
	case <-alive.C:
		return answer{outcome: brokenOff, body: []byte(err.Error())}
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if !inv.taken {
		return answer{outcome: notTaken, body: []byte(i.lastWords())}
	}
	return answer{outcome: exited}
}

// request is an invocation as the process gets it.
func (i *instance) request(ctx context.Context, inv *invocation) *http.Request {
	r := &http.Request{
		Method: http.MethodPost, URL: &url.URL{Path: eventPath}, Header: http.Header{"Content-Type": {"application/octet-stream"}},
		Body: io.NopCloser(bytes.NewReader(inv.payload)), ContentLength: int64(len(inv.payload)),
	}
	control := eventPath
	switch {
	case inv.hook == preStopHook:
		r.Method, r.URL.Path, r.Header, control = http.MethodGet, preStopPath, http.Header{}, preStopPath
	case inv.request != nil:
		control = requestPath
		r.Method, r.Host, r.Header = inv.request.Method, inv.request.Host, passedHeader(inv.request)
		u := *inv.request.URL
		r.URL = &u
	}
	r.URL.Scheme, r.URL.Host = "http", i.server.address
	maps.Copy(r.Header, i.pool.protocol.header(i.pool.function, inv))
	r.Header.Set("X-Fc-Control-Path", control)
	if len(inv.payload) == 0 {
		r.Body = http.NoBody
	}
	return r.WithContext(ctx)
}

// passedHeader is the header of a request of the HTTP trigger as the function gets it,
// before the platform's own is added.
func passedHeader(r *http.Request) http.Header {
	h := r.Header.Clone()
	for name := range h {
		if withheld(name) {
			delete(h, name)
		}
	}
	h.Set("X-Forwarded-For", strings.Join(append(h.Values("X-Forwarded-For"), sourceIP(r)), ", "))
	if _, ok := h["User-Agent"]; !ok {
		h["User-Agent"] = nil // else it would be this package's
	}
	return h
}

// customHeader is what the platform says to a custom runtime. Of a hook's own timeout it
// says nothing.
func customHeader(f Function, inv *invocation) http.Header {
	h := fcHeader(f, inv)
	h.Del("X-Fc-Function-Type")
	h.Del("X-Fc-Function-Deadline")
	h.Set("X-Fc-Function-Timeout", strconv.Itoa(wholeSeconds(f.Timeout)))
	return h
}

func customEnvironment(f Function, instance, address string) []string {
	_, port, _ := strings.Cut(address, ":")
	return append(fcCommon(f, instance), "FC_CUSTOM_LISTEN_PORT="+port, "FC_FUNCTION_VERSION=LATEST")
}

// reply is the answer of a custom runtime to a request of the HTTP trigger.
type reply struct {
	status int
	header http.Header
}

// passReply passes the answer of a custom runtime on as it is. For one that did not answer
// the platform says 502. One that says that it failed is taken for failed, whatever else
// it says.
func (p *Pool) passReply(w http.ResponseWriter, result Result) {
	switch {
	case result.ErrorType == UnhandledInvocationError:
		writeFailure(w, http.StatusOK, result.ErrorType, result.Payload)
		return
	case result.ErrorType != "":
		writeFailure(w, http.StatusBadGateway, result.ErrorType, result.Payload)
		return
	}
	for name := range result.reply.header {
		if reserved(name) {
			delete(result.reply.header, name)
		}
	}
	if headerSize(result.reply.header) > maxHeader {
		p.count(func(c *Counts) { c.Errors++ })
		p.refuse(w, http.StatusBadGateway, BadResponse, "the header of the function's reply is too large")
		return
	}
	for name, values := range result.reply.header {
		w.Header()[name] = slices.Clone(values)
	}
	w.WriteHeader(result.reply.status)
	_, _ = w.Write(result.Payload) // the caller may have left
}
