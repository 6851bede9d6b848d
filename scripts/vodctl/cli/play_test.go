package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/mns"
	"github.com/vodevents/vodevents/scripts/vodctl/cli"
	"github.com/vodevents/vodevents/shared/vod"
)

const playKey = "Rk4mWs9Qx2"

// receiver starts one that refuses what is not signed with one of the keys; without
// keys it takes all. then is called after that.
func receiver(t *testing.T, then http.HandlerFunc, keys ...string) string {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	url := "http://" + server.Listener.Addr().String() + "/callback"
	v := vod.Verifier{URLs: []string{url}, Keys: keys}
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(keys) > 0 && v.Verify(r.Header) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if then != nil {
			then(w, r)
		}
	})
	server.Start()
	t.Cleanup(server.Close)
	return url
}

// lines reads an object on each line.
func lines(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(text) {
		var o map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &o), line)
		all = append(all, o)
	}
	return all
}

func TestPlayShowsEachEvent(t *testing.T) {
	t.Parallel()
	url := receiver(t, nil, playKey)
	code, out, said := run(t, "", "play", "upload", "--url", url, "--key", playKey, "--seed", "7")
	require.Equal(t, 0, code, said)
	require.Equal(t, "to "+url+", seed 7\n", said)
	require.True(t, strings.HasPrefix(out, "upload: A video is uploaded"), out)
	require.Regexp(t, `\n +1:39  StreamTranscodeComplete +[0-9a-f]{32} +failed 4k +1 +\d+  200\n`, out)
	require.Regexp(t, `\n +1:44  TranscodeComplete +[0-9a-f]{32} +1 of 5 failed +1 `, out)
	require.Regexp(t, `\n +365d  DeleteMediaComplete `, out)
	require.Regexp(t, `\nTYPE +SENT +1ST TRY\n`, out, "columns that say nothing are left out")
	require.Regexp(t, `\nStreamTranscodeComplete +5 +5\n`, out)
	require.Contains(t, out, "\nThe promises held, as far as the sender can tell: every event was acknowledged by the function.\n")
	require.NotContains(t, out+said, "\x1b")
}

func TestPlayWithFaults(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	first := map[string]int{} // attempts of each body
	url := receiver(t, func(w http.ResponseWriter, r *http.Request) {
		body := new(bytes.Buffer)
		_, _ = body.ReadFrom(r.Body)
		mu.Lock()
		defer mu.Unlock()
		first[body.String()]++
		_, _ = w.Write([]byte(`{"outcome":"new"}`))
	}, playKey, "Next1Key")
	args := []string{
		"play", "live", "happy", "--count", "20", "--url", url, "--key", playKey, "--next-key", "Next1Key", "--seed", "1",
		"--duplicate", "10%", "--reorder", "0.2", "--tamper", "10%", "--delay", "2ms", "--clock-skew", "-1m", "--parallel", "4",
	}
	code, out, said := run(t, "", args...)
	require.Equal(t, 0, code, said)
	require.Contains(t, out, "and every forged one refused.\n")
	require.Regexp(t, `\nTYPE +SENT +TWICE +1ST TRY +FORGED REFUSED\n`, "\n"+out)
	require.NotContains(t, out, "IN STORY", "there is no line for each of many")
	require.Len(t, first, 20*(15+12), "each medium has events of its own")

	code, out, said = run(t, "", append(args, "--json")...)
	require.Equal(t, 0, code, said)
	all := lines(t, out)
	summary, ok := all[len(all)-1]["summary"].(map[string]any)
	require.True(t, ok)
	require.Equal(t, true, summary["kept"])
	require.InDelta(t, 1, summary["seed"], 0)
	stories := map[any]int{}
	sent, twice, forged := 0, 0, 0
	for _, o := range all[:len(all)-1] {
		require.Equal(t, o["forged"] == nil, o["acknowledged"])
		if o["forged"] == nil {
			require.Equal(t, "acknowledged", o["ending"])
		} else {
			require.Equal(t, "forged_refused", o["ending"])
		}
		if o["forged"] == nil && o["duplicate"] == nil {
			stories[o["story"]]++
		}
		switch {
		case o["forged"] == true:
			forged++
		case o["duplicate"] == true:
			twice++
			fallthrough
		default:
			sent++
		}
	}
	require.InDelta(t, sent, summary["sent"], 0)
	require.InDelta(t, twice, summary["duplicates"], 0)
	require.InDelta(t, forged, summary["forged_refused"], 0)
	require.Equal(t, 20*(15+12), sent-twice)
	require.Equal(t, map[any]int{"live": 20 * 15, "happy": 20 * 12}, stories)
	require.Positive(t, twice)
	require.Positive(t, forged)
}

