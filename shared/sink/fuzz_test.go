package sink_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/vod"
)

// FuzzSettings reads settings of any form: those that are taken are within their
// limits, and no error quotes a secret.
func FuzzSettings(f *testing.F) {
	for _, seed := range []string{
		"name=crm", "name=crm.eu-1_b&timeout=2m", "events=TranscodeComplete,Snapshot*&name=a", "name=a&status=failed,none&kind=video",
		"name=a&extend=*%22tenant%22:%22acme%22*", "name=a&extend.tenant=acme,be%2Cta", "name=a&name=b", "&&name=a&", "name=%zz", "=",
	} {
		f.Add(seed)
	}
	name := regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)
	f.Fuzz(func(t *testing.T, settings string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		const secret = "Kq4vJ8sYp1MfKQ9r8GKY"
		routes, err := sink.Open([]string{"test://u:" + secret + "@host/" + secret + "#secret=" + secret + "&" + settings}, sink.Options{})
		if err != nil {
			require.Empty(t, routes)
			require.NotContains(t, err.Error(), secret)
			return
		}
		r := routes[0]
		require.Regexp(t, name, r.Name)
		require.GreaterOrEqual(t, r.Timeout, 100*time.Millisecond)
		require.LessOrEqual(t, r.Timeout, 5*time.Minute)
		e := sink.Event{Type: vod.TypeSnapshotComplete, Extend: `{"tenant":"acme"}`}
		_ = r.Wants(e) // it returns
	})
}

// FuzzPatterns holds patterns against regular expressions.
func FuzzPatterns(f *testing.F) {
	f.Add("job-*", "job-42")
	f.Add("*\"tenant\":\"acme\"*", `{"tenant":"acme"}`)
	f.Add("a*b*c", "abbc")
	f.Add("aba*aba", "ababa")
	f.Add("a*b", "abc")
	f.Add("*b*", "abc")
	f.Add("**", "")
	f.Add("", "")
	f.Add("a,b&c=d+e%20#", "a,b&c=d+e%20#")
	f.Fuzz(func(t *testing.T, pattern, text string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		if !utf8.ValidString(pattern) || len(pattern) > 1000 { // beyond what an expression can be
			return
		}
		escaped := strings.ReplaceAll(url.QueryEscape(pattern), "+", "%20")
		routes, err := sink.Open([]string{"test:#name=a&extend=" + escaped}, sink.Options{})
		require.NoError(t, err)
		parts := strings.Split(pattern, "*")
		for i, part := range parts {
			parts[i] = regexp.QuoteMeta(part)
		}
		want := regexp.MustCompile(`(?s)\A` + strings.Join(parts, ".*") + `\z`).MatchString(text)
		require.Equal(t, want, routes[0].Wants(sink.Event{Extend: text}))
	})
}
