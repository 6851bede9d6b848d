package pipeline

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Internal, since nothing else shows how a text is changed.
func TestUpgradeURLs(t *testing.T) {
	t.Parallel()
	domains := []string{"media.example.com", "b.example"}
	for _, tc := range []struct{ name, body, want string }{
		{"a URL", `{"u":"http://media.example.com/a"}`, `{"u":"https://media.example.com/a"}`},
		{"the host alone", `"http://b.example"`, `"https://b.example"`},
		{"upper case", `"http://Media.Example.COM/a"`, `"https://Media.Example.COM/a"`},
		{"escaped slashes", `"http:\/\/b.example\/a"`, `"https:\/\/b.example\/a"`},
		{"JSON in JSON", `"{\"u\":\"http:\\/\\/b.example\\/a\"}"`, `"{\"u\":\"https:\\/\\/b.example\\/a\"}"`},
		{"a list", `"http://b.example/1,http://b.example/2"`, `"https://b.example/1,https://b.example/2"`},
		{"a query", `"http://b.example?x"`, `"https://b.example?x"`},
		{"https already", `"https://b.example/a"`, `"https://b.example/a"`},
		{"a port", `"http://b.example:8080/a"`, `"http://b.example:8080/a"`},
		{"a user", `"http://b.example@evil/a"`, `"http://b.example@evil/a"`},
		{"below the domain", `"http://a.b.example/"`, `"http://a.b.example/"`},
		{"longer", `"http://b.example.org/"`, `"http://b.example.org/"`},
		{"another", `"http://c.example/"`, `"http://c.example/"`},
		{"no scheme", `"xhttp://b.example/"`, `"xhttp://b.example/"`},
		{"one slash", `"http:/b.example/"`, `"http:/b.example/"`},
		{"cut off", `"http://b.example`, `"https://b.example`},
		{"nothing", ``, ``},
		{"the end", `http:`, `http:`},
	} {
		require.Equal(t, tc.want, string(upgradeURLs([]byte(tc.body), domains)), tc.name)
		require.Equal(t, tc.body, string(upgradeURLs([]byte(tc.body), nil)), tc.name)
	}
}

func FuzzUpgradeURLs(f *testing.F) {
	f.Add([]byte(`{"u":"http://media.example.com/a","v":"http:\/\/media.example.com"}`))
	f.Add([]byte("http:http://media.example.comhttp://media.example.com"))
	f.Fuzz(func(t *testing.T, body []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		in := bytes.Clone(body)
		out := upgradeURLs(body, []string{"media.example.com"})
		require.Equal(t, in, body, "the stored body stays")
		require.Equal(t, json.Valid(body), json.Valid(out))
		require.Equal(t, string(out), string(upgradeURLs(out, []string{"media.example.com"})), "once is enough")
		require.Equal(t, strings.ReplaceAll(string(body), "https:", "http:"), strings.ReplaceAll(string(out), "https:", "http:"),
			"nothing else changes")
	})
}

func TestPauses(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		failures := rapid.IntRange(0, 1<<40).Draw(t, "failures")
		limit := longestRetry
		if failures < 9 {
			limit = min(limit, firstRetry<<failures)
		}
		d := pause(failures, firstRetry, longestRetry)
		require.Positive(t, d)
		require.LessOrEqual(t, d, limit+time.Millisecond)
	})
}
