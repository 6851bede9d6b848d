package cli

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// progress says on one line of a terminal how far a play has come, once it takes
// longer than a moment.
type progress struct {
	w       io.Writer
	total   int // events, 0 if that is not known
	started time.Time
	end     chan struct{}
	ended   sync.WaitGroup

	mu    sync.Mutex
	done  int // events, without their copies
	lost  int
	shown bool
}

// The first line comes after progressAfter, then one each progressEvery.
const (
	progressAfter = 1500 * time.Millisecond
	progressEvery = 200 * time.Millisecond
)

// newProgress starts to show progress, if the place for it is a terminal. It has to be
// stopped.
func newProgress(a *app, total int) *progress {
	p := &progress{w: a.Stderr, total: total, started: time.Now(), end: make(chan struct{})}
	if term.Columns(a.Stderr, a.Getenv) > 0 && a.Getenv("TERM") != "dumb" {
		p.ended.Go(p.show)
	}
	return p
}

// count takes note of an event.
func (p *progress) count(x vodtest.Played) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ending := x.Ending()
	if x.Tampered || ending == vodtest.EndingInterrupted {
		return
	}
	if !x.Duplicate {
		p.done++
	}
	if ending == vodtest.EndingLost {
		p.lost++
	}
}

// show writes the line again and again.
func (p *progress) show() {
	next := time.NewTimer(progressAfter)
	defer next.Stop()
	for {
		select {
		case <-p.end:
			return
		case <-next.C:
		}
		p.mu.Lock()
		fmt.Fprint(p.w, "\r\x1b[K"+p.line(time.Since(p.started)))
		p.shown = true
		p.mu.Unlock()
		next.Reset(progressEvery)
	}
}

// line says how far it has come after a time.
func (p *progress) line(after time.Duration) string {
	rate := float64(p.done) / after.Seconds()
	words := []string{counted(p.done, "event"), fmt.Sprintf("%.0f a second", rate)}
	if p.total > 0 {
		words[0] = number(p.done) + " of " + counted(p.total, "event")
		if rate > 0 && p.done < p.total {
			left := time.Duration(float64(p.total-p.done) / rate * float64(time.Second))
			words = append(words, storyTime(left)+" left")
		}
	}
	if p.lost > 0 {
		words = append(words, number(p.lost)+" lost")
	}
	return strings.Join(words, ", ")
}

// stop ends it and wipes the line away.
func (p *progress) stop() {
	close(p.end)
	p.ended.Wait()
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
