package storetest

import (
	"encoding/json"
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
	gone := func(facet string, second int) media.Fact {
		f := says(facet, second, ok, media.ValueDeleted)
		f.Rank = 22
		return f
	}
	lasts := func(f media.Fact) media.Fact {
		f.Data = json.RawMessage(`{"Duration":61.48}`)
		return f
	}
	archived := says("storage/All", 5, ok, "Archive")
	wiped := gone("streams", 5)
	source := says("source", 5, ok, "x")
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
		{"streams of which nothing says that they are wiped", []media.Fact{says("stream/1", 4, ok, "HD"), says("streams", 5, ok, "deleted")}, media.Playable},
		{"length of a stream", []media.Fact{lasts(says("stream/1", 4, ok, "HD"))}, media.Playable},
		{"length of a stream wiped", []media.Fact{lasts(says("stream/1", 4, ok, "HD")), wiped}, media.Created},
		{"length of a stream wiped at the same time", []media.Fact{lasts(says("stream/1", 5, ok, "HD")), wiped}, media.Created},
		{"length of a stream after a wipe", []media.Fact{lasts(says("stream/1", 6, ok, "HD")), wiped}, media.Playable},
		{"length of a stream deleted", []media.Fact{lasts(gone("stream/1", 4))}, media.Created},
		{"stream whose definition is deleted", []media.Fact{says("stream/1", 1, ok, "deleted")}, media.Playable},
		{"stream deleted", []media.Fact{gone("stream/1", 1)}, media.Created},
		{"stream failed", []media.Fact{says("stream/1", 1, bad, "HD")}, media.Processing},

		{"transcoded without streams", []media.Fact{says("transcode", 1, ok, "")}, media.Playable},
		{"transcoded, wiped", []media.Fact{says("transcode", 4, ok, ""), wiped}, media.Created},
		{"transcoded, wiped at the same time", []media.Fact{says("transcode", 5, ok, ""), wiped}, media.Created},
		{"transcoded after a wipe", []media.Fact{says("transcode", 6, ok, ""), wiped}, media.Playable},
		{"transcoded, but the stream is deleted", []media.Fact{says("transcode", 1, ok, ""), gone("stream/1", 2)}, media.Created},
		{"transcoding failed", []media.Fact{says("transcode", 1, bad, "")}, media.Failed},
		{"transcoding failed, but a stream is left", []media.Fact{says("transcode", 1, bad, ""), says("stream/1", 1, ok, "HD")}, media.Playable},

		{"pulled", []media.Fact{says("pull", 1, ok, "")}, media.Processing},
		{"not pulled", []media.Fact{says("pull", 1, bad, "")}, media.Failed},
		{"pulled, uploaded", []media.Fact{says("pull", 1, ok, ""), says("source", 1, ok, "x")}, media.Uploaded},
		{"not pulled, uploaded otherwise", []media.Fact{says("pull", 1, bad, ""), says("source", 1, ok, "x")}, media.Uploaded},
		{"not pulled, source deleted", []media.Fact{says("pull", 1, bad, ""), gone("source", 1)}, media.Failed},
		{"not uploaded", []media.Fact{says("failure/FileUploadComplete", 1, bad, "")}, media.Failed},
		{"image not uploaded", []media.Fact{says("failure/ImageUploadComplete", 1, bad, "")}, media.Failed},
		{"attached medium not uploaded", []media.Fact{says("failure/AttachedMediaUploadComplete", 1, bad, "")}, media.Failed},
		{"not uploaded again", []media.Fact{says("failure/FileUploadComplete", 9, bad, ""), source}, media.Uploaded},
		{"not deleted", []media.Fact{says("failure/DeleteMediaComplete", 1, bad, "")}, media.Created},
		{"pulled, source deleted", []media.Fact{says("pull", 1, ok, ""), gone("source", 1)}, media.Created},
		{"not analysed", []media.Fact{says("analysis", 6, bad, ""), source}, media.Failed},
		{"not analysed at the same time", []media.Fact{says("analysis", 5, bad, ""), source}, media.Failed},
		{"not analysed, uploaded again", []media.Fact{says("analysis", 4, bad, ""), source}, media.Uploaded},
		{"not analysed, source deleted later", []media.Fact{says("analysis", 4, bad, ""), gone("source", 5)}, media.Failed},
		{"uploaded to a URL called deleted", []media.Fact{says("source", 1, ok, "deleted")}, media.Uploaded},

		{"transcoding failed, uploaded at the same time", []media.Fact{says("transcode", 5, bad, ""), source}, media.Failed},
		{"transcoding failed, uploaded again", []media.Fact{says("transcode", 4, bad, ""), source}, media.Uploaded},
		{"transcoding failed, not analysed again", []media.Fact{says("transcode", 4, bad, ""), source, says("analysis", 6, bad, "")}, media.Failed},
		{"stream failed at the same time as the upload", []media.Fact{says("stream/1", 5, bad, "HD"), source}, media.Processing},
		{"stream failed, uploaded again", []media.Fact{says("stream/1", 4, bad, "HD"), source}, media.Uploaded},
		{"stream failed, uploaded again, one of no status", []media.Fact{says("stream/1", 4, bad, "HD"), source, says("stream/2", 4, vod.None, "HD")}, media.Processing},
		{"stream failed after an upload, wiped", []media.Fact{says("stream/1", 5, bad, "HD"), says("source", 4, ok, "x"), wiped}, media.Uploaded},
		{"stream played, uploaded again", []media.Fact{says("stream/1", 4, ok, "HD"), source}, media.Playable},

		{"blocked", []media.Fact{says("audit", 1, ok, "Blocked"), archived}, media.Blocked},
		{"deleted", []media.Fact{gone("life", 1), says("audit", 1, ok, "Blocked")}, media.Deleted},
		{"called deleted", []media.Fact{says("life", 1, ok, "deleted")}, media.Created},
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
		requireFold(t.Context(), t, d, tc.facts)
	}
}
