package dev // what runs is not exported

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

// workshop makes a module with functions that are built in a moment: they answer everything
// with a text of the package shared/answer, after some milliseconds of work. One that is
// told to hang says so in the file held beside its own, and waits until that is gone.
func workshop(t *testing.T) (root string) {
	t.Helper()
	root = t.TempDir()
	program := `package main

import (
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"` + module + `/shared/answer"
)

func main() {
	api := "http://" + os.Getenv("FC_RUNTIME_API") + "/2020-11-11/runtime/invocation/"
	for {
		r, err := http.Get(api + "next")
		if err != nil {
			os.Exit(1)
		}
		event, _ := io.ReadAll(r.Body)
		r.Body.Close()
		if held := os.Args[0] + ".held"; strings.Contains(string(event), "hang") {
			os.WriteFile(held, nil, 0o600)
			for err = nil; err == nil; _, err = os.Stat(held) {
				time.Sleep(5 * time.Millisecond)
			}
		}
		time.Sleep(5 * time.Millisecond)
		sent, err := http.Post(api+r.Header.Get("X-Fc-Request-Id")+"/response", "", strings.NewReader(answer.Text()))
		if err != nil {
			os.Exit(1)
		}
		sent.Body.Close()
	}
}
`
	write(t, root, "go.mod", "module "+module+"\n\ngo 1.26\n", "functions/http/main.go", program, "functions/mns/main.go", program,
		"shared/answer/note.txt", "a", "shared/answer/answer.go", answerSource("1"))
	return root
}

func answerSource(version string) string {
	return `package answer

import _ "embed"

//go:embed note.txt
var note string

func Text() string { return ` + "`" + `{"statusCode":200,"body":"` + version + "`" + ` + note + ` + "`" + `"}` + "`" + ` }
`
}

// said is what was printed, line by line.
type said chan string

func (s said) Write(p []byte) (int, error) {
	s <- string(p)
	return len(p), nil
}

// until returns the first text that contains a part.
func (s said) until(t *testing.T, part string) string {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		select {
		case text := <-s:
			if strings.Contains(text, part) {
				return text
			}
			t.Log(text)
		case <-limit:
			require.FailNow(t, "it does not say so", part)
		}
	}
}

// load is somebody who calls without a pause, several at once.
type load struct {
	callers sync.WaitGroup
	ended   chan struct{}
	calls   atomic.Int64
	lost    atomic.Int64
	last    atomic.Value // what was answered last
	trouble atomic.Value // what was answered instead
}

const callersAtOnce = 3

func newLoad(t *testing.T, url string) *load {
	t.Helper()
	l := &load{ended: make(chan struct{})}
	l.last.Store("")
	l.trouble.Store("")
	for range callersAtOnce {
		l.callers.Go(func() {
			for {
				select {
				case <-l.ended:
					return
				default:
					l.call(url)
				}
			}
		})
	}
	return l
}

func (l *load) call(url string) {
	l.calls.Add(1)
	r, err := http.Post(url, "application/json", strings.NewReader("{}"))
	if err != nil {
		l.lost.Add(1)
		l.trouble.Store(err.Error())
		return
	}
	defer r.Body.Close()
	text, _ := io.ReadAll(r.Body)
	if r.StatusCode != http.StatusOK || r.Header.Get("X-Fc-Error-Type") != "" {
		l.lost.Add(1)
		l.trouble.Store(fmt.Sprint(r.StatusCode, r.Header, string(text)))
		return
	}
	l.last.Store(string(text))
}

// gets waits until answers are what they must be.
func (l *load) gets(t *testing.T, answer string) {
	t.Helper()
	require.Eventually(t, func() bool { return l.last.Load() == answer }, time.Minute, 10*time.Millisecond, "last: %v", l.last.Load())
}

// end ends the load, of which nothing must have been lost.
func (l *load) end(t *testing.T) {
	t.Helper()
	close(l.ended)
	l.callers.Wait()
	require.Zero(t, l.lost.Load(), "of %d: %s", l.calls.Load(), l.trouble.Load())
}

// run starts both functions, with no more instances than callers, so that one that is
// taken in vain would be missed.
func run(t *testing.T, s Settings) (*Local, said) {
	t.Helper()
	progress := make(said, 1000)
	s.Store, s.Progress, s.Watch, s.Instances = FileStore(filepath.Join(t.TempDir(), "vod.db")), progress, true, callersAtOnce
	l, err := Start(t.Context(), s)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Stop(context.WithoutCancel(t.Context()))) })
	return l, progress
}

