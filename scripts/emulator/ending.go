package emulator

import (
	"context"
	"sync"
	"time"
)

// Recycle ends all instances as the platform does when it wants their place, and waits
// until their processes are gone. Each one's PreStop hook is called, if the function has
// one; then it gets SIGTERM, if the function has a Grace; then it is killed. Instances
// that have an event in hand are not spared, but get no other. Later requests start new
// instances. The end of ctx kills at once.
func (p *Pool) Recycle(ctx context.Context) {
	retired := p.retire()
	defer context.AfterFunc(ctx, func() {
		for _, i := range retired {
			i.kill()
		}
	})()
	var ends sync.WaitGroup
	for _, i := range retired {
		ends.Go(i.end)
	}
	ends.Wait()
}

// retire sees to it that no instance there is gets another event, and returns them.
func (p *Pool) retire() []*instance {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.free = nil
	var retired []*instance
	for _, i := range p.instances {
		if !i.retired {
			i.retired = true
			retired = append(retired, i)
		}
	}
	return retired
}

// end ends a retired instance.
func (i *instance) end() {
	p := i.pool
	if p.function.PreStop > 0 {
		hook := p.invocation(call{id: p.protocol.requestID(), hook: preStopHook})
		if i.serve(hook).outcome != answered {
			p.count(func(c *Counts) { c.HookFailures++ })
		}
	}
	if p.function.Grace > 0 && i.terminate() {
		grace := time.NewTimer(p.function.Grace)
		defer grace.Stop()
		select {
		case <-i.exited:
		case <-grace.C:
		}
	}
	i.kill()
	<-i.exited
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop(i)
}

// terminate sends SIGTERM to the process, also to a frozen one, and reports whether it
// did. Lambda has none for processes that registered no extension.
func (i *instance) terminate() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.cmd == nil || i.gone() || i.pool.function.Runtime == Lambda && !i.extended {
		return false
	}
	i.doomed = true
	if i.freezes() {
		thaw(i.cmd.Process)
	}
	return terminate(i.cmd.Process)
}

// kill ends the process at once, also a frozen one, or keeps it from being
// started. It does not wait.
func (i *instance) kill() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.doomed = true
	if i.cmd != nil && !i.gone() {
		kill(i.cmd.Process)
	}
}

// KillAll kills every instance at once (kill -9), busy or frozen, and waits
// until their processes are gone. Later requests start new ones.
func (p *Pool) KillAll() {
	all := p.snapshot()
	for _, i := range all {
		i.kill()
	}
	for _, i := range all {
		<-i.exited
		p.remove(i)
	}
}
