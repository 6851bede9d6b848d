package vodtest_test

import (
	"encoding/json"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// Types of events in the stories below.
const (
	stream = vod.TypeStreamTranscodeComplete
	whole  = vod.TypeTranscodeComplete
)

// bodiesOf returns the events of one type, decoded.
func bodiesOf[T any](t *testing.T, all []vodtest.Happening, typ vod.Type) []T {
	t.Helper()
	var found []T
	for _, h := range all {
		if h.Type == typ {
			found = append(found, decode[T](t, h.Body))
		}
	}
	return found
}

func TestPlayIsInOrder(t *testing.T) {
	t.Parallel()
	s := vodtest.Scenario{Steps: []vodtest.Step{
		{After: 150 * 365 * 24 * time.Hour, Type: vod.TypeDeleteMediaComplete}, // more than 32 bits
		{After: 20 * time.Second, Type: vod.TypeVideoAnalysisComplete},
		{After: 1500 * time.Millisecond, Type: vod.TypeAIMediaAuditComplete},
		{After: 20 * time.Second, Type: vod.TypeSnapshotComplete},
		{Type: vod.TypeFileUploadComplete},
	}}
	before := slices.Clone(s.Steps)
	start := time.Date(2027, 1, 2, 11, 4, 5, 678, time.FixedZone("", 8*3600))
	var got []string
	for _, h := range s.Play(0, start) {
		require.Equal(t, start.Truncate(time.Second).Add(h.After), h.At)
		event, err := vod.Parse(h.Body)
		require.NoError(t, err)
		require.WithinRange(t, h.At, event.Head().Time, event.Head().Time.Add(time.Second))
		got = append(got, strings.TrimSuffix(string(h.Type), "Complete")+" "+h.At.UTC().Format("2006 05.0"))
	}
	require.Equal(t, []string{"FileUpload 2027 05.0", "AIMediaAudit 2027 06.5", "VideoAnalysis 2027 25.0", "Snapshot 2027 25.0", "DeleteMedia 2176 05.0"}, got)
	require.Equal(t, before, s.Steps)
	require.Equal(t, s.Steps[0].After, s.Length())
	require.Equal(t, "2026-03-17T08:30:05Z", s.Play(0, time.Time{})[0].At.Format(time.RFC3339))
}

// What a TranscodeComplete says about a rendition is what its own event says, to
// the byte.
func TestPlayAgreesAboutRenditions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		steps []vodtest.Step
		want  []string // the renditions of the whole, ! if failed
	}{
		{
			name: "the ladder", steps: []vodtest.Step{
				{After: 39 * time.Second, Type: stream, Variant: "audio"},
				{After: 52 * time.Second, Type: stream},
				{After: 77 * time.Second, Type: stream, Variant: "hd"},
				{After: 99 * time.Second, Type: stream, Variant: "4k", Fail: true},
				{After: 104 * time.Second, Type: stream, Variant: "encrypted"},
				{After: 104 * time.Second, Type: whole, Variant: "ladder"},
			},
			want: []string{"SQ", "SD", "HD", "4K!", "OD"},
		},
		{
			name: "otherwise than usual", steps: []vodtest.Step{
				{After: time.Hour, Type: stream, Variant: "4k"},
				{After: 2 * time.Hour, Type: stream, Variant: "hd", Fail: true},
				{After: 3 * time.Hour, Type: whole, Variant: "ladder"},
			},
			want: []string{"SQ", "SD", "HD!", "4K", "OD"},
		},
		{
			name: "whatever there was", steps: []vodtest.Step{
				{After: 3 * time.Hour, Type: whole},
				{After: 2 * time.Hour, Type: stream, Variant: "hd", Fail: true},
				{After: time.Hour, Type: stream, Variant: "auto"},
			},
			want: []string{"AUTO", "HD!"},
		},
		{
			name: "nothing else was told", steps: []vodtest.Step{{After: time.Hour, Type: whole}}, want: []string{"SD"},
		},
		{
			name: "all failed", steps: []vodtest.Step{{After: time.Hour, Type: whole, Variant: "multi-stream", Fail: true}},
			want: []string{"SQ!", "SD!", "HD!", "OD!"},
		},
		{
			name: "not the other run", steps: []vodtest.Step{
				{After: time.Hour, Type: stream, Variant: "hd"},
				{After: 2 * time.Hour, Type: stream, Variant: "4k", Run: 1},
				{After: 2 * time.Hour, Type: stream, Variant: "auto", Medium: "trailer"},
				{After: 2 * time.Hour, Type: whole},
			},
			want: []string{"HD"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := vodtest.Scenario{Name: "s", Steps: append(tc.steps, vodtest.Step{Type: vod.TypeFileUploadComplete})}
			require.NoError(t, s.Check())
			all := s.Play(7, time.Time{})
			sum := bodiesOf[struct{ StreamInfos []json.RawMessage }](t, all, whole)[0]
			var got, parts []string
			for _, raw := range sum.StreamInfos {
				info := decode[struct {
					Definition, Status    string
					StartTime, FinishTime time.Time
				}](t, raw)
				if info.Status == "fail" {
					info.Definition += "!"
				}
				got, parts = append(got, info.Definition), append(parts, string(raw))
				require.True(t, info.StartTime.Before(info.FinishTime))
				require.False(t, info.StartTime.Before(all[0].At), "before there was a file")
				require.False(t, info.FinishTime.After(all[len(all)-1].At))
			}
			require.Equal(t, tc.want, got)
			for _, h := range all {
				if h.Type == stream && h.Run == 0 && h.Medium == "" {
					require.Contains(t, parts, infoOf(t, h))
					require.Equal(t, h.At, decode[struct{ FinishTime time.Time }](t, h.Body).FinishTime)
				}
			}
		})
	}
}

