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
	created    = `0 MediaBaseChangeComplete "MediaId":"v1","MediaType":"video","OperateMode":"create","MediaContent":{"Title":"{\"NewValue\":\"Harbor\"}","CateId":"{\"NewValue\":7}"}`
	renamed    = `9 MediaBaseChangeComplete "MediaId":"v1","MediaType":"video","OperateMode":"update","MediaContent":{"Title":"{\"OldValue\":\"Harbor\",\"NewValue\":\"Harbor 2\"}"}`
	uploaded   = `1 FileUploadComplete "FileUrl":"http://x/a.mov","Size":73400320`
	analysed   = `2 VideoAnalysisComplete "Duration":"61.48","Width":"1920","Height":"1080"`
	unreadable = `2 VideoAnalysisComplete "Status":"fail"`
	streamSD   = `4 StreamTranscodeComplete "JobId":"sd","VideoId":"v1","Definition":"SD","Format":"mp4","Duration":61.5`
	stream4K   = `4 StreamTranscodeComplete "JobId":"4k","VideoId":"v1","Definition":"4K","Status":"fail","ErrorCode":"E"`
	transDone  = `5 TranscodeComplete "VideoId":"v1","StreamInfos":[{"Status":"success","JobId":"sd","Definition":"SD","Format":"mp4","Duration":61.5},{"Status":"fail","JobId":"4k","Definition":"4K","ErrorCode":"E"}]`
	snapshot   = `3 SnapshotComplete "VideoId":"v1","CoverUrl":"http://x/c.jpg","SnapshotInfos":[{"Status":"success","JobId":"s1","SnapshotType":"CoverSnapshot","SnapshotCount":3}]`
	blocked    = `6 CreateAuditComplete "MediaId":"v1","AuditStatus":"Blocked","Reason":"r"`
	unblocked  = `7 CreateAuditComplete "MediaId":"v1","AuditStatus":"Normal"`
	allFailed  = `5 TranscodeComplete "VideoId":"v1","Status":"fail","StreamInfos":[{"JobId":"4k","Status":"fail"}]`
	archived   = `10 UpdateMediaStorageClassComplete "MediaId":"v1","Status":"Success","Scope":"All","StorageClass":"Archive"`
	restored   = `11 RestoreMediaComplete "MediaId":"v1","Status":"Success","RestoreExpiration":"2026-02-11T01:20:05Z"`
	deleted    = `12 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"all"`
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
		{"upload failed", []string{`1 FileUploadComplete "Status":"fail"`}, media.Failed},
		{"second upload failed", []string{uploaded, `2 FileUploadComplete "Status":"fail"`}, media.Uploaded},
		{"analysed only is uploaded, since nothing need follow", []string{uploaded, analysed}, media.Uploaded},
		{"source unreadable", []string{uploaded, unreadable}, media.Failed},
		{"first rendition failed, more to come", []string{uploaded, stream4K}, media.Processing},
		{"one rendition", []string{uploaded, stream4K, streamSD}, media.Playable},
		{"some renditions failed", []string{uploaded, transDone}, media.Playable},
		{"all renditions failed", []string{uploaded, stream4K, allFailed}, media.Failed},
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
		{"restored at the same second", []string{transDone, archived, `10 RestoreMediaComplete "MediaId":"v1","Status":"Success"`}, media.Playable},
		{"restored in vain", []string{transDone, archived, `11 RestoreMediaComplete "MediaId":"v1","Status":"Failed"`}, media.Archived},
		{"restored, then archived again", []string{transDone, restored, `12 UpdateMediaStorageClassComplete "MediaId":"v1","Status":"Success","Scope":"All","StorageClass":"ColdArchive"`}, media.Archived},
		{"deleted", []string{transDone, blocked, archived, deleted}, media.Deleted},
		{"deleted in vain", []string{transDone, `12 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"all","Status":"fail"`}, media.Playable},
		{"deleted, as the base information says", []string{transDone, `12 MediaBaseChangeComplete "MediaId":"v1","MediaType":"video","OperateMode":"delete","MediaContent":{}`}, media.Deleted},
		{"one rendition deleted", []string{streamSD, `12 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"stream","JobIds":"sd,x"`}, media.Created},
		{"all renditions deleted", []string{uploaded, streamSD, `12 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"stream"`}, media.Uploaded},
		{"all renditions deleted, then a new one", []string{streamSD, `12 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"stream"`, `13 StreamTranscodeComplete "JobId":"sd2","VideoId":"v1"`}, media.Playable},
		{"all renditions deleted at the same second", []string{uploaded, streamSD, `4 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"stream"`}, media.Uploaded},
		{"a rendition of no time, none deleted", []string{`0 StreamTranscodeComplete "JobId":"sd","VideoId":"v1","EventTime":""`}, media.Playable},
		{"source deleted", []string{uploaded, `12 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"mezzanine"`}, media.Created},
		{"transcoded without a word about renditions, all deleted", []string{`5 TranscodeComplete "Preprocess":true`, `12 DeleteMediaComplete "MediaId":"v1","DeleteType":"stream"`}, media.Created},
		{"transcoded without a word about renditions, one deleted", []string{`5 TranscodeComplete "Preprocess":true`, `12 DeleteMediaComplete "MediaId":"v1","DeleteType":"stream","JobIds":"sd"`}, media.Created},
		{"pulled, source deleted", []string{`1 UploadByURLComplete "JobId":"j","VideoId":"v1"`, uploaded, `12 DeleteMediaComplete "MediaId":"v1","DeleteType":"mezzanine"`}, media.Created},
		{"source deleted, renditions left", []string{uploaded, streamSD, `12 DeleteMediaComplete "MediaId":"v1","MediaType":"video","DeleteType":"mezzanine"`}, media.Playable},
		{"called deleted", []string{`1 FileUploadComplete "FileUrl":"deleted"`, `2 StreamTranscodeComplete "JobId":"sd","VideoId":"v1","Definition":"deleted"`}, media.Playable},
		{"a source at a URL called deleted", []string{`1 FileUploadComplete "FileUrl":"deleted"`}, media.Uploaded},
		{"source unreadable, then uploaded again", []string{unreadable, `3 FileUploadComplete "Size":1`}, media.Uploaded},
		{"source unreadable, then deleted", []string{unreadable, `3 DeleteMediaComplete "MediaId":"v1","DeleteType":"mezzanine"`}, media.Failed},
		{"source uploaded and unreadable at the same second", []string{unreadable, `2 FileUploadComplete "Size":1`}, media.Failed},
		{"source unreadable again", []string{unreadable, `3 FileUploadComplete "Size":1`, `4 VideoAnalysisComplete "Status":"fail"`}, media.Failed},
		{"transcoding failed, then uploaded again", []string{allFailed, `6 FileUploadComplete "Size":1`}, media.Uploaded},
		{"transcoding failed, then uploaded again and being transcoded", []string{allFailed, `6 FileUploadComplete "Size":1`, `7 StreamTranscodeComplete "JobId":"x","VideoId":"v1","Status":"fail"`}, media.Processing},
		{"transcoded, then uploaded again", []string{transDone, `6 FileUploadComplete "Size":1`}, media.Playable},
		{"live recording is being composed", []string{`1 LiveRecordVideoComposeStart "StreamName":"r"`}, media.Processing},
		{"live recording failed", []string{`1 AddLiveRecordVideoComplete "Status":"fail"`}, media.Failed},
		{"live recording failed, uploaded otherwise", []string{`1 AddLiveRecordVideoComplete "Status":"fail"`, uploaded}, media.Uploaded},
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

