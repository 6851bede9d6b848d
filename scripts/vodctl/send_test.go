package main_test

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// withoutPassword returns a URL as it is shown.
func withoutPassword(t *testing.T, text string) string {
	t.Helper()
	u, err := url.Parse(text)
	require.NoError(t, err)
	return u.Redacted()
}

// TestSendSaysWhereTo has the settings of a server in the environment, as a shell
// has in which they were exported.
func TestSendSaysWhereTo(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	d := h.start(t, "--functions", functions)
	said, code := h.said(t, "send", "TranscodeComplete")
	require.Equal(t, 0, code, said)
	require.Contains(t, said, "to "+d.CallbackURL+" (vodctl dev)\n")
	d.handled(t)

	const production = "https://hooks.example.com/vod/3f9c1e"
	server := h.with("VOD_CALLBACK_URL="+production, "VOD_AUTH_KEY=OfTheServer1")
	said, code = server.said(t, "send", "TranscodeComplete")
	require.Equal(t, 2, code, "a mistake could reach production")
	require.Contains(t, said, "VOD_CALLBACK_URL is "+production+", which is not on this machine: give --url")
	require.Contains(t, said, "--url "+d.CallbackURL, "which may be meant")
	require.NotContains(t, said, "attempt 1")
	said, code = server.said(t, "send", "TranscodeComplete", "--dry-run")
	require.Equal(t, 0, code, said)

	said, code = server.said(t, "send", "TranscodeComplete", "--url", d.CallbackURL)
	require.Equal(t, 0, code, "signed with the key of the dev: %s", said)
	require.Contains(t, said, "to "+d.CallbackURL+"\n")
	d.handled(t)
	said, code = server.said(t, "send", "TranscodeComplete", "--via", "queue")
	require.Equal(t, 0, code, said)
	require.Contains(t, said, "to "+withoutPassword(t, d.QueueURL)+" (vodctl dev)\n")
	d.handled(t)

	local := h.with("VOD_CALLBACK_URL=http://user:S3cret@localhost:1/vod")
	said, code = local.said(t, "send", "TranscodeComplete")
	require.Equal(t, 1, code)
	require.Contains(t, said, "@localhost:1/vod (VOD_CALLBACK_URL)\n")
	require.NotContains(t, said, "S3cret")
	out, _ := local.run(t, "send", "TranscodeComplete")
	require.Contains(t, out, "connection refused: nobody listens there")
	require.NotContains(t, out, "vodtest")
	d.stop(t)
}

func TestVerifyAsksDev(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	d := h.start(t, "--functions", functions)
	headers, ok := only(t, h.must(t, "send", "TranscodeComplete", "--dry-run", "--json"))["headers"].(map[string]any)
	require.True(t, ok)
	timestamp, ok := headers["X-Vod-Timestamp"].(string)
	require.True(t, ok)
	signature, ok := headers["X-Vod-Signature"].(string)
	require.True(t, ok)
	require.Contains(t, h.must(t, "verify", "--timestamp", timestamp, "--signature", signature), "right")
	d.stop(t)
}

// TestTwoDevs starts a second one beside the first.
func TestTwoDevs(t *testing.T) {
	t.Parallel()
	h := newHome(t)
	first := h.start(t, "--functions", functions)
	second := h.start(t, "--functions", functions)
	said, code := h.said(t, "send", "TranscodeComplete", "--via", "topic")
	require.Equal(t, 0, code, said)
	require.Contains(t, said, "to "+withoutPassword(t, second.TopicURL)+" (vodctl dev)", "the last one started")
	second.handled(t)
	said, code = h.said(t, "events")
	require.Equal(t, 0, code, said)
	require.Contains(t, said, "(of vodctl dev, pid "+strconv.Itoa(second.PID)+", which was started last)")

	second.stop(t)
	said, code = h.said(t, "send", "TranscodeComplete", "--url", strings.Replace(first.CallbackURL, "127.0.0.1", "localhost", 1))
	require.Equal(t, 0, code, "signed for the one that is called: %s", said)
	require.NotContains(t, said, "not signed")
	first.handled(t)
	require.Contains(t, second.errors.String(), "vodctl dev (pid "+strconv.Itoa(first.PID)+") at "+first.CallbackURL+" uses the same store: both go on,")
	said, code = h.said(t, "send", "TranscodeComplete")
	require.Equal(t, 0, code, said)
	require.Contains(t, said, "to "+first.CallbackURL+" (vodctl dev)", "it is found again")
	first.handled(t)

	// One that was killed is not found, and does not keep others from being found.
	third := h.start(t, "--functions", functions)
	require.NoError(t, third.cmd.Process.Kill())
	require.Error(t, third.cmd.Wait())
	said, code = h.said(t, "send", "TranscodeComplete")
	require.Equal(t, 0, code, said)
	require.Contains(t, said, "to "+first.CallbackURL+" (vodctl dev)")
	first.handled(t)
	first.stop(t)
}
