// Package functions_test drives the built functions over their real protocols:
// under an emulated Function Compute, built-in runtime and custom, and Lambda
// with the real SDKs, and on loopback. Nothing here calls a function in its own process.
package functions_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/store"
	_ "github.com/vodevents/vodevents/shared/store/all"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

const (
	callbackURL = "https://hooks.harbor-media.example/vod/events"
	key         = "Nk7rTq2Zb9"
	oldKey      = "Vw3pXs8Ld1"
)

// binaries is the directory of the built functions.
var binaries string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if binaries, err = os.MkdirTemp("", "functions"); err != nil {
		slog.Error("no place for the functions", "error", err)
		return 1
	}
	defer os.RemoveAll(binaries)
	// Most of the time these tests wait for what they broke.
	if err := flag.Set("test.parallel", strconv.Itoa(runtime.GOMAXPROCS(0)+1)); err != nil {
		slog.Error("no flag for the number of tests at once", "error", err)
		return 1
	}
	flag.Parse()
	cmd := exec.Command("go", "build", "-o", binaries+string(filepath.Separator), "-race="+strconv.FormatBool(*chaosLong && raced()), "./http", "./mns")
	if out, err := cmd.CombinedOutput(); err != nil {
		slog.Error("the functions do not build", "error", err, "output", string(out))
		return 1
	}
	status := m.Run()
	if testing.Verbose() || status != 0 || os.Getenv("CI") == "true" {
		if err := errors.Join(printOutcomes(os.Stdout), summarize()); err != nil {
			slog.Error("the table cannot be printed", "error", err)
			return 1
		}
	}
	return status
}

// raced says that the race detector watches the tests.
func raced() bool {
	info, ok := debug.ReadBuildInfo()
	return ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// fronts are what stands between VOD and the HTTP function, by platform.
var fronts = map[emulator.Runtime]func(*emulator.Pool) http.Handler{
	emulator.FunctionCompute: (*emulator.Pool).HTTPTrigger,
	emulator.Lambda:          (*emulator.Pool).FunctionURL,
	emulator.CustomRuntime:   (*emulator.Pool).HTTPTrigger,
}

// database is a fresh store.
type database struct {
	path string // of the file, if it is one
	url  string // for functions
	store.Store
	store.Reader
	migrate func(context.Context) error
}

func newDatabase(t testing.TB) database {
	t.Helper()
	db := emptyDatabase(t)
	require.NoError(t, db.migrate(t.Context()))
	return db
}

// emptyDatabase is one without tables: nothing can be stored until it has some.
func emptyDatabase(t testing.TB) database {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vod.db")
	db := openDatabase(t, "sqlite:"+path)
	db.path, db.url = path, db.url+"?local=true"
	return db
}

// openDatabase opens the store at url, as it is.
func openDatabase(t testing.TB, url string) database {
	t.Helper()
	s, err := store.Open(url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	m, ok := s.(store.Migrator)
	require.True(t, ok)
	r, ok := s.(store.Reader)
	require.True(t, ok)
	return database{url: url, Store: s, Reader: r, migrate: m.Migrate}
}

// settings are the environment of a function on this database.
func (d database) settings(more ...string) []string {
	return append([]string{
		"VOD_STORE=" + d.url,
		"VOD_CALLBACK_URL=https://other.example/x " + callbackURL,
		"VOD_AUTH_KEY=" + key + " " + oldKey,
	}, more...)
}

// rows returns the ids of all events, and fails if one is there twice.
func (d database) rows(t testing.TB) map[vod.ID]store.Event {
	t.Helper()
	events, err := d.Events(t.Context(), store.EventQuery{Limit: 1 << 20})
	require.NoError(t, err)
	ids := make(map[vod.ID]store.Event, len(events))
	for _, e := range events {
		_, twice := ids[e.ID]
		require.False(t, twice, "a row twice")
		ids[e.ID] = e
	}
	return ids
}

// start runs a function under the emulator until the test ends.
func start(t testing.TB, name string, f emulator.Function) *emulator.Pool {
	t.Helper()
	f.Path = filepath.Join(binaries, name)
	if f.Output == nil {
		f.Output = testOutput{t}
	}
	ctx := context.WithoutCancel(t.Context())
	pool, err := emulator.Start(ctx, f)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, pool.Shutdown(ctx)) })
	return pool
}

// serve puts the HTTP trigger on a port.
func serve(t testing.TB, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL + "/vod/events"
}

// sender delivers to url as VOD does.
func sender(url string) *vodtest.Sender {
	return &vodtest.Sender{URL: url, SignedURL: callbackURL, Key: key, Interval: -1}
}

// reply is the answer of the HTTP function.
type reply struct {
	Status  int
	ID      vod.ID
	Outcome string
	Error   string
}

// post sends body once and returns the answer, which must be the function's own.
func post(t testing.TB, s *vodtest.Sender, body []byte) reply {
	t.Helper()
	return answerOf(t, attempt(t.Context(), s, body))
}

// posting is post, begun now; the function it returns waits for the answer.
func posting(t testing.TB, s *vodtest.Sender, body []byte) func() reply {
	t.Helper()
	done := make(chan vodtest.Attempt, 1)
	go func() { done <- attempt(t.Context(), s, body) }()
	return func() reply {
		t.Helper()
		return answerOf(t, <-done)
	}
}

// attempt sends body once.
func attempt(ctx context.Context, s *vodtest.Sender, body []byte) vodtest.Attempt {
	once := *s
	once.Attempts = 1
	res, err := once.Send(ctx, body)
	if err != nil {
		return vodtest.Attempt{Err: err}
	}
	return res.Attempts[0]
}

// answerOf reads the answer of the HTTP function.
func answerOf(t testing.TB, a vodtest.Attempt) reply {
	t.Helper()
	require.NoError(t, a.Err)
	require.Empty(t, a.Header.Get("X-Fc-Error-Type"), "the platform answered, not the function: %s", a.Body)
	require.Less(t, a.Duration, 5*time.Second)
	r := reply{Status: a.Status}
	require.NoError(t, json.Unmarshal(a.Body, &r), "%s", a.Body)
	return r
}

func idOf(t testing.TB, body []byte) vod.ID {
	t.Helper()
	id, err := vod.IDOf(body)
	require.NoError(t, err)
	return id
}