// Without an analysis the length is that of the longest rendition that is left.
func TestDuration(t *testing.T) {
	t.Parallel()
	const (
		hd  = `4 StreamTranscodeComplete "JobId":"hd","VideoId":"v1","Duration":62.0`
		fhd = `6 StreamTranscodeComplete "JobId":"fhd","VideoId":"v1","Duration":61.25`
		all = `DeleteMediaComplete "MediaId":"v1","DeleteType":"stream"`
	)
	for _, tc := range []struct {
		name   string
		events []string
		want   float64 // seconds
	}{
		{"analysed", []string{analysed, hd}, 61.48},
		{"analysed in vain", []string{unreadable, hd}, 62},
		{"the longest", []string{streamSD, hd, fhd}, 62},
		{"not of one that failed", []string{hd, `4 StreamTranscodeComplete "JobId":"4k","VideoId":"v1","Duration":99,"Status":"fail"`}, 62},
		{"not of one deleted", []string{streamSD, hd, `5 DeleteMediaComplete "MediaId":"v1","DeleteType":"stream","JobIds":"hd"`}, 61.5},
		{"not of those from before all were deleted", []string{streamSD, hd, "5 " + all, fhd}, 61.25},
		{"not of those from when all were deleted", []string{fhd, "6 " + all}, 0},
		{"nothing known", []string{uploaded}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			require.InDelta(t, tc.want, media.Fold(slices.Concat(facts(t, tc.events...)...)).Duration, 0)
		})
	}
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
