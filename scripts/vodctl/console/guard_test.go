package console_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/console"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
)

const token = "open sesame, open sesame"

func withToken(s *console.Settings) { s.Token = token }

// The guard lets in who may look, and nobody through the browser of somebody who may.
func TestGuard(t *testing.T) {
	t.Parallel()
	open, closed := newDesk(t), newDesk(t, withToken)
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	own := open.server.URL
	for _, tc := range []struct {
		name   string
		desk   *desk
		method string
		header http.Header
		want   int
	}{
		{name: "this machine", desk: open, want: http.StatusOK},
		{name: "localhost", desk: open, header: header("Host", "localhost:8081"), want: http.StatusOK},
		{name: "another name of this machine", desk: open, header: header("Host", "evil.example.com:8081"), want: http.StatusForbidden},
		{name: "no token", desk: closed, want: http.StatusUnauthorized},
		{name: "another name, with a token", desk: closed, header: header("Host", "desk.example.com"), want: http.StatusUnauthorized},
		{name: "wrong token", desk: closed, header: header("Authorization", "Bearer sesame"), want: http.StatusUnauthorized},
		{name: "token", desk: closed, header: header("Authorization", "Bearer "+token), want: http.StatusOK},
		{name: "page of another site", desk: open, method: http.MethodPost, header: header("Sec-Fetch-Site", "cross-site"), want: http.StatusForbidden},
		{name: "page of another port", desk: open, method: http.MethodPost, header: header("Origin", "http://127.0.0.1:1"), want: http.StatusForbidden},
		{name: "page without an origin", desk: open, method: http.MethodPost, header: header("Origin", "null"), want: http.StatusForbidden},
		{name: "referred by another site", desk: open, method: http.MethodPost, header: header("Referer", "http://evil.example.com/events"), want: http.StatusForbidden},
		{name: "referred by another port", desk: open, method: http.MethodPost, header: header("Referer", "http://127.0.0.1:1/events"), want: http.StatusForbidden},
		{name: "referred by nonsense", desk: open, method: http.MethodPost, header: header("Referer", "nonsense"), want: http.StatusForbidden},
		{name: "followed from another site", desk: open, header: header("Referer", "http://evil.example.com/"), want: http.StatusOK},
		{name: "own page of an old browser", desk: open, method: http.MethodPost, header: header("Referer", own+"/events"), want: http.StatusMethodNotAllowed},
		{name: "own page without TLS", desk: open, method: http.MethodPost, header: header("Origin", own), want: http.StatusMethodNotAllowed},
		{name: "own page behind a proxy of another name", desk: open, method: http.MethodPost, header: http.Header{
			"Sec-Fetch-Site": {"same-origin"}, "Referer": {"https://desk.example.com/events"},
		}, want: http.StatusMethodNotAllowed},
		{name: "curl", desk: open, method: http.MethodPost, want: http.StatusMethodNotAllowed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			method := tc.method
			if method == "" {
				method = http.MethodGet
			}
			got := tc.desk.do(method, "/events", nil, tc.header)
			require.Equal(t, tc.want, got.Status)
		})
	}
	page := open.get("/events")
	policy := page.Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "default-src 'none'")
	require.NotContains(t, policy, "unsafe")
	require.Equal(t, "same-origin", page.Header.Get("Referrer-Policy"), "no-referrer would have browsers send no origin")
}

// untouched is a store that panics when it is asked anything.
type untouched struct {
	store.Store
	store.Reader
}

func (untouched) Close() error { return nil }

// routes returns all routes of the console, as its source has them.
func routes(t *testing.T) [][2]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	pattern := regexp.MustCompile(`"(GET|POST) (/[^"]*)"`)
	hole := regexp.MustCompile(`\{[^}]*\}`)
	var all [][2]string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, found := range pattern.FindAllStringSubmatch(string(source), -1) {
			path := hole.ReplaceAllString(strings.ReplaceAll(found[2], "{$}", ""), "1")
			all = append(all, [2]string{found[1], path})
		}
	}
	require.Greater(t, len(all), 25)
	return all
}

