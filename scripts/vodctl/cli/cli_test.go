package cli_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/cli"
	"github.com/vodevents/vodevents/shared/vod"
)

func ExampleRun() {
	code := cli.Run(context.Background(), []string{
		"vodctl", "verify", "--url", "http://hooks.harbor-media.example/vod/events", "--key", "Nk7rTq2Zb9", "--at", "2026-02-03T04:12:00Z",
		"--timestamp", "1770091912", "--signature", "d9f666e16b804761350edc121376d921",
	}, cli.Surroundings{Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv})
	fmt.Println("exit code", code)
	// Output:
	// not right, but it would be
	//   https instead of http: https://hooks.harbor-media.example/vod/events
	// exit code 1
}

// run runs a command and returns what it prints.
func run(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, problems strings.Builder
	code = cli.Run(t.Context(), append([]string{"vodctl"}, args...), cli.Surroundings{
		Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &problems, Getenv: func(string) string { return "" },
	})
	return code, out.String(), problems.String()
}

// signature has the form of one.
const signature = "d9f666e16b804761350edc121376d921"

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		args []string
		want string
	}{
		{name: "nothing", want: "Commands:"},
		{name: "command", args: []string{"evnts"}, want: `did you mean "events"?`},
		{name: "command of a command", args: []string{"dead-letters", "lst"}, want: `did you mean "list"?`},
		{name: "flag", args: []string{"send", "--mediun", "x"}, want: `did you mean "--medium"?`},
		{name: "type", args: []string{"send", "TrancodeComplete"}, want: "did you mean TranscodeComplete"},
		{name: "variant", args: []string{"send", "StreamTranscodeComplete", "--variant", "encypted"}, want: "did you mean encrypted?"},
		{name: "variant of none", args: []string{"send", "ProduceMediaComplete", "--variant", "x"}, want: "one shape only"},
		{name: "set", args: []string{"send", "TranscodeComplete", "--set", "x"}, want: "FIELD=VALUE"},
		{name: "via", args: []string{"send", "TranscodeComplete", "--via", "topik"}, want: "did you mean topic?"},
		{name: "story that is sent", args: []string{"send", "retranscode"}, want: "run vodctl play retranscode"},
		{name: "story", args: []string{"play", "uplaod"}, want: "did you mean upload?"},
		{name: "no story", args: []string{"play"}, want: "vodctl play --list"},
		{name: "share", args: []string{"play", "upload", "--duplicate", "5"}, want: `"5" is no share: want one such as 5% or 0.05`},
		{name: "share of what is no number", args: []string{"send", "TranscodeComplete", "--tamper", "NaN%"}, want: "is no share"},
		{name: "clock skew", args: []string{"play", "upload", "--clock-skew", "-10"}, want: "want one such as 10m or -10m"},
		{name: "speed", args: []string{"play", "upload", "--speed=-1"}, want: "--speed: want at least 0"},
		{name: "negative rate", args: []string{"play", "upload", "--url", "http://127.0.0.1:1/", "--rate=-1"}, want: "--rate and --delay"},
		{name: "no events", args: []string{"send", "TranscodeComplete", "--count", "0"}, want: "--count: want a number of at least 1"},
		{name: "tampering without a key", args: []string{"play", "upload", "--url", "http://127.0.0.1:1/", "--tamper", "5%"}, want: "callbacks that are signed"},
		{
			name: "faults of callbacks", want: "are for callbacks, not for MNS",
			args: []string{"play", "upload", "--url", "mns://1.mns.cn-shanghai.aliyuncs.com/queues/q", "--drop-reply", "5%"},
		},
		{name: "fail with what is read", args: []string{"send", "-", "--fail"}, want: "not for those that are read"},
		{name: "state", args: []string{"media", "--state", "playble"}, want: "did you mean playable?"},
		{name: "kind", args: []string{"media", "--kind", "vidio"}, want: "did you mean video?"},
		{name: "reason", args: []string{"dead-letters", "list", "--reason", "malform"}, want: "did you mean malformed?"},
		{name: "shell", args: []string{"completion", "bsh"}, want: "did you mean bash or zsh?"},
		{name: "time", args: []string{"events", "--since", "yesterday"}, want: "is no time"},
		{name: "limit", args: []string{"events", "--limit", "0"}, want: "--limit: want a number of at least 1"},
		{name: "negative limit", args: []string{"media", "--limit", "-1"}, want: "--limit: want a number of at least 1"},
		{name: "limit without a number", args: []string{"dead-letters", "list", "--limit"}, want: "--limit: want a number of at least 1"},
		{name: "empty store", args: []string{"events", "--store", ""}, want: "--store: want the URL of a store"},
		{name: "empty store of dev", args: []string{"dev", "--store", " "}, want: "--store: want the URL of a store"},
		{name: "event and type", args: []string{"events", "0190", "--type", "x"}, want: "not both"},
		{name: "medium and state", args: []string{"media", "ferry", "--state", "playable"}, want: "not both"},
		{name: "status", args: []string{"events", "--status", "done"}, want: `there is no "done", only succeeded, failed`},
		{name: "listen", args: []string{"dev", "--listen", "foo"}, want: "want HOST:PORT"},
		{name: "port", args: []string{"dev", "--listen", "127.0.0.1:65536"}, want: "want HOST:PORT"},
		{name: "instances", args: []string{"dev", "--instances", "0"}, want: "vodctl: --instances 0: want at least 1\n"},
		{name: "timeout", args: []string{"dev", "--timeout", "10ms"}, want: "vodctl: --timeout 10ms: want at least 1s\n"},
		{name: "negative port", args: []string{"dev", "--listen", "127.0.0.1:-1"}, want: "want HOST:PORT"},
		{name: "no URL to send to", args: []string{"send", "TranscodeComplete", "--url", "nonsense"}, want: "want a URL"},
		{name: "no host to send to", args: []string{"send", "TranscodeComplete", "--url", "http:///x"}, want: "want a URL"},
		{name: "JSON of a script", args: []string{"completion", "zsh", "--json"}, want: "no JSON"},
		{name: "scheme", args: []string{"events", "--store", "sqllite:x.db"}, want: "unknown scheme"},
		{name: "neither ids nor all", args: []string{"dead-letters", "drop"}, want: "--all"},
		{name: "drop without a reason", args: []string{"events", "drop", "0190b7a4-7c00-8000-8000-000000000001"}, want: "--why"},
		{name: "drop for no reason", args: []string{"events", "drop", "0190b7a4-7c00-8000-8000-000000000001", "--why", " "}, want: "say why"},
		{name: "drop of nothing", args: []string{"events", "drop", "--why", "forged"}, want: "<id>"},
		{name: "drop by the beginning of an id", args: []string{"events", "drop", "0190", "--why", "forged", "--store", "sqlite:none.db"}, want: "is no id"},
		{name: "ids and all", args: []string{"dead-letters", "drop", "x", "--all"}, want: "not both"},
		{name: "no signature", args: []string{"verify", "--url", "x", "--key", "y"}, want: "--signature"},
		{name: "no URL to verify", args: []string{"verify", "--timestamp", "1", "--signature", signature}, want: "VOD_CALLBACK_URL"},
		{name: "no key to verify", args: []string{"verify", "--url", "x", "--timestamp", "1", "--signature", signature}, want: "VOD_AUTH_KEY"},
		{name: "timestamp", args: []string{"verify", "--timestamp", "now", "--signature", signature}, want: "seconds since 1970"},
		{name: "no timestamp", args: []string{"verify", "--timestamp", "", "--signature", signature}, want: "seconds since 1970"},
		{name: "signature", args: []string{"verify", "--timestamp", "1770091912", "--signature", "d9f6"}, want: "32 hexadecimal digits"},
		{name: "signature with another letter", args: []string{"verify", "--timestamp", "1770091912", "--signature", "g" + signature[1:]}, want: "32 hexadecimal digits"},
		{name: "exchanged headers", args: []string{"verify", "--timestamp", signature, "--signature", "1770091912"}, want: "exchanged"},
		{name: "key with a blank", args: []string{"dev", "--key", "a b"}, want: "white space"},
		{name: "sink with a blank", args: []string{"dev", "--sink", "http://127.0.0.1:9000/my hook#name=mine"}, want: "--sink: there is white space in a URL: write %20"},
		{name: "sink with a line break", args: []string{"dev", "--sink", "http://127.0.0.1:9000/hook\n#name=mine"}, want: "write %20"},
		{name: "callback URL with a blank", args: []string{"dev", "--callback-url", "https://a.example/ https://b.example/"}, want: "--callback-url: there is"},
		{name: "until before since", args: []string{"replay", "--sink", "crm", "--since", "1h", "--until", "2h"}, want: "--until 2h is not after --since 1h"},
		{name: "until at since", args: []string{"replay", "--sink", "crm", "--since", "2026-11-23", "--until", "2026-11-23T00:00:00Z"}, want: "no event is between"},
		{name: "functions", args: []string{"dev", "--functions", "/does/not/exist"}, want: "/does/not/exist"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := run(t, "", tc.args...)
			require.Equal(t, 2, code, stderr)
			require.Contains(t, stderr, tc.want)
			require.Empty(t, stdout)
		})
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	code, root, _ := run(t, "", "--help")
	require.Equal(t, 0, code)
	require.Contains(t, root, "Exit codes:\n  0  done\n  1  ")
	_, list, ok := strings.Cut(root, "Commands:\n")
	require.True(t, ok)
	list, _, ok = strings.Cut(list, "\n\n")
	require.True(t, ok)
	for line := range strings.Lines(list) {
		if strings.HasPrefix(line, "   ") {
			continue // the rest of a description
		}
		name, _, ok := strings.Cut(strings.TrimSpace(line), "  ")
		require.True(t, ok, line)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, text, _ := run(t, "", append(strings.Fields(name), "--help")...)
			require.Equal(t, 0, code)
			require.Regexp(t, `(?m)^    .*vodctl `+name, text, "an example")
			if name != "completion" {
				require.Contains(t, text, "With --json")
			}
			for line := range strings.Lines(text) {
				require.LessOrEqual(t, len(line), 101)
			}
		})
	}
}

