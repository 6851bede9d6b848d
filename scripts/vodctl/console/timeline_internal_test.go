package console

// Internal: where things are drawn cannot be told from a page without reading its picture.

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

const day = 24 * time.Hour

func noon() time.Time { return time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC) }

// TestScaleCuts has what is cut short for times after noon.
func TestScaleCuts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		after []time.Duration
		want  []string
	}{
		{"no time", nil, nil},
		{"one", []time.Duration{0}, nil},
		{"two, however far", []time.Duration{0, 90 * day}, nil},
		{"close together", []time.Duration{0, time.Second, 100 * time.Second, 170 * time.Second}, nil},
		{"evenly spread", []time.Duration{0, day, 2 * day, 3 * day}, nil},
		{"archived after months", []time.Duration{0, time.Minute, 2 * time.Minute, 90 * day}, []string{"3 months"}},
		{"one long time after another", []time.Duration{90 * day, time.Minute, 0, 30 * day, 60 * day, 95 * day}, []string{"30 days", "30 days", "30 days", "5 days"}},
		{"days and minutes", []time.Duration{0, 10 * time.Second, time.Hour, 25 * time.Hour, 400 * day}, []string{"60 min", "24 h", "13 months"}},
		{"longer than can be counted", []time.Duration{0, time.Second, math.MaxInt64}, []string{"292 years"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var times []time.Time
			for _, d := range tc.after {
				times = append(times, noon().Add(d))
			}
			s := newScale(times, 100, 900)
			var got []string
			for _, c := range s.cuts() {
				got = append(got, c.Label)
			}
			require.Equal(t, tc.want, got)
			for _, at := range times {
				require.GreaterOrEqual(t, s.x(at), 100)
				require.LessOrEqual(t, s.x(at), 100+s.width)
				for _, other := range times {
					require.False(t, at.Before(other) && s.x(at) > s.x(other), "%s is before %s", at, other)
				}
			}
			ticks := s.ticks()
			for i := 1; i < len(ticks); i++ {
				require.GreaterOrEqual(t, ticks[i].X-ticks[i-1].X, tickWidth, "the times of the axis do not overlap")
			}
		})
	}
}

// TestScaleFarApart takes times that no Duration is between.
func TestScaleFarApart(t *testing.T) {
	t.Parallel()
	first, last := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)
	s := newScale([]time.Time{noon(), last, first}, 0, 900)
	require.Less(t, s.x(first), s.x(noon()))
	require.Less(t, s.x(noon()), s.x(last))
	require.LessOrEqual(t, s.x(last), s.width)
	require.NotEmpty(t, s.ticks())
}

func TestTicks(t *testing.T) {
	t.Parallel()
	at := func(d time.Duration) time.Time { return noon().Add(d) }
	s := newScale([]time.Time{at(7 * time.Second), at(95 * time.Second), at(90 * day)}, 0, 900)
	var got []string
	for _, k := range s.ticks() {
		got = append(got, k.Time+" "+k.Date)
	}
	require.Equal(t, []string{
		"12:00:07 Nov 24, 2026", "12:00:30 ", "12:00:45 ", "12:01:00 ", "12:01:15 ", "12:00:00 Feb 22, 2027",
	}, got)
}

// stored returns events as a store has them.
func stored(t *testing.T, bodies ...[]byte) []store.Event {
	t.Helper()
	var all []store.Event
	for i, b := range bodies {
		decoded, id, err := vod.Decode(b)
		require.NoError(t, err)
		h := decoded.Head()
		all = append(all, store.Event{
			ID: id, Type: h.Type, Subject: h.Subject, Status: h.Status.Outcome(), Time: h.Time,
			Received: noon().Add(time.Duration(i) * time.Second), Body: b,
		})
	}
	return all
}

// TestTimelineHidesNothing draws every shape of every event, and many of one, without
// two things in the same place.
func TestTimelineHidesNothing(t *testing.T) {
	t.Parallel()
	var every, many [][]byte
	for _, of := range vod.Types() {
		for _, variant := range vodtest.Variants(of) {
			every = append(every, vodtest.NewEvent(of, vodtest.Medium("m"), vodtest.Variant(variant)),
				vodtest.NewEvent(of, vodtest.Medium("m"), vodtest.Variant(variant), vodtest.Fail()))
		}
	}
	for i := range 300 {
		many = append(many, vodtest.NewEvent(vod.TypeStreamTranscodeComplete, vodtest.Medium("m"), vodtest.Run(i%7),
			vodtest.Set("Definition", "D"+strconv.Itoa(i%30)), vodtest.Set("JobId", strconv.Itoa(i)), vodtest.At(noon().Add(time.Duration(i*i)*time.Second))))
	}
	for name, bodies := range map[string][][]byte{"life": vodtest.Life(vodtest.Medium("m")), "every": every, "many": many} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := stored(t, bodies...)
			line := newTimeline(events, marksOf(events))
			bottom, drawn := line.Top, 0
			for _, l := range line.Lanes {
				require.Equal(t, bottom, l.Y)
				bottom += l.Height
				require.LessOrEqual(t, textWidth(l.Name), laneNames)
				drawn += len(l.Marks) + l.More
				for i, a := range l.Marks {
					require.GreaterOrEqual(t, a.Top(), l.Y)
					require.LessOrEqual(t, a.Top()+20, l.Y+l.Height)
					require.GreaterOrEqual(t, a.HitX, 0)
					require.LessOrEqual(t, a.HitX+a.HitW, line.Width+labelSpace)
					for _, b := range l.Marks[:i] {
						apart := a.HitX >= b.HitX+b.HitW || b.HitX >= a.HitX+a.HitW
						require.True(t, apart || a.Y != b.Y, "%s hides %s", a.Name(), b.Name())
					}
				}
			}
			require.Equal(t, bottom, line.Bottom)
			require.Equal(t, line.Marks, drawn, "every mark is drawn or counted")
			require.LessOrEqual(t, len(line.Lanes), manyStreams+len(lanesBefore())+len(lanesAfter()))
			require.LessOrEqual(t, len(line.Story), manyChapters)
			require.Equal(t, line.Marks, len(line.Story)+line.Earlier)
		})
	}
}

