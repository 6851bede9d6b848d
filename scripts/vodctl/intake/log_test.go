package intake_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/shared/vod"
)

func ExampleLog() {
	var l intake.Log
	news := l.News()
	l.Add(intake.Arrival{Subject: "ferry"})
	l.Add(intake.Arrival{Subject: "lecture"})
	<-news
	for _, a := range l.List(10) {
		fmt.Println(a.Number, a.Subject)
	}
	// Output:
	// 2 lecture
	// 1 ferry
}

// numbers returns those of arrivals.
func numbers(list []intake.Arrival) []int {
	all := []int{}
	for _, a := range list {
		all = append(all, a.Number)
	}
	return all
}

func TestLog(t *testing.T) {
	t.Parallel()
	var l intake.Log
	require.Empty(t, l.List(10))
	_, ok := l.Get(0)
	require.False(t, ok)
	_, ok = l.Get(1)
	require.False(t, ok)

	one, other := vod.ID{1}, vod.ID{2}
	for _, id := range []vod.ID{one, other, one} {
		l.Add(intake.Arrival{ID: id})
	}
	require.Equal(t, []int{3, 2, 1}, numbers(l.List(10)))
	require.Equal(t, []int{3, 2}, numbers(l.List(2)))
	require.Empty(t, l.List(0))
	require.Empty(t, l.List(-1))
	require.Equal(t, []int{3, 1}, numbers(l.Of(one)))
	require.Empty(t, l.Of(vod.ID{3}))

	for range 2 * intake.Keep {
		l.Add(intake.Arrival{})
	}
	require.Len(t, l.List(3*intake.Keep), intake.Keep)
	require.Empty(t, l.Of(one), "it is forgotten")
	const last = 3 + 2*intake.Keep
	for _, tc := range []struct {
		number int
		want   bool
	}{
		{number: last + 1},
		{number: last, want: true},
		{number: last - intake.Keep + 1, want: true},
		{number: last - intake.Keep},
		{number: -1},
	} {
		a, ok := l.Get(tc.number)
		require.Equal(t, tc.want, ok, tc.number)
		if ok {
			require.Equal(t, tc.number, a.Number)
		}
	}
}

func TestLogKeepsLittleOfLargeOnes(t *testing.T) {
	t.Parallel()
	var l intake.Log
	body := []byte(strings.Repeat("x", intake.MaxBody+1))
	l.Add(intake.Arrival{Body: body, Answer: body})
	body[0] = 'y' // it is the caller's again
	a, ok := l.Get(1)
	require.True(t, ok)
	require.Len(t, a.Body, intake.MaxBody)
	require.Len(t, a.Answer, intake.MaxBody)
	require.Equal(t, byte('x'), a.Body[0])
	require.Equal(t, int64(len(body)), a.Size)

	l.Add(intake.Arrival{Body: body[:1], Size: 1 << 20})
	a, _ = l.Get(2)
	require.Equal(t, int64(1<<20), a.Size, "whoever saw the whole knows better")
}

// TestLogIsBounded: large headers count as well.
func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		a    intake.Arrival
	}{
		{name: "body", a: intake.Arrival{Body: make([]byte, 64<<10), Answer: make([]byte, 64<<10)}},
		{name: "header", a: intake.Arrival{Header: http.Header{"X": {strings.Repeat("x", 128<<10)}}}},
		{name: "URL", a: intake.Arrival{URL: "/" + strings.Repeat("x", 128<<10)}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var l intake.Log
			for range intake.Keep {
				l.Add(tc.a)
			}
			require.InDelta(t, 32<<20/(128<<10), len(l.List(intake.Keep)), 5)
			l.Add(intake.Arrival{URL: strings.Repeat("x", 33<<20)})
			require.Len(t, l.List(intake.Keep), 1, "the last one is always there")
			l.Add(intake.Arrival{})
			require.Len(t, l.List(intake.Keep), 1, "and makes place for the next one")
		})
	}
}

func TestLogKeepsNoSecrets(t *testing.T) {
	t.Parallel()
	var l intake.Log
	h := http.Header{"User-Agent": {"VOD"}, "X-Vod-Signature": {"0123"}, "X-Vod-Timestamp": {"1"}, "X-Fc-Request-Id": {"1-2"}}
	want := h.Clone()
	for _, name := range []string{
		"Authorization", "Proxy-Authorization", "Cookie", "X-Fc-Access-Key-Id", "X-Fc-Access-Key-Secret", "X-Fc-Security-Token",
		"X-Api-Key", "X-Auth", "Db-Password", "client-secret",
	} {
		h[name], want[name] = []string{"s3cret", "t"}, []string{"…", "…"}
	}
	before := h.Clone()
	l.Add(intake.Arrival{Header: h})
	require.Equal(t, want, l.List(1)[0].Header)
	require.Equal(t, before, h, "the request is as it was")
	for url, want := range map[string]string{
		"http://127.0.0.1:8080/a":                       "http://127.0.0.1:8080/a",
		"http://127.0.0.1:8080/a?key=s3cret=&b&=s3cret": "http://127.0.0.1:8080/a?key=…&b&=…",
		"/?": "/?",
	} {
		l.Add(intake.Arrival{URL: url})
		require.Equal(t, want, l.List(1)[0].URL)
	}
}

func TestNews(t *testing.T) {
	t.Parallel()
	var l intake.Log
	first, second := l.News(), l.News()
	select {
	case <-first:
		require.FailNow(t, "there is none yet")
	default:
	}
	l.Add(intake.Arrival{})
	<-first
	<-second
	select {
	case <-l.News():
		require.FailNow(t, "what was is no news")
	default:
	}
}

// TestLogAtOnce is for the race detector, too.
func TestLogAtOnce(t *testing.T) {
	t.Parallel()
	var l intake.Log
	var work sync.WaitGroup
	const each = 400
	for range 4 {
		work.Go(func() {
			for range each {
				l.Add(intake.Arrival{ID: vod.ID{1}, Header: http.Header{"Cookie": {"x"}}})
			}
		})
		work.Go(func() {
			for seen := 0; seen < 4*each; {
				news := l.News()
				list := l.List(intake.Keep)
				for i := range list[:max(0, len(list)-1)] {
					require.Equal(t, list[i].Number, list[i+1].Number+1, "no gap")
				}
				if len(list) > 0 {
					seen = list[0].Number
				}
				if seen < 4*each {
					<-news
				}
			}
		})
	}
	work.Wait()
	require.Len(t, l.Of(vod.ID{1}), intake.Keep)
}
