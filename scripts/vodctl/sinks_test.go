package main_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// hook is a server that takes webhooks, as long as its status says so.
type hook struct {
	url    string
	status atomic.Int64
	bodies chan map[string]any
	header chan http.Header
}

func newHook(t *testing.T) *hook {
	t.Helper()
	h := &hook{bodies: make(chan map[string]any, 100), header: make(chan http.Header, 100)}
	h.status.Store(http.StatusOK)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		if status := int(h.status.Load()); status != http.StatusOK {
			w.WriteHeader(status)
			return
		}
		h.header <- r.Header
		h.bodies <- only(t, string(text)+"\n")
	}))
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// sinkSettings are those of two sinks at the hook.
func (h *hook) sinkSettings() []string {
	return []string{
		"VOD_WEBHOOK_SECRET=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
		"VOD_SINKS=" + h.url + "/hook#name=crm&private=allow " + h.url + "/hook#name=failures&private=allow&status=failed",
	}
}

func TestReplayAndRedrive(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, _ := filled(t, h)
	hook := newHook(t)
	h = h.with(append(hook.sinkSettings(), "VOD_STORE="+url)...)

	require.Empty(t, h.must(t, "sinks", "--json"))
	require.Empty(t, h.must(t, "deliveries", "--json"))
	require.Empty(t, h.must(t, "replays", "--json"))

	// First it counts.
	require.InDelta(t, 12, only(t, h.must(t, "replay", "--sink", "crm", "--json"))["deliveries"], 0)
	require.InDelta(t, 1, only(t, h.must(t, "replay", "--sink", "failures", "--json"))["deliveries"], 0, "a sink gets what it asks for")
	require.Contains(t, h.must(t, "replay", "--sink", "crm", "--type", "streamtranscodecomplete"), "4 deliveries to crm: add --yes")
	said, code := h.said(t, "replay", "--sink", "crm", "--type", "SnapshotComplete", "--type", "TrancodeComplete", "--yes")
	require.Equal(t, 2, code)
	require.Contains(t, said, `there is no event type "TrancodeComplete", and no such event in the store; did you mean TranscodeComplete`)
	require.Contains(t, h.must(t, "replay", "--sink", "crm", "--medium", "nobody"), "no event")
	require.Contains(t, h.must(t, "replay", "--sink", "crm", "--until", "1h"), "no event")
	require.Empty(t, h.must(t, "deliveries", "--json"))

	done := only(t, h.must(t, "replay", "--sink", "crm", "--sink", "failures", "--medium", "lecture", "--reason", "a test", "--yes", "--json"))
	require.InDelta(t, 2, done["deliveries"], 0)
	trace := only(t, h.must(t, "replays", "--json"))
	require.Equal(t, done["replay"], trace["id"])
	require.Equal(t, "to crm, failures; medium lecture; because a test", trace["detail"])
	require.Contains(t, h.must(t, "replays"), "because a test")
	for _, d := range objects(t, h.must(t, "deliveries", "--json")) {
		require.Equal(t, "owed", d["state"])
		require.Equal(t, trace["id"], d["replay"])
	}

	// What cannot be delivered stays owed, and the sink rests.
	hook.status.Store(http.StatusInternalServerError)
	require.Len(t, objects(t, h.must(t, "redrive", "--dry-run", "--json")), 2)
	out, code := h.run(t, "redrive", "--sink", "crm", "--json")
	require.Equal(t, 1, code)
	require.InDelta(t, 1, only(t, out)["failed"], 0)
	require.Contains(t, h.must(t, "sinks"), "500")
	require.Contains(t, h.must(t, "deliveries", "--sink", "crm", "--state", "owed"), "500")

	hook.status.Store(http.StatusGone)
	_, code = h.run(t, "redrive", "--all")
	require.Equal(t, 1, code)
	require.Len(t, objects(t, h.must(t, "deliveries", "--state", "parked", "--json")), 2)

	hook.status.Store(http.StatusOK)
	require.Contains(t, h.must(t, "redrive", "--all"), "0 delivered")
	require.Contains(t, h.must(t, "redrive", "--parked"), "2 delivered")
	for range 2 {
		require.Equal(t, "lecture", (<-hook.bodies)["subject"])
		require.Equal(t, trace["id"], (<-hook.header).Get("Vod-Replay"))
	}
	lecture := fmt.Sprint(only(t, h.must(t, "events", "--medium", "lecture", "--json"))["id"])
	delivered := objects(t, h.must(t, "deliveries", "--event", lecture, "--json"))
	require.Len(t, delivered, 2)
	require.Equal(t, "delivered", delivered[0]["state"])
	require.Contains(t, h.must(t, "sinks"), "well")

	for _, args := range [][]string{
		{"replay"}, {"replay", "--sink", "crn"}, {"redrive", "--sink", "crn"}, {"deliveries", "--event", "x"}, {"deliveries", "--state", "x"},
	} {
		_, code := h.run(t, args...)
		require.Equal(t, 2, code, args)
	}
	said, code = h.with("VOD_SINKS=https://u:s3cret@example.com/s3cret").said(t, "redrive")
	require.Equal(t, 2, code)
	require.Contains(t, said, "VOD_SINKS")
	require.NotContains(t, said, "s3cret")
	_, code = h.with("VOD_SINKS=").run(t, "redrive")
	require.Equal(t, 2, code)
}