// TestRebuilt is not parallel: what is built is the module of the working directory.
func TestRebuilt(t *testing.T) {
	root := workshop(t)
	t.Chdir(root)
	l, progress := run(t, Settings{})
	callers := newLoad(t, l.CallbackURL)
	callers.gets(t, "1a")

	write(t, root, "shared/answer/answer.go", answerSource("22"))
	require.Regexp(t, `^rebuilt in \S+s: shared/answer/answer.go changed\n$`, progress.until(t, "rebuilt"))
	callers.gets(t, "22a")

	write(t, root, "shared/answer/more.go", "package answer\n\nvar x = y\n")
	text := progress.until(t, "cannot be built")
	require.Contains(t, text, "shared/answer/more.go changed, ")
	require.Contains(t, text, "undefined: y", "the words of the compiler")
	callers.gets(t, "22a")

	require.NoError(t, os.Remove(filepath.Join(root, "shared", "answer", "more.go")))
	write(t, root, "shared/answer/note.txt", "bb")
	require.Contains(t, progress.until(t, "rebuilt"), "and 1 more changed\n")
	callers.gets(t, "22bb")

	main := filepath.Join(root, "functions", "http", "main.go")
	require.NoError(t, os.Rename(main, main+".away"))
	require.Contains(t, progress.until(t, "cannot be built"), "functions/http/main.go changed, ")
	require.NoError(t, os.Rename(main+".away", main))
	require.Contains(t, progress.until(t, "rebuilt"), "functions/http/main.go changed\n")
	callers.end(t)

	counts, _ := l.Counts()
	require.Zero(t, counts.Killed)
	require.Zero(t, counts.Throttled)
	require.Zero(t, counts.StartFailures)
	require.Greater(t, counts.ColdStarts, 2)
}

func TestBinaries(t *testing.T) {
	t.Parallel()
	root := workshop(t)
	first, second := t.TempDir(), t.TempDir()
	build := func(to string) {
		words, err := compile(t.Context(), root, to)
		require.NoError(t, err, words)
	}
	build(first)
	write(t, root, "shared/answer/answer.go", answerSource("2"))
	build(second)
	testRenewed(t, first)
	testHanging(t, first)
	testReplaced(t, first, second)
}

// testReplaced puts other binaries into the directory of those that run.
func testReplaced(t *testing.T, dir, others string) {
	t.Helper()
	l, progress := run(t, Settings{Functions: dir})
	callers := newLoad(t, l.CallbackURL)
	callers.gets(t, "1a")
	require.NoError(t, os.Rename(filepath.Join(others, fileName("http")), filepath.Join(dir, fileName("http"))))
	require.Equal(t, fileName("http")+" changed: it runs now\n", progress.until(t, "changed"))
	callers.gets(t, "2a")

	require.NoError(t, os.Remove(filepath.Join(dir, fileName("mns"))))
	require.Contains(t, progress.until(t, "function mns"), "what runs goes on")
	callers.end(t)
}

// testHanging has a function hang while it is replaced: that holds up nobody, takes no
// place from others, and is answered in the end by what ran before.
func testHanging(t *testing.T, dir string) {
	t.Helper()
	l, progress := run(t, Settings{Functions: dir, Timeout: 5 * time.Minute})
	path := filepath.Join(dir, fileName("http"))
	hung := make(chan string, 1)
	go func() {
		r, err := http.Post(l.CallbackURL, "text/plain", strings.NewReader("hang"))
		if err != nil {
			hung <- err.Error()
			return
		}
		defer r.Body.Close()
		text, _ := io.ReadAll(r.Body)
		hung <- r.Header.Get("X-Fc-Error-Type") + string(text)
	}()
	require.Eventually(t, func() bool {
		_, err := os.Stat(path + ".held")
		return err == nil
	}, time.Minute, 5*time.Millisecond)
	require.NoError(t, os.Chtimes(path, time.Time{}, time.Now().Add(-time.Hour)))
	require.Equal(t, fileName("http")+" changed: it runs now\n", progress.until(t, "changed"))
	callers := newLoad(t, l.CallbackURL)
	callers.gets(t, "1a")
	callers.end(t)
	require.Empty(t, hung)
	require.NoError(t, os.Remove(path+".held"))
	require.Equal(t, "1a", <-hung)
	require.Zero(t, l.http.Counts().Failures())
}

// testRenewed has new instances run while messages come in: each is handled once.
func testRenewed(t *testing.T, dir string) {
	t.Helper()
	var l Local
	for name, pool := range map[string]**emulator.Pool{"http": &l.http, "mns": &l.mns} {
		p, err := emulator.Start(t.Context(), emulator.Function{
			Path: filepath.Join(dir, fileName(name)), Instances: 2, Async: emulator.Async{RetryDelay: time.Millisecond},
		})
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, p.Shutdown(context.WithoutCancel(t.Context()))) })
		*pool = p
	}
	const messages = 200
	for i := range messages {
		_, err := l.mns.InvokeAsync(t.Context(), []byte("{}"))
		require.NoError(t, err)
		if i%50 == 10 {
			l.renew()
		}
	}
	require.NoError(t, l.mns.Drain(t.Context()))
	counts := l.mns.Counts()
	require.Equal(t, messages, counts.Invocations, "nothing was cut short")
	require.Zero(t, counts.Failures())
}
