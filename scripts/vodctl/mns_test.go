package main_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// written returns a file with a body.
func written(t *testing.T, body []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "body")
	require.NoError(t, os.WriteFile(path, body, 0o600))
	return path
}

// until returns the next line that dev prints of which this is true.
func (d *running) until(t *testing.T, is func(map[string]any) bool) map[string]any {
	t.Helper()
	for {
		if line := d.handled(t); is(line) {
			return line
		}
	}
}

// TestDevServesMNS sends to the topics and the queue of dev by their URLs, from a shell that
// has the AccessKey of another account.
func TestDevServesMNS(t *testing.T) {
	t.Parallel()
	h := newHome(t, "ALIBABA_CLOUD_ACCESS_KEY_ID=LTAIother", "ALIBABA_CLOUD_ACCESS_KEY_SECRET=other")
	d := h.start(t, "--functions", functions)
	file := written(t, vodtest.NewEvent(vod.TypeImageUploadComplete))
	outcome := "new"
	for _, tc := range []struct{ url, via string }{
		{url: d.TopicURL, via: "mns-topic"}, {url: d.TopicJSONURL, via: "mns-topic"}, {url: d.QueueURL, via: "mns-queue"},
	} {
		h.must(t, "send", file, "--url", tc.url)
		line := d.handled(t)
		require.Equal(t, tc.via, line["via"])
		require.Equal(t, outcome, line["outcome"])
		require.Positive(t, line["duration_ns"])
		outcome = "known"
	}

	// What the platform gave up, on this occasion by hand, the function reads back.
	body := `{"EventType":"FileUploadComplete","EventTime":"2026-02-03T04:11:52Z","VideoId":"ferry"}`
	record := `{"requestContext":{"requestId":"1"},"requestPayload":` + strconv.Quote(body) + `}`
	h.must(t, "send", written(t, []byte(record)), "--url", strings.Replace(d.QueueURL, "/vod-events?", "/vod-events-dead-letters?", 1))
	d.until(t, func(line map[string]any) bool { return line["place"] != nil })
	require.Len(t, objects(t, h.must(t, "events", "--json", "--medium", "ferry")), 1)

	said, code := h.run(t, "send", file, "--url", strings.Replace(d.QueueURL, d.AccessKeySecret, "wrong", 1))
	require.Equal(t, 1, code)
	require.Contains(t, said, "403  SignatureDoesNotMatch")
	said, code = h.said(t, "send", file, "--via", "queue", "--url", d.CallbackURL)
	require.Equal(t, 2, code)
	require.Contains(t, said, "--via queue: "+d.CallbackURL+" is for callbacks")
	address := strings.TrimSuffix(d.CallbackURL, "/callback") + "/1234567890123456.mns.cn-shanghai.aliyuncs.com/queues/vod-events/messages"
	for _, tc := range []struct{ name, host, origin, want string }{
		{name: "not signed", want: "MissingVersionHeader"},
		{name: "through a tunnel", host: "my.tunnel.example.com", want: "only"},
		{name: "from a page", origin: "https://evil.example.com", want: "cross-origin"},
	} {
		req, err := http.NewRequest(http.MethodPost, address, strings.NewReader(body))
		require.NoError(t, err)
		req.Host = tc.host
		if tc.origin != "" {
			req.Header.Set("Origin", tc.origin)
		}
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		answer, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.GreaterOrEqual(t, resp.StatusCode, 400, tc.name)
		require.Contains(t, string(answer), tc.want, tc.name)
	}
	for _, path := range []string{"/mns/topic", "/mns/queue"} { // as any other path
		resp, err := http.Post(strings.TrimSuffix(d.CallbackURL, "/callback")+path, "application/json", strings.NewReader(body))
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, http.StatusUnauthorized, resp.StatusCode)
		d.handled(t)
	}
	d.stop(t)
}

// TestDevPublishes has the HTTP function leave deliveries to the MNS function.
func TestDevPublishes(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	hook := newHook(t)
	d := h.start(t, "--functions", functions, "--topic", "--sink", hook.url+"/hook#name=crm&private=allow")
	h.must(t, "send", "TranscodeComplete", "--medium", "ferry")
	topic := func(line map[string]any) bool { return line["via"] == "mns-topic" && line["outcome"] == "known" }
	require.Equal(t, true, d.until(t, topic)["handed_on"])
	require.Equal(t, "ferry", (<-hook.bodies)["subject"])
	body, ok := only(t, h.must(t, "events", "--json", "--medium", "ferry"))["body"]
	require.True(t, ok)
	text, err := json.Marshal(body)
	require.NoError(t, err)
	file := written(t, text)
	h.must(t, "send", file) // it is known, and not published: what comes by the topic is of somebody else
	h.must(t, "send", file, "--via", "topic")
	require.NotContains(t, d.until(t, topic), "handed_on")
	d.stop(t)
}

// TestDevFallsBackToAQueue takes the store away before the first callback.
func TestDevFallsBackToAQueue(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	here, away := filepath.Join(h.dir, "here"), filepath.Join(h.dir, "away")
	require.NoError(t, os.Mkdir(here, 0o700))
	d := h.start(t, "--functions", functions, "--fallback", "mns", "--store", "sqlite:"+filepath.ToSlash(here)+"/vod.db")
	require.NoError(t, os.Rename(here, away))
	h.must(t, "send", "TranscodeComplete", "--medium", "ferry")
	d.until(t, func(line map[string]any) bool { return line["outcome"] == "fallback" })
	require.NoError(t, os.Rename(away, here))
	line := d.until(t, func(line map[string]any) bool { return line["place"] == "fallback" })
	require.InDelta(t, 1, line["events"], 0)
	require.Len(t, objects(t, h.must(t, "events", "--json", "--medium", "ferry", "--store", d.Store)), 1)
	d.stop(t)

	said, code := h.said(t, "dev", "--functions", functions, "--fallback", "ftp://s3cret")
	require.Equal(t, 2, code)
	require.Contains(t, said, `--fallback: fallback: unknown scheme "ftp"`)
	require.NotContains(t, said, "s3cret")
}