// infoOf returns what a StreamTranscodeComplete has in common with an item of
// StreamInfos, as it stands there.
func infoOf(t *testing.T, h vodtest.Happening) string {
	t.Helper()
	_, rest, ok := strings.Cut(string(h.Body), `"Status"`)
	require.True(t, ok)
	return `{"Status"` + rest
}

// A life with everything that later events have to know of earlier ones.
func longLife() vodtest.Scenario {
	return vodtest.Scenario{Name: "long", Steps: []vodtest.Step{
		{Type: vod.TypeMediaBaseChangeComplete, Variant: "create"},
		{After: 12 * time.Second, Type: vod.TypeFileUploadComplete},
		{After: 31 * time.Second, Type: vod.TypeSnapshotComplete},
		{After: 40 * time.Second, Type: vod.TypeMediaBaseChangeComplete, Variant: "update", Fail: true},
		{After: 45 * time.Second, Type: stream, Variant: "auto", Fail: true},
		{After: 50 * time.Second, Type: stream, Variant: "4k"},
		{After: 60 * time.Second, Type: stream, Variant: "hd"},
		{After: 60 * time.Second, Type: stream, Fail: true},
		{After: 60 * time.Second, Type: whole},
		{After: 70 * time.Second, Type: vod.TypeAIMediaAuditComplete},
		{After: 80 * time.Second, Type: vod.TypeWorkflowTaskComplete},
		{After: time.Hour, Type: vod.TypeMediaBaseChangeComplete, Variant: "update"},
		{After: 3 * time.Hour, Type: vod.TypeMediaBaseChangeComplete, Variant: "update"},
		{After: 4 * time.Hour, Type: vod.TypeAIMediaAuditComplete, Run: 1},
		{After: 5 * time.Hour, Type: vod.TypeSubmitMediaRefreshComplete},
		{After: 5 * time.Hour, Type: vod.TypeSubmitMediaRefreshComplete, Variant: "preload"},
		{After: 6 * time.Hour, Type: vod.TypeDeleteMediaComplete, Variant: "stream"},
		{After: 7 * time.Hour, Type: vod.TypeMediaBaseChangeComplete, Variant: "delete"},
	}}
}

