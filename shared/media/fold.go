package media

import (
	"bytes"
	"cmp"
	"encoding/json"
	"strings"

	"github.com/vodevents/vodevents/shared/vod"
)

// Newer reports whether f counts rather than g, a fact about the same facet: the
// one with the later Time does, at equal times the one with the higher Rank, and
// at equal ranks the one with the greater event id. So the order in which facts
// arrive never matters.
func (f Fact) Newer(g Fact) bool {
	return cmp.Or(
		f.Time.Compare(g.Time),
		cmp.Compare(f.Rank, g.Rank),
		bytes.Compare(f.Event[:], g.Event[:]),
	) > 0
}

// Fold returns the state of the medium that all facts are about. It is
// commutative, associative and idempotent: neither order nor repetition of the
// facts matters. Without facts it returns the zero Media.
//
// The state is the first of these that holds:
//
//   - deleted: the medium as a whole was deleted (life)
//   - blocked: a reviewer blocked it (audit)
//   - archived: all of it is of class Archive or ColdArchive (storage/All) and was
//     not restored since (restore; the fact says until when it can be read)
//   - playable: at least one rendition succeeded and was not deleted (stream/…, or
//     transcode if it came without renditions)
//   - failed: transcoding failed in every rendition (transcode), the source could
//     not be read (analysis), or it never came (pull, produce, live_record,
//     live_compose, failure/… of an upload)
//   - processing: renditions have been tried but transcoding is not over, or the
//     source is being made
//   - uploaded: the source is there (source)
//   - created: none of these
//
// A failure of transcode, analysis or a rendition that is older than the present
// source does not count: it was about another file.
func Fold(facts []Fact) Media {
	if len(facts) == 0 {
		return Media{}
	}
	m := Media{ID: facts[0].Medium, Kind: Video, Facts: make(map[string]json.RawMessage, len(facts))}
	s := make(state, len(facts))
	for _, f := range facts {
		if old, ok := s[f.Facet]; !ok || f.Newer(old) {
			s[f.Facet] = f
		}
	}
	for facet, f := range s {
		m.Facts[facet] = f.Data
		if f.Time.After(m.Updated) {
			m.Updated = f.Time
		}
		if f.Kind.order() > m.Kind.order() {
			m.Kind = f.Kind
		}
	}
	m.State = s.state()
	m.Title = s[FacetBase+"Title"].Value
	m.CoverURL = cmp.Or(s[FacetBase+"CoverURL"].Value, s[FacetCover].Value)
	m.Duration = s.duration()
	return m
}

// state holds the fact that counts for each facet.
type state map[string]Fact

func (s state) state() State {
	stored, archived := s.succeeded(FacetStorage + "All")
	archived = archived && (stored.Value == "Archive" || stored.Value == "ColdArchive")
	if restored, ok := s.succeeded(FacetRestore); ok && !restored.Time.Before(stored.Time) {
		archived = false
	}
	_, uploaded := s[FacetSource]
	_, sourced := s.source()
	streams := s.streams()
	switch {
	case s[FacetLife].gone():
		return Deleted
	case s[FacetAudit].Value == "Blocked":
		return Blocked
	case archived:
		return Archived
	case streams.playable:
		return Playable
	case s.has(vod.Failed, FacetTranscode, FacetAnalysis),
		!sourced && s.has(vod.Failed, append(origins(),
			FacetFailure+string(vod.TypeFileUploadComplete), FacetFailure+string(vod.TypeImageUploadComplete),
			FacetFailure+string(vod.TypeAttachedMediaUploadComplete))...):
		return Failed
	case streams.tried,
		!uploaded && s.has(vod.Succeeded, origins()...):
		return Processing
	case sourced:
		return Uploaded
	default:
		return Created
	}
}

// origins are the facets that say where a source comes from, if it is not uploaded.
func origins() []string {
	return []string{FacetPull, FacetProduce, FacetLiveRecord, FacetLiveCompose}
}

func (s state) succeeded(facet string) (Fact, bool) {
	f, ok := s[facet]
	return f, ok && f.Status == vod.Succeeded
}

// has reports whether one of the facets ended so, and that still counts.
func (s state) has(o vod.Outcome, facets ...string) bool {
	for _, facet := range facets {
		if f, ok := s[facet]; ok && f.Status == o && !s.stale(f) {
			return true
		}
	}
	return false
}

// gone reports whether the fact says that the content of its facet was deleted.
func (f Fact) gone() bool { return f.Rank >= opDelete }

// source returns the source, if it is there.
func (s state) source() (Fact, bool) {
	f, ok := s[FacetSource]
	return f, ok && !f.gone()
}

// stale reports whether f is a failure from before the present source.
func (s state) stale(f Fact) bool {
	source, ok := s.source()
	return ok && f.Status == vod.Failed && f.Time.Before(source.Time)
}

// alive reports whether a rendition was deleted neither by itself nor with all
// others.
func (s state) alive(f Fact) bool {
	wiped := s[FacetStreams]
	return !f.gone() && (!wiped.gone() || f.Time.After(wiped.Time))
}

// streams says what is left of the renditions.
func (s state) streams() (r struct{ tried, playable bool }) {
	some := false
	for facet, f := range s {
		if !strings.HasPrefix(facet, FacetStream) {
			continue
		}
		some = true
		if s.alive(f) && !s.stale(f) {
			r.tried = true
			r.playable = r.playable || f.Status == vod.Succeeded
		}
	}
	if f, ok := s.succeeded(FacetTranscode); ok && !some && s.alive(f) {
		r.playable = true
	}
	return r
}

// duration returns the length in seconds: of the source, else of the longest
// rendition that is left.
func (s state) duration() float64 {
	if d := seconds(s[FacetAnalysis].Data); d > 0 {
		return d
	}
	longest := 0.0
	for facet, f := range s {
		if strings.HasPrefix(facet, FacetStream) && f.Status == vod.Succeeded && s.alive(f) {
			longest = max(longest, seconds(f.Data))
		}
	}
	return longest
}

func seconds(data json.RawMessage) float64 {
	var d struct {
		Duration float64 `json:"Duration"`
	}
	if len(data) == 0 || json.Unmarshal(data, &d) != nil {
		return 0
	}
	return d.Duration
}

// order says which kind counts when facts disagree: events that do not say what
// their medium is are taken to be about a video.
func (k Kind) order() int {
	switch k {
	case Attached:
		return 2
	case Image:
		return 1
	default:
		return 0
	}
}
