package media

import (
	"cmp"
	"iter"
	"reflect"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/shared/vod"
)

// collect notes what e says: the one place that knows which event says what.
func (c *collector) collect(e vod.Event) {
	switch e := e.(type) {
	case *vod.FileUploadComplete:
		c.source(e.FileURL, object{"FileUrl": e.FileURL, "Size": e.Size})
	case *vod.ImageUploadComplete:
		c.kind = Image
		c.source(e.FileURL, object{"FileUrl": e.FileURL, "Size": e.Size, "AppId": e.AppID})
	case *vod.AttachedMediaUploadComplete:
		c.kind = Attached
		c.source(e.FileURL, object{"FileUrl": e.FileURL, "Size": e.Size})
	case *vod.UploadByURLComplete:
		c.add(FacetPull, opCreate, e.JobID, c.outcome(object{"JobId": e.JobID, "SourceURL": e.SourceURL, "Size": e.Size}))
	case *vod.ProduceMediaComplete:
		c.add(FacetProduce, opCreate, e.ProjectID, c.outcome(object{"ProjectId": e.ProjectID}))
	case *vod.AddLiveRecordVideoComplete:
		c.add(FacetLiveRecord, opCreate, e.StreamName, c.outcome(object{
			"StreamName": e.StreamName, "DomainName": e.DomainName, "AppName": e.AppName,
			"RecordStartTime": e.RecordStartTime, "RecordEndTime": e.RecordEndTime,
		}))
	case *vod.LiveRecordVideoComposeStart:
		c.add(FacetLiveCompose, opCreate, e.StreamName, c.outcome(object{
			"StreamName": e.StreamName, "DomainName": e.DomainName, "AppName": e.AppName,
		}))
	case *vod.VideoAnalysisComplete:
		c.add(FacetAnalysis, opCreate, "", c.outcome(object{
			"Width": e.Width, "Height": e.Height, "Duration": e.Duration,
			"Bitrate": e.Bitrate, "Fps": e.Fps, "Size": e.Size,
		}))
	case *vod.StreamTranscodeComplete:
		c.stream(e.Stream, e.Status, e.ErrorCode, e.ErrorMessage)
	case *vod.TranscodeComplete:
		c.transcode(e)
	case *vod.UploadStreamByURLComplete:
		c.add(FacetStream+e.JobID, opCreate, "", c.outcome(object{
			"JobId": e.JobID, "FileUrl": e.StreamFileURL, "SourceURL": e.SourceURL,
		}))
	case *vod.SnapshotComplete:
		c.snapshot(e)
	case *vod.DynamicImageComplete:
		c.dynamicImage(e)
	case *vod.CreateAuditComplete:
		c.audit(e)
	case *vod.AIMediaAuditComplete:
		c.result(FacetAIAudit, e.Data.Suggestion, e.JobID, e.Data)
	case *vod.AIVideoTagComplete:
		tags := e.Data
		tags.OrigASRData = nil // raw JSON of any size and depth: it is in the body of the event
		c.result(FacetAITag, "", e.JobID, tags)
	case *vod.AIMediaDNAComplete:
		c.result(FacetAIDNA, "", e.JobID, e.Data)
	case *vod.UpdateMediaStorageClassComplete:
		c.storage(e)
	case *vod.RestoreMediaComplete:
		if !c.fail() {
			c.add(FacetRestore, opUpdate, "", object{"RestoreExpiration": e.RestoreExpiration})
		}
	case *vod.SubmitMediaRefreshComplete:
		c.add(FacetRefresh+e.MediaRefreshJobID, opCreate, strings.ToLower(e.TaskType), c.outcome(object{
			"TaskType": e.TaskType, "SuccessPlayUrls": e.SuccessPlayURLs, "TaskIds": e.TaskIDs,
		}))
	case *vod.WorkflowTaskComplete:
		c.add(FacetWorkflow+e.TaskID, opCreate, e.WorkflowID, c.outcome(object{
			"WorkflowId": e.WorkflowID, "TaskId": e.TaskID, "ActivityResults": e.ActivityResults,
			"CreateTime": e.CreateTime, "FinishTime": e.FinishTime,
		}))
	case *vod.DeleteMediaComplete:
		c.deleteMedia(e)
	case *vod.MediaBaseChangeComplete:
		c.baseChange(e)
	}
}