// Without the token there is the page that asks for it, at whatever address, and nothing
// asks the store.
func TestRoutesWithoutToken(t *testing.T) {
	t.Parallel()
	page, err := console.New(console.Settings{
		Store: untouched{}, StoreName: "postgres://secret-host/", Token: token, Pipeline: &pipeline.Pipeline{}, Simulator: &simulator{},
		Curl: func(context.Context, []byte) (string, error) { panic("asked") },
	})
	require.NoError(t, err)
	handler := page.Handler()
	all := routes(t)
	for _, r := range all {
		all = append(all, [2]string{http.MethodHead, r[1]}, [2]string{http.MethodPut, r[1]}, [2]string{http.MethodOptions, r[1]})
	}
	for _, path := range []string{"/nowhere", "/login/", "/login/x", "//login", "/LOGIN", "/login?next=/events", "/assets", "//assets/../events", "/arrivals"} {
		all = append(all, [2]string{http.MethodGet, path}, [2]string{http.MethodPost, path})
	}
	for _, r := range all {
		method, path := r[0], r[1]
		req := httptest.NewRequestWithContext(t.Context(), method, "http://desk.example.com"+path, nil)
		got := httptest.NewRecorder()
		if method == http.MethodPost && req.URL.Path == "/login" {
			continue // which gives the token
		}
		handler.ServeHTTP(got, req)
		require.NotContains(t, got.Body.String(), "secret-host", r)
		require.NotContains(t, got.Body.String(), "<nav", r)
		switch {
		case strings.HasPrefix(path, "/assets/"):
			require.Contains(t, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, got.Code, r)
		case req.URL.Path == "/login":
			require.Equal(t, http.StatusOK, got.Code, r)
			require.Contains(t, got.Body.String(), `name="token"`, r)
		default:
			require.Equal(t, http.StatusUnauthorized, got.Code, r)
			require.Contains(t, got.Body.String(), `name="token"`, r)
		}
	}
}

// signIn signs in and returns the headers of the session.
func (d *desk) signIn() http.Header {
	d.t.Helper()
	in := d.post("/login", url.Values{"token": {token}})
	require.Equal(d.t, http.StatusSeeOther, in.Status)
	pass, _, _ := strings.Cut(in.Header.Get("Set-Cookie"), ";")
	return http.Header{"Cookie": {pass}, "Sec-Fetch-Site": {"same-origin"}}
}

func TestLogin(t *testing.T) {
	t.Parallel()
	d := newDesk(t, withToken)
	require.Contains(t, d.get("/drift?a=b&c=d").Text, `name="next" value="/drift?a=b&amp;c=d"`)
	wrong := d.post("/login", url.Values{"token": {"sesame"}, "next": {"/drift?a=b"}})
	require.Equal(t, http.StatusUnauthorized, wrong.Status)
	require.Contains(t, wrong.Text, "That is not the token.")
	require.Contains(t, wrong.Text, `name="next" value="/drift?a=b"`)
	require.Empty(t, wrong.Header.Get("Set-Cookie"))

	in := d.post("/login", url.Values{"token": {" " + token + "\n"}, "next": {"/drift?a=b"}})
	require.Equal(t, http.StatusSeeOther, in.Status)
	require.Equal(t, "/drift?a=b", in.Header.Get("Location"))
	cookie := in.Header.Get("Set-Cookie")
	require.Contains(t, cookie, "HttpOnly")
	require.Contains(t, cookie, "SameSite=Strict")
	require.Contains(t, cookie, "Max-Age=86400")
	require.NotContains(t, cookie, "Secure", "there is no TLS")
	require.NotContains(t, cookie, "sesame")
	u, err := url.Parse(d.server.URL)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(cookie, "vodctl_console_"+u.Port()+"="), cookie)

	behindProxy := d.do(http.MethodPost, "/login", url.Values{"token": {token}}, http.Header{"X-Forwarded-Proto": {"https"}, "Host": {"desk.example.com"}})
	cookie = behindProxy.Header.Get("Set-Cookie")
	require.Contains(t, cookie, "Secure")
	require.True(t, strings.HasPrefix(cookie, "vodctl_console="), cookie)
	require.Equal(t, http.StatusUnauthorized, d.do(http.MethodGet, "/events", nil, http.Header{"Cookie": {"vodctl_console_" + u.Port() + "="}}).Status)
}