// TestHelpOfAGroup has that of the command that may be left out.
func TestHelpOfAGroup(t *testing.T) {
	t.Parallel()
	code, text, _ := run(t, "", "events", "--help")
	require.Equal(t, 0, code)
	for _, part := range []string{"[<id>]", "--follow", "--search=TEXT", "--json", "events list", "events drop"} {
		require.Contains(t, text, part)
	}
	require.NotContains(t, text, "--why", "that is of drop")
	code, _, problems := run(t, "", "events", "--folow")
	require.Equal(t, 2, code)
	require.Contains(t, problems, "Run vodctl events --help for more.")
}

// TestSetSomethingElse sends what VOD would not.
func TestSetSomethingElse(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		set  []string
		says string
	}{
		{name: "a slip", set: []string{"FileSiez=3"}, says: "FileSiez is no documented member of TranscodeComplete: VOD would not send it\n"},
		{name: "in an object of a list", set: []string{"StreamInfos.0.Bitraet=3"}, says: "StreamInfos[0].Bitraet is no documented member of TranscodeComplete: VOD would not send it\n"},
		{name: "an object", set: []string{`Fiel={"Size":[{"a":1}]}`, "FileSiez=3"}, says: "Fiel, FileSiez are no documented members of TranscodeComplete: VOD would not send them\n"},
		{name: "all is documented", set: []string{"Extend=order-17", "StreamInfos.0.Size=17"}},
		{name: "what is not VOD's", set: []string{`Extend={"order":17}`}},
		{name: "another type", set: []string{"EventType=Newer"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			args := []string{"send", "TranscodeComplete", "--url", "http://127.0.0.1:1/", "--dry-run"}
			for _, s := range tc.set {
				args = append(args, "--set", s)
			}
			code, _, problems := run(t, "", args...)
			require.Equal(t, 0, code)
			require.Equal(t, tc.says, problems)
			code, _, problems = run(t, "", append(args, "--json")...)
			require.Equal(t, 0, code)
			require.Empty(t, problems)
		})
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	code, text, _ := run(t, "", "types")
	require.Equal(t, 0, code)
	require.Contains(t, text, "DeleteMediaComplete ")
	for line := range strings.Lines(text) {
		require.LessOrEqual(t, len(line), 101)
	}
	code, text, _ = run(t, "", "types", "--json")
	require.Equal(t, 0, code)
	require.Equal(t, 22, strings.Count(text, "\n"))
	require.NotContains(t, text, `"says":""`)
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	code, text, _ := run(t, `{"it":"'s"}`, "send", "-", "--url", "http://127.0.0.1:1/x?a=b", "--key", "k", "--dry-run")
	require.Equal(t, 0, code)
	require.Contains(t, text, "curl -i -X POST 'http://127.0.0.1:1/x?a=b' \\\n")
	require.Contains(t, text, "-H 'X-VOD-SIGNATURE: ")
	require.Contains(t, text, `--data-binary '{"it":"'\''s"}'`)

	code, text, _ = run(t, "", "send", "transcodecomplete", "--url", "http://127.0.0.1:1/", "--dry-run", "--json",
		"--medium", "ferry", "--set", "Extend=a=b", "--set", "StreamInfos.0.Size=17")
	require.Equal(t, 0, code)
	require.Contains(t, text, `\"Extend\":\"a=b\"`)
	require.Contains(t, text, `\"Size\":17`)
	require.Contains(t, text, `\"VideoId\":\"ferry\"`)
	require.NotContains(t, text, "X-Vod-Signature", "there is no key")
}