// source notes an upload. VOD documents no failed ones; one that came all the same
// would leave an earlier source in place.
func (c *collector) source(fileURL string, data object) {
	if !c.fail() {
		c.add(FacetSource, opCreate, fileURL, data)
	}
}

func (c *collector) stream(s vod.Stream, status vod.Status, code, message string) {
	key := cmp.Or(s.JobID, strings.Trim(s.Definition+"."+s.Format, "."))
	c.addStatus(FacetStream+key, opCreate, status.Outcome(), s.Definition, object{
		"JobId": s.JobID, "Definition": s.Definition, "Format": s.Format, "FileUrl": s.FileURL,
		"Width": s.Width, "Height": s.Height, "Duration": s.Duration, "Size": s.Size,
		"Bitrate": s.Bitrate, "Fps": s.Fps, "Codec": s.Codec,
		"Encrypt": s.Encrypt, "EncryptType": s.EncryptType, "IsAudio": s.IsAudio,
		"WatermarkId": s.WatermarkID, "StartTime": s.StartTime, "FinishTime": s.FinishTime,
		"Status": string(status), "ErrorCode": code, "ErrorMessage": message,
	})
}

func (c *collector) transcode(e *vod.TranscodeComplete) {
	// Items of old events have no status of their own.
	status := func(s *vod.StreamInfo) vod.Status { return cmp.Or(s.Status, e.Status) }
	streams, failed := 0, 0
	for s := range readable(e.StreamInfos) {
		streams++
		if status(s).Outcome() == vod.Failed {
			failed++
		}
	}
	c.add(FacetTranscode, opCreate, "", c.outcome(object{
		"Streams": streams, "Failed": failed, "Preprocess": e.Preprocess,
	}))
	for s := range readable(e.StreamInfos) {
		c.stream(s.Stream, status(s), s.ErrorCode, s.ErrorMessage)
	}
}

func (c *collector) snapshot(e *vod.SnapshotComplete) {
	if c.fail() {
		return
	}
	if e.CoverURL != "" {
		c.add(FacetCover, opCreate, e.CoverURL, object{"CoverUrl": e.CoverURL})
	}
	for s := range readable(e.SnapshotInfos) {
		status := cmp.Or(s.Status, e.Status)
		c.addStatus(FacetSnapshot+cmp.Or(s.JobID, s.SnapshotType), opCreate, status.Outcome(), s.SnapshotType, object{
			"JobId": s.JobID, "Status": string(status), "SnapshotType": s.SnapshotType, "SnapshotCount": s.SnapshotCount,
			"SnapshotFormat": s.SnapshotFormat, "SnapshotRegular": s.SnapshotRegular, "SubType": e.SubType,
		})
	}
	if urls := slices.DeleteFunc(slices.Clone(e.Snapshots), isEmpty); len(urls) > 0 {
		c.add(FacetSnapshot+"Snapshots", opCreate, "", object{"Snapshots": urls})
	}
}

func (c *collector) dynamicImage(e *vod.DynamicImageComplete) {
	c.add(FacetDynamicImage+e.JobID, opCreate, "", c.outcome(object{"JobId": e.JobID}))
	for i := range readable(e.DynamicImageJobInfos) {
		status := cmp.Or(i.Status, e.Status)
		c.addStatus(FacetDynamicImage+cmp.Or(i.JobID, e.JobID), opCreate, status.Outcome(), i.FileURL, object{
			"JobId": cmp.Or(i.JobID, e.JobID), "Status": string(status), "FileUrl": i.FileURL, "FileSize": i.FileSize,
			"Fps": i.Fps, "Width": i.Width, "Height": i.Height,
			"ErrorCode": c.head.ErrorCode, "ErrorMessage": c.head.ErrorMessage,
		})
	}
}

