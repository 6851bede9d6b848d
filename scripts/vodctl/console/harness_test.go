package console_test

import (
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/console"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	_ "github.com/vodevents/vodevents/shared/store/sqlite"
)

// now is the time of all tests.
var now = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

// desk is a console over a store of its own.
type desk struct {
	t        *testing.T
	Store    store.Store
	Pipeline *pipeline.Pipeline
	server   *httptest.Server
}

// newDesk starts a console. Change may change its settings, which allow everything but
// sending.
func newDesk(t *testing.T, change ...func(*console.Settings)) *desk {
	t.Helper()
	s, err := store.Open("sqlite:" + filepath.ToSlash(filepath.Join(t.TempDir(), "vod.db")))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	require.NoError(t, s.(store.Migrator).Migrate(t.Context())) //nolint:errcheck,forcetypeassert // SQLite has tables
	p := &pipeline.Pipeline{Store: s, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }}
	settings := console.Settings{Store: s, StoreName: "sqlite:vod.db", Pipeline: p, Every: time.Millisecond, Now: p.Now}
	for _, c := range change {
		c(&settings)
	}
	page, err := console.New(settings)
	require.NoError(t, err)
	d := &desk{t: t, Store: s, Pipeline: p, server: httptest.NewServer(page.Handler())}
	t.Cleanup(d.server.Close)
	return d
}

// take puts bodies into the store, as callbacks of now.
func (d *desk) take(bodies ...[]byte) {
	d.t.Helper()
	for _, b := range bodies {
		d.takeAt(store.SourceHTTP, now, b)
	}
}

func (d *desk) takeAt(source store.Source, received time.Time, body []byte) {
	d.t.Helper()
	for _, r := range d.Pipeline.Process(d.t.Context(), []pipeline.Message{{Body: body, Source: source, Received: received}}) {
		require.NoError(d.t, r.Err)
	}
}

// answer is what came back.
type answer struct {
	Status int
	Header http.Header
	Text   string
}

// get asks for a page, without following redirects.
func (d *desk) get(path string) answer {
	d.t.Helper()
	return d.do(http.MethodGet, path, nil, nil)
}

// post sends a form, as the console's own pages do.
func (d *desk) post(path string, form url.Values) answer {
	d.t.Helper()
	return d.do(http.MethodPost, path, form, http.Header{"Sec-Fetch-Site": {"same-origin"}})
}

func (d *desk) do(method, path string, form url.Values, header http.Header) answer {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 20*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, d.server.URL+path, strings.NewReader(form.Encode()))
	require.NoError(d.t, err)
	maps.Copy(req.Header, header)
	if host := header.Get("Host"); host != "" {
		req.Host = host
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(d.t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(d.t, err)
	return answer{Status: resp.StatusCode, Header: resp.Header, Text: string(text)}
}
