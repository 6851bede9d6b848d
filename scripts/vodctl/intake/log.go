package intake

import (
	"bytes"
	"slices"
	"sync"

	"github.com/vodevents/vodevents/shared/vod"
)

const (
	// Keep is how many arrivals a [Log] remembers at most.
	Keep = 1000
	// MaxBody is how much of a body is kept, in bytes.
	MaxBody = 64 << 10
	// maxSize is how much memory all arrivals may take, in bytes. A thousand events with
	// their headers take some 5 MB.
	maxSize = 32 << 20
	// overhead is about what an arrival takes besides its texts, in bytes.
	overhead = 512
)

// Log remembers the last arrivals: at most [Keep], and fewer if they are large, so that
// it takes some 32 MB at most. The zero Log is empty and works. It may be used by
// several goroutines at once.
type Log struct {
	mu       sync.Mutex
	arrivals []Arrival // the oldest one first, with numbers in a row
	last     int       // the number of the last one
	size     int       // of all of them, in bytes
	news     chan struct{}
}

// Add remembers an arrival and returns its number. Of its body and its answer it copies
// as much as is kept, of its header and URL all but what may be secret; Size is filled in
// if it is 0.
func (l *Log) Add(a Arrival) (number int) {
	if a.Size == 0 {
		a.Size = int64(len(a.Body))
	}
	a.Header, a.URL = withoutSecrets(a.Header), withoutValues(a.URL)
	a.Body = bytes.Clone(a.Body[:min(len(a.Body), MaxBody)])
	a.Answer = bytes.Clone(a.Answer[:min(len(a.Answer), MaxBody)])

	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	a.Number = l.last
	l.arrivals = append(l.arrivals, a)
	l.size += a.memory()
	for len(l.arrivals) > Keep || l.size > maxSize && len(l.arrivals) > 1 {
		l.size -= l.arrivals[0].memory()
		l.arrivals[0] = Arrival{} // what it refers to is free, although the array is not
		l.arrivals = l.arrivals[1:]
	}
	if l.news != nil {
		close(l.news)
		l.news = nil
	}
	return a.Number
}

// List returns the last n arrivals, the last one first. What they refer to must not be
// changed.
func (l *Log) List(n int) []Arrival {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := slices.Clone(l.arrivals[len(l.arrivals)-max(0, min(n, len(l.arrivals))):])
	slices.Reverse(list)
	return list
}

// Of returns the arrivals with an id, the last one first.
func (l *Log) Of(id vod.ID) []Arrival {
	return slices.DeleteFunc(l.List(Keep), func(a Arrival) bool { return a.ID != id })
}

// Get returns the arrival with a number, if it is still remembered.
func (l *Log) Get(number int) (Arrival, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := number - (l.last - len(l.arrivals) + 1)
	if i < 0 || i >= len(l.arrivals) {
		return Arrival{}, false
	}
	return l.arrivals[i], true
}

// News returns a channel that is closed when something more comes in. Ask for it before
// you look at what there is, so that you miss nothing in between.
func (l *Log) News() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.news == nil {
		l.news = make(chan struct{})
	}
	return l.news
}

// memory is about how many bytes an arrival takes.
func (a *Arrival) memory() int {
	n := overhead + len(a.Subject) + len(a.Detail) + len(a.URL) + len(a.Body) + len(a.Answer)
	for name, values := range a.Header {
		n += len(name)
		for _, v := range values {
			n += len(v)
		}
	}
	for _, v := range a.Signature.Variants {
		n += len(v.URL)
	}
	return n
}
