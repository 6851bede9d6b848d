package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The tests reach what reads the file: commands show what came of it, and not how.

func TestEnvFile(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		text  string
		value string // of VOD_SINKS
		line  int
		wrong string // a part of what is said; empty: nothing is
	}{
		{name: "plain", text: "# first\n\nVOD_SINKS=abc\n", value: "abc", line: 3},
		{name: "export", text: "export VOD_SINKS = abc", value: "abc", line: 1},
		{name: "quoted", text: "VOD_SINKS='https://a.example.com/#name=crm'\n", value: "https://a.example.com/#name=crm", line: 1},
		{name: "the last one counts", text: "VOD_SINKS=s3cret\nVOD_SINKS=b\n", value: "b", line: 2, wrong: "line 2, VOD_SINKS: it is set on line 1 already"},
		{name: "filled in below", text: "VOD_SINKS=\nVOD_SINKS=b\n", value: "b", line: 2},
		{name: "emptied below", text: "VOD_SINKS=s3cret\nVOD_SINKS=\n", line: 2, wrong: "line 2, VOD_SINKS: it is set on line 1 already"},
		{name: "several lines", text: "VOD_STORE=\"a\nVOD_SINKS=no\n\"\nVOD_SINKS=yes\n", value: "yes", line: 4},
		{name: "comment", text: "VOD_SINKS=abc # a comment\n", value: "abc", line: 1},
		{name: "empty", text: "VOD_SINKS=\nVOD_STORE=x\n", line: 1},
		{name: "line ends of Windows", text: "VOD_STORE=x\r\nVOD_SINKS=abc\r\n", value: "abc", line: 2},
		{name: "cut at a number sign", text: "VOD_SINKS=https://a.example.com/s3cret#name=crm", value: "https://a.example.com/s3cret#name=crm", line: 1, wrong: "line 1, VOD_SINKS: the value is cut at the #"},
		{name: "variable", text: "X=1\nVOD_SINKS='s3cret$X'", value: "s3cret$X", line: 2, wrong: "line 2, VOD_SINKS: Serverless Devs takes the $"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(t.TempDir(), ".env")
			require.NoError(t, os.WriteFile(name, []byte(tc.text), 0o600))
			f, err := readEnvFile(name, true)
			require.NoError(t, err)
			require.Equal(t, tc.value, f.values["VOD_SINKS"])
			require.Equal(t, tc.line, f.lines["VOD_SINKS"])
			if tc.wrong == "" {
				require.Empty(t, f.findings)
				return
			}
			require.Len(t, f.findings, 1)
			require.Contains(t, f.findings[0].Detail, tc.wrong)
			require.NotContains(t, f.findings[0].Detail, "s3cret")
		})
	}
}

func TestEnvFileThatCannotBeRead(t *testing.T) {
	t.Parallel()
	absent := filepath.Join(t.TempDir(), ".env")
	f, err := readEnvFile(absent, false)
	require.NoError(t, err)
	require.Equal(t, "x", f.over(func(string) string { return "x" })("VOD_STORE"))
	_, err = readEnvFile(absent, true)
	require.Error(t, err)
	broken := filepath.Join(t.TempDir(), ".env")
	for text, line := range map[string]string{
		"s3cret?!\n": ".env:1:",
		"A=1\n\n# no setting\npostgres://s3cret@h/d\nB=2\n": ".env:4:",
		"A=1\nB='s3cret\nC=3\n":                             ".env:2:",
		"\xef\xbb\xbfA=s3cret\n":                            ".env:1:",
	} {
		require.NoError(t, os.WriteFile(broken, []byte(text), 0o600))
		_, err = readEnvFile(broken, false)
		require.ErrorContains(t, err, line+" want lines such as NAME=value", text)
		require.NotContains(t, err.Error(), "s3cret")
	}
}

func TestEnvironmentGoesBeforeTheFile(t *testing.T) {
	t.Parallel()
	f := envFile{name: ".env", values: map[string]string{"A": "file", "B": "file"}, lines: map[string]int{"A": 1, "B": 7}}
	getenv := func(name string) string { return map[string]string{"A": "environment", "B": " "}[name] }
	require.Equal(t, "environment", f.over(getenv)("A"))
	require.Equal(t, "file", f.over(getenv)("B"))
	for name, want := range map[string]string{"A": "environment", "B": ".env:7", "C": ""} {
		origin, ok := f.origin(name, getenv)
		require.Equal(t, want, origin)
		require.Equal(t, want != "", ok)
	}
}

func FuzzEnvFile(f *testing.F) {
	for _, seed := range []string{"A=b\n", "export A='b#c'", "A=\"b\nc\"", "A=`b", "\xff=$", "A=b#c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		e := envFile{name: ".env", lines: map[string]int{}}
		e.look(text)
		for name, line := range e.lines {
			require.Positive(t, line)
			require.LessOrEqual(t, line, strings.Count(text, "\n")+1)
			require.Contains(t, text, name)
		}
	})
}
