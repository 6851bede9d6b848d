package httpevent_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/httpevent"
)

func TestFromHTTPOnLoopback(t *testing.T) {
	t.Parallel()
	requests := make(chan httpevent.Request, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in := httpevent.FromHTTP(r)
		var err error
		if in.Body, err = httpevent.ReadBody(r, 64); err != nil {
			httpevent.Response{Status: http.StatusRequestEntityTooLarge, Body: []byte(err.Error())}.ServeTo(w)
			return
		}
		requests <- in
		httpevent.Response{Status: http.StatusOK, Body: []byte("stored")}.ServeTo(w)
	}))
	defer server.Close()

	post := func(body string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/a%20b?k=1&k=2", strings.NewReader(body))
		require.NoError(t, err)
		req.Header = http.Header{
			"x-vod-timestamp": {"1772874932"}, // goes out in lower case
			"X-Many":          {"1", "2"},
			"Cookie":          {"a=1", "b=2"},
			"Keep-Alive":      {"timeout=5"},
			"User-Agent":      {"test"},
			"X-Fc-Access-Key-Secret": {
				"do not pass on",
			},
		}
		resp, err := server.Client().Do(req)
		require.NoError(t, err)
		defer func() { require.NoError(t, resp.Body.Close()) }()
		answer, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		return resp.StatusCode, string(answer)
	}

	status, answer := post(strings.Repeat("x", 64))
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "stored", answer)
	require.Equal(t, httpevent.Request{
		Method:  http.MethodPost,
		Path:    "/a b",
		RawPath: "/a%20b",
		Query:   url.Values{"k": {"1", "2"}},
		Header: http.Header{
			"X-Vod-Timestamp": {"1772874932"}, "X-Many": {"1,2"}, "Cookie": {"a=1; b=2"}, "User-Agent": {"test"},
			"Content-Length": {"64"}, "Accept-Encoding": {"gzip"},
		},
		Body:     []byte(strings.Repeat("x", 64)),
		SourceIP: "127.0.0.1",
		Domain:   "127.0.0.1",
	}, <-requests)

	status, answer = post(strings.Repeat("x", 65))
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
	require.Equal(t, httpevent.ErrTooLarge.Error(), answer)
}

func TestFromHTTPWithoutBody(t *testing.T) {
	t.Parallel()
	for _, body := range []io.Reader{nil, http.NoBody, strings.NewReader("")} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://hooks.example.com/", body)
		r := httpevent.FromHTTP(req)
		data, err := httpevent.ReadBody(req, 0)
		require.NoError(t, err)
		require.Empty(t, data)
		require.Equal(t, "hooks.example.com", r.Domain)
		require.Equal(t, "/", r.Path)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://hooks.example.com", nil) // a client's request
	require.NoError(t, err)
	require.Equal(t, "/", httpevent.FromHTTP(req).Path)
	data, err := httpevent.ReadBody(req, 0)
	require.NoError(t, err)
	require.Empty(t, data)
}

func TestFromHTTPBrokenBody(t *testing.T) {
	t.Parallel()
	errReset := errors.New("reset")
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", iotest.ErrReader(errReset))
	_, err := httpevent.ReadBody(req, 10)
	require.ErrorIs(t, err, errReset)
	require.NotErrorIs(t, err, httpevent.ErrTooLarge)
}
