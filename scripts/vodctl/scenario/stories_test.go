package scenario_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/scenario"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// start is when the stories of these tests begin.
func start() time.Time { return time.Date(2027, 3, 4, 5, 6, 7, 0, time.UTC) }

// told is what the events of a story say about its media, by their names.
type told map[string][]media.Fact

func tell(t *testing.T, all []vodtest.Happening) told {
	t.Helper()
	facts, names := told{}, map[string]string{}
	for _, h := range all {
		event, id, err := vod.Decode(h.Body)
		require.NoError(t, err)
		said := media.Facts(event, id)
		if len(said) == 0 {
			continue
		}
		if name, ok := names[said[0].Medium]; ok {
			require.Equal(t, name, h.Medium, "one id for two media")
		}
		names[said[0].Medium] = h.Medium
		facts[h.Medium] = append(facts[h.Medium], said...)
	}
	return facts
}

// count returns how many facets of the kind the medium has.
func count(m media.Media, kind string) int {
	n := 0
	for facet := range m.Facts {
		if strings.HasPrefix(facet, kind) {
			n++
		}
	}
	return n
}

// TestStoriesEndAsTheyTell folds what all events of a story say, and has one entry
// for each shipped story and each medium in it, but for the story of everything.
func TestStoriesEndAsTheyTell(t *testing.T) {
	t.Parallel()
	type end struct {
		state     media.State
		kind      media.Kind
		streams   int
		snapshots int
		failures  int
	}
	want := map[string]map[string]end{
		"upload":                  {"": {media.Deleted, media.Video, 5, 1, 0}},
		"happy":                   {"": {media.Playable, media.Video, 4, 2, 0}},
		"broken":                  {"": {media.Playable, media.Video, 4, 1, 1}},
		"restore":                 {"": {media.Playable, media.Video, 1, 0, 2}},
		"retranscode":             {"": {media.Playable, media.Video, 6, 0, 0}},
		"review":                  {"": {media.Playable, media.Video, 1, 1, 1}},
		"delete-during-transcode": {"": {media.Deleted, media.Video, 3, 0, 2}},
		"workflow":                {"": {media.Playable, media.Video, 1, 1, 0}},
		"produce":                 {"": {media.Playable, media.Video, 2, 1, 0}},
		"drift":                   {"": {media.Playable, media.Video, 1, 1, 0}},
		"live": {
			"": {media.Playable, media.Video, 2, 1, 0}, "first part": {media.Playable, media.Video, 1, 0, 0},
			"second part": {media.Playable, media.Video, 1, 0, 0}, "another camera": {media.Failed, media.Video, 0, 0, 0},
		},
		"pull": {"": {media.Playable, media.Video, 1, 0, 0}, "ready": {media.Playable, media.Video, 2, 0, 0}},
		"images": {
			"": {media.Playable, media.Video, 1, 4, 0}, "poster": {media.Deleted, media.Image, 0, 0, 0},
			"watermark": {media.Deleted, media.Attached, 0, 0, 0},
		},
	}
	for _, s := range scenario.Shipped() {
		if s.Name == "everything" {
			continue
		}
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			require.Contains(t, want, s.Name)
			got := map[string]end{}
			for name, facts := range tell(t, s.Play(5, start())) {
				m := media.Fold(facts)
				got[name] = end{m.State, m.Kind, count(m, media.FacetStream), count(m, media.FacetSnapshot), count(m, media.FacetFailure)}
				slices.Reverse(facts)
				require.Equal(t, m, media.Fold(facts), "whatever the order")
			}
			require.Equal(t, want[s.Name], got)
		})
	}
}

// Each story goes through the states that its comments tell: until then, this one.
func TestStoriesOnTheWay(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		story string
		until time.Duration
		want  media.State
	}{
		{"upload", 0, media.Created},
		{"upload", 16 * time.Second, media.Uploaded},
		{"upload", 39 * time.Second, media.Playable},
		{"upload", 364 * 24 * time.Hour, media.Playable},
		{"broken", time.Hour, media.Failed},
		{"broken", 2*time.Hour + 4*time.Second, media.Uploaded},
		{"live", 33 * time.Minute, media.Processing},
		{"restore", 60 * 24 * time.Hour, media.Playable},
		{"restore", 120 * 24 * time.Hour, media.Archived},
		{"retranscode", 2*24*time.Hour + time.Hour, media.Playable},
		{"review", 5 * time.Minute, media.Playable},
		{"review", 25 * time.Hour, media.Blocked},
		{"produce", time.Minute, media.Failed},
		{"produce", 10 * time.Minute, media.Processing},
		{"delete-during-transcode", 45 * time.Second, media.Deleted},
	} {
		s, err := scenario.Find(tc.story)
		require.NoError(t, err)
		all := slices.DeleteFunc(s.Play(5, start()), func(h vodtest.Happening) bool { return h.After > tc.until })
		require.Equal(t, tc.want, media.Fold(tell(t, all)[""]).State, "%s after %s", tc.story, tc.until)
	}
}