func TestPlayAgreesAlongALife(t *testing.T) {
	t.Parallel()
	all := longLife().Play(2, time.Time{})
	require.NoError(t, longLife().Check())

	changes := bodiesOf[struct{ MediaContent map[string]string }](t, all, vod.TypeMediaBaseChangeComplete)
	change := func(i int, name string) (old, now any) {
		pair := decode[map[string]any](t, []byte(changes[i].MediaContent[name]))
		return pair["OldValue"], pair["NewValue"]
	}
	for _, name := range []string{"Title", "CateId"} {
		_, created := change(0, name)
		failedFrom, failedTo := change(1, name)
		old, first := change(2, name)
		again, second := change(3, name)
		last, gone := change(4, name)
		require.Equal(t, []any{created, created, failedTo, first, second, nil}, []any{failedFrom, old, first, again, last, gone})
		require.NotEqual(t, created, first)
		require.NotEqual(t, first, second)
	}
	covers := bodiesOf[struct{ CoverURL string }](t, all, vod.TypeSnapshotComplete)
	audits := bodiesOf[struct {
		JobID string
		Data  struct {
			TextResult  []struct{ Content string }
			ImageResult []struct{ URL string }
		}
	}](t, all, vod.TypeAIMediaAuditComplete)
	title, _ := change(2, "Title")
	require.Equal(t, title, audits[0].Data.TextResult[0].Content)
	require.Equal(t, covers[0].CoverURL, audits[0].Data.ImageResult[0].URL)
	title, _ = change(4, "Title")
	require.Equal(t, title, audits[1].Data.TextResult[0].Content)
	_, cover := change(3, "CoverURL")
	require.Equal(t, cover, audits[1].Data.ImageResult[0].URL)
	require.NotEqual(t, audits[0].JobID, audits[1].JobID)
	snapshotCover, _ := change(2, "CoverURL")
	require.Equal(t, covers[0].CoverURL, snapshotCover)

	jobs, urls := map[string]string{}, map[string]string{}
	for _, s := range bodiesOf[struct {
		Definition, JobID, FileURL string
		StartTime                  time.Time
	}](t, all, stream) {
		require.Equal(t, all[1].At, s.StartTime, "not before there was a file")
		jobs[s.Definition], urls[s.Definition] = s.JobID, strings.Replace(s.FileURL, "http:", "https:", 1)
	}
	deleted := bodiesOf[struct{ JobIDs string }](t, all, vod.TypeDeleteMediaComplete)[0]
	require.Equal(t, jobs["HD"]+","+jobs["4K"], deleted.JobIDs, "what is there")
	refreshed := bodiesOf[struct{ SuccessPlayURLs, TaskIDs string }](t, all, vod.TypeSubmitMediaRefreshComplete)
	require.Equal(t, urls["4K"], refreshed[0].SuccessPlayURLs)
	require.Equal(t, urls["4K"]+","+urls["HD"], refreshed[1].SuccessPlayURLs)
	require.Len(t, strings.Split(refreshed[1].TaskIDs, ","), 2)

	run := bodiesOf[struct{ CreateTime, FinishTime time.Time }](t, all, vod.TypeWorkflowTaskComplete)[0]
	require.Equal(t, all[1].At, run.CreateTime, "not before there was a file")
	require.Equal(t, all[10].At, run.FinishTime)
}

func TestPlayAgreesAboutTheLastCover(t *testing.T) {
	t.Parallel()
	for _, variant := range []string{"cover", "specified-time"} {
		all := vodtest.Scenario{Steps: []vodtest.Step{
			{Type: vod.TypeSnapshotComplete},
			{After: 1, Type: vod.TypeSnapshotComplete, Variant: variant, Run: 3},
			{After: 2, Type: vod.TypeSnapshotComplete, Run: 4, Fail: true},
			{After: 3, Type: vod.TypeMediaBaseChangeComplete, Variant: "update"},
		}}.Play(0, time.Time{})
		covers := bodiesOf[struct{ CoverURL string }](t, all, vod.TypeSnapshotComplete)
		change := bodiesOf[struct{ MediaContent struct{ CoverURL string } }](t, all, vod.TypeMediaBaseChangeComplete)[0]
		require.Equal(t, covers[1].CoverURL, decode[struct{ OldValue string }](t, []byte(change.MediaContent.CoverURL)).OldValue)
		require.NotEqual(t, covers[0].CoverURL, covers[1].CoverURL)
	}
}

func TestPlayHasOneIDPerMedium(t *testing.T) {
	t.Parallel()
	s := vodtest.Scenario{Name: "s", Steps: []vodtest.Step{
		{Type: vod.TypeFileUploadComplete},
		{Type: vod.TypeImageUploadComplete, Medium: "poster"},
		{Type: vod.TypeAttachedMediaUploadComplete, Medium: "logo"},
		{Type: vod.TypeFileUploadComplete, Medium: "trailer"},
		{Type: vod.TypeRestoreMediaComplete},
		{Type: vod.TypeDeleteMediaComplete, Variant: "image", Medium: "poster"},
		{Type: vod.TypeDeleteMediaComplete, Variant: "attached", Medium: "logo"},
		{Type: vod.TypeAIVideoTagComplete, Medium: "trailer"},
	}}
	var ids []string
	for _, h := range s.Play(3, time.Time{}) {
		event, err := vod.Parse(h.Body)
		require.NoError(t, err)
		ids = append(ids, event.Head().Subject)
	}
	require.Equal(t, ids[:4], ids[4:])
	slices.Sort(ids)
	require.Len(t, slices.Compact(ids), 4)
}

