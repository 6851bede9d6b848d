package serve

import (
	"errors"
	"io"
	"time"
)

const (
	// largeBody is the size in bytes from which on a body is large: more than any event has.
	largeBody = 1 << 20
	// largeAtOnce is how many large bodies are held at a time. Nobody sends such but
	// whoever has seen a signature, and memory has an end.
	largeAtOnce = 2
)

var errManyLarge = errors.New("serve: too many large bodies at once")

// metered is a body that needs a slot once it is found to be large. It holds the slot
// until release is called.
type metered struct {
	io.ReadCloser

	slots    chan struct{}
	patience time.Duration // how long to wait for a slot
	read     int
	held     bool
}

// Read implements io.Reader.
func (m *metered) Read(p []byte) (int, error) {
	if m.read > largeBody && !m.held {
		select {
		case m.slots <- struct{}{}:
			m.held = true
		case <-time.After(m.patience):
			return 0, errManyLarge
		}
	}
	n, err := m.ReadCloser.Read(p)
	m.read += n
	return n, err
}

func (m *metered) release() {
	if m.held {
		<-m.slots
	}
}
