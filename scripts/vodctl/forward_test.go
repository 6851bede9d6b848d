package main_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDevForwards sends copies to a service of the developer's own, beside a sink, and
// again while that service is away.
func TestDevForwards(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	service, other := newHook(t), newHook(t)
	name := strings.ReplaceAll(strings.TrimPrefix(service.url, "http://"), ":", "-")
	d := h.start(t, "--functions", functions, "--forward-to", service.url+"/hook", "--sink", other.url+"/hook#name=other&private=allow")
	first := only(t, d.first)
	require.Equal(t, []any{"other", name}, first["sinks"])
	require.NotEmpty(t, first["webhook_secret"])

	h.must(t, "send", "TranscodeComplete", "--medium", "ferry")
	for _, s := range []*hook{service, other} {
		require.Equal(t, "ferry", (<-s.bodies)["subject"])
		require.True(t, strings.HasPrefix((<-s.header).Get("Webhook-Signature"), "v1,"))
	}

	service.status.Store(http.StatusBadGateway)
	h.must(t, "send", "SnapshotComplete", "--medium", "ferry")
	for failures := 0; failures < 2; {
		if line := d.handled(t); line["outcome"] == "failed" {
			require.Equal(t, name, line["sink"])
			require.Contains(t, line["detail"], "502")
			failures++
		}
	}
	service.status.Store(http.StatusOK)
	require.Equal(t, "SnapshotComplete", (<-service.bodies)["type"])
	d.stop(t)
}

func TestDevSaysWhereCopiesGo(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	args := []string{"--forward-to", "localhost:9/hook", "--forward-to", "https://u:s3cret@hooks.example.com/s3cret#events=Snapshot*&name=crm"}
	text := h.welcome(t, args...)
	require.Contains(t, text, "http://localhost:9/hook as localhost-9, https://hooks.example.com as crm\n")
	require.Regexp(t, `webhook secret +whsec_\S+\n`, text)
	require.NotContains(t, text, "s3cret")
	require.NotContains(t, text, "--sink")
	text = h.with("VOD_WEBHOOK_SECRET=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").welcome(t, args...)
	require.Regexp(t, `webhook secret +that of VOD_WEBHOOK_SECRET\n`, text)

	for _, tc := range []struct{ url, want string }{
		{url: "redis://u:s3cret@localhost/x", want: "--forward-to: want the URL of a service"},
		{url: "http://localhost:9/hook#evnts=s3cret", want: "--forward-to: sink localhost-9: "},
		{url: "http://localhost:9/a b", want: "--forward-to: there is white space"},
	} {
		said, code := h.said(t, "dev", "--functions", functions, "--listen", "127.0.0.1:0", "--forward-to", tc.url)
		require.Equal(t, 2, code)
		require.Contains(t, said, tc.want)
		require.NotContains(t, said, "s3cret")
	}
}
