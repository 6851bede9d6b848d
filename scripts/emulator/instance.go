package emulator

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"
)

// askLimit is how long a process may take to ask for its next event, from its
// start or from its thawing.
const askLimit = 10 * time.Second

// State is what an instance is doing.
type State string

// The states of an instance.
const (
	Starting State = "starting" // the process has not asked for its first event
	Busy     State = "busy"     // it has an event that it has not answered
	Frozen   State = "frozen"   // it is stopped, waiting for an event
	Idle     State = "idle"     // it is waiting for an event, and not stopped
)

// Instance is a process that runs the function, at one moment.
type Instance struct {
	ID    string `json:"id"`
	PID   int    `json:"pid"` // 0 until the process runs
	State State  `json:"state"`
	// Connections is how many TCP connections the process has opened to its
	// runtime API so far.
	Connections int `json:"connections"`
}

// hook is which of its handlers a function is to call.
type hook int

// The hooks, as the FC SDK numbers them. Others (1, initializer; 3, preFreeze)
// are not used.
const (
	handlerHook hook = 0
	preStopHook hook = 2
)

// invocation is one event on its way through an instance.
type invocation struct {
	id      string
	hook    hook
	payload []byte
	retry   int // how many attempts came before
	timeout time.Duration
	taken   bool        // by the process; the instance's lock guards it
	answer  chan answer // holds one
}

// answer is how an invocation ended.
type answer struct {
	outcome outcome
	body    []byte
}

type outcome int

const (
	answered outcome = iota // body is what the function returned
	failed                  // body is the error as the SDK reports it
	tooLarge                // the function's answer is over the limit
	exited                  // the process ended in mid-invocation
	timedOut                // the process was killed at the end of its time
	notTaken                // the process never asked for the event; body says why
)

// instance is a process with a runtime API of its own.
type instance struct {
	id     string
	pool   *Pool
	output *lines
	events chan *invocation // to the process's request for the next event
	exited chan struct{}    // closed when the process is gone, or could not be started

	mu          sync.Mutex
	cmd         *exec.Cmd // nil until started
	doomed      bool      // its end was asked for, perhaps before it was started
	extended    bool      // it has registered an extension, which Lambda requires for SIGTERM
	state       State
	current     map[string]*invocation // by request id: not answered yet
	answered    string                 // the request id answered last
	connections int

	retired bool // gets no further event; the pool's lock guards it
}

func newInstance(p *Pool) *instance {
	return &instance{
		id:      "c-" + randomHex(8),
		pool:    p,
		output:  &lines{out: p.output},
		events:  make(chan *invocation),
		exited:  make(chan struct{}),
		state:   Starting,
		current: map[string]*invocation{},
	}
}

// start runs the process. It must be called once. When it fails, the instance is gone.
func (i *instance) start() error {
	server, address, err := i.listen()
	if err != nil {
		close(i.exited)
		return err
	}
	if err := i.run(server, address); err != nil {
		_ = server.Close() // nobody ever connected
		close(i.exited)
		return fmt.Errorf("start %s: %w", i.pool.function.Name, err)
	}
	return nil
}

func (i *instance) run(server *http.Server, address string) error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	f := i.pool.function
	cmd := &exec.Cmd{
		Path:        f.Path,
		Args:        append([]string{f.Path}, f.Args...),
		Env:         environment(f, i.id, address),
		Dir:         f.Dir,
		Stdout:      write,
		Stderr:      write,
		SysProcAttr: processAttributes(),
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	err = errors.New("killed before it was started")
	if !i.doomed {
		i.pool.spawn(func() { err = cmd.Start() })
	}
	_ = write.Close()
	if err != nil {
		_ = read.Close()
		return err
	}
	i.cmd = cmd
	i.pool.goroutines.Go(func() { i.reap(server, read) })
	return nil
}

// reap waits for the end of the process and clears away what it leaves.
func (i *instance) reap(server *http.Server, output io.ReadCloser) {
	copied := make(chan struct{})
	go func() {
		_, _ = io.Copy(i.output, output) // ends when the last child is gone
		close(copied)
	}()
	_ = i.cmd.Wait() // ProcessState keeps the status
	kill(i.cmd.Process)
	<-copied
	_ = output.Close()
	i.output.flush()
	_ = server.Close()
	if i.diedIdle() {
		i.pool.count(func(c *Counts) { c.DiedIdle++ })
	}
	close(i.exited)
	i.pool.remove(i)
}

// diedIdle says of a process that has ended whether that was between two events
// and nobody's wish.
func (i *instance) diedIdle() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, inv := range i.current {
		if inv.taken {
			return false
		}
	}
	return !i.doomed && i.answered != ""
}

// serve hands an event out and returns how it ended.
func (i *instance) serve(inv *invocation) answer {
	i.wake(inv)
	asked := time.NewTimer(askLimit)
	defer asked.Stop()
	select {
	case i.events <- inv:
	case <-i.exited:
		return answer{outcome: notTaken, body: []byte(i.lastWords())}
	case <-asked.C:
		i.kill()
		<-i.exited
		return answer{outcome: notTaken, body: []byte("did not ask for an event in " + askLimit.String())}
	}

	limit := time.NewTimer(inv.timeout)
	defer limit.Stop()
	ended := exited
	select {
	case a := <-inv.answer:
		return a
	case <-limit.C:
		ended = timedOut
		i.kill()
		<-i.exited
	case <-i.exited:
	}
	if i.take(inv.id) == nil {
		return <-inv.answer // it was acknowledged in the last moment
	}
	return answer{outcome: ended}
}

// wake thaws the process for an event.
func (i *instance) wake(inv *invocation) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.current[inv.id] = inv
	if i.state != Starting {
		i.state = Busy
	}
	if i.freezes() {
		thaw(i.cmd.Process)
	}
}

// rest ends the time of the process on an event that it has answered, unless it has
// another one, or is to end.
func (i *instance) rest() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.current) > 0 || i.doomed {
		return
	}
	i.state = Idle
	if i.freezes() {
		i.state = Frozen
		freeze(i.cmd.Process)
	}
}

func (i *instance) freezes() bool {
	return canFreeze && !i.pool.function.NoFreeze && i.cmd != nil && !i.gone()
}

// take ends an invocation for the process: it returns it, or nil if it is not
// in progress.
func (i *instance) take(id string) *invocation {
	i.mu.Lock()
	defer i.mu.Unlock()
	inv := i.current[id]
	if inv == nil {
		return nil
	}
	delete(i.current, id)
	i.answered = id
	return inv
}

func (i *instance) gone() bool {
	select {
	case <-i.exited:
		return true
	default:
		return false
	}
}

// lastWords says how the process ended and what it wrote before.
func (i *instance) lastWords() string {
	if i.cmd == nil {
		return ""
	}
	words := i.cmd.ProcessState.String()
	if tail := i.output.tail(); tail != "" {
		words += "; its last output: " + tail
	}
	return words
}

func (i *instance) info() Instance {
	i.mu.Lock()
	defer i.mu.Unlock()
	info := Instance{ID: i.id, State: i.state, Connections: i.connections}
	if i.cmd != nil {
		info.PID = i.cmd.Process.Pid
	}
	return info
}