func TestComplete(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		words []string
		want  string
	}{
		{name: "commands", words: []string{"de"}, want: "demo dev dead-letters deliveries"},
		{name: "nothing yet", words: []string{"mi"}, want: "migrate"},
		{name: "commands of a command", words: []string{"dead-letters", ""}, want: "list show redrive drop"},
		{name: "types", words: []string{"send", "Snap"}, want: "SnapshotComplete"},
		{name: "stories", words: []string{"play", "re"}, want: "restore retranscode review"},
		{name: "only one argument", words: []string{"send", "SnapshotComplete", ""}},
		{name: "flags", words: []string{"send", "--si"}, want: "--signed-url"},
		{name: "value of a flag", words: []string{"media", "--state", "pl"}, want: "playable"},
		{name: "value with =", words: []string{"media", "--state=pl"}, want: "--state=playable"},
		{name: "value with = from bash", words: []string{"media", "--state", "=", "pl"}, want: "playable"},
		{name: "value after = from bash", words: []string{"send", "--via", "="}, want: "http topic topic-json queue"},
		{name: "after a flag with a value", words: []string{"send", "--medium", "x", "Snap"}, want: "SnapshotComplete"},
		{name: "after a flag without", words: []string{"send", "--fail", "Snap"}, want: "SnapshotComplete"},
		{name: "open value", words: []string{"events", "--medium", ""}},
		{name: "commands and a default", words: []string{"events", ""}, want: "list drop"},
		{name: "flags of the default", words: []string{"events", "--ty"}, want: "--type"},
		{name: "flags of another", words: []string{"events", "drop", "--d"}, want: "--dry-run"},
		{name: "type of events by name", words: []string{"events", "list", "--type", "Prod"}, want: "ProduceMediaComplete"},
		{name: "type of events", words: []string{"events", "--type", "Prod"}, want: "ProduceMediaComplete"},
		{name: "variant of a type", words: []string{"send", "StreamTranscodeComplete", "--variant", "encrypted"}, want: "encrypted"},
		{name: "variant of a type with one shape", words: []string{"send", "ProduceMediaComplete", "--variant", ""}},
		{name: "variant of any type", words: []string{"send", "--variant=encrypted"}, want: "--variant=encrypted"},
		{name: "hidden command", words: []string{"compl"}, want: "completion"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			code, out, _ := run(t, "", append([]string{"complete", "--"}, tc.words...)...)
			require.Equal(t, 0, code)
			require.Equal(t, tc.want, strings.Join(strings.Fields(out), " "))
		})
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	code, text, _ := run(t, "", "--version")
	require.Equal(t, 0, code)
	require.Regexp(t, `^vodctl \S+ go1\.\d+`, text)
}

