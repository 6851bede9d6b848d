package emulator

import (
	"context"
	"sync"
	"time"
)

// Recycle ends all instances as the platform does when it wants their place, and waits
// until their processes are gone. Each one's PreStop hook is called, if the function has
// one; then it gets SIGTERM, if the function has a Grace; then it is killed. Instances
// that have an event in hand are not spared, not even those that [Pool.Renew] lets answer,
// but get no other. Later requests start new instances, as soon as there is place for them.
// The end of ctx kills at once.
func (p *Pool) Recycle(ctx context.Context) {
	p.mu.Lock()
	p.retire()
	retired := p.all()
	p.mu.Unlock()
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

// retire sees to it that no instance there is gets another event.
func (p *Pool) retire() {
	p.free = nil
	for _, i := range p.instances {
		if i.retired {
			continue
		}
		i.retired = true
		if i.holders == 0 {
			close(i.unheld)
		}
	}
}

// end ends a retired instance, and returns when it is gone. That happens once, whoever
// asks for it.
func (i *instance) end() { i.ending.Do(i.endOnce) }

func (i *instance) endOnce() {
	p := i.pool
	if p.function.PreStop > 0 && !i.gone() {
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
