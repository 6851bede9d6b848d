package console

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/vod"
)

// factSet holds what is known about a medium, by facet.
type factSet map[string]media.Fact

func newFactSet(facts []media.Fact) factSet {
	s := make(factSet, len(facts))
	for _, f := range facts {
		s[f.Facet] = f
	}
	return s
}

// deletion is the Rank from which on a fact says that the content of its facet is gone.
const deletion = 20

// gone reports whether a rendition, or what else a fact is about, was deleted.
func (s factSet) gone(f media.Fact) bool {
	if f.Rank >= deletion {
		return true
	}
	all, ok := s[media.FacetStreams]
	return ok && all.Rank >= deletion && strings.HasPrefix(f.Facet, media.FacetStream) && !f.Time.After(all.Time)
}

// outdated reports whether a fact is a failure with a source that was replaced since.
func (s factSet) outdated(f media.Fact) bool {
	source, ok := s[media.FacetSource]
	return ok && source.Rank < deletion && f.Status == vod.Failed && f.Time.Before(source.Time)
}

// rendition is a row of the table of renditions.
type rendition struct {
	vod.StreamInfo

	Fact  media.Fact
	State string // succeeded, failed, deleted, or what it is instead
	Note  string // more about State
	Took  string
}

// Name returns what the rendition is called.
func (r rendition) Name() string {
	return cmp.Or(clip(r.Definition, shortText), when(r.IsAudio, "Audio"), "Rendition")
}

// Rate, Frames and Picture are numbers as people write them.

// Rate is the data rate.
func (r rendition) Rate() string { return kilobits(r.Bitrate) }

// Frames is the frame rate; audio has none, whatever the event says.
func (r rendition) Frames() string {
	if r.IsAudio {
		return ""
	}
	return perSecond(r.Fps)
}

// Picture is its width and height.
func (r rendition) Picture() string { return picture(r.Width, r.Height) }

// Bytes is its size.
func (r rendition) Bytes() string { return size(r.Size) }

// manyRenditions is how many renditions of a medium, and how many sets of pictures, are
// shown. VOD makes some 150 of one video at most.
const manyRenditions = 200

// renditionsOf returns the renditions of a medium, the largest first, those that are
// gone last, and how many there are.
func renditionsOf(s factSet) (shown []rendition, count int) {
	var all []rendition
	for facet, f := range s {
		job, is := strings.CutPrefix(facet, media.FacetStream)
		if !is {
			continue
		}
		r := rendition{Fact: f, State: outcomeWord(f.Status)}
		_ = json.Unmarshal(f.Data, &r.StreamInfo) // what cannot be read is not shown
		switch {
		case s.gone(f):
			r.State = media.ValueDeleted
		case s.outdated(f):
			r.State, r.Note = "outdated", "It failed with an earlier source file."
		}
		if r.JobID == "" && f.Rank >= deletion {
			r.JobID = job // a deletion says no more
		}
		r.Took = between(r.StartTime, r.FinishTime)
		all = append(all, r)
	}
	last := func(r rendition) int {
		switch r.State {
		case media.ValueDeleted:
			return 2
		case "outdated":
			return 1
		default:
			return 0
		}
	}
	slices.SortFunc(all, func(a, b rendition) int {
		return cmp.Or(last(a)-last(b), cmp.Compare(b.Height, a.Height), cmp.Compare(b.Size, a.Size), strings.Compare(a.Fact.Facet, b.Fact.Facet))
	})
	return all[:min(len(all), manyRenditions)], len(all)
}

// nameRenditions says what renditions were that are gone, or that failed without saying
// it: other events of the same job may have told.
func nameRenditions(all []rendition, told map[string]vod.Stream) {
	for i := range all {
		if r := &all[i]; r.Definition+r.Format == "" {
			s := told[r.JobID]
			r.Definition, r.Format, r.IsAudio = s.Definition, s.Format, s.IsAudio
		}
	}
}

// snapshots is a row of the table of pictures.
type snapshots struct {
	vod.SnapshotInfo

	Fact    media.Fact
	Kind    string
	State   string
	URLs    []string // what is copied: a pattern, or every picture
	Picture string
	Detail  string
}

// manyURLs is how many addresses of the pictures of one set are shown.
const manyURLs = 50

// snapshotsOf returns the sets of snapshots of a medium, and its animated pictures, and
// how many there are.
func snapshotsOf(s factSet) (shown []snapshots, count int) {
	var all []snapshots
	for _, facet := range slices.Sorted(maps.Keys(s)) {
		f := s[facet]
		row := snapshots{Fact: f, State: outcomeWord(f.Status)}
		switch {
		case strings.HasPrefix(facet, media.FacetSnapshot):
			var old struct {
				Snapshots []string `json:"Snapshots"`
			}
			_, _ = json.Unmarshal(f.Data, &row.SnapshotInfo), json.Unmarshal(f.Data, &old)
			row.Kind = snapshotKind(row.SnapshotType)
			row.URLs = some(cmp.Or(row.SnapshotRegular, row.SnapshotFormat))
			if len(old.Snapshots) > 0 {
				row.SnapshotCount, row.URLs = int64(len(old.Snapshots)), old.Snapshots[:min(len(old.Snapshots), manyURLs)]
			}
		case strings.HasPrefix(facet, media.FacetDynamicImage):
			var i struct {
				vod.DynamicImageInfo

				FileURL   string `json:"FileUrl"`
				ErrorCode string `json:"ErrorCode"`
			}
			_ = json.Unmarshal(f.Data, &i)
			row.Kind, row.JobID, row.URLs = "animation", i.JobID, some(i.FileURL)
			row.Detail = strings.Join(some(picture(i.Width, i.Height), perSecond(i.Fps), size(i.FileSize), clip(i.ErrorCode, shortText)), " · ")
		default:
			continue
		}
		all = append(all, row)
	}
	return all[:min(len(all), manyRenditions)], len(all)
}
