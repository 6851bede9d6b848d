package fielddoc_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/fielddoc"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

func TestIndent(t *testing.T) {
	t.Parallel()
	deep := func(n int, inner string) string { return strings.Repeat("[", n) + inner + strings.Repeat("]", n) }
	const most = 2 << 20
	for _, tc := range []struct {
		name, body string
		want       string // empty means as it came
	}{
		{name: "object", body: `{"a":[1,{}],"b":"[[{\"]"}`, want: "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": \"[[{\\\"]\"\n}"},
		{name: "not JSON", body: `{"a":`},
		{name: "only ends", body: strings.Repeat("]", 100)},
		{name: "as deep as may be", body: deep(32, ""), want: listsIn(32)},
		{name: "too deep", body: deep(33, "")},
		{name: "deep, with many items", body: deep(9_000, strings.Repeat("1,", 20_000)+"1")},
		{name: "many items in something less deep", body: deep(32, strings.Repeat("1,", 100_000)+"1")},
		{name: "large already", body: `{"a":"` + strings.Repeat("x", most) + `"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := string(fielddoc.Indent([]byte(tc.body)))
			if tc.want == "" {
				tc.want = tc.body
			}
			require.Equal(t, tc.want, got)
			require.LessOrEqual(t, len(got), max(most, len(tc.body)))
		})
	}
	for _, typ := range vod.Types() {
		body := vodtest.NewEvent(typ)
		got := fielddoc.Indent(body)
		require.Greater(t, strings.Count(string(got), "\n"), 3, typ)
		require.JSONEq(t, string(body), string(got))
	}
}

// listsIn returns lists in lists, as they are set in.
func listsIn(depth int) string {
	if depth == 1 {
		return "[]"
	}
	return "[\n" + "  " + strings.ReplaceAll(listsIn(depth-1), "\n", "\n  ") + "\n]"
}

func FuzzIndent(f *testing.F) {
	f.Add([]byte(`{"a":[1,{}],"b":"\\\"["}`))
	f.Add([]byte(strings.Repeat("[", 40)))
	f.Fuzz(func(t *testing.T, body []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		got := fielddoc.Indent(body)
		require.LessOrEqual(t, len(got), max(2<<20, len(body)))
		require.Equal(t, json.Valid(body), json.Valid(got))
	})
}