// The composed video of the live stream has its parts, and no other camera's.
func TestLiveAddsUp(t *testing.T) {
	t.Parallel()
	s, err := scenario.Find("live")
	require.NoError(t, err)
	seconds, streams := map[string]float64{}, map[string]string{}
	for _, h := range s.Play(0, start()) {
		event, err := vod.Parse(h.Body)
		require.NoError(t, err)
		switch e := event.(type) {
		case *vod.StreamTranscodeComplete:
			seconds[h.Medium] = e.Duration
		case *vod.AddLiveRecordVideoComplete:
			streams[h.Medium] = e.StreamName
		default: // neither
		}
	}
	require.InDelta(t, seconds["first part"]+seconds["second part"], seconds[""], 0.001)
	require.Equal(t, streams["first part"], streams["second part"])
	require.NotEqual(t, streams["first part"], streams["another camera"])
}

func TestStoriesAreWellFormed(t *testing.T) {
	t.Parallel()
	types := map[vod.Type]bool{}
	for _, s := range scenario.Shipped() {
		require.NoError(t, s.Check())
		require.Regexp(t, `^[a-z]+(-[a-z]+)*$`, s.Name)
		require.Regexp(t, `^[A-Z].+[^.]$`, s.Title)
		require.LessOrEqual(t, len(s.Title), 100)
		require.True(t, slices.IsSortedFunc(s.Steps, func(a, b vodtest.Step) int { return int(a.After.Seconds() - b.After.Seconds()) }),
			"%s: in the order of time", s.Name)
		first := s.Play(1, start())
		require.Equal(t, first, s.Play(1, start()))
		ids := tell(t, first)
		for name, facts := range tell(t, s.Play(2, start())) {
			require.NotEqual(t, ids[name][0].Medium, facts[0].Medium, "%s %s", s.Name, name)
		}
		for _, h := range first {
			event, err := vod.Parse(h.Body)
			require.NoError(t, err)
			_, unknown := event.(*vod.Unknown)
			require.WithinRange(t, event.Head().Time, h.At.Truncate(time.Second), h.At)
			if s.Name != "drift" {
				require.False(t, unknown, "%s: %s", s.Name, h.Type)
				require.Empty(t, event.Head().Extra, "%s: %s", s.Name, h.Type)
			}
			if s.Name != "everything" {
				types[h.Type] = true
			}
		}
	}
	for _, typ := range vod.Types() {
		require.True(t, types[typ], "no story has %s", typ)
	}
}

func TestEverythingHasEverything(t *testing.T) {
	t.Parallel()
	s, err := scenario.Find("everything")
	require.NoError(t, err)
	type form struct {
		typ     vod.Type
		variant string
		fail    bool
	}
	got := map[form]bool{}
	for _, step := range s.Steps {
		got[form{step.Type, step.Variant, step.Fail}] = true
	}
	require.Len(t, got, len(s.Steps), "each once")
	for _, typ := range vod.Types() {
		neverFails := slices.Contains([]vod.Type{vod.TypeFileUploadComplete, vod.TypeImageUploadComplete, vod.TypeAttachedMediaUploadComplete}, typ)
		for _, variant := range vodtest.Variants(typ) {
			require.True(t, got[form{typ, variant, false}], "%s %s", typ, variant)
			require.Equal(t, !neverFails, got[form{typ, variant, true}], "%s %s", typ, variant)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"broken", "delete-during-transcode", "drift", "everything", "happy", "images", "live", "produce", "pull", "restore",
		"retranscode", "review", "upload", "workflow",
	}, scenario.Names())
	s, err := scenario.Find("upload")
	require.NoError(t, err)
	require.Equal(t, "upload", s.Name)
	_, err = scenario.Find("uplaod")
	require.EqualError(t, err, `scenario: no story is called "uplaod"; there are `+strings.Join(scenario.Names(), ", ")+"; did you mean upload?")
}
