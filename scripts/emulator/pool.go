package emulator

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"

	"github.com/vodevents/vodevents/scripts/emulator/mns"
)

// Reasons for which the platform does not run a function at all.
var (
	// ErrThrottled means that every instance is busy.
	ErrThrottled = errors.New("emulator: throttled: all instances are busy")
	// ErrTooLarge means that an event is over the platform's limit.
	ErrTooLarge = errors.New("emulator: event too large")
	// ErrClosed means that the pool was shut down.
	ErrClosed = errors.New("emulator: shut down")
)

// Pool runs the instances of one function. Its methods may be called
// concurrently.
type Pool struct {
	function Function
	protocol protocol
	output   io.Writer

	starts     chan func()    // run on the thread that is the parent of all processes
	starter    sync.WaitGroup // the goroutine on that thread
	goroutines sync.WaitGroup // of the instances
	work       backlog        // invocations and deliveries in progress
	async      backlog        // asynchronous invocations accepted and not ended
	duplicate  every          // of the asynchronous invocations that succeeded
	closing    chan struct{}
	end        sync.Once

	mu        sync.Mutex
	closed    bool
	unhook    func() bool // forgets the context of Start
	instances []*instance // in the order of their start; a busy one keeps its place when it dies
	leaving   []*instance // those before them, which Renew has taken out
	free      []*instance // have room for an invocation; the one used last comes last
	waiting   []chan struct{}
	counts    Counts
	own       []*mns.Server // of topics and queues that were given none
	topics    []*mns.Server // with topics that the function is subscribed to
}

// Start makes a pool for f. It starts no process: that is for the first
// request. The end of ctx kills all instances, and so does [Pool.Shutdown],
// one of which must come.
func Start(ctx context.Context, f Function) (*Pool, error) {
	f, err := f.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &Pool{
		function:  f,
		protocol:  f.Runtime.protocol(),
		output:    &lockedWriter{w: f.Output},
		starts:    make(chan func()),
		duplicate: every{n: f.Async.Duplicate},
		closing:   make(chan struct{}),
	}
	p.starter.Go(func() {
		runtime.LockOSThread() // and never unlocked: see dieWithParent
		for start := range p.starts {
			start()
		}
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unhook = context.AfterFunc(ctx, func() { _ = p.Shutdown(ctx) }) // it is too late for grace
	return p, nil
}

// Shutdown lets no further request in, waits for the invocations in progress
// until ctx ends, then ends all instances like [Pool.Recycle]. Asynchronous
// invocations and messages that wait for a retry are dropped. The error is the
// cause of ctx's end if it cut invocations short.
func (p *Pool) Shutdown(ctx context.Context) error {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.closing)
	}
	p.mu.Unlock()

	err := p.work.wait(ctx)
	if err != nil {
		p.KillAll()
		_ = p.work.wait(context.WithoutCancel(ctx)) // killing ended them
	}
	p.end.Do(func() {
		if ctx.Err() == nil {
			p.Recycle(ctx)
		}
		p.KillAll()
		for _, s := range p.servers(&p.own) {
			s.Close()
		}
		p.goroutines.Wait()
		close(p.starts)
		p.starter.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		p.unhook()
	})
	return err
}

// Instances lists the instances whose process is alive or being started, in
// the order of their start.
func (p *Pool) Instances() []Instance {
	p.mu.Lock()
	all := p.all()
	retired := map[*instance]bool{}
	for _, i := range all {
		retired[i] = i.retired
	}
	p.mu.Unlock()

	var list []Instance
	for _, i := range all {
		if i.gone() {
			continue
		}
		info := i.info()
		if retired[i] {
			info.State = Retired
		}
		list = append(list, info)
	}
	return list
}

// Counts returns what happened so far.
func (p *Pool) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts
}

func (p *Pool) count(f func(*Counts)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.counts)
}

func (p *Pool) snapshot() []*instance {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all()
}

// all returns all instances, in the order of their start.
func (p *Pool) all() []*instance { return slices.Concat(p.leaving, p.instances) }

// begin registers work that Shutdown waits for, unless it is too late.
func (p *Pool) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.work.add(1)
	}
	return !p.closed
}