// Signing in leads to pages of the console only.
func TestNext(t *testing.T) {
	t.Parallel()
	d := newDesk(t, withToken)
	for next, want := range map[string]string{
		"/media/1?since=30m":        "/media/1?since=30m",
		"/media/%2F%2Fevil.example": "/media/%2F%2Fevil.example",
		"":                          "/events",
		"/login":                    "/events",
		"/logout?x":                 "/events",
		"//evil.example.com":        "/events",
		"///evil.example.com":       "/events",
		"/\\evil.example.com":       "/events",
		"\\\\evil.example.com":      "/events",
		"/\t/evil.example.com":      "/events",
		"/\n/evil.example.com":      "/events",
		" //evil.example.com":       "/events",
		"https://evil.example.com/": "/events",
		"javascript:alert(1)":       "/events",
		"events":                    "/events",
	} {
		in := d.post("/login", url.Values{"token": {token}, "next": {next}})
		require.Equal(t, http.StatusSeeOther, in.Status, "%q", next)
		require.Equal(t, want, in.Header.Get("Location"), "%q", next)
	}
}

// Each who gives the token has a session of his own, which ends.
func TestSessions(t *testing.T) {
	t.Parallel()
	var later atomic.Int64 // nanoseconds
	d := newDesk(t, withToken, func(s *console.Settings) { s.Now = func() time.Time { return now.Add(time.Duration(later.Load())) } })
	one, other := d.signIn(), d.signIn()
	require.NotEqual(t, one, other)
	page := d.do(http.MethodGet, "/events", nil, one)
	require.Equal(t, http.StatusOK, page.Status)
	require.Contains(t, page.Text, "Sign out")
	require.Equal(t, "/events", d.do(http.MethodGet, "/login", nil, one).Header.Get("Location"))

	out := d.do(http.MethodPost, "/logout", url.Values{}, one)
	require.Equal(t, http.StatusSeeOther, out.Status)
	require.Equal(t, "/login", out.Header.Get("Location"))
	require.Contains(t, out.Header.Get("Set-Cookie"), "Max-Age=0")
	require.Equal(t, http.StatusUnauthorized, d.do(http.MethodGet, "/events", nil, one).Status)
	require.Equal(t, http.StatusOK, d.do(http.MethodGet, "/events", nil, other).Status)

	later.Store(int64(24*time.Hour - time.Second))
	require.Equal(t, http.StatusOK, d.do(http.MethodGet, "/events", nil, other).Status)
	later.Store(int64(24 * time.Hour))
	require.Equal(t, http.StatusUnauthorized, d.do(http.MethodGet, "/events", nil, other).Status)

	open := newDesk(t)
	require.NotContains(t, open.get("/events").Text, "Sign out", "nobody signed in")
	require.Equal(t, "/events", open.post("/login", url.Values{"token": {""}}).Header.Get("Location"))
}

// There is one wrong guess a second, however many guess at once and whether or not they
// wait for the answer.
func TestGuesses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		page, err := console.New(console.Settings{Store: untouched{}, Token: token})
		require.NoError(t, err)
		handler, began := page.Handler(), time.Now()
		answered := make(chan int)
		try := func(ctx context.Context, given string, form bool) {
			req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/login", strings.NewReader("token="+url.QueryEscape(given)))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if !form {
				req = httptest.NewRequestWithContext(ctx, http.MethodGet, "/nowhere", nil)
				req.Header.Set("Authorization", "Bearer "+given)
			}
			got := httptest.NewRecorder()
			handler.ServeHTTP(got, req)
			answered <- got.Code
		}
		left, leave := context.WithCancel(t.Context())
		go try(left, "wrong", true)
		synctest.Wait()
		leave()
		require.Equal(t, http.StatusUnauthorized, <-answered)
		require.Zero(t, time.Since(began))
		for n := range 6 {
			go try(t.Context(), "wrong", n%2 == 0)
		}
		synctest.Wait()
		go try(t.Context(), token, true)
		codes := map[int]int{}
		for range 7 {
			codes[<-answered]++
		}
		require.Equal(t, map[int]int{http.StatusUnauthorized: 6, http.StatusSeeOther: 1}, codes, "the right one, too, in turn")
		require.Equal(t, 7*time.Second, time.Since(began))
	})
}
