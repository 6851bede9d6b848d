package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

// testFunction is the path of the built function under test.
var testFunction string

func TestMain(m *testing.M) {
	if path := os.Getenv("EMULATOR_ORPHANS"); path != "" {
		makeOrphan(path)
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "emulator")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	testFunction = filepath.Join(dir, "testfunction.exe")
	build := exec.Command("go", "build", "-o", testFunction, "./internal/testfunction")
	if out, err := build.CombinedOutput(); err != nil {
		panic(fmt.Sprintf("%v: %s", err, out))
	}
	os.Setenv("SECRET_OF_THE_PARENT", "1") // no instance may see it
	return m.Run()
}

// reply is what the test function answers in the body.
type reply struct {
	Count, PID, Retry int
	Deadline          int64
	Env               []string
	Event             string
}

// start returns a pool of the test function that ends with the test.
func start(t *testing.T, f emulator.Function) *emulator.Pool {
	t.Helper()
	if f.Path == "" {
		f.Path = testFunction
	}
	pool, err := emulator.Start(t.Context(), f)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = pool.Shutdown(ctx)
		require.Empty(t, pool.Instances())
	})
	return pool
}

// ask invokes the test function, which must succeed.
func ask(t *testing.T, pool *emulator.Pool, event string) (reply, emulator.Result) {
	t.Helper()
	result, err := pool.Invoke(t.Context(), []byte(event))
	require.NoError(t, err)
	require.NoError(t, result.Err())
	return decode(t, result.Payload), result
}

func decode(t *testing.T, payload []byte) reply {
	t.Helper()
	var envelope struct{ Body string }
	require.NoError(t, json.Unmarshal(payload, &envelope))
	var r reply
	require.NoError(t, json.Unmarshal([]byte(envelope.Body), &r))
	return r
}

// gate is where a function tells the test something, and waits.
type gate struct {
	env   string
	told  chan string
	opens chan struct{}
}

// newGate returns a gate; open says that nobody has to wait there.
func newGate(t *testing.T, open bool) *gate {
	t.Helper()
	g := &gate{told: make(chan string, 1000), opens: make(chan struct{})}
	if open {
		g.open()
	}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		g.told <- string(text)
		select {
		case <-g.opens:
		case <-r.Context().Done():
		}
	}))
	g.env = "TELL_URL=" + server.URL
	t.Cleanup(server.CloseClientConnections)
	return g
}

func (g *gate) open() { close(g.opens) }

// next returns what a function told.
func (g *gate) next(t *testing.T) string {
	t.Helper()
	select {
	case text := <-g.told:
		return text
	case <-time.After(20 * time.Second):
		require.FailNow(t, "the function did not get there")
		return ""
	}
}

// background runs f and returns what it returns, when asked.
func background[T any](f func() T) func() T {
	done := make(chan T, 1)
	go func() { done <- f() }()
	return func() T { return <-done }
}

// eventually waits for what happens soon, in another process.
func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	require.Eventually(t, condition, 20*time.Second, 2*time.Millisecond)
}

func states(pool *emulator.Pool) []emulator.State {
	var list []emulator.State
	for _, i := range pool.Instances() {
		list = append(list, i.State)
	}
	slices.Sort(list)
	return list
}

// buffer is a bytes.Buffer for one writer and one reader at once.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
