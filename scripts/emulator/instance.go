package emulator

import (
	"net/http"
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
	Retired  State = "retired"  // it gets no further event, and ends; it may have one in hand
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
	request *http.Request // of the HTTP trigger, if it is passed on as it came; its body is the payload
	retry   int           // how many attempts came before
	timeout time.Duration
	taken   bool        // by the process; the instance's lock guards it
	answer  chan answer // holds one
}

// answer is how an invocation ended.
type answer struct {
	outcome outcome
	body    []byte
	reply   *reply // to a request that was passed on as it came
}

type outcome int

const (
	answered   outcome = iota // body is what the function returned
	failed                    // body is the error as the SDK reports it
	tooLarge                  // the function's answer is over the limit
	exited                    // the process ended in mid-invocation
	timedOut                  // the process was killed at the end of its time
	notTaken                  // the process never got the event; body says why
	notStarted                // nor anything else: it did not start; body says why
	brokenOff                 // the process closed the connection, and lives
)

// instance is a process with a runtime API of its own, or with a port to listen on.
type instance struct {
	id      string
	pool    *Pool
	output  *lines
	events  chan *invocation // to the process's request for the next event
	began   chan struct{}    // closed when the process was started, or could not be
	failure error            // why it could not be; belongs to began
	server  server           // in the process, if it has no runtime API; belongs to began
	exited  chan struct{}    // closed when the process is gone, or could not be started

	mu          sync.Mutex
	cmd         *exec.Cmd // nil until started
	doomed      bool      // its end was asked for, perhaps before it was started
	extended    bool      // it has registered an extension, which Lambda requires for SIGTERM
	state       State
	current     map[string]*invocation // by request id: not answered yet
	answered    string                 // the request id answered last
	connections int

	// The pool's lock guards these.
	holders int           // invocations that hold it
	retired bool          // gets no further event
	unheld  chan struct{} // closed when it is retired and nobody holds it

	ending sync.Once // its end, once it is retired
}

func newInstance(p *Pool) *instance {
	return &instance{
		id:      "c-" + randomHex(8),
		pool:    p,
		output:  &lines{out: p.output},
		events:  make(chan *invocation),
		began:   make(chan struct{}),
		exited:  make(chan struct{}),
		unheld:  make(chan struct{}),
		state:   Starting,
		current: map[string]*invocation{},
	}
}

// serve hands an event out and returns how it ended.
func (i *instance) serve(inv *invocation) answer {
	<-i.began
	if i.failure != nil {
		return answer{outcome: notStarted, body: []byte(i.failure.Error())}
	}
	if i.pool.function.Runtime == CustomRuntime {
		return i.send(inv)
	}
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

func (i *instance) info() Instance {
	i.mu.Lock()
	defer i.mu.Unlock()
	info := Instance{ID: i.id, State: i.state, Connections: i.connections}
	if i.cmd != nil {
		info.PID = i.cmd.Process.Pid
	}
	return info
}