// A dead letter that can be read by now is owed to the sinks as any event.
func TestRedrivenDeadLettersAreOwed(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	url, readable := filled(t, h)
	hook := newHook(t)
	h = h.with(append(hook.sinkSettings(), "VOD_STORE="+url)...)
	h.must(t, "dead-letters", "redrive", readable.String())
	d := only(t, h.must(t, "deliveries", "--json"))
	require.Equal(t, readable.String(), d["event"])
	require.Equal(t, "crm", d["sink"])
}

func TestDevDelivers(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	hook := newHook(t)
	_, code := h.run(t, "dev", "--functions", functions, "--sink", hook.url+"#private=allow")
	require.Equal(t, 2, code, "it has no name")
	d := h.start(t, "--functions", functions, "--store", "sqlite:"+t.TempDir()+"/vod.db", "--sink", hook.url+"/hook#name=mine&private=allow")
	h.must(t, "send", "TranscodeComplete", "--medium", "ferry")
	said := []map[string]any{d.handled(t), d.handled(t)}
	require.Equal(t, "ferry", (<-hook.bodies)["subject"])
	require.True(t, strings.HasPrefix((<-hook.header).Get("Webhook-Signature"), "v1,"))
	require.True(t, said[0]["sink"] == "mine" || said[1]["sink"] == "mine", said)

	// What fails is tried again by the timer.
	hook.status.Store(http.StatusBadGateway)
	h.must(t, "send", "SnapshotComplete", "--medium", "ferry")
	failed := d.handled(t)
	for failed["outcome"] != "failed" {
		failed = d.handled(t)
	}
	require.Equal(t, "mine", failed["sink"])
	require.Contains(t, failed["detail"], "502")
	hook.status.Store(http.StatusOK)
	require.Equal(t, "SnapshotComplete", (<-hook.bodies)["type"])
	delivered := d.handled(t)
	for delivered["outcome"] != nil {
		delivered = d.handled(t)
	}
	require.Equal(t, "mine", delivered["sink"])
	require.InDelta(t, 1, objects(t, h.must(t, "sinks", "--json"))[0]["owed"], 1)
	d.stop(t)
}

// TestDevChecksSinks: what is wrong is told at once, and not by the functions later.
func TestDevChecksSinks(t *testing.T) {
	t.Parallel()
	const url = "https://u:s3cret@hooks.example.com/vod#name=crm"
	for _, tc := range []struct {
		name string
		env  []string
		args []string
		want []string // parts of what is said
	}{
		{name: "secret", env: []string{"VOD_WEBHOOK_SECRET=s3cret"}, args: []string{"--sink", url}, want: []string{"--sink: sink crm", "VOD_WEBHOOK_SECRET"}},
		{
			name: "second secret", env: []string{"VOD_WEBHOOK_SECRET=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw s3cret", "VOD_SINKS=" + url},
			args: []string{"--sink", "env"}, want: []string{"VOD_SINKS: sink crm", "number 2"},
		},
		{name: "sinks in the environment", env: []string{"VOD_SINKS=" + url + " https://s3cret.example.com/"}, args: []string{"--sink", "env"}, want: []string{"VOD_SINKS: sink 2", "no name"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			said, code := newHome(t, tc.env...).said(t, append([]string{"dev", "--functions", functions, "--listen", "127.0.0.1:0"}, tc.args...)...)
			require.Equal(t, 2, code)
			for _, part := range tc.want {
				require.Contains(t, said, part)
			}
			require.NotContains(t, said, "s3cret")
		})
	}
}

// TestDevKeepsSecrets gives sinks in the environment, with a password in a URL and a
// secret that is being rotated.
func TestDevKeepsSecrets(t *testing.T) {
	t.Parallel()
	hook := newHook(t)
	url := strings.Replace(hook.url, "://", "://u:s3cret@", 1) + "/hook#private=allow&name="
	h := newHome(t, "VOD_SINKS="+url+"crm "+url+"failures&status=failed",
		"VOD_WEBHOOK_SECRET=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw whsec_"+strings.Repeat("abcd", 8))
	d := h.start(t, "--functions", functions, "--sink", "env")
	first := only(t, d.first)
	require.Equal(t, []any{"crm", "failures"}, first["sinks"])
	require.NotContains(t, d.first, "s3cret")
	require.NotContains(t, d.first, "whsec_")
	help := h.must(t, "dev", "--help")
	for name := range first {
		require.Contains(t, help, name)
	}
	h.must(t, "send", "TranscodeComplete")
	require.Len(t, strings.Fields((<-hook.header).Get("Webhook-Signature")), 2)
	d.stop(t)

	text := h.welcome(t, "--sink", "env")
	require.Contains(t, text, "crm, failures (VOD_SINKS)\n")
	require.NotContains(t, text, "s3cret")
	require.NotContains(t, text, "whsec_")

	// What dev made itself has to be told.
	h = newHome(t, "VOD_SINKS="+url+"crm")
	text = h.welcome(t, "--sink", url+"mine")
	require.Contains(t, text, "mine (--sink)\n")
	require.NotContains(t, text, "s3cret")
	require.Regexp(t, `webhook secret +whsec_\S+\n`, text)
	d = h.start(t, "--functions", functions, "--sink", "env")
	require.Regexp(t, `"webhook_secret":"whsec_[^"]+"`, d.first)
	require.Contains(t, help, "webhook_secret")
	require.Contains(t, h.must(t, "redrive", "--store", d.Store), "0 delivered", "with the secret that dev made")
	d.stop(t)
}