// Without a name, too, an image is not the video.
func TestPlayTellsKindsApart(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "s"} {
		var ids []string
		s := vodtest.Scenario{Name: name, Steps: []vodtest.Step{
			{Type: vod.TypeFileUploadComplete},
			{Type: vod.TypeImageUploadComplete},
			{Type: vod.TypeAttachedMediaUploadComplete},
			{Type: vod.TypeDeleteMediaComplete},
			{Type: vod.TypeDeleteMediaComplete, Variant: "image"},
			{Type: vod.TypeDeleteMediaComplete, Variant: "attached"},
		}}
		for _, h := range s.Play(3, time.Time{}) {
			event, err := vod.Parse(h.Body)
			require.NoError(t, err)
			ids = append(ids, event.Head().Subject)
		}
		require.Equal(t, ids[:3], ids[3:])
		slices.Sort(ids)
		require.Len(t, slices.Compact(ids), 3)
	}
}

// Another upload is another file: what comes after it is about that one, but not the
// transcoding that had begun.
func TestPlayAgreesAboutTheFile(t *testing.T) {
	t.Parallel()
	const (
		upload   = vod.TypeFileUploadComplete
		analysis = vod.TypeVideoAnalysisComplete
	)
	all := vodtest.Scenario{Name: "s", Steps: []vodtest.Step{
		{After: 1, Type: vod.TypeUploadByURLComplete, Run: 3},
		{After: 1, Type: upload},
		{After: 2, Type: analysis, Run: 5},
		{After: 3, Type: stream},
		{After: 4, Type: upload, Run: 1},
		{After: 5, Type: whole},
		{After: 6, Type: analysis},
		{After: 7, Type: stream, Run: 2},
	}}.Play(0, time.Time{})
	sizes := bodiesOf[struct{ Size int }](t, all, upload)
	analyses := bodiesOf[struct {
		Size     int `json:",string"`
		Duration string
	}](t, all, analysis)
	streams := bodiesOf[struct{ Duration json.Number }](t, all, stream)
	require.NotEqual(t, sizes[0].Size, sizes[1].Size)
	pulled := bodiesOf[struct {
		Size int `json:",string"`
	}](t, all, vod.TypeUploadByURLComplete)
	require.Equal(t, []int{sizes[0].Size, sizes[0].Size, sizes[1].Size}, []int{pulled[0].Size, analyses[0].Size, analyses[1].Size})
	require.NotEqual(t, analyses[0].Duration, analyses[1].Duration)
	require.Equal(t, []string{analyses[0].Duration, analyses[1].Duration}, []string{streams[0].Duration.String(), streams[1].Duration.String()})
	require.Equal(t, streams[0].Duration, bodiesOf[struct {
		StreamInfos []struct{ Duration json.Number }
	}](t, all, whole)[0].StreamInfos[0].Duration)
}

// A composed video is as long as the recordings together that it is made of.
func TestPlayAgreesAboutParts(t *testing.T) {
	t.Parallel()
	const (
		record  = vod.TypeAddLiveRecordVideoComplete
		compose = vod.TypeLiveRecordVideoComposeStart
	)
	for _, name := range []string{"", "s"} {
		all := vodtest.Scenario{Name: name, Steps: []vodtest.Step{
			{Type: record},
			{Type: stream},
			{Type: record, Medium: "b"},
			{Type: stream, Medium: "b"},
			{Type: record, Medium: "broken", Fail: true},
			{Type: compose, Medium: "first", Fail: true},
			{Type: compose, Medium: "first"},
			{Type: stream, Medium: "first"},
			{Type: record, Medium: "c"},
			{Type: stream, Medium: "c"},
			{Type: compose, Medium: "second"},
			{Type: stream, Medium: "second"},
			{Type: vod.TypeVideoAnalysisComplete, Medium: "second"},
		}}.Play(4, time.Time{})
		d := bodiesOf[struct{ Duration json.Number }](t, all, stream)
		cents := func(i int) int64 {
			f, err := d[i].Duration.Float64()
			require.NoError(t, err)
			return int64(math.Round(f * 100))
		}
		require.Equal(t, cents(0)+cents(1), cents(2))
		require.Equal(t, d[3].Duration, d[4].Duration)
		require.Equal(t, d[4].Duration.String(), bodiesOf[struct{ Duration string }](t, all, vod.TypeVideoAnalysisComplete)[0].Duration)
	}
}

