package console // to show bodies that no page has

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestShown(t *testing.T) {
	t.Parallel()
	long := []byte(strings.Repeat("长", maxText))
	binary := bytes.Repeat([]byte{0xff}, 2*maxHex)
	for _, tc := range []struct {
		name string
		kept string
		size int64
		want shownBody
	}{
		{name: "nothing", want: shownBody{}},
		{name: "text", kept: "a\tb\n", want: shownBody{Text: "a\tb\n", Shown: 4, Kept: 4, Size: 4}},
		{name: "JSON", kept: `{"a":1}`, want: shownBody{Text: "{\n  \"a\": 1\n}", Shown: 7, Kept: 7, Size: 7}},
		{name: "beginning", kept: `[1]`, size: 9, want: shownBody{Text: "[1]", Shown: 3, Kept: 3, Size: 9}},
		{name: "beginning with half a character", kept: "a\xe9\x95", size: 9, want: shownBody{Text: "a", Shown: 1, Kept: 3, Size: 9}},
		{name: "no text", kept: "a\x00", want: shownBody{Text: "00000000  61 00                                             |a.|", Hex: true, Shown: 2, Kept: 2, Size: 2}},
		{name: "half a character", kept: "a\xe9\x95", want: shownBody{Text: "00000000  61 e9 95                                          |a..|", Hex: true, Shown: 3, Kept: 3, Size: 3}},
		{name: "a bell in it", kept: "twenty characters or \a more", want: shownBody{Text: `twenty characters or \u0007 more`, Shown: 27, Kept: 27, Size: 27}},
		{name: "mostly bells", kept: "\aa", want: shownBody{Text: "00000000  07 61                                             |.a|", Hex: true, Shown: 2, Kept: 2, Size: 2}},
		{name: "odd direction", kept: "\u202eb", want: shownBody{Text: `\u202eb`, Shown: 4, Kept: 4, Size: 4}},
	} {
		require.Equal(t, tc.want, shown([]byte(tc.kept), tc.size), tc.name)
	}
	s := shown(long, 0)
	require.Equal(t, int64(maxText/3*3), s.Shown)
	require.Equal(t, int64(len(long)), s.Size)
	s = shown(binary, 0)
	require.Equal(t, int64(maxHex), s.Shown)
	require.Equal(t, maxHex/16, strings.Count(s.Text, "\n")+1)
}

func FuzzShown(f *testing.F) {
	f.Add([]byte(`{"a":"b"}`), int64(0))
	f.Add([]byte("\xe9\x95"), int64(5))
	f.Add([]byte{0, 1, 2}, int64(-1))
	f.Fuzz(func(t *testing.T, kept []byte, size int64) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		s := shown(kept, size)
		require.True(t, utf8.ValidString(s.Text))
		require.LessOrEqual(t, s.Shown, s.Kept)
		require.LessOrEqual(t, s.Kept, s.Size)
		if !s.Hex && s.Shown < s.Size {
			require.Less(t, min(s.Kept, maxText)-s.Shown, int64(utf8.UTFMax), "all but half a character")
		}
	})
}
