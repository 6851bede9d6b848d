package media_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/vod"
)

// facts parses events, given as "<seconds> <EventType> <members of the JSON object>",
// all about the video v1 unless the members say otherwise.
func facts(t require.TestingT, events ...string) [][]media.Fact {
	var all [][]media.Fact
	for _, e := range events {
		var at int
		var eventType string
		_, err := fmt.Sscanf(e, "%d %s", &at, &eventType)
		require.NoError(t, err)
		members := strings.TrimSpace(e[strings.Index(e, eventType)+len(eventType):])
		if !strings.Contains(members, `"VideoId"`) && !strings.Contains(members, `Id":"`) {
			members = strings.TrimPrefix(members+`,"VideoId":"v1"`, ",")
		}
		members = `"Status":"success",` + members // of two the last counts
		when := time.Date(2026, 2, 3, 4, 0, at, 0, time.UTC).Format(time.RFC3339)
		body := fmt.Appendf(nil, `{"EventType":%q,"EventTime":%q,%s}`, eventType, when, members)
		event, id, err := vod.Decode(body)
		require.NoError(t, err, "%s", body)
		all = append(all, media.Facts(event, id))
	}
	return all
}

const (
	created   = `0 MediaBaseChangeComplete "MediaId":"v1","MediaType":"video","OperateMode":"create","MediaContent":{"Title":"{\"NewValue\":\"Harbor\"}","CateId":"{\"NewValue\":7}"}`
	renamed   = `9 MediaBaseChangeComplete "MediaId":"v1","MediaType":"video","OperateMode":"update","MediaContent":{"Title":"{\"OldValue\":\"Harbor\",\"NewValue\":\"Harbor 2\"}"}`
	uploaded  = `1 FileUploadComplete "FileUrl":"http://x/a.mov","Size":73400320`
	analysed  = `2 VideoAnalysisComplete "Duration":"61.48","Width":"1920","Height":"1080"`
	streamSD  = `4 StreamTranscodeComplete "JobId":"sd","VideoId":"v1","Definition":"SD","Format":"mp4","Duration":61.5`
	stream4K  = `4 StreamTranscodeComplete "JobId":"4k","VideoId":"v1","Definition":"4K","Status":"fail","ErrorCode":"E"`
	transDone = `5 TranscodeComplete "VideoId":"v1","StreamInfos":[{"Status":"success","JobId":"sd","Definition":"SD","Format":"mp4","Duration":61.5},{"Status":"fail","JobId":"4k","Definition":"4K","ErrorCode":"E"}]`
	snapshot  = `3 SnapshotComplete "VideoId":"v1","CoverUrl":"http://x/c.jpg","SnapshotInfos":[{"Status":"success","JobId":"s1","SnapshotType":"CoverSnapshot","SnapshotCount":3}]`
	blocked   = `6 CreateAuditComplete "MediaId":"v1","AuditStatus":"Blocked","Reason":"r"`
	unblocked = `7 CreateAuditComplete "MediaId":"v1","AuditStatus":"Normal"`
	archived  = `10 UpdateMediaStorageClassComplete "MediaId":"v1","Status":"Success","Scope":"All","StorageClass":"Archive"`
	restored  = `11 RestoreMediaComplete "MediaId":"v1","Status":"Success","RestoreExpiration":"2026-02-11T01:20:05Z"`
	deleted   = `12 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"all"`
)

