package cli_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/cli"
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
		{name: "fail with what is read", args: []string{"send", "-", "--fail"}, want: "not for those that are read"},
		{name: "state", args: []string{"media", "--state", "playble"}, want: "did you mean playable?"},
		{name: "kind", args: []string{"media", "--kind", "vidio"}, want: "did you mean video?"},
		{name: "reason", args: []string{"dead-letters", "list", "--reason", "malform"}, want: "did you mean malformed?"},
		{name: "shell", args: []string{"completion", "bsh"}, want: "did you mean bash or zsh?"},
		{name: "time", args: []string{"events", "--since", "yesterday"}, want: "is no time"},
		{name: "limit", args: []string{"events", "--limit", "0"}, want: "--limit"},
		{name: "scheme", args: []string{"events", "--store", "sqllite:x.db"}, want: "unknown scheme"},
		{name: "neither ids nor all", args: []string{"dead-letters", "drop"}, want: "--all"},
		{name: "ids and all", args: []string{"dead-letters", "drop", "x", "--all"}, want: "--all"},
		{name: "no signature", args: []string{"verify", "--url", "x", "--key", "y"}, want: "--signature"},
		{name: "no URL to verify", args: []string{"verify", "--timestamp", "1", "--signature", "2"}, want: "VOD_CALLBACK_URL"},
		{name: "no key to verify", args: []string{"verify", "--url", "x", "--timestamp", "1", "--signature", "2"}, want: "VOD_AUTH_KEY"},
		{name: "key with a blank", args: []string{"dev", "--key", "a b"}, want: "white space"},
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
		{name: "commands", words: []string{"de"}, want: "demo dev dead-letters"},
		{name: "nothing yet", words: []string{"mi"}, want: "migrate"},
		{name: "commands of a command", words: []string{"dead-letters", ""}, want: "list show redrive drop"},
		{name: "types", words: []string{"send", "Snap"}, want: "SnapshotComplete"},
		{name: "only one argument", words: []string{"send", "SnapshotComplete", ""}},
		{name: "flags", words: []string{"send", "--si"}, want: "--signed-url"},
		{name: "value of a flag", words: []string{"media", "--state", "pl"}, want: "playable"},
		{name: "value with =", words: []string{"media", "--state=pl"}, want: "--state=playable"},
		{name: "value with = from bash", words: []string{"media", "--state", "=", "pl"}, want: "playable"},
		{name: "value after = from bash", words: []string{"send", "--via", "="}, want: "http topic queue"},
		{name: "after a flag with a value", words: []string{"send", "--medium", "x", "Snap"}, want: "SnapshotComplete"},
		{name: "after a flag without", words: []string{"send", "--fail", "Snap"}, want: "SnapshotComplete"},
		{name: "open value", words: []string{"events", "--medium", ""}},
		{name: "type of events", words: []string{"events", "--type", "Prod"}, want: "ProduceMediaComplete"},
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

func TestCompletionScripts(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish"} {
		code, out, _ := run(t, "", "completion", shell)
		require.Equal(t, 0, code)
		require.Contains(t, out, "complete --")
	}
}