func TestPlaySaysWhatWasBroken(t *testing.T) {
	t.Parallel()
	byPlatform := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Fc-Error-Type", "FunctionUnhandledError")
	}
	for _, tc := range []struct {
		name string
		then http.HandlerFunc
		keys []string
		args []string
		want string
		hint string
	}{
		{name: "lost", keys: []string{"other"}, want: "1 event was lost, as VOD would have given up", hint: "is --key right"},
		{name: "by the platform", then: byPlatform, want: "1 event was answered by the platform with 200 for a function that failed"},
		{name: "taken", args: []string{"--tamper", "100%"}, want: "1 forged event was taken"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			url := receiver(t, tc.then, tc.keys...)
			// The delay makes it a play.
			args := append([]string{"send", "TranscodeComplete", "--url", url, "--key", playKey, "--delay", "1ns"}, tc.args...)
			code, out, said := run(t, "", args...)
			require.Equal(t, 1, code)
			require.Contains(t, out, "Promises were broken: "+tc.want+".\n")
			require.Contains(t, said, tc.hint)
		})
	}
}

func TestPlayStops(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		last  int // request, during which it is stopped
		json  bool
		wants []string
	}{
		{name: "later", last: 3, wants: []string{
			"\nall  ", "\n2 events in ", "\n1 event was under way: what became of it is not known.\n", "\nIt was stopped; until then, nothing was lost.\n",
		}},
		{name: "at the first one", last: 1, wants: []string{"UNDER WAY", "\n0 events in ", "1 event was under way", "It was stopped"}},
		{name: "as JSON", last: 3, json: true, wants: []string{`"ending":"interrupted"`, `"interrupted":1`, `"stopped":true`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			ctx, stop := context.WithCancelCause(t.Context())
			requests := 0 // one after the other
			url := receiver(t, func(_ http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(io.Discard, r.Body) // else nobody notices that the sender is gone
				if requests++; requests == tc.last {
					stop(errors.New("interrupt"))
					<-r.Context().Done()
				}
			})
			args := []string{"vodctl", "play", "upload", "--url", url}
			if tc.json {
				args = append(args, "--json")
			}
			var out, said strings.Builder
			code := cli.Run(ctx, args, cli.Surroundings{
				Stdout: &out, Stderr: &said, Getenv: func(string) string { return "" },
			})
			require.Equal(t, 1, code)
			for _, want := range tc.wants {
				require.Contains(t, out.String(), want)
			}
			require.NotContains(t, out.String(), "nothing was sent")
			require.Contains(t, said.String(), "vodctl: stopped")
		})
	}
}