func TestState(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		events []string
		want   media.State
	}{
		{"created", []string{created}, media.Created},
		{"uploaded", []string{created, uploaded}, media.Uploaded},
		{"analysed only is uploaded, since nothing need follow", []string{uploaded, analysed}, media.Uploaded},
		{"source unreadable", []string{uploaded, `2 VideoAnalysisComplete "Status":"fail"`}, media.Failed},
		{"first rendition failed, more to come", []string{uploaded, stream4K}, media.Processing},
		{"one rendition", []string{uploaded, stream4K, streamSD}, media.Playable},
		{"some renditions failed", []string{uploaded, transDone}, media.Playable},
		{"all renditions failed", []string{uploaded, stream4K, `5 TranscodeComplete "VideoId":"v1","Status":"fail","StreamInfos":[{"JobId":"4k","Status":"fail"}]`}, media.Failed},
		{"transcoding failed without a word about renditions", []string{uploaded, `5 TranscodeComplete "Status":"fail"`}, media.Failed},
		{"transcoding succeeded without a word about renditions", []string{uploaded, `5 TranscodeComplete "Preprocess":true`}, media.Playable},
		{"items without a status of their own take the event's", []string{`5 TranscodeComplete "VideoId":"v1","StreamInfos":[{"JobId":"sd"}]`}, media.Playable},
		{"failed, then transcoded again", []string{uploaded, `5 TranscodeComplete "Status":"fail"`, `8 StreamTranscodeComplete "JobId":"sd2","VideoId":"v1"`}, media.Playable},
		{"blocked", []string{transDone, blocked}, media.Blocked},
		{"blocked in other letters", []string{transDone, `6 CreateAuditComplete "MediaId":"v1","AuditStatus":"blocked"`}, media.Blocked},
		{"unblocked", []string{transDone, blocked, unblocked}, media.Playable},
		{"a decision that failed decides nothing", []string{transDone, blocked, `8 CreateAuditComplete "MediaId":"v1","Status":"fail","AuditStatus":"Normal"`}, media.Blocked},
		{"archived", []string{transDone, archived}, media.Archived},
		{"archived in vain", []string{transDone, `10 UpdateMediaStorageClassComplete "MediaId":"v1","Status":"Failed","Scope":"All","StorageClass":"Archive"`}, media.Playable},
		{"only the source archived", []string{transDone, `10 UpdateMediaStorageClassComplete "MediaId":"v1","Status":"Success","Scope":"SourceFile","StorageClass":"Archive"`}, media.Playable},
		{"infrequent access is no archive", []string{transDone, `10 UpdateMediaStorageClassComplete "MediaId":"v1","Status":"Success","Scope":"All","StorageClass":"IA"`}, media.Playable},
		{"restored", []string{transDone, archived, restored}, media.Playable},
		{"restored in vain", []string{transDone, archived, `11 RestoreMediaComplete "MediaId":"v1","Status":"Failed"`}, media.Archived},
		{"restored, then archived again", []string{transDone, restored, `12 UpdateMediaStorageClassComplete "MediaId":"v1","Status":"Success","Scope":"All","StorageClass":"ColdArchive"`}, media.Archived},
		{"deleted", []string{transDone, blocked, archived, deleted}, media.Deleted},
		{"deleted in vain", []string{transDone, `12 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"all","Status":"fail"`}, media.Playable},
		{"deleted, as the base information says", []string{transDone, `12 MediaBaseChangeComplete "MediaId":"v1","MediaType":"video","OperateMode":"delete","MediaContent":{}`}, media.Deleted},
		{"one rendition deleted", []string{streamSD, `12 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"stream","JobIds":"sd,x"`}, media.Created},
		{"all renditions deleted", []string{uploaded, streamSD, `12 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"stream"`}, media.Uploaded},
		{"all renditions deleted, then a new one", []string{streamSD, `12 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"stream"`, `13 StreamTranscodeComplete "JobId":"sd2","VideoId":"v1"`}, media.Playable},
		{"source deleted, renditions left", []string{uploaded, streamSD, `12 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"mezzanine"`}, media.Playable},
		{"live recording is being composed", []string{`1 LiveRecordVideoComposeStart "StreamName":"r"`}, media.Processing},
		{"live recording failed", []string{`1 AddLiveRecordVideoComplete "Status":"fail"`}, media.Failed},
		{"live recording composed", []string{`1 LiveRecordVideoComposeStart "StreamName":"r"`, `3 FileUploadComplete "Size":1`}, media.Uploaded},
		{"pulled from a URL", []string{`1 UploadByURLComplete "JobId":"j","VideoId":"v1"`}, media.Processing},
		{"produced", []string{`1 ProduceMediaComplete "MediaId":"v1","ProjectId":"p"`, uploaded}, media.Uploaded},
		{"production failed", []string{`1 ProduceMediaComplete "MediaId":"v1","ProjectId":"p","Status":"fail"`}, media.Failed},
		{"rendition pulled from a URL", []string{`1 UploadByURLComplete "JobId":"j","VideoId":"v1","FileType":"Stream","StreamFileURL":"http://x/s.flv"`}, media.Playable},
		{"image", []string{`1 ImageUploadComplete "ImageId":"i1"`}, media.Uploaded},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tc.want, media.Fold(slices.Concat(facts(t, tc.events...)...)).State)
		})
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	m := media.Fold(slices.Concat(facts(t, created, uploaded, analysed, streamSD, stream4K, transDone, snapshot, renamed)...))
	require.Equal(t, "v1", m.ID)
	require.Equal(t, media.Video, m.Kind)
	require.Equal(t, media.Playable, m.State)
	require.Equal(t, "Harbor 2", m.Title)
	require.InDelta(t, 61.48, m.Duration, 0)
	require.Equal(t, "http://x/c.jpg", m.CoverURL)
	require.Equal(t, time.Date(2026, 2, 3, 4, 0, 9, 0, time.UTC), m.Updated)
	require.JSONEq(t, `{"FileUrl":"http://x/a.mov","Size":73400320}`, string(m.Facts[media.FacetSource]))
	require.JSONEq(t, `{"CateId":"7"}`, string(m.Facts["base/CateId"]))
	require.JSONEq(t, `{"JobId":"4k","Definition":"4K","Status":"fail","ErrorCode":"E"}`, string(m.Facts["stream/4k"]))
	require.JSONEq(t, `{"Streams":2,"Failed":1,"Status":"success"}`, string(m.Facts[media.FacetTranscode]))

	require.Equal(t, media.Media{}, media.Fold(nil))
}

