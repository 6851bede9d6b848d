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
		{name: "backslash", text: `VOD_SINKS="s3cret\d"`, value: "s3cretd", line: 1, wrong: `line 1, VOD_SINKS: there is a \ between the quotation marks`},
		{name: "backslash on a later line", text: "X=\"1\"\nVOD_SINKS=\"a\ns3cret\\d\nb\"\n", value: "a\ns3cretd\nb", line: 2, wrong: `line 2, VOD_SINKS: there is a \ `},
		{name: "backslash at the end of a line", text: "VOD_SINKS=\"a\\\r\nb\"\r\n", value: "a\nb", line: 1, wrong: `VOD_SINKS: there is a \ `},
		{name: "backslash before the n", text: `VOD_SINKS="a\\nb"`, value: `a\nb`, line: 1, wrong: `VOD_SINKS: there is a \ `},
		{name: "new line", text: `VOD_SINKS="a\nb\rc" # C:\d`, value: "a\nb\rc", line: 1},
		{name: "backslash between single quotes", text: `VOD_SINKS='a\d'`, value: `a\d`, line: 1},
		{name: "backslash before a single quote", text: `VOD_SINKS='a\''`, value: `a\`, line: 1, wrong: `VOD_SINKS: there is a \ `},
		{name: "backslash without quotes", text: `VOD_SINKS=a\d`, value: `a\d`, line: 1},
		{name: "grave accents", text: "VOD_SINKS=`s3cret`", value: "`s3cret`", line: 1, wrong: "line 1, VOD_SINKS: Serverless Devs takes the ` for quotation marks"},
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

// TestEmptiedByTheEnvironment: Serverless Devs goes by a variable that is there and empty,
// and lets the file's value be.
func TestEmptiedByTheEnvironment(t *testing.T) {
	t.Parallel()
	f := envFile{name: ".env", values: map[string]string{"A": "s3cret", "B": "s3cret", "C": "s3cret", "D": ""}, lines: map[string]int{"A": 1, "B": 7, "C": 8, "D": 9}}
	f.emptied([]string{"A=a", "B=", "D=", "E="})
	require.Len(t, f.findings, 1)
	require.Equal(t, "line 7, B: the environment has it as empty, which Serverless Devs goes by", f.findings[0].Detail)
	f.emptied([]string{"C= "})
	require.Len(t, f.findings, 2)
}

func TestCheckAccessKey(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name              string
		id, secret, token string // where they come from
		wrong             string
	}{
		{name: "none"},
		{name: "environment", id: "environment", secret: "environment", token: "environment"},
		{name: "file", id: ".env:1", secret: ".env:2"},
		{name: "no secret", id: "environment"},
		{name: "id of the environment", id: "environment", secret: ".env:2", wrong: "ALIBABA_CLOUD_ACCESS_KEY_ID comes from environment and ALIBABA_CLOUD_ACCESS_KEY_SECRET from .env:2"},
		{name: "secret of the environment", id: ".env:1", secret: "environment", wrong: "they belong together"},
		{name: "token of the environment", id: ".env:1", secret: ".env:2", token: "environment", wrong: "ALIBABA_CLOUD_SECURITY_TOKEN from environment"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			from := map[string]string{accessKeyID: tc.id, accessKeySecret: tc.secret, securityToken: tc.token}
			err := checkAccessKey(func(name string) string { return from[name] })
			if tc.wrong == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.wrong)
		})
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