// whileOpen returns a context that ends, with [ErrClosed], when the pool is shut down.
func (p *Pool) whileOpen(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-p.closing:
			cancel(ErrClosed)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// acquire returns an instance with room for an invocation, or a new one that the caller
// is to start, and makes him a holder.
func (p *Pool) acquire() (i *instance, cold bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.acquireLocked()
}

func (p *Pool) acquireLocked() (i *instance, cold bool, err error) {
	if p.closed {
		return nil, false, ErrClosed
	}
	if last := len(p.free) - 1; last >= 0 {
		i = p.free[last]
		p.hold(i)
		return i, false, nil
	}
	if len(p.instances) >= p.function.Instances {
		p.counts.Throttled++
		return nil, false, ErrThrottled
	}
	i = newInstance(p)
	p.instances = append(p.instances, i)
	p.counts.ColdStarts++
	p.hold(i)
	p.nextInLine() // there may be room for more
	return i, true, nil
}

// hold makes the caller a holder of an instance that is not retired, which is free
// afterwards if it has room for more.
func (p *Pool) hold(i *instance) {
	i.holders++
	p.unlist(i)
	if i.holders < p.function.Concurrency {
		p.free = append(p.free, i)
	}
}

// unhold ends what hold began.
func (p *Pool) unhold(i *instance) {
	i.holders--
	if i.retired && i.holders == 0 {
		close(i.unheld)
	}
}

// unlist takes an instance from those that are free, if it is one.
func (p *Pool) unlist(i *instance) {
	p.free = slices.DeleteFunc(p.free, func(other *instance) bool { return other == i })
}

// await is acquire for those whom nobody waits for: being throttled, it waits
// for its turn.
func (p *Pool) await() (i *instance, cold bool, err error) {
	for {
		p.mu.Lock()
		i, cold, err = p.acquireLocked()
		turn := make(chan struct{})
		if errors.Is(err, ErrThrottled) {
			p.waiting = append(p.waiting, turn)
		}
		p.mu.Unlock()
		if !errors.Is(err, ErrThrottled) {
			return i, cold, err
		}
		select {
		case <-turn:
		case <-p.closing:
			return nil, false, ErrClosed
		}
	}
}

// replace gives the holder of an instance that died another one, in its place, which he is
// to start if it is cold. Where instances are shared, or that one had no place any more, it
// may be one that is there.
func (p *Pool) replace(dead *instance) (i *instance, cold bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unhold(dead)
	p.unlist(dead)
	at := slices.Index(p.instances, dead)
	if p.function.Concurrency > 1 || at < 0 {
		for _, i := range slices.Backward(p.free) {
			if !i.gone() {
				p.hold(i)
				return i, false
			}
		}
	}
	i = newInstance(p)
	if p.closed {
		i.doomed = true
	}
	if at >= 0 {
		p.instances[at] = i
	} else { // it is dropped, or leaving
		p.instances = append(p.instances, i)
	}
	p.hold(i)
	p.counts.ColdStarts++
	return i, true
}

// release gives an instance back. A dead one makes place for another, and so does a
// retired one when it is.
func (p *Pool) release(i *instance) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unhold(i)
	switch {
	case i.retired:
	case i.gone():
		p.bury(i)
	default:
		p.unlist(i)
		p.free = append(p.free, i)
		p.nextInLine()
	}
}

// remove forgets a dead instance.
func (p *Pool) remove(i *instance) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bury(i)
}

// bury drops a dead instance. If it was one for a single holder, and has him still, it
// keeps its place for him.
func (p *Pool) bury(i *instance) {
	p.unlist(i)
	if i.holders == 0 || p.function.Concurrency > 1 {
		p.drop(i)
	}
}

func (p *Pool) drop(i *instance) {
	isIt := func(other *instance) bool { return other == i }
	p.instances = slices.DeleteFunc(p.instances, isIt)
	p.leaving = slices.DeleteFunc(p.leaving, isIt)
	p.nextInLine()
}

func (p *Pool) nextInLine() {
	if len(p.waiting) > 0 {
		close(p.waiting[0])
		p.waiting = p.waiting[1:]
	}
}

// spawn runs f on the thread that lives as long as the pool.
func (p *Pool) spawn(f func()) {
	done := make(chan struct{})
	p.starts <- func() {
		defer close(done)
		f()
	}
	<-done
}
