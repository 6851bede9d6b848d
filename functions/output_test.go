package functions_test

import (
	"bytes"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// testOutput shows what a function writes if its test fails.
type testOutput struct{ t testing.TB }

func (o testOutput) Write(p []byte) (int, error) {
	o.t.Logf("%s", bytes.TrimRight(p, "\n"))
	return len(p), nil
}

// output keeps what a function logs. The zero value works.
type output struct {
	mu    sync.Mutex
	rest  []byte // of a line that is not whole yet
	lines []logLine
	news  chan struct{} // closed at the next line; nil if nobody waits
}

// logLine is a line of the log, as far as tests look at it.
type logLine struct {
	Msg, Outcome, Address string
	RequestID             string `json:"request_id"`
	SourceID              string `json:"source_id"`
}

// Write keeps the lines of the function. Those of the SDKs are no JSON.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.rest = append(o.rest, p...)
	for {
		text, rest, whole := bytes.Cut(o.rest, []byte("\n"))
		if !whole {
			break
		}
		o.rest = rest
		var line logLine
		if json.Unmarshal(text, &line) == nil {
			o.lines = append(o.lines, line)
		}
	}
	if o.news != nil {
		close(o.news)
		o.news = nil
	}
	return len(p), nil
}

// await returns the first n lines with a message, once they are there.
func (o *output) await(t testing.TB, msg string, n int) []logLine {
	t.Helper()
	patience := time.After(30 * time.Second)
	for {
		lines, news := o.find(msg)
		if len(lines) >= n {
			return lines[:n]
		}
		select {
		case <-news:
		case <-patience:
			require.FailNow(t, "the function does not log this", "%q %d times", msg, n)
		}
	}
}

// find returns the lines with a message, and what is closed when there are more.
func (o *output) find(msg string) ([]logLine, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var found []logLine
	for _, line := range o.lines {
		if line.Msg == msg {
			found = append(found, line)
		}
	}
	if o.news == nil {
		o.news = make(chan struct{})
	}
	return found, o.news
}