// idsIn returns all that is made up for one medium: what looks like an id.
func idsIn(all []vodtest.Happening) map[string]bool {
	ids := map[string]bool{}
	for _, h := range all {
		body := strings.ReplaceAll(string(h.Body), "outin-8d5c2f0b7e6144a39c1be0d4f2a87365.", "") // the account's
		body = strings.ReplaceAll(body, "1734860295177304", "")
		for _, m := range regexp.MustCompile(`[^.0-9a-f]([0-9a-f]{10,})\b`).FindAllStringSubmatch(body, -1) { // no scores
			ids[m[1]] = true
		}
	}
	return ids
}

func TestPlayOfOtherSeedsAndNamesSharesNothing(t *testing.T) {
	t.Parallel()
	s, other := longLife(), longLife()
	other.Name = "other"
	first := s.Play(1, time.Time{})
	require.Equal(t, first, s.Play(1, time.Time{}))
	ids := idsIn(first)
	require.Greater(t, len(ids), 15)
	for _, all := range [][]vodtest.Happening{s.Play(0, time.Time{}), s.Play(2, time.Time{}), other.Play(1, time.Time{})} {
		for id := range idsIn(all) {
			require.NotContains(t, ids, id)
		}
	}
}

func TestSetOfStepIsForOneEvent(t *testing.T) {
	t.Parallel()
	s := vodtest.Scenario{Steps: []vodtest.Step{
		{Type: vod.TypeFileUploadComplete, Set: map[string]any{"Size": 7, "A.C": 2, "A": map[string]int{"B": 1}}},
		{After: 1, Type: vod.TypeFileUploadComplete},
	}}
	all := s.Play(0, time.Time{})
	got := decode[map[string]json.RawMessage](t, all[0].Body)
	require.Equal(t, "7", string(got["Size"]))
	require.Equal(t, `{"C":2}`, string(got["A"]), "in the order of their names")
	require.NotContains(t, string(all[1].Body), `"A"`)
	require.NotContains(t, string(all[1].Body), `"Size":7`)
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const (
		refresh = vod.TypeSubmitMediaRefreshComplete
		gone    = vod.TypeDeleteMediaComplete
		nothing = "none of the renditions that the story tells of is there then: there is nothing to delete or refresh"
	)
	for _, tc := range []struct {
		name  string
		steps []vodtest.Step
		step  int
		want  string // "" if nothing is wrong
	}{
		{name: "a type of the future", steps: []vodtest.Step{{Type: "ChapterComplete"}}},
		{name: "before the beginning", steps: []vodtest.Step{{Type: stream, After: -1}}, step: 1, want: "it happens before the beginning"},
		{name: "run", steps: []vodtest.Step{{Type: stream, Run: -1}}, step: 1, want: "its run is below 0"},
		{name: "type", steps: []vodtest.Step{{Type: stream}, {}}, step: 2, want: "it has no type"},
		{
			name: "variant", steps: []vodtest.Step{{Type: vod.TypeCreateAuditComplete, Variant: "blokced"}}, step: 1,
			want: `CreateAuditComplete has no variant "blokced", only ["normal" "blocked"]`,
		},
		{
			name: "value", steps: []vodtest.Step{{Type: stream, Set: map[string]any{"Size": math.NaN()}}}, step: 1,
			want: "the value of Size cannot be encoded: json: unsupported value: NaN",
		},
		{name: "set an empty name", steps: []vodtest.Step{{Type: stream, Set: map[string]any{"": 1}}}, step: 1, want: `"" cannot be set: a name between the dots is empty`},
		{name: "set an item", steps: []vodtest.Step{{Type: whole, Set: map[string]any{"StreamInfos.9": 1, "StreamInfos.0.A.x": 1, "A.x": 1, "Status.x": 1}}}},
		{
			name: "set in a list", steps: []vodtest.Step{{Type: whole, Set: map[string]any{"StreamInfos.-1": 1}}}, step: 1,
			want: `"StreamInfos.-1" cannot be set: StreamInfos is a list, whose items are counted from 0`,
		},
		{
			name: "set in a list in text", steps: []vodtest.Step{{Type: vod.TypeAIVideoTagComplete, Set: map[string]any{"Data.Keyword.0.Times.last": 1}}}, step: 1,
			want: `"Data.Keyword.0.Times.last" cannot be set: Data.Keyword.0.Times is a list, whose items are counted from 0`,
		},
		{
			name: "rendition twice", steps: []vodtest.Step{{Type: stream, Variant: "hd"}, {Type: stream}, {Type: stream, Variant: "hd", Fail: true}}, step: 3,
			want: `rendition "hd" ended in event 1 already; another time has another run`,
		},
		{name: "rendition of two runs and media", steps: []vodtest.Step{{Type: stream}, {Type: stream, Run: 1}, {Type: stream, Medium: "m"}}},
		{
			name: "whole twice", steps: []vodtest.Step{{Type: whole}, {Type: whole}}, step: 2,
			want: "transcoding was over in event 1 already; another time has another run",
		},
		{
			name: "rendition too late", steps: []vodtest.Step{{Type: stream, After: time.Minute}, {Type: whole}}, step: 2,
			want: `rendition "" ends later, in event 1`,
		},
		{
			name: "rendition too many", steps: []vodtest.Step{{Type: stream, Variant: "4k"}, {Type: whole, Variant: "multi-stream"}}, step: 2,
			want: `"multi-stream" has no rendition "4k", which event 1 is about`,
		},
		{name: "no renditions", steps: []vodtest.Step{{Type: stream}, {Type: whole, Variant: "no-streams"}}},
		{
			name: "success without a rendition", steps: []vodtest.Step{{Type: stream, Fail: true}, {Type: whole}}, step: 2,
			want: "each of its renditions failed, so it has to fail too",
		},
		{
			name: "failure with a rendition", steps: []vodtest.Step{{Type: stream, Fail: true}, {Type: stream, Variant: "hd"}, {Type: whole, Fail: true}}, step: 3,
			want: `it failed as a whole, but its rendition "hd" did not`,
		},
		{name: "failure", steps: []vodtest.Step{{Type: stream, Fail: true}, {Type: whole, Fail: true}}},
		{name: "refresh of what was there before", steps: []vodtest.Step{{Type: refresh}, {Type: stream, Medium: "m"}}},
		{name: "refresh of what is not told", steps: []vodtest.Step{{Type: whole, Variant: "no-streams"}, {Type: refresh, After: 1}}},
		{name: "refresh after a failed run", steps: []vodtest.Step{{Type: stream, Fail: true}, {Type: refresh, Run: 1}}, step: 2, want: nothing},
		{name: "refresh of a failed ladder", steps: []vodtest.Step{{Type: whole, Variant: "ladder", Fail: true}, {Type: refresh}}, step: 2, want: nothing},
		{name: "failed refresh after a failed run", steps: []vodtest.Step{{Type: stream, Fail: true}, {Type: refresh, Fail: true}}},
		{name: "refresh too early", steps: []vodtest.Step{{Type: stream, After: 1}, {Type: refresh, Variant: "preload"}}, step: 2, want: nothing},
		{name: "deleted too early", steps: []vodtest.Step{{Type: gone, Variant: "stream"}, {Type: whole}}, step: 1, want: nothing},
		{
			name: "deleted twice", steps: []vodtest.Step{{Type: stream}, {Type: gone, Variant: "stream"}, {Type: gone, Variant: "stream", Run: 1}}, step: 3,
			want: nothing,
		},
		{name: "refresh of a deleted video", steps: []vodtest.Step{{Type: stream}, {Type: gone}, {Type: refresh}}, step: 3, want: nothing},
		{name: "not deleted", steps: []vodtest.Step{{Type: stream}, {Type: gone, Fail: true}, {Type: gone, Variant: "mezzanine"}, {Type: refresh}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := vodtest.Scenario{Name: "s", Steps: tc.steps}
			err := s.Check()
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			require.Equal(t, &vodtest.StepError{Scenario: "s", Step: tc.step, Problem: tc.want}, err)
		})
	}
	require.EqualError(t, vodtest.Scenario{Name: "s"}.Check(), "vodtest: scenario s has no steps")
}

