package nearest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/nearest"
)

func ExampleHint() {
	fmt.Println(`there is no state "playble"` + nearest.Hint("playble", []string{"playable", "failed"}))
	// Output: there is no state "playble"; did you mean playable?
}

func TestNames(t *testing.T) {
	t.Parallel()
	all := []string{"TranscodeComplete", "StreamTranscodeComplete", "SnapshotComplete", "AIVideoTagComplete", "dev", "demo"}
	for _, tc := range []struct {
		name string
		in   string
		want []string
	}{
		{name: "exact", in: "TranscodeComplete", want: []string{"TranscodeComplete", "StreamTranscodeComplete"}},
		{name: "two letters exchanged", in: "TrasncodeComplete", want: []string{"TranscodeComplete"}},
		{name: "case", in: "snapshotcomplete", want: []string{"SnapshotComplete"}},
		{name: "beginning", in: "Snap", want: []string{"SnapshotComplete"}},
		{name: "middle", in: "Tag", want: []string{"AIVideoTagComplete"}},
		{name: "short", in: "dew", want: []string{"dev"}},
		{name: "at most three", in: "Complete", want: []string{"TranscodeComplete", "StreamTranscodeComplete", "SnapshotComplete"}},
		{name: "another word", in: "elephant"},
		{name: "nothing"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, nearest.Names(tc.in, all))
		})
	}
}

func TestHint(t *testing.T) {
	t.Parallel()
	require.Empty(t, nearest.Hint("elephant", []string{"dev"}))
	require.Equal(t, "; did you mean ab or ac?", nearest.Hint("ad", []string{"ab", "ac"}))
	require.Equal(t, "; did you mean ab, ac or ae?", nearest.Hint("ad", []string{"ab", "ac", "ae", "af"}))
}

func FuzzNames(f *testing.F) {
	f.Add("TranscodeComplete", "SnapshotComplete")
	f.Add("", "x")
	f.Add("é", "\xff")
	f.Fuzz(func(t *testing.T, a, b string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		if a != "" {
			require.Contains(t, nearest.Names(a, []string{b, a}), a, "a name is nearest to itself")
		}
	})
}
