package emulator

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// These tests are inside the package because a process decides for itself how
// it cuts its output.

// writes keeps what each call of Write got.
type writes []string

func (w *writes) Write(p []byte) (int, error) {
	*w = append(*w, string(p))
	return len(p), nil
}

func TestLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxLine)
	for _, tc := range []struct {
		name  string
		parts []string
		want  writes
	}{
		{name: "one", parts: []string{"a\n"}, want: writes{"a\n"}},
		{name: "two at once", parts: []string{"a\nb\n"}, want: writes{"a\n", "b\n"}},
		{name: "in pieces", parts: []string{"a", "b", "\nc", "\n"}, want: writes{"ab\n", "c\n"}},
		{name: "empty ones", parts: []string{"\n\n"}, want: writes{"\n", "\n"}},
		{name: "without an end", parts: []string{"a\nb"}, want: writes{"a\n", "b\n"}},
		{name: "too long", parts: []string{long + "y\n"}, want: writes{long + "\n", "y\n"}},
		{name: "too long in pieces", parts: []string{long, long, "\n"}, want: writes{long + "\n", long + "\n", "\n"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var got writes
			l := &lines{out: &got}
			for _, part := range tc.parts {
				n, err := l.Write([]byte(part))
				require.NoError(t, err)
				require.Equal(t, len(part), n)
			}
			l.flush()
			require.Equal(t, tc.want, got)
		})
	}
}

func TestTailKeepsTheLastLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := &lines{out: &out}
	require.Empty(t, l.tail())
	_, err := l.Write([]byte(strings.Repeat("old\n", 50) + strings.Repeat("new\n", tailLines)))
	require.NoError(t, err)
	require.Equal(t, strings.TrimSuffix(strings.Repeat("new\n", tailLines), "\n"), l.tail())
}
