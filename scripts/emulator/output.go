package emulator

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"
)

// maxLine is where longer lines are cut, as Function Compute does (limits page).
const maxLine = 32 << 10

// tailLines is how much of the output an error about a failed start quotes.
const tailLines = 10

// lockedWriter makes a writer safe for several instances at once.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// lines passes the output of one instance on, line by line, and remembers the
// last ones.
type lines struct {
	out     io.Writer
	mu      sync.Mutex
	partial []byte
	last    []string
}

// Write never fails: a function goes on when nobody reads its log.
func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.partial = append(l.partial, p...)
	for {
		end := bytes.IndexByte(l.partial, '\n') + 1
		if end == 0 && len(l.partial) < maxLine {
			return len(p), nil
		}
		if end == 0 || end > maxLine {
			end = maxLine
		}
		l.emit(l.partial[:end])
		l.partial = slices.Delete(l.partial, 0, end)
	}
}

// flush passes on a last line that no newline ended.
func (l *lines) flush() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.partial) > 0 {
		l.emit(l.partial)
		l.partial = nil
	}
}

func (l *lines) emit(line []byte) {
	text := strings.TrimSuffix(string(line), "\n")
	_, _ = io.WriteString(l.out, text+"\n")
	l.last = append(l.last, text)
	if len(l.last) > tailLines {
		l.last = l.last[1:]
	}
}

// tail returns the last lines, as one text.
func (l *lines) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.last, "\n")
}