// TestVerifyReadsLists takes what stands around and between keys as the functions do.
func TestVerifyReadsLists(t *testing.T) {
	t.Parallel()
	sent := time.Unix(1770091912, 0)
	const url = "https://hooks.example.com/vod"
	signed := vod.Sign(url, "old", sent)
	code, text, problems := run(t, "", "verify", "--url", " "+url+"\n", "--key", " new old ", "--at", "2026-02-03T04:12:00Z",
		"--timestamp", " "+signed.Get(vod.HeaderTimestamp), "--signature", signed.Get(vod.HeaderSignature)+"\n")
	require.Equal(t, 0, code, problems)
	require.Contains(t, text, "right")
	require.Contains(t, text, "key 2 of 2")

	late := vod.Sign(url, "old", time.Unix(sent.UnixMilli(), 0))
	code, text, _ = run(t, "", "verify", "--url", url, "--key", "old",
		"--timestamp", late.Get(vod.HeaderTimestamp), "--signature", late.Get(vod.HeaderSignature))
	require.Equal(t, 1, code)
	require.Equal(t, "not right: the timestamp is in milliseconds, and has to be in seconds\n", text)
}

// closed is a pipe whose reader has gone.
type closed struct{ err error }

func (c closed) Write([]byte) (int, error) { return 0, c.err }

func TestOutputCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{name: "the reader has seen enough", err: &os.PathError{Op: "write", Err: syscall.EPIPE}},
		{name: "the disk is full", err: syscall.ENOSPC, want: "the output cannot be written"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var problems strings.Builder
			code := cli.Run(t.Context(), []string{"vodctl", "types"}, cli.Surroundings{
				Stdout: closed{tc.err}, Stderr: &problems, Getenv: func(string) string { return "" },
			})
			require.Equal(t, 1, code)
			require.Contains(t, problems.String(), tc.want)
			require.Equal(t, tc.want == "", problems.Len() == 0)
		})
	}
}

func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish"} {
		code, out, _ := run(t, "", "completion", shell)
		require.Equal(t, 0, code)
		require.Contains(t, out, "complete --")
	}
}
