package vodtest

import (
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// shape is one form in which a type comes.
type shape struct {
	name string
	age  time.Duration // of the medium when the event happens
	body func(draft) object
}

// Variants returns the names of the shapes in which events of type t come. The
// first is the one that [NewEvent] makes if it is not told otherwise.
//
//   - FileUploadComplete: "", "no-status" (as documented in 2021).
//   - ImageUploadComplete: "", "plain-time" (EventTime without milliseconds).
//   - StreamTranscodeComplete: "" (SD, mp4), "hd" (mp4, two watermarks), "encrypted"
//     (OD, m3u8), "audio" (mp3), "4k", "auto" (packed m3u8, no Size), "encrypt-type"
//     (with EncryptType and Codec), "legacy" (before 2019: no IsAudio, no times,
//     Duration a whole number).
//   - TranscodeComplete: "" (one stream), "multi-stream" (the streams "audio", "", "hd"
//     and "encrypted"), "partial-fail" ("" and a failed "4k"), "ladder" (the four of
//     "multi-stream" and a failed "4k"), "no-streams", "preprocess" (started by
//     SubmitPreprocessJobs), "legacy". In a [Scenario], "" has the renditions whose own
//     events the story has.
//   - SnapshotComplete: "cover", "sprite" (cover and sprites), "normal", "specified-time"
//     (by SubmitSnapshotJob), "sparse" (no VideoId, no Status), "legacy" (list of signed URLs).
//   - DynamicImageComplete: "object", "string", "array" (what DynamicImageJobInfo is).
//   - AddLiveRecordVideoComplete: "", "user-id" (with the undocumented UserId).
//   - LiveRecordVideoComposeStart: "", "minimal" (no live stream named).
//   - UploadByURLComplete: "", "stream" (a transcoded stream: another shape altogether).
//   - CreateAuditComplete: "normal", "blocked".
//   - VideoAnalysisComplete: "", "audio" (no picture), "numbers" (no strings, as in the table).
//   - UpdateMediaStorageClassComplete: "ia", "standard", "archive", "cold-archive" (all
//     files of the medium), "source-file" (the source only).
//   - DeleteMediaComplete: "", "mezzanine", "stream" (with two JobIds), "image", "attached".
//   - MediaBaseChangeComplete: "create", "update", "delete".
//   - SubmitMediaRefreshComplete: "", "preload" (several URLs).
//   - WorkflowTaskComplete: "", "no-video" (the medium stands in TaskInput only).
//   - AIMediaAuditComplete: "", "review", "block", "short" (verdict only), "string" (Data is
//     a string).
//   - AIMediaDNAComplete: "", "plain-time" (as documented in 2021: no CompleteTime).
//   - all others: "".
func Variants(t vod.Type) []string {
	var names []string
	for _, s := range shapes(t) {
		names = append(names, s.name)
	}
	return names
}

func findShape(t vod.Type, name string) (shape, bool) {
	all := shapes(t)
	if name == "" {
		return all[0], true
	}
	for _, s := range all {
		if s.name == name {
			return s, true
		}
	}
	return shape{}, false
}

// Ages of an ordinary video at the events of its life.
const (
	ageTranscode = 104 * time.Second
	ageAudit     = 150*time.Second + 512*time.Millisecond
	ageDNA       = 171*time.Second + 9*time.Millisecond
	ageImage     = 25*time.Second + 83*time.Millisecond
	day          = 24 * time.Hour
)

func shapes(t vod.Type) []shape {
	switch t {
	case vod.TypeFileUploadComplete:
		return []shape{{"", 12 * time.Second, fileUpload}, {"no-status", 12 * time.Second, fileUploadNoStatus}}
	case vod.TypeImageUploadComplete:
		return []shape{{"", ageImage, imageUpload}, {"plain-time", ageImage, imageUploadPlainTime}}
	case vod.TypeStreamTranscodeComplete:
		return streamShapes()
	case vod.TypeTranscodeComplete:
		return []shape{
			{"", ageTranscode, transcode("")},
			{"multi-stream", ageTranscode, transcode("multi-stream")},
			{"partial-fail", ageTranscode, transcode("partial-fail")},
			{"ladder", ageTranscode, transcode("ladder")},
			{"no-streams", ageTranscode, transcode("no-streams")},
			{"preprocess", ageTranscode, transcodePreprocess},
			{"legacy", ageTranscode, transcode("legacy")},
		}
	case vod.TypeSnapshotComplete:
		return []shape{
			{"cover", 31 * time.Second, snapshotCover},
			{"sprite", 31 * time.Second, snapshotSprite},
			{"normal", 31 * time.Second, snapshotNormal},
			{"specified-time", 190 * time.Second, snapshotSpecifiedTime},
			{"sparse", 31 * time.Second, snapshotSparse},
			{"legacy", 31 * time.Second, snapshotLegacy},
		}
	case vod.TypeDynamicImageComplete:
		return []shape{
			{"object", 135 * time.Second, dynamicImageObject},
			{"string", 135 * time.Second, dynamicImageString},
			{"array", 135 * time.Second, dynamicImageArray},
		}
	case vod.TypeAddLiveRecordVideoComplete:
		return []shape{{"", 4 * time.Second, liveRecord}, {"user-id", 4 * time.Second, liveRecordUserID}}
	case vod.TypeLiveRecordVideoComposeStart:
		return []shape{{"", 5 * time.Second, liveCompose}, {"minimal", 5 * time.Second, liveComposeMinimal}}
	case vod.TypeUploadByURLComplete:
		return []shape{{"", 13 * time.Second, uploadByURL}, {"stream", time.Hour, uploadStreamByURL}}
	case vod.TypeVideoAnalysisComplete:
		return []shape{
			{"", 16 * time.Second, analysis},
			{"audio", 16 * time.Second, analysisAudio},
			{"numbers", 16 * time.Second, analysisNumbers},
		}
	case vod.TypeAttachedMediaUploadComplete:
		return []shape{{"", 9 * time.Second, attachedUpload}}
	case vod.TypeProduceMediaComplete:
		return []shape{{"", 7 * time.Second, produce}}
	default:
		return managementShapes(t)
	}
}

// managementShapes has the types that are not steps from upload to playback.
func managementShapes(t vod.Type) []shape {
	switch t {
	case vod.TypeCreateAuditComplete:
		return []shape{{"normal", 10 * time.Minute, audit("Normal")}, {"blocked", 10 * time.Minute, audit("Blocked")}}
	case vod.TypeUpdateMediaStorageClassComplete:
		return []shape{
			{"ia", 30 * day, storageClass("All", "IA", "LifeCycle")},
			{"standard", 31 * day, storageClass("All", "Standard", "API")},
			{"archive", 90 * day, storageClass("All", "Archive", "LifeCycle")},
			{"cold-archive", 180 * day, storageClass("All", "ColdArchive", "API")},
			{"source-file", 60 * day, storageClass("SourceFile", "Archive", "LifeCycle")},
		}
	case vod.TypeRestoreMediaComplete:
		return []shape{{"", 91 * day, restore}}
	case vod.TypeDeleteMediaComplete:
		return []shape{
			{"", 365 * day, deletion("video", "all")},
			{"mezzanine", 200 * day, deletion("video", "mezzanine")},
			{"stream", 200 * day, deletion("video", "stream")},
			{"image", 365 * day, deletion("image", "all")},
			{"attached", 365 * day, deletion("attached", "all")},
		}
	case vod.TypeMediaBaseChangeComplete:
		return []shape{{"create", 0, baseCreate}, {"update", time.Hour, baseUpdate}, {"delete", 365 * day, baseDelete}}
	case vod.TypeSubmitMediaRefreshComplete:
		return []shape{{"", 2 * time.Hour, refresh}, {"preload", 2 * time.Hour, preload}}
	case vod.TypeWorkflowTaskComplete:
		return []shape{{"", 5 * time.Minute, workflow}, {"no-video", 5 * time.Minute, workflowNoVideo}}
	case vod.TypeAIMediaAuditComplete:
		return []shape{
			{"", ageAudit, aiAudit("pass")},
			{"review", ageAudit, aiAudit("review")},
			{"block", ageAudit, aiAudit("block")},
			{"short", ageAudit, aiAuditShort},
			{"string", ageAudit, aiAuditString},
		}
	case vod.TypeAIVideoTagComplete:
		return []shape{{"", 160 * time.Second, aiTag}}
	case vod.TypeAIMediaDNAComplete:
		return []shape{{"", ageDNA, aiDNA}, {"plain-time", ageDNA, aiDNAPlainTime}}
	default:
		return []shape{{"", time.Minute, unknown}}
	}
}

// unknown has what all events share.
func unknown(d draft) object {
	return object{
		{"EventTime", d.time()},
		{"EventType", d.typ},
		{"MediaId", d.id},
		{"Status", d.status()},
		{"ErrorCode", d.onFailure("InvalidParameter.ResourceContentBad")},
		{"ErrorMessage", d.onFailure("The input media cannot be processed.")},
	}
}
