package console

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// summary says in a few words what an event says, for lists.
func summary(e store.Event) string {
	decoded, err := vod.Parse(e.Body)
	if err != nil {
		return ""
	}
	return summaryOf(decoded)
}

// summaryOf is summary of an event that is decoded: why it failed, else what it says.
func summaryOf(e vod.Event) string {
	head := e.Head()
	if head.ErrorCode != "" || head.ErrorMessage != "" {
		return clip(strings.TrimSpace(head.ErrorCode+" "+head.ErrorMessage), longText)
	}
	return strings.Join(words(e), " · ")
}

// How many characters of a text from outside lists show.
const (
	longText  = 160
	shortText = 48
)

// words returns what is worth knowing of an event, the most telling first.
func words(e vod.Event) []string {
	switch e := e.(type) {
	case *vod.FileUploadComplete:
		return some(size(e.Size))
	case *vod.ImageUploadComplete:
		return some(size(e.Size))
	case *vod.AttachedMediaUploadComplete:
		return some(size(e.Size))
	case *vod.UploadByURLComplete:
		return some(from(e.SourceURL), size(e.Size))
	case *vod.UploadStreamByURLComplete:
		return some("a rendition", from(e.SourceURL))
	case *vod.ProduceMediaComplete:
		return some(named("project", e.ProjectID))
	case *vod.AddLiveRecordVideoComplete:
		return some(liveStream(e.AppName, e.StreamName), between(e.RecordStartTime, e.RecordEndTime))
	case *vod.LiveRecordVideoComposeStart:
		return some(liveStream(e.AppName, e.StreamName))
	case *vod.VideoAnalysisComplete:
		return some(length(e.Duration), picture(e.Width, e.Height), perSecond(e.Fps), kilobits(e.Bitrate))
	case *vod.StreamTranscodeComplete:
		return streamWords(e.Stream)
	case *vod.TranscodeComplete:
		return some(renditions(e), when(e.Preprocess, "preprocessing"))
	case *vod.SnapshotComplete:
		return snapshotWords(e)
	case *vod.DynamicImageComplete:
		return dynamicImageWords(e)
	default:
		return managementWords(e)
	}
}

// managementWords has the types that are not steps from upload to playback.
func managementWords(e vod.Event) []string {
	switch e := e.(type) {
	case *vod.CreateAuditComplete:
		return some(clip(e.AuditStatus, shortText), clip(e.Reason, longText), named("by", e.Auditor))
	case *vod.AIMediaAuditComplete:
		return some(clip(e.Data.Suggestion, shortText), list(e.Data.Label), list(e.Data.AbnormalModules))
	case *vod.AIVideoTagComplete:
		return some(list(tagNames(e.Data)))
	case *vod.AIMediaDNAComplete:
		return some(similar(e.Data))
	case *vod.UpdateMediaStorageClassComplete:
		return some(clip(e.StorageClass, shortText), scopeWord(e.Scope), triggerWord(e.TriggerBy))
	case *vod.RestoreMediaComplete:
		return some(until(e.RestoreExpiration))
	case *vod.DeleteMediaComplete:
		return some(deleted(e))
	case *vod.MediaBaseChangeComplete:
		return changeWords(e)
	case *vod.SubmitMediaRefreshComplete:
		return some(clip(strings.ToLower(e.TaskType), shortText), counted(len(e.SuccessPlayURLs), "URL", "URLs"))
	case *vod.WorkflowTaskComplete:
		return some(list(slices.Sorted(maps.Keys(e.ActivityResults))), between(e.CreateTime, e.FinishTime))
	default:
		return nil
	}
}

func streamWords(s vod.Stream) []string {
	return some(clip(s.Definition, shortText), clip(s.Format, shortText), picture(s.Width, s.Height), when(s.IsAudio, "audio"),
		when(s.Encrypt, "encrypted"), length(s.Duration), size(s.Size))
}

func renditions(e *vod.TranscodeComplete) string {
	failed := 0
	for _, s := range e.StreamInfos {
		if s.Status.Outcome() == vod.Failed {
			failed++
		}
	}
	all := counted(len(e.StreamInfos), "rendition", "renditions")
	if failed > 0 {
		return fmt.Sprintf("%s, %d failed", all, failed)
	}
	return all
}