func (c *collector) audit(e *vod.CreateAuditComplete) {
	if c.fail() {
		return
	}
	c.add(FacetAudit, opUpdate, spelled(e.AuditStatus, "Normal", "Blocked"), object{
		"AuditStatus": e.AuditStatus, "CreationTime": e.CreationTime, "Auditor": e.Auditor, "Reason": e.Reason,
	})
}

func (c *collector) storage(e *vod.UpdateMediaStorageClassComplete) {
	if c.fail() {
		return
	}
	scope := cmp.Or(spelled(e.Scope, "All", "SourceFile"), "All")
	class := spelled(e.StorageClass, "Standard", "IA", "Archive", "ColdArchive")
	c.add(FacetStorage+scope, opUpdate, class, object{
		"Scope": e.Scope, "StorageClass": e.StorageClass, "TriggerBy": e.TriggerBy,
	})
}

// result notes the outcome of an AI job; a job that failed leaves the last
// result in place.
func (c *collector) result(facet, value, jobID string, data any) {
	if !c.fail() {
		c.add(facet, opUpdate, value, object{"JobId": jobID, "Data": data})
	}
}

func (c *collector) deleteMedia(e *vod.DeleteMediaComplete) {
	c.kind = kindOf(e.MediaType)
	if c.fail() {
		return
	}
	gone := object{"DeleteType": e.DeleteType}
	switch strings.ToLower(e.DeleteType) {
	case "all":
		c.add(FacetLife, opDelete, ValueDeleted, gone)
	case "mezzanine":
		c.add(FacetSource, opDelete, ValueDeleted, gone)
	case "stream":
		for _, job := range e.JobIDs {
			if job != "" {
				c.add(FacetStream+job, opDelete, ValueDeleted, gone)
			}
		}
		if len(e.JobIDs) == 0 {
			c.add(FacetStreams, opDelete, ValueDeleted, gone)
		}
	}
}

func (c *collector) baseChange(e *vod.MediaBaseChangeComplete) {
	c.kind = kindOf(e.MediaType)
	if c.fail() {
		return
	}
	op := opUpdate
	switch strings.ToLower(e.OperateMode) {
	case "create":
		op = opCreate
		c.add(FacetLife, op, "created", object{"OperateMode": e.OperateMode})
	case "delete":
		op = opDelete
		c.add(FacetLife, op, ValueDeleted, object{"OperateMode": e.OperateMode})
	}
	for _, m := range []struct {
		name   string
		change *vod.Change
	}{
		{"Title", e.MediaContent.Title},
		{"Description", e.MediaContent.Description},
		{"CoverURL", e.MediaContent.CoverURL},
		{"CateId", e.MediaContent.CateID},
		{"Tags", e.MediaContent.Tags},
	} {
		if m.change == nil {
			continue
		}
		value := m.change.NewValue
		if op == opDelete && value == nil {
			value = m.change.OldValue // what it was called to the end
		}
		if value == nil {
			value = new("")
		}
		c.add(FacetBase+m.name, op, *value, object{m.name: *value})
	}
}

// kindOf reads VOD's MediaType; what it does not know is a video to VOD.
func kindOf(mediaType string) Kind {
	switch k := Kind(strings.ToLower(mediaType)); k {
	case Image, Attached:
		return k
	default:
		return Video
	}
}

// readable ranges over the items that say something: one that could not be read is
// the zero value.
func readable[T any](items []T) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for i := range items {
			if !reflect.ValueOf(&items[i]).Elem().IsZero() && !yield(&items[i]) {
				return
			}
		}
	}
}

func isEmpty(s string) bool { return s == "" }

// spelled returns the one of VOD's words that s is in any case, which states and
// queries can rely on; else s as it is.
func spelled(s string, words ...string) string {
	for _, word := range words {
		if strings.EqualFold(strings.TrimSpace(s), word) {
			return word
		}
	}
	return s
}
