package storetest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// testMediaRules has the cases in which one comparison decides, which random facts
// seldom hit.
func testMediaRules(t *testing.T, h Harness) {
	const ok, bad = vod.Succeeded, vod.Failed
	says := func(facet string, second int, status vod.Outcome, value string) media.Fact {
		f := fact(vod.ID{}, "", facet, at(second))
		f.Status, f.Value = status, value
		return f
	}
	archived := says("storage/All", 5, ok, "Archive")
	wiped := says("streams", 5, ok, "deleted")
	d := h.fresh(t)
	for n, tc := range []struct {
		name  string
		facts []media.Fact
		want  media.State
	}{
		{"archived", []media.Fact{archived}, media.Archived},
		{"archived cold", []media.Fact{says("storage/All", 5, ok, "ColdArchive")}, media.Archived},
		{"not archived", []media.Fact{says("storage/All", 5, bad, "Archive")}, media.Created},
		{"restored before", []media.Fact{archived, says("restore", 4, ok, "")}, media.Archived},
		{"restored at the same time", []media.Fact{archived, says("restore", 5, ok, "")}, media.Created},
		{"restored later", []media.Fact{archived, says("restore", 6, ok, "")}, media.Created},
		{"not restored", []media.Fact{archived, says("restore", 6, bad, "")}, media.Archived},

		{"stream", []media.Fact{says("stream/1", 1, ok, "HD")}, media.Playable},
		{"stream wiped", []media.Fact{says("stream/1", 4, ok, "HD"), wiped}, media.Created},
		{"stream wiped at the same time", []media.Fact{says("stream/1", 5, ok, "HD"), wiped}, media.Created},
		{"stream after a wipe", []media.Fact{says("stream/1", 6, ok, "HD"), wiped}, media.Playable},
		{"one of two streams after a wipe", []media.Fact{says("stream/1", 4, ok, "HD"), wiped, says("stream/2", 6, ok, "HD")}, media.Playable},
		{"stream deleted", []media.Fact{says("stream/1", 1, ok, "deleted")}, media.Created},
		{"stream failed", []media.Fact{says("stream/1", 1, bad, "HD")}, media.Processing},

		{"transcoded without streams", []media.Fact{says("transcode", 1, ok, "")}, media.Playable},
		{"transcoded, wiped", []media.Fact{says("transcode", 4, ok, ""), wiped}, media.Created},
		{"transcoded, wiped at the same time", []media.Fact{says("transcode", 5, ok, ""), wiped}, media.Created},
		{"transcoded after a wipe", []media.Fact{says("transcode", 6, ok, ""), wiped}, media.Playable},
		{"transcoded, but the stream is deleted", []media.Fact{says("transcode", 1, ok, ""), says("stream/1", 2, ok, "deleted")}, media.Created},
		{"transcoding failed", []media.Fact{says("transcode", 1, bad, "")}, media.Failed},
		{"transcoding failed, but a stream is left", []media.Fact{says("transcode", 1, bad, ""), says("stream/1", 1, ok, "HD")}, media.Playable},

		{"pulled", []media.Fact{says("pull", 1, ok, "")}, media.Processing},
		{"not pulled", []media.Fact{says("pull", 1, bad, "")}, media.Failed},
		{"pulled, uploaded", []media.Fact{says("pull", 1, ok, ""), says("source", 1, ok, "x")}, media.Uploaded},
		{"not pulled, uploaded otherwise", []media.Fact{says("pull", 1, bad, ""), says("source", 1, ok, "x")}, media.Uploaded},
		{"not pulled, source deleted", []media.Fact{says("pull", 1, bad, ""), says("source", 1, ok, "deleted")}, media.Failed},
		{"pulled, source deleted", []media.Fact{says("pull", 1, ok, ""), says("source", 1, ok, "deleted")}, media.Created},
		{"not analysed", []media.Fact{says("analysis", 1, bad, ""), says("source", 1, ok, "x")}, media.Failed},

		{"blocked", []media.Fact{says("audit", 1, ok, "Blocked"), archived}, media.Blocked},
		{"deleted", []media.Fact{says("life", 1, ok, "deleted"), says("audit", 1, ok, "Blocked")}, media.Deleted},
		{"created", []media.Fact{says("life", 1, ok, "created")}, media.Created},
	} {
		medium := fmt.Sprintf("rule-%d", n)
		for i := range tc.facts {
			f := tc.facts[i]
			f.Medium, f.Event = medium, newID(day(), 10*n+i)
			tc.facts[i] = f
			d.commit(t, of(f))
		}
		require.Equal(t, tc.want, media.Fold(tc.facts).State, "media.Fold: %s", tc.name)
		got, err := d.Media(t.Context(), store.MediaQuery{IDs: []string{medium}})
		require.NoError(t, err)
		require.Len(t, got, 1)
		require.Equal(t, tc.want, got[0].State, tc.name)
	}
}
