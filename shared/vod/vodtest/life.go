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
// set when the video was created. [Fail], [Variant] and any other [Set] shape a
// single event and are ignored.
func Life(opts ...Option) [][]byte {
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	if o.created.IsZero() {
		o.created = o.at
	}
	var extend []edit
	for _, e := range o.edits {
		if len(e.path) == 1 && e.path[0] == "Extend" {
			extend = append(extend, e)
		}
	}
	var bodies [][]byte
	for _, step := range []struct {
		typ     vod.Type
		variant string
	}{
		{vod.TypeMediaBaseChangeComplete, "create"},
		{vod.TypeFileUploadComplete, ""},
		{vod.TypeVideoAnalysisComplete, ""},
		{vod.TypeSnapshotComplete, "cover"},
		{vod.TypeStreamTranscodeComplete, "audio"},
		{vod.TypeStreamTranscodeComplete, ""},
		{vod.TypeStreamTranscodeComplete, "hd"},
		{vod.TypeStreamTranscodeComplete, "encrypted"},
		{vod.TypeTranscodeComplete, "multi-stream"},
		{vod.TypeAIMediaAuditComplete, ""},
		{vod.TypeCreateAuditComplete, "normal"},
	} {
		bodies = append(bodies, newEvent(step.typ, &options{
			seed: o.seed, medium: o.medium, created: o.created, variant: step.variant, edits: extend,
		}))
	}
	return bodies
}