func TestPlayPanics(t *testing.T) {
	t.Parallel()
	s := vodtest.Scenario{Name: "s", Steps: []vodtest.Step{{Type: vod.TypeFileUploadComplete}, {Type: stream, Variant: "8k"}}}
	require.PanicsWithError(t, s.Check().Error(), func() { s.Play(0, time.Time{}) })
}

// A job that is tried again is about what it was about the first time.
func TestPlayTriesTheSameAgain(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		typ     vod.Type
		variant string
		same    string
		other   string
	}{
		{vod.TypeProduceMediaComplete, "", "ProjectId", "EventTime"},
		{vod.TypeUploadByURLComplete, "", "SourceURL", "JobId"},
		{vod.TypeUploadByURLComplete, "stream", "SourceURL", "JobId"},
	} {
		all := vodtest.Scenario{Name: "s", Steps: []vodtest.Step{
			{Type: tc.typ, Variant: tc.variant, Fail: true},
			{After: time.Minute, Type: tc.typ, Variant: tc.variant, Run: 1},
		}}.Play(0, time.Time{})
		first, again := decode[map[string]any](t, all[0].Body), decode[map[string]any](t, all[1].Body)
		require.NotEmpty(t, first[tc.same])
		require.Equal(t, first[tc.same], again[tc.same])
		require.NotEqual(t, first[tc.other], again[tc.other])
	}
}

