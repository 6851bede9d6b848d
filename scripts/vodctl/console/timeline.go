package console

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// mark is something on the timeline of a medium: a moment, or a span of time.
type mark struct {
	Lane       string
	Start, End time.Time   // the same for a moment
	Label      string      // a word or two
	Tone       string      // as of badges: good, bad, warn or plain
	Event      store.Event // without its Body
	Says       string      // as lists have it

	stream *vod.Stream // the rendition that it is about, if it is
}

// The lanes of the timeline, from top to bottom; those of renditions are called as
// these are and stand before transcoding as a whole.
const (
	laneLife      = "Life and upload"
	laneAnalysis  = "Analysis"
	lanePictures  = "Pictures"
	laneTranscode = "Transcoding"
	laneReview    = "Review"
	laneStorage   = "Storage"
	laneCDN       = "CDN"
	laneWorkflow  = "Workflow"
	laneOther     = "Other"
	laneDeletion  = "Deletion"
)

// lanesBefore and lanesAfter are those around the renditions.
func lanesBefore() []string { return []string{laneLife, laneAnalysis, lanePictures} }

func lanesAfter() []string {
	return []string{laneTranscode, laneReview, laneStorage, laneCDN, laneWorkflow, laneOther, laneDeletion}
}

// marksOf returns what events tell, without their bodies.
func marksOf(events []store.Event) []mark {
	var all []mark
	for _, e := range events {
		all = append(all, marksOfOne(e)...)
	}
	return all
}

// inOrder returns what the events of one medium tell, each thing once and the earliest
// first, whatever the order in which they came in.
func inOrder(all []mark) []mark {
	all = dropRepeated(all)
	slices.SortStableFunc(all, func(a, b mark) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End), strings.Compare(a.Event.ID.String(), b.Event.ID.String()))
	})
	return all
}

// momentOf returns when an event happened: when it came in if it does not say.
func momentOf(e store.Event) time.Time {
	if e.Time.IsZero() {
		return e.Received
	}
	return e.Time
}

func marksOfOne(e store.Event) []mark {
	at := momentOf(e)
	m := mark{Lane: laneOther, Start: at, End: at, Label: clip(string(e.Type), shortText), Tone: tone(e.Status), Event: withoutBody(e)}
	decoded, err := vod.Parse(e.Body)
	if err != nil {
		return []mark{m}
	}
	m.Says = strings.Clone(summaryOf(decoded))
	var streams []mark
	switch d := decoded.(type) {
	case *vod.StreamTranscodeComplete:
		return []mark{m.ofStream(d.Stream, d.Status)}
	case *vod.UploadStreamByURLComplete:
		return []mark{m.ofStream(vod.Stream{JobID: d.JobID}, d.Status)}
	case *vod.TranscodeComplete:
		for _, s := range d.StreamInfos[:min(len(d.StreamInfos), manyRenditions)] {
			streams = append(streams, m.ofStream(s.Stream, cmp.Or(s.Status, d.Status)))
		}
		m = m.ofTranscode(d, streams)
	case *vod.AddLiveRecordVideoComplete:
		m = m.spanning(d.RecordStartTime, d.RecordEndTime)
	case *vod.WorkflowTaskComplete:
		m = m.spanning(d.CreateTime, d.FinishTime)
	}
	m.Lane, m.Label = laneAndLabel(decoded, m.Label)
	if decoded.Head().Status.Outcome() == vod.Failed {
		m.Label += " failed"
	} else {
		m.Tone = verdict(decoded, m.Tone)
	}
	return append(streams, m)
}

// verdict returns the tone of what succeeded, but is no good news.
func verdict(e vod.Event, otherwise string) string {
	word := ""
	switch e := e.(type) {
	case *vod.CreateAuditComplete:
		word = e.AuditStatus
	case *vod.AIMediaAuditComplete:
		word = e.Data.Suggestion
	case *vod.MediaBaseChangeComplete:
		word = e.OperateMode
	case *vod.DeleteMediaComplete:
		word = "delete"
	}
	switch strings.ToLower(strings.TrimSpace(word)) {
	case "blocked", "block":
		return "bad"
	case "review":
		return "warn"
	case "delete":
		return "plain"
	default:
		return otherwise
	}
}

// Times that an event has besides its own count if they can be true: what it reports
// ended about then, and did not take longer than this.
const (
	endsWithin = 24 * time.Hour
	longest    = 30 * 24 * time.Hour
)

// spanning returns the mark as a span of time, if that can be true.
func (m mark) spanning(start, end time.Time) mark {
	if start.IsZero() || end.Before(start) || end.Sub(start) > longest || end.Sub(m.Start).Abs() > endsWithin {
		return m
	}
	m.Start, m.End = start, end
	return m
}