func TestPlayPrintsBodies(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "mine.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`title: A trailer comes and goes
events:
  - {type: FileUploadComplete, medium: trailer}
  - {after: 2h, type: DeleteMediaComplete, medium: trailer}
`), 0o600))
	code, out, said := run(t, "", "play", file, "--dry-run", "--count", "2", "--seed", "3")
	require.Equal(t, 0, code, said)
	subjects := map[string]int{}
	for line := range strings.Lines(out) {
		e, err := vod.Parse([]byte(line))
		require.NoError(t, err)
		subjects[e.Head().Subject]++
		age := time.Since(e.Head().Time)
		if e.Head().Type == vod.TypeFileUploadComplete {
			age -= 2 * time.Hour
		}
		require.GreaterOrEqual(t, age, time.Duration(0), "the last one happens now, the other before it")
		require.Less(t, age, time.Hour)
	}
	require.Len(t, subjects, 2)

	code, out, said = run(t, "", "play", file, "--dry-run", "--seed", "4", "--json")
	require.Equal(t, 0, code, said)
	second := lines(t, out)[1]
	require.InDelta(t, 7200, second["seconds"], 0)
	require.Equal(t, "DeleteMediaComplete", second["type"])
	require.NotContains(t, subjects, second["medium"], "seeds that are neighbours have nothing in common")
	require.NotEmpty(t, second["story"])
	require.Contains(t, second["body"], second["medium"])

	code, _, said = run(t, "", "play", filepath.Join(t.TempDir(), "none.YAML"))
	require.Equal(t, 1, code)
	require.Contains(t, said, "none.YAML: no such file")
}

func TestPlayList(t *testing.T) {
	t.Parallel()
	code, out, _ := run(t, "", "play", "--list")
	require.Equal(t, 0, code)
	require.Regexp(t, `\nupload +14 +365d +A video is uploaded`, out)
	code, out, _ = run(t, "", "play", "--list", "--json")
	require.Equal(t, 0, code)
	for _, s := range lines(t, out) {
		require.NotEmpty(t, s["title"])
		require.Positive(t, s["events"])
	}
}

func TestPlayThroughAQueue(t *testing.T) {
	t.Parallel()
	server := mns.New(mns.Key{ID: "vodctl", Secret: "S3cret"})
	t.Cleanup(server.Close)
	server.CreateQueue("vod-events", mns.QueueSettings{})
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	url := func(queue string) string {
		return "mns://vodctl:S3cret@" + listening.Listener.Addr().String() + "/1234.mns.cn-shanghai.aliyuncs.com/queues/" + queue + "?http=true"
	}

	code, out, said := run(t, "", "play", "upload", "--url", url("vod-events"), "--duplicate", "100%")
	require.Equal(t, 0, code, said)
	require.NotContains(t, said, "S3cret")
	require.Regexp(t, `  365d  DeleteMediaComplete +[0-9a-f]{32} +\(again\) +1 +\d+  201\n`, out)
	require.Contains(t, out, "The promises held, as far as the sender can tell: every event was accepted; what becomes of it, vodctl dev says.")
	require.Len(t, server.Messages("vod-events"), 2*14)

	code, out, said = run(t, "", "send", "TranscodeComplete", "--count", "3", "--url", url("none"))
	require.Equal(t, 1, code)
	require.Contains(t, out, "Promises were broken: 3 events were not accepted by the queue or topic.\n")
	require.Contains(t, said, "the last one was answered with 404")
}

// TestSendMany has events that differ, in what they are about or in their details.
func TestSendMany(t *testing.T) {
	t.Parallel()
	url := receiver(t, nil, playKey)
	for _, tc := range []struct {
		name  string
		args  []string
		stdin string
		media int
	}{
		{name: "other media", args: []string{"StreamTranscodeComplete"}, media: 5},
		{name: "one medium", args: []string{"StreamTranscodeComplete", "--medium", "ferry"}, media: 1},
		{name: "one event", args: []string{"-"}, stdin: `{"EventType":"SomethingNew","MediaId":"ferry"}`, media: 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"send", "--count", "5", "--url", url, "--key", playKey, "--json"}, tc.args...)
			code, out, said := run(t, tc.stdin, args...)
			require.Equal(t, 0, code, said)
			all := lines(t, out)
			require.Len(t, all, 6)
			media := map[any]bool{}
			for _, o := range all[:5] {
				media[o["medium"]] = true
			}
			require.Len(t, media, tc.media)
		})
	}
}
