package cli_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

// TestForgedOnesThatNobodyRefuses has a receiver that hangs up on them, and one that
// is not there.
func TestForgedOnesThatNobodyRefuses(t *testing.T) {
	t.Parallel()
	right := vod.Verifier{Keys: []string{playKey}}
	url := receiver(t, func(_ http.ResponseWriter, r *http.Request) {
		v := right
		v.URLs = []string{"http://" + r.Host + r.URL.Path}
		if v.Verify(r.Header) != nil {
			panic(http.ErrAbortHandler)
		}
	})
	code, out, said := run(t, "", "send", "TranscodeComplete", "--url", url, "--key", playKey, "--tamper", "100%")
	require.Equal(t, 0, code, said)
	require.Contains(t, out, "EOF, which refuses nothing\n")
	require.Regexp(t, `SENT +1ST TRY +FORGED UNCLEAR\n`, out)
	require.Contains(t, out, "1 forged event was neither refused nor taken: whether the receiver would have is not known.\n")
	require.Contains(t, out, "every event was acknowledged by the function.\n")

	code, out, said = run(t, "", "send", "TranscodeComplete", "--url", "http://127.0.0.1:1/", "--key", playKey, "--tamper", "100%", "--json")
	require.Equal(t, 1, code, said)
	all := lines(t, out)
	require.Equal(t, "forged_unclear", all[0]["ending"])
	require.Equal(t, "lost", all[1]["ending"])
	summary, ok := all[2]["summary"].(map[string]any)
	require.True(t, ok)
	require.InDelta(t, 0, summary["forged_refused"], 0)
	require.InDelta(t, 1, summary["forged_unclear"], 0)
}

// TestDroppedReplies has functions that take an event or crash, which nobody hears.
func TestDroppedReplies(t *testing.T) {
	t.Parallel()
	crash := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Fc-Error-Type", "FunctionUnhandledError")
	}
	for _, tc := range []struct {
		name     string
		then     http.HandlerFunc
		code     int
		says     string
		ending   string
		platform any
	}{
		{name: "taken", says: "  3 × 200 dropped, taken\n", ending: "unheard"},
		{
			name: "of the platform", then: crash, code: 1, says: "  3 × 200 dropped, lost: FunctionUnhandledError\n",
			ending: "lost", platform: "FunctionUnhandledError",
		},
	} {
		for _, json := range []bool{false, true} {
			name := tc.name
			if json {
				name += " as JSON"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				url := receiver(t, tc.then)
				args := []string{"send", "StreamTranscodeComplete", "--variant", "encrypted", "--fail", "--url", url, "--drop-reply", "100%"}
				if json {
					args = append(args, "--json")
				}
				code, out, said := run(t, "", args...)
				require.Equal(t, tc.code, code, said)
				if !json {
					require.Contains(t, out, tc.says)
					return
				}
				sent := lines(t, out)[0]
				require.Equal(t, tc.ending, sent["ending"])
				require.Equal(t, "encrypted", sent["variant"])
				require.Equal(t, true, sent["fail"])
				attempts, ok := sent["attempts"].([]any)
				require.True(t, ok)
				require.Len(t, attempts, 3)
				for _, at := range attempts {
					at, ok := at.(map[string]any)
					require.True(t, ok)
					require.InDelta(t, 200, at["dropped"], 0)
					require.Equal(t, tc.platform, at["platform_error"])
				}
			})
		}
	}
}

func TestSendingSaysWhatCannotBe(t *testing.T) {
	t.Parallel()
	to := []string{"--url", "http://127.0.0.1:1/", "--key", playKey}
	for _, tc := range []struct {
		name string
		args []string
		want string
	}{
		{name: "speed that is no number", args: []string{"play", "upload", "--speed", "NaN"}, want: "--speed: want at least 0, and a number"},
		{name: "infinite speed", args: []string{"play", "upload", "--speed", "Inf"}, want: "--speed: want at least 0, and a number"},
		{name: "rate that is no number", args: []string{"play", "upload", "--rate", "NaN"}, want: "--rate and --delay: want"},
		{name: "infinite rate", args: []string{"send", "TranscodeComplete", "--rate", "Inf"}, want: "--rate and --delay: want"},
		{name: "no second half", args: []string{"send", "TranscodeComplete", "--next-key", "Next1Key"}, want: "there is only one: give --count"},
		{name: "faults of what is not sent", args: []string{"send", "TranscodeComplete", "--dry-run", "--tamper", "1%"}, want: "leave out the faults"},
		{name: "faults of what is not played", args: []string{"play", "upload", "--dry-run", "--duplicate", "1%"}, want: "leave out the faults"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			code, _, said := run(t, "", append(tc.args, to...)...)
			require.Equal(t, 2, code)
			require.Contains(t, said, tc.want)
		})
	}
}