func snapshotWords(e *vod.SnapshotComplete) []string {
	found := some(counted(len(e.Snapshots), "picture", "pictures"))
	for _, s := range e.SnapshotInfos {
		what := snapshotKind(s.SnapshotType)
		if s.Status.Outcome() == vod.Failed {
			found = append(found, what+" failed")
			continue
		}
		found = append(found, strings.TrimSpace(fmt.Sprintf("%s %s", what, when(s.SnapshotCount > 0, "×"+strconv.FormatInt(s.SnapshotCount, 10)))))
	}
	if len(found) > manyWords {
		found = append(found[:manyWords], "…")
	}
	return found
}

// snapshotKind returns what snapshots are for, in plain words.
func snapshotKind(kind string) string {
	switch kind {
	case "CoverSnapshot":
		return "cover"
	case "NormalSnapshot":
		return "snapshots"
	case "SpriteSnapshot":
		return "sprites"
	case "":
		return "pictures"
	default:
		return clip(kind, shortText)
	}
}

func dynamicImageWords(e *vod.DynamicImageComplete) []string {
	if len(e.DynamicImageJobInfos) != 1 {
		return some(counted(len(e.DynamicImageJobInfos), "picture", "pictures"))
	}
	i := e.DynamicImageJobInfos[0]
	return some(picture(i.Width, i.Height), perSecond(i.Fps), size(i.FileSize))
}

// tagNames returns the tags of a video, keywords first.
func tagNames(tags vod.VideoTags) []string {
	var found []string
	for _, kind := range [][]vod.VideoTag{tags.Keyword, tags.Person, tags.Location, tags.Time, tags.Category} {
		for _, t := range kind {
			found = append(found, t.Tag)
		}
	}
	return some(found...)
}

func similar(d vod.MediaDNA) string {
	highest := 0.0
	for _, m := range d.VideoDNA {
		highest = max(highest, m.Similarity)
	}
	if highest == 0 {
		return counted(len(d.VideoDNA), "similar medium", "similar media")
	}
	return counted(len(d.VideoDNA), "similar medium", "similar media") + ", " + percent(highest)
}

// percent returns a share from 0 to 1 as people write it.
func percent(share float64) string { return strconv.FormatFloat(min(share, 1)*100, 'f', 0, 64) + " %" }

func scopeWord(scope string) string {
	switch strings.ToLower(strings.TrimSpace(scope)) {
	case "sourcefile":
		return "source file"
	case "all":
		return "all files"
	default:
		return clip(scope, shortText)
	}
}

func triggerWord(by string) string {
	switch strings.ToLower(strings.TrimSpace(by)) {
	case "lifecycle":
		return "by a lifecycle rule"
	case "api":
		return "by API"
	default:
		return named("by", by)
	}
}

func deleted(e *vod.DeleteMediaComplete) string {
	switch strings.ToLower(e.DeleteType) {
	case "all":
		return "everything"
	case "mezzanine":
		return "the source file"
	case "stream":
		if len(e.JobIDs) == 0 {
			return "all renditions"
		}
		return counted(len(e.JobIDs), "rendition", "renditions")
	default:
		return clip(e.DeleteType, shortText)
	}
}

func changeWords(e *vod.MediaBaseChangeComplete) []string {
	var title string
	if c := e.MediaContent.Title; c != nil && c.NewValue != nil && *c.NewValue != "" {
		title = "“" + clip(*c.NewValue, longText) + "”"
	}
	var others []string
	for _, m := range []struct {
		name   string
		change *vod.Change
	}{
		{"description", e.MediaContent.Description},
		{"tags", e.MediaContent.Tags},
		{"category", e.MediaContent.CateID},
		{"cover", e.MediaContent.CoverURL},
	} {
		if m.change != nil && m.change.NewValue != nil { // of a deletion there are only old values
			others = append(others, m.name)
		}
	}
	return some(clip(strings.ToLower(e.OperateMode), shortText), title, strings.Join(others, ", "))
}