func TestTheCoverThatWasSetCounts(t *testing.T) {
	t.Parallel()
	set := `1 MediaBaseChangeComplete "MediaId":"v1","MediaType":"video","OperateMode":"update","MediaContent":{"CoverURL":"{\"NewValue\":\"http://x/mine.png\"}"}`
	require.Equal(t, "http://x/mine.png", media.Fold(slices.Concat(facts(t, set, snapshot)...)).CoverURL)
}

func TestDurationWithoutAnalysisIsTheLongestRendition(t *testing.T) {
	t.Parallel()
	longer := `4 StreamTranscodeComplete "JobId":"hd","VideoId":"v1","Duration":62.0`
	failed := `4 StreamTranscodeComplete "JobId":"4k","VideoId":"v1","Duration":99,"Status":"fail"`
	require.InDelta(t, 62.0, media.Fold(slices.Concat(facts(t, streamSD, longer, failed)...)).Duration, 0)
}

func TestADeletedMediumKeepsItsName(t *testing.T) {
	t.Parallel()
	gone := `12 MediaBaseChangeComplete "MediaId":"v1","MediaType":"video","OperateMode":"delete","MediaContent":{"Title":"{\"OldValue\":\"Harbor\"}"}`
	m := media.Fold(slices.Concat(facts(t, gone)...))
	require.Equal(t, "Harbor", m.Title)
	require.Equal(t, media.Deleted, m.State)
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for event, want := range map[string]media.Kind{
		`1 ImageUploadComplete "ImageId":"i1"`:                                           media.Image,
		`1 AttachedMediaUploadComplete "AttachedMediaId":"a1"`:                           media.Attached,
		`1 DeleteMediaComplete "MediaId":"i1","MediaType":"Image","DeleteType":"all"`:    media.Image,
		`1 DeleteMediaComplete "MediaId":"a1","MediaType":"attached","DeleteType":"all"`: media.Attached,
		uploaded: media.Video,
	} {
		require.Equal(t, want, media.Fold(slices.Concat(facts(t, event)...)).Kind, event)
	}
}

// At the same second a deletion counts more than a change, that more than a
// creation, and what succeeded more than what failed.
func TestTies(t *testing.T) {
	t.Parallel()
	at := func(e string) string { return "5" + strings.TrimLeft(e, "0123456789") }
	for _, tc := range []struct {
		name   string
		events []string
		check  func(media.Media) bool
	}{
		{"delete beats create", []string{at(created), at(deleted)}, func(m media.Media) bool { return m.State == media.Deleted }},
		{"update beats create", []string{at(created), at(renamed)}, func(m media.Media) bool { return m.Title == "Harbor 2" }},
		{"success beats failure", []string{`5 StreamTranscodeComplete "JobId":"sd","VideoId":"v1","Status":"fail"`, at(streamSD)}, func(m media.Media) bool { return m.State == media.Playable }},
		{"deletion of a rendition beats its success", []string{at(streamSD), `5 DeleteMediaComplete "MediaId":"v1","DeleteType":"stream","JobIds":"sd"`}, func(m media.Media) bool { return m.State == media.Created }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			fs := slices.Concat(facts(t, tc.events...)...)
			require.True(t, tc.check(media.Fold(fs)))
			slices.Reverse(fs)
			require.True(t, tc.check(media.Fold(fs)))
		})
	}
}

func TestUnknownEventsAndThoseAboutNoMediumSayNothing(t *testing.T) {
	t.Parallel()
	require.Empty(t, slices.Concat(facts(t, `1 SomethingNewComplete "MediaId":"v1"`)...))
	require.Empty(t, slices.Concat(facts(t, `1 UploadByURLComplete "JobId":"j","SourceId":"x","Status":"fail"`)...))
}

