package browser_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReadOnly looks at a store, where nothing can be changed.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	s := receivedMuch(t)
	r := start(t, newHome(t.TempDir()), "console", "--json", "--listen", "127.0.0.1:0", "--store", s.Store)
	b := r.open(t, "/events")
	b.sees("header", "Read-only")
	b.sees("#rows tr", "TranscodeComplete")
	for _, path := range pages(t, b) {
		b.visit(path)
		b.sees("h1", "")
		require.Empty(t, evaluate[[]string](b, "[...document.querySelectorAll('form[method=post]')].map((f) => f.action)"), path)
	}
	for _, path := range []string{"/send", "/events/x/replay", "/dead-letters/x/redrive", "/dead-letters/x/drop", "/dead-letters/redrive-all", "/sinks/crm/hasten"} {
		status, _ := post(t, r.ConsoleURL+path, nil)
		require.Contains(t, []int{http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed}, status, path)
	}
}

// post posts an empty form, as a program does.
func post(t *testing.T, url string, change func(*http.Request)) (status int, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(""))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return answered(t, req, change)
}

// answered sends a request and returns its answer.
func answered(t *testing.T, req *http.Request, change func(*http.Request)) (status int, text string) {
	t.Helper()
	if change != nil {
		change(req)
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	r, err := client.Do(req)
	require.NoError(t, err)
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return r.StatusCode, string(body)
}

// TestGuard asks as pages of others would.
func TestGuard(t *testing.T) {
	t.Parallel()
	s := receivedMuch(t)
	get := func(change func(*http.Request)) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.ConsoleURL+"/events", nil)
		require.NoError(t, err)
		return answered(t, req, change)
	}
	status, text := get(nil)
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, "TranscodeComplete")
	for _, host := range []string{"rebound.example.com", "127.0.0.1.example.com", "0.0.0.0", "127.0.0.1@example.com"} {
		status, text = get(func(r *http.Request) { r.Host = host })
		require.GreaterOrEqual(t, status, http.StatusBadRequest, host)
		require.NotContains(t, text, "TranscodeComplete", host)
	}
	for name, value := range map[string]string{"Origin": "http://example.com", "Sec-Fetch-Site": "cross-site"} {
		status, _ = post(t, s.ConsoleURL+"/send", func(r *http.Request) { r.Header.Set(name, value) })
		require.Equal(t, http.StatusForbidden, status, name)
	}
}

// TestForeignPage lets a page of another origin post a form to the console, frame it
// and ask it, in a browser.
func TestForeignPage(t *testing.T) {
	t.Parallel()
	s := receive(t)
	foreign := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><title>foreign</title><iframe name="f" src="about:blank"></iframe>
			<form method="post" action="`+s.ConsoleURL+`/send">
			<input name="way" value="http"><input name="body" value="{&quot;EventType&quot;: &quot;SnapshotComplete&quot;}"><button>Win</button></form>`)
	}))
	defer foreign.Close()
	u, err := url.Parse(foreign.URL)
	require.NoError(t, err)
	u.Host = "localhost:" + u.Port() // another site, not only another port

	b := s.tab(t)
	b.expect("request to elsewhere: " + u.String())
	b.expect("403|Failed to load|CORS|X-Frame|frame-ancestors|favicon")
	b.origin = u.String()
	b.visit("/")
	b.expect("request to elsewhere: " + s.ConsoleURL)
	require.Equal(t, "refused", evaluate[string](b, "fetch("+quoted(s.ConsoleURL+"/events")+").then((r) => r.text(), () => 'refused')"))
	b.click("button", "Win")
	b.sees("body", "another origin")
	require.Empty(t, s.must(t, "events", "--json"))
}