// TestMarks has what single events look like on the timeline.
func TestMarks(t *testing.T) {
	t.Parallel()
	start := noon().Format(time.RFC3339)
	at := vodtest.At(noon().Add(32 * time.Second))
	for _, tc := range []struct {
		name string
		body []byte
		want string // lane, label, tone, and how long
	}{
		{"creation", bodyOf(vod.TypeMediaBaseChangeComplete), "Life and upload: Creation, good 0s"},
		{"deletion", bodyOf(vod.TypeDeleteMediaComplete), "Deletion: Everything, plain 0s"},
		{"deletion that failed", bodyOf(vod.TypeDeleteMediaComplete, vodtest.Fail()), "Deletion: Everything failed, bad 0s"},
		{"rendition", bodyOf(vod.TypeStreamTranscodeComplete, at, vodtest.Set("StartTime", start)), "Rendition SD mp4: 32 s, good 32s"},
		{"rendition without times", bodyOf(vod.TypeStreamTranscodeComplete, vodtest.Variant("legacy")), "Rendition LD mp4: Ready, good 0s"},
		{"rendition from long ago", bodyOf(vod.TypeStreamTranscodeComplete, at, vodtest.Set("StartTime", "1970-01-01T00:00:00Z")), "Rendition SD mp4: Ready, good 0s"},
		{"rendition that ended before it began", bodyOf(vod.TypeStreamTranscodeComplete, at, vodtest.Set("FinishTime", "2001-01-01T00:00:00Z")), "Rendition SD mp4: Ready, good 0s"},
		{"rendition that failed", bodyOf(vod.TypeStreamTranscodeComplete, at, vodtest.Fail(), vodtest.Set("StartTime", start), vodtest.Set("FinishTime", noon().Add(2*time.Second))), "Rendition SD mp4: failed, bad 2s"},
		{"review", bodyOf(vod.TypeCreateAuditComplete, vodtest.Variant("blocked")), "Review: Blocked, bad 0s"},
		{"automated review", bodyOf(vod.TypeAIMediaAuditComplete, vodtest.Variant("review")), "Review: AI: review, warn 0s"},
		{"recording", bodyOf(vod.TypeAddLiveRecordVideoComplete), "Life and upload: Live recording, good 9m14s"},
		{"storage class", bodyOf(vod.TypeUpdateMediaStorageClassComplete, vodtest.Variant("archive")), "Storage: Archive, good 0s"},
		{"new type", bodyOf("ChapterComplete"), "Other: ChapterComplete, good 0s"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			marks := inOrder(marksOf(stored(t, tc.body)))
			_, _ = lanesOf(marks)
			require.Len(t, marks, 1)
			m := marks[0]
			require.Equal(t, tc.want, m.Lane+": "+m.Label+", "+m.Tone+" "+m.End.Sub(m.Start).String())
		})
	}
}

// TestMarksOfTranscoding adds the renditions that have no event of their own.
func TestMarksOfTranscoding(t *testing.T) {
	t.Parallel()
	whole := bodyOf(vod.TypeTranscodeComplete, vodtest.Variant("ladder"))
	names, lanes := lanesOf(inOrder(marksOf(stored(t, whole, bodyOf(vod.TypeStreamTranscodeComplete)))))
	require.Equal(t, []string{"Rendition OD m3u8", "Rendition HD mp4", "Rendition SD mp4", "Rendition 4K mp4", "Rendition SQ mp3", laneTranscode}, names)
	require.Len(t, lanes["Rendition SD mp4"], 1)
	require.Equal(t, vod.TypeStreamTranscodeComplete, lanes["Rendition SD mp4"][0].Event.Type)
	require.Equal(t, vod.TypeTranscodeComplete, lanes["Rendition 4K mp4"][0].Event.Type)
	require.Equal(t, "4 of 5 done", lanes[laneTranscode][0].Label)
	require.Equal(t, "warn", lanes[laneTranscode][0].Tone)
	require.Positive(t, lanes[laneTranscode][0].End.Sub(lanes[laneTranscode][0].Start))
}

// TestMarksAreSmall: a page keeps those of hundreds of events, each of which may be large.
func TestMarksAreSmall(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 10_000)
	infos := make([]any, 1000)
	for i := range infos {
		infos[i] = map[string]any{"JobId": large + strconv.Itoa(i), "Definition": large, "Format": large, "FileUrl": large, "Status": "success"}
	}
	marks := marksOf(stored(t, vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Set("StreamInfos", infos))))
	require.Len(t, marks, manyRenditions+1)
	for _, m := range marks {
		require.Empty(t, m.Event.Body)
		require.Less(t, len(m.Label)+len(m.Says), 1000)
		if m.stream != nil {
			require.Less(t, len(m.stream.JobID)+len(m.stream.Definition)+len(m.stream.Format)+len(m.stream.FileURL), 1000)
		}
	}
}