func (m mark) ofStream(s vod.Stream, status vod.Status) mark {
	m = m.spanning(s.StartTime, s.FinishTime)
	m.stream = &vod.Stream{ // what is shown of it
		JobID: clip(s.JobID, longText), Definition: clip(s.Definition, longText), Format: clip(s.Format, longText), Height: s.Height, IsAudio: s.IsAudio,
	}
	m.Tone, m.Label = tone(status.Outcome()), "Ready"
	if m.Start.Before(m.End) {
		m.Label = lasting(m.End.Sub(m.Start))
	}
	if status.Outcome() == vod.Failed {
		m.Label = "failed"
	}
	return m
}

// ofTranscode spans from the beginning of the first rendition to the end of the last.
func (m mark) ofTranscode(d *vod.TranscodeComplete, streams []mark) mark {
	failed, spans := 0, 0
	whole := m
	for _, s := range streams {
		if s.Tone == "bad" {
			failed++
		}
		if s.Start.Before(s.End) {
			if spans++; spans == 1 {
				whole.Start, whole.End = s.Start, s.End
			}
			whole = whole.spanning(earlier(whole.Start, s.Start), later(whole.End, s.End))
		}
	}
	if failed > 0 && d.Status.Outcome() == vod.Succeeded {
		whole.Tone = "warn"
	}
	return whole
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// laneAndLabel says where an event that is about no single rendition stands, and with
// which words.
func laneAndLabel(e vod.Event, otherwise string) (lane, label string) {
	switch e := e.(type) {
	case *vod.MediaBaseChangeComplete:
		return laneLife, changeLabel(e)
	case *vod.FileUploadComplete, *vod.ImageUploadComplete, *vod.AttachedMediaUploadComplete:
		return laneLife, "Upload"
	case *vod.UploadByURLComplete:
		return laneLife, "Pull"
	case *vod.ProduceMediaComplete:
		return laneLife, "Production"
	case *vod.AddLiveRecordVideoComplete:
		return laneLife, "Live recording"
	case *vod.LiveRecordVideoComposeStart:
		return laneLife, "Composition"
	case *vod.VideoAnalysisComplete:
		return laneAnalysis, "Analysis"
	case *vod.SnapshotComplete:
		return lanePictures, "Snapshots"
	case *vod.DynamicImageComplete:
		return lanePictures, "Animation"
	case *vod.TranscodeComplete:
		return laneTranscode, cmp.Or(doneOf(e), "Transcoding")
	case *vod.CreateAuditComplete:
		return laneReview, cmp.Or(clip(e.AuditStatus, veryShortText), "Review")
	case *vod.AIMediaAuditComplete:
		if e.Data.Suggestion != "" {
			return laneReview, "AI: " + clip(e.Data.Suggestion, veryShortText)
		}
		return laneReview, "AI review"
	case *vod.AIVideoTagComplete:
		return laneReview, "AI tags"
	case *vod.AIMediaDNAComplete:
		return laneReview, "AI comparison"
	case *vod.UpdateMediaStorageClassComplete:
		return laneStorage, cmp.Or(clip(e.StorageClass, veryShortText), "Storage class")
	case *vod.RestoreMediaComplete:
		return laneStorage, "Restore"
	case *vod.SubmitMediaRefreshComplete:
		return laneCDN, cmp.Or(clip(e.TaskType, veryShortText), "Refresh")
	case *vod.WorkflowTaskComplete:
		return laneWorkflow, "Workflow"
	case *vod.DeleteMediaComplete:
		return laneDeletion, cmp.Or(firstUpper(deleted(e)), "Deletion")
	default:
		return laneOther, otherwise
	}
}

// veryShortText is how many characters of a text from outside the picture shows.
const veryShortText = 14

func changeLabel(e *vod.MediaBaseChangeComplete) string {
	switch strings.ToLower(e.OperateMode) {
	case "create":
		return "Creation"
	case "delete":
		return "Deletion"
	default:
		return "Change"
	}
}

// doneOf says how many renditions succeeded.
func doneOf(e *vod.TranscodeComplete) string {
	done := 0
	for _, s := range e.StreamInfos {
		if cmp.Or(s.Status, e.Status).Outcome() == vod.Succeeded {
			done++
		}
	}
	if len(e.StreamInfos) == 0 || done == 0 {
		return ""
	}
	return strconv.Itoa(done) + " of " + strconv.Itoa(len(e.StreamInfos)) + " done"
}

// dropRepeated leaves out what the event of transcoding as a whole says of renditions
// that have an event of their own.
func dropRepeated(all []mark) []mark {
	own := map[string]bool{}
	for _, m := range all {
		if m.stream != nil && m.Event.Type != vod.TypeTranscodeComplete {
			own[m.stream.JobID] = true
		}
	}
	return slices.DeleteFunc(all, func(m mark) bool {
		return m.stream != nil && m.Event.Type == vod.TypeTranscodeComplete && own[m.stream.JobID]
	})
}
