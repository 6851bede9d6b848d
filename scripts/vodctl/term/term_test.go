package term_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/term"
)

func ExampleTable() {
	t := term.Table{Columns: []term.Column{{Title: "title"}, {Title: "n", Right: true}, {Title: "empty"}, {Title: "state"}}}
	t.Add(term.Texts("城市夜景", "9", "", "playable")...)
	t.Add(term.Texts("Ferry", "10", "", "deleted")...)
	if err := t.Write(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// TITLE      N  STATE
	// 城市夜景   9  playable
	// Ferry     10  deleted
}

func TestLine(t *testing.T) {
	t.Parallel()
	table := term.Table{Columns: []term.Column{{Title: "a", Min: 4}, {Title: "b", Max: 3}, {Title: ""}}, Width: 80}
	require.Equal(t, "A     B", table.Titles())
	require.Equal(t, "x     …", strings.TrimSpace(table.Line(term.Texts("x", "…", "")...)))
	require.Equal(t, "x     12…  and more", table.Line(term.Texts("x", "1234", "and more")...))
	require.Equal(t, "x", table.Line(term.Texts("x", "", "")...), "no blanks at the end")
	table.Width = 0
	require.Equal(t, "x     1234  and more", table.Line(term.Texts("x", "1234", "and more")...), "nothing is cut where no terminal is")
	require.Panics(t, func() { table.Line(term.Texts("x")...) })

	ids := term.Table{Columns: []term.Column{{Title: "id", Min: 4, Max: 4, Whole: 6}, {Title: "b"}}, Width: 80}
	require.Equal(t, "123…  x", ids.Line(term.Texts("123456", "x")...))
	ids.Width = 0
	require.Equal(t, "123456  x", ids.Line(term.Texts("123456", "x")...))
	require.Equal(t, "ID      B", ids.Titles(), "aligned with whole ids")
}

func TestFit(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		width int
		want  string
	}{
		{name: "no terminal", want: "ID    DETAIL\n4711  not a JSON object"},
		{name: "wide", width: 80, want: "ID    DETAIL\n4711  not a JSON object"},
		{name: "just wide enough", width: 23, want: "ID    DETAIL\n4711  not a JSON object"},
		{name: "narrow", width: 20, want: "ID    DETAIL\n4711  not a JSON ob…"},
		{name: "too narrow to be of use", width: 10, want: "ID    DETAIL\n4711  not a JSON object"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			table := term.Table{Columns: []term.Column{{Title: "id"}, {Title: "detail", Fit: true}}, Width: tc.width}
			table.Add(term.Texts("4711", "not a JSON object")...)
			var out strings.Builder
			require.NoError(t, table.Write(&out))
			require.Equal(t, tc.want+"\n", out.String())
		})
	}
}

func TestPaint(t *testing.T) {
	t.Parallel()
	require.Equal(t, "x", term.Paint(false).Text(term.Red, "x"))
	require.Equal(t, "\x1b[31mx\x1b[0m", term.Paint(true).Text(term.Red, "x"))
	require.Equal(t, "x", term.Paint(true).Text(term.Plain, "x"))

	plain := term.Table{Columns: []term.Column{{Title: "a", Min: 3}, {Title: "b"}}}
	colored := plain
	colored.Paint = true
	row := []term.Cell{{Text: "x", Style: term.Red}, {Text: "y"}}
	require.Equal(t, strings.ReplaceAll(plain.Line(row...), "x", "\x1b[31mx\x1b[0m"), colored.Line(row...), "colours do not move columns")
}

func TestWanted(t *testing.T) {
	t.Parallel()
	terminal, err := os.Open(os.DevNull) // a character device, as a terminal is
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, terminal.Close()) })
	environment := func(vars ...string) func(string) string {
		return func(name string) string {
			for _, v := range vars {
				if value, ok := strings.CutPrefix(v, name+"="); ok {
					return value
				}
			}
			return ""
		}
	}
	require.True(t, bool(term.Wanted(terminal, environment("TERM=xterm"))))
	require.False(t, bool(term.Wanted(terminal, environment("NO_COLOR=1"))))
	require.False(t, bool(term.Wanted(terminal, environment("TERM=dumb"))))
	require.False(t, bool(term.Wanted(&strings.Builder{}, environment())))

	require.Positive(t, term.Columns(terminal, environment()))
	require.Equal(t, 132, term.Columns(terminal, environment("COLUMNS=132")))
	require.Equal(t, 0, term.Columns(&strings.Builder{}, environment("COLUMNS=132")), "a pipe has no width")
}

func TestClean(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, want string }{
		{name: "plain", in: "Ferry at dawn 城市", want: "Ferry at dawn 城市"},
		{name: "escape sequence", in: "\x1b[2Jx", want: `\x1b[2Jx`},
		{name: "line feed", in: "a\nb", want: `a\nb`},
		{name: "NUL", in: "\x00", want: `\x00`},
		{name: "invalid", in: "\xffx", want: `\xffx`},
		{name: "right to left", in: "a\u202eb", want: `a\u202eb`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, term.Clean(tc.in))
		})
	}
	require.Equal(t, "a\tb\n\\x1b\n", term.CleanLines("a\tb\n\x1b\n"))
}

func TestCut(t *testing.T) {
	t.Parallel()
	require.Equal(t, "abc", term.Cut("abc", 3))
	require.Equal(t, "ab…", term.Cut("abcd", 3))
	require.Equal(t, "城…", term.Cut("城市夜景", 4))
	require.Equal(t, "abcd", term.Cut("abcd", 0))
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "x", "\x1b[0m", "\xff\xfe", "a\nb\tc", "城\u202e"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		clean := term.Clean(s)
		require.True(t, utf8.ValidString(clean))
		require.Equal(t, -1, strings.IndexFunc(clean, func(r rune) bool { return !unicode.IsPrint(r) }))
		require.Equal(t, clean, term.Clean(clean), "what is clean stays as it is")
		require.Equal(t, strings.Count(s, "\n"), strings.Count(term.CleanLines(s), "\n"))
		for width := 1; width < 5; width++ {
			require.LessOrEqual(t, term.Width(term.Cut(clean, width)), width)
		}
	})
}
