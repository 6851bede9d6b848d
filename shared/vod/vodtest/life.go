package vodtest

import (
	"github.com/vodevents/vodevents/shared/vod"
)

// Life returns the bodies of the events of a video whose life goes well, in the
// order of their EventTime: created (MediaBaseChangeComplete), uploaded
// (FileUploadComplete), analysed (VideoAnalysisComplete), a cover
// (SnapshotComplete), four streams (StreamTranscodeComplete "audio", "", "hd",
// "encrypted"), all streams (TranscodeComplete "multi-stream", in the same second
// as the last one), passed by automated review (AIMediaAuditComplete) and by a
// person (CreateAuditComplete). It takes ten minutes.
//
// [Seed], [Medium] and [Extend] hold for every event; [At] and [Created] both
// set when the video was created. [Fail], [Variant], [Run] and any other [Set]
// shape a single event and are ignored.
//
// It is [Scenario.Play] of a scenario that everybody needs.
func Life(opts ...Option) [][]byte {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	all := options{seed: o.seed, medium: o.medium, created: o.created}
	if all.created.IsZero() {
		all.created = o.at
	}
	for _, e := range o.edits {
		if len(e.path) == 1 && e.path[0] == "Extend" {
			all.edits = append(all.edits, e)
		}
	}
	var bodies [][]byte
	for _, h := range life().play(all) {
		bodies = append(bodies, h.Body)
	}
	return bodies
}

// life returns the story of [Life]: every event at its usual age of the video.
func life() Scenario {
	s := Scenario{Title: "The life of a video goes well"}
	for _, step := range []Step{
		{Type: vod.TypeMediaBaseChangeComplete, Variant: "create"},
		{Type: vod.TypeFileUploadComplete},
		{Type: vod.TypeVideoAnalysisComplete},
		{Type: vod.TypeSnapshotComplete, Variant: "cover"},
		{Type: vod.TypeStreamTranscodeComplete, Variant: "audio"},
		{Type: vod.TypeStreamTranscodeComplete},
		{Type: vod.TypeStreamTranscodeComplete, Variant: "hd"},
		{Type: vod.TypeStreamTranscodeComplete, Variant: "encrypted"},
		{Type: vod.TypeTranscodeComplete, Variant: "multi-stream"},
		{Type: vod.TypeAIMediaAuditComplete},
		{Type: vod.TypeCreateAuditComplete, Variant: "normal"},
	} {
		step.After = step.usualAge()
		s.Steps = append(s.Steps, step)
	}
	return s
}
