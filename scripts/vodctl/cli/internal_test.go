package cli // small pieces that are not exported

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
	"github.com/vodevents/vodevents/scripts/vodctl/term"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/sink"
	_ "github.com/vodevents/vodevents/shared/sink/webhook" // TestPipelineOfDev delivers
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func TestMoment(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		text string
		want time.Time
	}{
		{text: "90m", want: now.Add(-90 * time.Minute)},
		{text: "2d", want: now.Add(-48 * time.Hour)},
		{text: "1.5d", want: now.Add(-36 * time.Hour)},
		{text: "2026-11-20", want: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)},
		{text: "2026-11-20 08:00:00", want: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)},
		{text: "2026-11-20T08:00:00+08:00", want: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)},
		{text: ""},
	} {
		t.Run(tc.text, func(t *testing.T) {
			t.Parallel()
			m := moment{tc.text}
			got, err := m.at(now)
			require.NoError(t, err)
			require.True(t, tc.want.Equal(got), got)
		})
	}
	for _, wrong := range []string{"yesterday", "d", "2026-13-01"} {
		require.Error(t, new(moment).UnmarshalText([]byte(wrong)), wrong)
	}
}

func FuzzMoment(f *testing.F) {
	for _, s := range []string{"", "90m", "2d", "2026-11-23", "-1h", "99999999999d", "d"} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, s string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		var m moment
		err := m.UnmarshalText([]byte(s))
		at, again := m.at(now)
		require.Equal(t, err == nil, again == nil, "what is taken can be used")
		if d, perr := time.ParseDuration(s); perr == nil {
			require.True(t, now.Add(-d).Equal(at))
		}
	})
}

// FuzzQuote has a shell read what was quoted.
func FuzzQuote(f *testing.F) {
	sh, err := exec.LookPath("sh")
	require.NoError(f, err)
	for _, s := range []string{"", "plain", "two words", "it's", `a"b\c$d`, "*?&;|<>", "-n", "a\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		if strings.ContainsRune(s, 0) {
			return // no word of a shell can hold it
		}
		out, err := exec.CommandContext(t.Context(), sh, "-c", "printf %s. "+quote(s)).Output()
		require.NoError(t, err)
		require.Equal(t, s+".", string(out))
	})
}

func TestSelf(t *testing.T) {
	cached := "/cache/go-build/72/" + strings.Repeat("72ee14cd", 8) + "-d/vodctl"
	require.Equal(t, "go run github.com/vodevents/vodevents/scripts/vodctl", self("/tmp/go-build3583679332/b001/exe/vodctl"))
	require.Equal(t, "go run github.com/vodevents/vodevents/scripts/vodctl", self(cached))
	require.Equal(t, "./vodctl", self("./vodctl"))
	require.Equal(t, "'/my tools/vodctl'", self("/my tools/vodctl"))
	require.Equal(t, "sh", self("sh"), "found in PATH")

	root, err := filepath.Abs("../../..")
	require.NoError(t, err)
	t.Chdir(root)
	require.Equal(t, "go run ./scripts/vodctl", self(cached))
}

func TestJSONOrText(t *testing.T) {
	t.Parallel()
	require.Equal(t, json.RawMessage("12"), jsonOrText("12"))
	require.Equal(t, json.RawMessage(`{"a":1}`), jsonOrText(`{"a":1}`))
	require.Equal(t, "order-17", jsonOrText("order-17"))
	require.Empty(t, jsonOrText(""))
}

func TestWrap(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"a b", "ccc", "d"}, wrap([]string{"a", "b", "ccc", "d"}, 3))
	require.Equal(t, []string{""}, wrap(nil, 3))
}

func TestSaysSomethingAboutEachType(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	for _, typ := range vod.Types() {
		require.NotEmpty(t, says(typ), typ)
		said[says(typ)] = true
	}
	require.Len(t, said, len(vod.Types()), "each in words of its own")
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"http://127.0.0.1:8080/callback", "https://localhost/", "http://LocalHost:1", "http://[::1]:8080/", "http://127.8.9.10/",
		"http://[::ffff:127.0.0.1]/",
	} {
		require.True(t, loopback(url), url)
	}
	for _, url := range []string{
		"https://hooks.example.com/vod", "http://127.0.0.1.example.com/", "http://localhost.example.com/", "http://127.0.0.1@example.com/",
		"http://10.0.0.1/", "http://0.0.0.0/", "http://[::]/", "%zz", "",
	} {
		require.False(t, loopback(url), url)
	}
}

// newer is a store with events of a type that VOD does not document.
type newer struct{ store.Reader }

func (newer) Events(_ context.Context, q store.EventQuery) ([]store.Event, error) {
	return slices.DeleteFunc([]store.Event{{Type: "Newer"}}, func(e store.Event) bool { return !slices.Contains(q.Types, e.Type) }), nil
}

func TestCheckTypes(t *testing.T) {
	t.Parallel()
	require.NoError(t, checkTypes(t.Context(), newer{}, documented([]string{"transcodecomplete", "Newer"})))
	err := checkTypes(t.Context(), newer{}, documented([]string{"Newer", "Newest"}))
	require.ErrorContains(t, err, `there is no event type "Newest"`)
	require.ErrorAs(t, err, new(*usageError))
}

