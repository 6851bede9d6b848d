package emulator

import (
	"cmp"
	"context"
	"time"
)

// TimerTrigger is how a timer is tied to the function. The zero value works.
type TimerTrigger struct {
	Name    string        // the trigger's; default timer
	Every   time.Duration // default 1 min, which is the shortest that Function Compute has
	Payload string        // text that the function gets
}

// timerEvent is what a timer trigger hands over (Function Compute, "Timer
// triggers").
type timerEvent struct {
	Time    string `json:"triggerTime"`
	Name    string `json:"triggerName"`
	Payload string `json:"payload"`
}

// Timer invokes the function from time to time, asynchronously, until the pool is
// shut down; the first time when the interval is over. It reports false if that is
// so already.
func (p *Pool) Timer(ctx context.Context, t TimerTrigger) bool {
	t.Name = cmp.Or(t.Name, "timer")
	t.Every = cmp.Or(t.Every, time.Minute)
	if !p.begin() {
		return false
	}
	ctx = context.WithoutCancel(ctx) // Shutdown ends it
	go func() {
		defer p.work.add(-1)
		for p.wait(t.Every) == nil {
			event := timerEvent{Time: time.Now().UTC().Format(time.RFC3339), Name: t.Name, Payload: t.Payload}
			if _, err := p.InvokeAsync(ctx, encode(event)); err != nil {
				return // the pool is closed; nothing else can be wrong with it
			}
		}
	}()
	return true
}