// What is refreshed or deleted is there at that time: made by a run whose events said
// so, and not deleted.
func TestPlayAgreesAboutWhatIsThere(t *testing.T) {
	t.Parallel()
	const (
		refresh = vod.TypeSubmitMediaRefreshComplete
		gone    = vod.TypeDeleteMediaComplete
	)
	s := vodtest.Scenario{Name: "s", Steps: []vodtest.Step{
		{After: 1, Type: stream},
		{After: 1, Type: stream, Variant: "hd"},
		{After: 1, Type: whole},
		{After: 2, Type: refresh, Run: 1, Set: map[string]any{"Want": "0"}},
		{After: 3, Type: whole, Run: 1, Variant: "ladder"},
		{After: 4, Type: refresh, Set: map[string]any{"Want": "0"}},
		{After: 4, Type: refresh, Run: 1, Variant: "preload", Set: map[string]any{"Want": "11"}},
		{After: 4, Type: refresh, Run: 2, Set: map[string]any{"Want": "1"}},
		{After: 5, Type: gone, Variant: "stream", Run: 7, Set: map[string]any{"Want": "11"}},
		{After: 6, Type: gone, Variant: "stream", Set: map[string]any{"Want": "00"}},
		{After: 7, Type: stream, Variant: "auto", Run: 2, Fail: true},
		{After: 8, Type: gone, Variant: "stream", Set: map[string]any{"Want": "11"}},
		{After: 9, Type: stream, Variant: "auto", Run: 3},
		{After: 9, Type: refresh, Set: map[string]any{"Want": "3"}},
	}}
	require.NoError(t, s.Check())
	made, deleted := map[string]string{}, map[string]bool{} // jobs and URLs: the run that made them
	for _, h := range s.Play(0, time.Time{}) {
		e := decode[struct {
			JobID, FileURL, Status           string
			StreamInfos                      []struct{ JobID, FileURL, Status string }
			SuccessPlayURLs, JobIDs, TaskIDs string
			Want                             string
		}](t, h.Body)
		for _, r := range append(e.StreamInfos, struct{ JobID, FileURL, Status string }{e.JobID, e.FileURL, e.Status}) {
			if r.JobID != "" && r.Status == "success" {
				made[r.JobID], made[strings.Replace(r.FileURL, "http:", "https:", 1)] = strconv.Itoa(h.Run), strconv.Itoa(h.Run)
			}
		}
		if e.Want == "" {
			continue
		}
		var got []string
		for what := range strings.SplitSeq(e.SuccessPlayURLs+e.JobIDs, ",") {
			require.Contains(t, made, what, "after %d", h.After)
			require.NotContains(t, deleted, what, "after %d", h.After)
			got = append(got, made[what])
			if h.Type == gone {
				deleted[what] = true
			}
		}
		require.Equal(t, e.Want, strings.Join(got, ""), "after %d", h.After)
	}
}