// ownCache gives the test a cache directory of its own, where a vodctl dev is found.
func ownCache(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", "")
	t.Setenv("LocalAppData", t.TempDir())
}

// TestStorePasswordIsNotShown is not parallel: it changes where a vodctl dev is found.
func TestStorePasswordIsNotShown(t *testing.T) {
	ownCache(t)
	var out, problems strings.Builder
	a := &app{Surroundings: Surroundings{Stdout: &out, Stderr: &problems, Getenv: func(string) string { return "" }}}
	at := dev.Address{Store: "postgres://vod:s3cret@db.example.com/vod?max_conns=2"}
	require.Equal(t, "postgres://vod:xxxxx@db.example.com/vod?max_conns=2", newDevStarted(a, at, copies{}).Store)
	require.Equal(t, "sqlite:/tmp/a%20b.db", newDevStarted(a, dev.Address{Store: "sqlite:/tmp/a%20b.db"}, copies{}).Store)

	for _, pid := range []int{os.Getpid(), os.Getppid()} {
		at.PID = pid
		withdraw, err := at.Announce()
		require.NoError(t, err)
		t.Cleanup(withdraw)
	}
	url, err := storeURL("").resolve(a)
	require.NoError(t, err)
	require.Equal(t, at.Store, url)
	require.Contains(t, problems.String(), "db.example.com", "which of the two")
	require.NotContains(t, problems.String(), "s3cret")
}

// TestPipelineOfDev is not parallel: it changes where a vodctl dev is found.
func TestPipelineOfDev(t *testing.T) {
	signatures := make(chan string, 1)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		signatures <- r.Header.Get("Webhook-Signature")
	}))
	t.Cleanup(hook.Close)
	url := hook.URL + "#name=mine&private=allow"
	ownCache(t)
	secrets := []string{dev.NewWebhookSecret(), dev.NewWebhookSecret()}
	for _, tc := range []struct {
		name    string
		running dev.Address
		env     string // VOD_SINKS
		want    int    // signatures
		err     string
	}{
		{name: "one secret", running: dev.Address{Sinks: []string{url}, WebhookSecrets: secrets[:1]}, want: 1},
		{name: "a secret that is being rotated", running: dev.Address{Sinks: []string{url}, WebhookSecrets: secrets}, want: 2},
		{name: "no secret", running: dev.Address{Sinks: []string{url}}, err: "no secret to sign with"},
		{name: "the same sinks in the environment", running: dev.Address{Sinks: []string{url}, WebhookSecrets: secrets}, env: url, want: 2},
		{name: "other sinks in the environment", running: dev.Address{Sinks: []string{url + "2"}, WebhookSecrets: secrets}, env: url, err: "no secret to sign with"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.running.PID = os.Getpid()
			withdraw, err := tc.running.Announce()
			require.NoError(t, err)
			t.Cleanup(withdraw)
			a := &app{Surroundings: Surroundings{Getenv: func(name string) string { return map[string]string{"VOD_SINKS": tc.env}[name] }}}
			p, err := storeURL("").pipeline(a, nil, slog.New(slog.DiscardHandler))
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, []error{nil}, p.Sinks[0].Sink.Deliver(t.Context(), []sink.Event{{Body: []byte("{}")}}))
			require.Len(t, strings.Fields(<-signatures), tc.want)
		})
	}
}

func TestFailure(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{name: "nobody", err: fmt.Errorf("vodtest: post: %w", syscall.ECONNREFUSED), want: "connection refused: nobody listens there"},
		{name: "late", err: fmt.Errorf("vodtest: post: no answer: %w", context.DeadlineExceeded), want: "no answer in time"},
		{name: "name", err: fmt.Errorf("vodtest: post: %w", &net.DNSError{Name: "x"}), want: "the name of the host is not known"},
		{name: "other", err: fmt.Errorf("vodtest: post: %w", io.ErrUnexpectedEOF), want: "unexpected EOF"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, failure(tc.err))
		})
	}
}

// Each kind of line that vodctl dev prints for people.
func TestEventLines(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	lines := newEventLines(&app{Surroundings: Surroundings{Stdout: &out}, width: 200})
	lines.open()
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, h := range []dev.Handled{
		{Time: at, Via: store.SourceHTTP, Status: 200, Outcome: pipeline.FellBack, Type: vod.TypeSnapshotComplete, Subject: "ferry"},
		{Time: at, Sink: "crm", Events: 2},
		{Time: at, Sink: "crm", Events: 3, Outcome: pipeline.Failed, Detail: "status 500"},
		{Time: at, Place: "fallback", Events: 4},
		{Time: at, Via: store.SourceTopic, Outcome: pipeline.Known, HandedOn: true, Type: vod.TypeSnapshotComplete},
		{Time: at, Via: store.SourceHTTP, Status: 499, Outcome: dev.CallerLeft},
	} {
		lines.print(h)
	}
	for _, want := range []string{"200 fallback", "→ crm", "2 delivered", "3 not delivered", "status 500", "4 out of the fallback", "handed on", "499 caller left"} {
		require.Contains(t, out.String(), want)
	}
	require.NotContains(t, out.String(), "known")
	require.Equal(t, term.Yellow, handledCell(dev.Handled{Outcome: dev.CallerLeft}).Style, "it may go on")
	require.Equal(t, 7, strings.Count(out.String(), "\n"))
}
