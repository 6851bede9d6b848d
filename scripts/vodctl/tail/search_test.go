package tail_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/tail"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	f := &fake{}
	for n := range 1200 {
		f.add(n, time.Duration(1200-n)*time.Second)
	}
	every := func(k int) func(store.Event) bool {
		return func(e store.Event) bool { return number(e.ID)%k == 0 }
	}
	for _, tc := range []struct {
		name   string
		limit  int
		match  func(store.Event) bool
		most   int
		want   []int
		looked int
		next   int // number of the event where it stopped; -1 for the end of the list
	}{
		{name: "all", limit: 3, most: 5000, want: []int{1199, 1198, 1197}, looked: 3, next: 1197},
		{name: "few", limit: 3, match: every(100), most: 5000, want: []int{1100, 1000, 900}, looked: 300, next: 900},
		{name: "to the end", limit: 9, match: every(300), most: 5000, want: []int{900, 600, 300, 0}, looked: 1200, next: -1},
		{name: "not to the end", limit: 9, match: every(300), most: 700, want: []int{900, 600}, looked: 700, next: 500},
		{name: "as many as there are", limit: 9, match: every(300), most: 1200, want: []int{900, 600, 300, 0}, looked: 1200, next: 0},
		{name: "none", limit: 9, match: every(2000), most: 600, looked: 600, next: 600},
		{name: "at the last", limit: 1, match: every(2000), most: 1200, want: []int{0}, looked: 1200, next: 0},
		{name: "nothing", limit: 9, most: 0, next: -1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			found, err := tail.Search(t.Context(), f, store.EventQuery{Limit: tc.limit}, tc.match, tc.most)
			require.NoError(t, err)
			require.Equal(t, tc.want, numbers(found.Events))
			require.Equal(t, tc.looked, found.Looked)
			if tc.next < 0 {
				require.Zero(t, found.Next)
				return
			}
			require.Equal(t, tc.next, number(found.Next.ID))
			rest, err := tail.Search(t.Context(), f, store.EventQuery{Before: found.Next, Limit: 1}, nil, 1)
			require.NoError(t, err)
			if tc.next > 0 {
				require.Equal(t, []int{tc.next - 1}, numbers(rest.Events), "it goes on there")
			} else {
				require.Empty(t, rest.Events)
			}
		})
	}
	found, err := tail.Search(t.Context(), f, store.EventQuery{}, nil, 5000)
	require.NoError(t, err)
	require.Len(t, found.Events, 50, "as a query has it")
}

func TestSearchWhileTheStoreIsAway(t *testing.T) {
	t.Parallel()
	_, err := tail.Search(t.Context(), &fake{away: true}, store.EventQuery{}, nil, 10)
	require.ErrorIs(t, err, errAway)
}

func TestFilter(t *testing.T) {
	t.Parallel()
	e := store.Event{
		ID: vod.ID{0xAB, 0xCD}, Type: "FileUploadComplete", Subject: "Ferry-1", Source: store.SourceTopic,
		Body: []byte(`{"Title":"Bread in four hours","City":"\u676d\u5dde","URL":"http:\/\/example.com\/a","Data":"{\"Tag\":\"\\u6668 Dawn\",\"Deep\":\"{\\\"Code\\\":7}\"}","N":1.50}`),
	}
	for _, tc := range []struct {
		name   string
		filter tail.Filter
		want   bool
	}{
		{name: "source", filter: tail.Filter{Source: store.SourceTopic}, want: true},
		{name: "other source", filter: tail.Filter{Source: store.SourceQueue}},
		{name: "body", filter: tail.Filter{Text: "FOUR Hours"}, want: true},
		{name: "id", filter: tail.Filter{Text: "ABCD0000-"}, want: true},
		{name: "type", filter: tail.Filter{Text: "fileupload"}, want: true},
		{name: "medium", filter: tail.Filter{Text: "ferry-1"}, want: true},
		{name: "a number as it came", filter: tail.Filter{Text: "1.50"}, want: true},
		{name: "what an escape says", filter: tail.Filter{Text: "杭州"}, want: true},
		{name: "escaped slashes", filter: tail.Filter{Text: "http://example.com/"}, want: true},
		{name: "in text in text", filter: tail.Filter{Text: "晨 dawn"}, want: true},
		{name: "JSON in text", filter: tail.Filter{Text: `"tag":`}, want: true},
		{name: "JSON in text in text", filter: tail.Filter{Text: `"code":7`}, want: true},
		{name: "text of another source", filter: tail.Filter{Text: "ferry", Source: store.SourceHTTP}},
		{name: "not there", filter: tail.Filter{Text: "lecture"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, tc.filter.Match()(e))
		})
	}
	require.Nil(t, tail.Filter{}.Match())
}