func TestOneFactPerFacet(t *testing.T) {
	t.Parallel()
	fs := slices.Concat(facts(t, `5 TranscodeComplete "VideoId":"v1","StreamInfos":[{"JobId":"a","Status":"success"},{"JobId":"a","Status":"fail"},{"JobId":"b"}]`)...)
	facets := map[string]vod.Outcome{}
	for _, f := range fs {
		require.NotContains(t, facets, f.Facet)
		facets[f.Facet] = f.Status
	}
	require.Equal(t, map[string]vod.Outcome{"stream/a": vod.Succeeded, "stream/b": vod.Succeeded, "transcode": vod.Succeeded}, facets)
}

// A body that somebody made may hold a hundred thousand renditions; a store has to
// take what is said about them in one transaction, in time.
func TestFactsOfOneEventAreBounded(t *testing.T) {
	t.Parallel()
	jobs, items := make([]string, 100_000), make([]string, 100_000)
	for i := range jobs {
		jobs[i] = fmt.Sprintf("j%d", i)
		items[i] = fmt.Sprintf(`{"JobId":"j%d"}`, i)
	}
	gone := facts(t, `1 DeleteMediaComplete "MediaId":"v1","DeleteType":"stream","JobIds":"`+strings.Join(jobs, ",")+`"`)[0]
	require.Len(t, gone, media.MaxFacts)
	require.Equal(t, "stream/j0", gone[0].Facet)
	done := facts(t, `1 TranscodeComplete "VideoId":"v1","StreamInfos":[`+strings.Join(items, ",")+`]`)[0]
	require.Len(t, done, media.MaxFacts)
	require.Equal(t, media.FacetTranscode, done[0].Facet, "what is said of the whole comes first")
}

// Every permutation of a script of events, and every event twice, gives the same
// state.
func TestOrderAndRepetitionDoNotMatter(t *testing.T) {
	t.Parallel()
	scripts := map[string][]string{
		"life":    {created, uploaded, streamSD, stream4K, transDone, renamed, deleted},
		"archive": {uploaded, transDone, archived, restored, blocked, unblocked, snapshot},
		"ties": {
			`5 StreamTranscodeComplete "JobId":"sd","VideoId":"v1","Status":"fail"`, `5 StreamTranscodeComplete "JobId":"sd","VideoId":"v1"`,
			`5 TranscodeComplete "VideoId":"v1","StreamInfos":[{"JobId":"sd","Status":"success","Size":9}]`,
			`5 DeleteMediaComplete "MediaId":"v1","DeleteType":"stream"`, `5 DeleteMediaComplete "MediaId":"v1","DeleteType":"stream","JobIds":"sd"`,
			`5 CreateAuditComplete "MediaId":"v1","AuditStatus":"Blocked"`, `5 CreateAuditComplete "MediaId":"v1","AuditStatus":"Normal"`,
		},
	}
	for name, script := range scripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := facts(t, script...)
			want := encode(t, media.Fold(slices.Concat(events...)))
			permute(events, func(p [][]media.Fact) {
				fs := slices.Concat(p...)
				require.Equal(t, want, encode(t, media.Fold(fs)))
				require.Equal(t, want, encode(t, media.Fold(append(fs, fs...))))
			})
		})
	}
}

// Folding is what a store does with its guarded upsert: keeping the newer fact of
// each facet, one at a time, gives the same as folding all at once.
func TestFoldIsIncremental(t *testing.T) {
	t.Parallel()
	all := slices.Concat(facts(t, created, uploaded, analysed, streamSD, stream4K, transDone, snapshot, renamed, blocked, unblocked, archived, restored, deleted)...)
	rapid.Check(t, func(t *rapid.T) {
		script := rapid.SliceOfN(rapid.SampledFrom(all), 1, 40).Draw(t, "script")
		kept := map[string]media.Fact{}
		for _, f := range script {
			if old, ok := kept[f.Facet]; !ok || f.Newer(old) {
				kept[f.Facet] = f
			}
		}
		var rows []media.Fact
		for _, f := range kept {
			rows = append(rows, f)
		}
		require.Equal(t, encode(t, media.Fold(script)), encode(t, media.Fold(rows)))
	})
}

func encode(t require.TestingT, m media.Media) string {
	data, err := json.Marshal(m)
	require.NoError(t, err)
	return string(data)
}

func permute[T any](s []T, visit func([]T)) {
	var rec func(int)
	rec = func(k int) {
		if k == len(s) {
			visit(s)
			return
		}
		for i := k; i < len(s); i++ {
			s[k], s[i] = s[i], s[k]
			rec(k + 1)
			s[k], s[i] = s[i], s[k]
		}
	}
	rec(0)
}
