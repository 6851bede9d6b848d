package media

import (
	"cmp"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// The facets of a medium. Those that end in "/" are followed by the id of the
// job, or by the name of the member, that makes them independent.
const (
	// FacetLife holds "created" or "deleted".
	FacetLife = "life"
	// FacetBase/<member> holds one member of MediaContent, such as base/Title.
	FacetBase = "base/"
	// FacetSource holds the uploaded file, or "deleted".
	FacetSource = "source"
	// FacetAnalysis holds the metadata of the source.
	FacetAnalysis = "analysis"
	// FacetStream/<JobId> holds one playable rendition, or "deleted".
	FacetStream = "stream/"
	// FacetStreams holds "deleted": all renditions older than it are gone.
	FacetStreams = "streams"
	// FacetTranscode holds how the last run of transcoding ended as a whole.
	FacetTranscode = "transcode"
	// FacetSnapshot/<JobId> holds one set of snapshots.
	FacetSnapshot = "snapshot/"
	// FacetCover holds the cover that VOD chose among the snapshots.
	FacetCover = "cover"
	// FacetDynamicImage/<JobId> holds one animated image.
	FacetDynamicImage = "dynamic_image/"
	// FacetPull, FacetProduce, FacetLiveRecord and FacetLiveCompose hold where the
	// source comes from: a URL, an editing project, a live stream.
	FacetPull        = "pull"
	FacetProduce     = "produce"
	FacetLiveRecord  = "live_record"
	FacetLiveCompose = "live_compose"
	// FacetAudit holds the last decision of a reviewer: "Normal" or "Blocked".
	FacetAudit = "audit"
	// FacetAIAudit, FacetAITag and FacetAIDNA hold the last results of automated
	// review, tagging and comparison.
	FacetAIAudit = "ai_audit"
	FacetAITag   = "ai_tag"
	FacetAIDNA   = "ai_dna"
	// FacetStorage/<Scope> holds the storage class of the whole medium (All) or of
	// its source (SourceFile).
	FacetStorage = "storage/"
	// FacetRestore holds until when an archived medium can be read.
	FacetRestore = "restore"
	// FacetRefresh/<MediaRefreshJobId> holds one submitted CDN refresh or prefetch.
	FacetRefresh = "refresh/"
	// FacetWorkflow/<TaskId> holds one run of a workflow.
	FacetWorkflow = "workflow/"
	// FacetFailure/<EventType> holds the last attempt of that kind that failed and so
	// left the value in place that it was to change.
	FacetFailure = "failure/"
)

// ValueDeleted is the Value of a facet whose content is gone.
const ValueDeleted = "deleted"

// At equal times a deletion counts more than a change, and that more than a
// creation.
const (
	opCreate = 0
	opUpdate = 10
	opDelete = 20
)

// MaxFacts is how many facts are taken from one event. VOD's largest, with 150
// renditions, have some 150; a body of 1 MiB that somebody made could have 100,000,
// and a store could not take them in time.
const MaxFacts = 1000

// Facts returns what e, whose id is id, says about its medium: at most one fact
// per facet, and [MaxFacts] in all, the first ones. Events of unknown types and
// events about no medium say nothing.
func Facts(e vod.Event, id vod.ID) []Fact {
	h := e.Head()
	if h.Subject == "" {
		return nil
	}
	c := &collector{head: h, id: id, kind: Video, at: map[string]int{}}
	c.collect(e)
	return c.facts
}

// object is the Data of a fact. Members with zero values are left out.
type object map[string]any

// collector gathers the facts of one event.
type collector struct {
	head  *vod.Header
	id    vod.ID
	kind  Kind
	facts []Fact
	at    map[string]int // where the fact about a facet is in facts
}

// add notes a fact of the event's own status.
func (c *collector) add(facet string, op int, value string, data object) {
	c.addStatus(facet, op, c.head.Status.Outcome(), value, data)
}

// addStatus notes a fact. A second one on the same facet replaces the first
// unless it ranks below it: one event cannot contradict itself in the state.
func (c *collector) addStatus(facet string, op int, status vod.Outcome, value string, data object) {
	i, again := c.at[facet]
	if !again && len(c.facts) == MaxFacts {
		return
	}
	f := Fact{
		Medium: c.head.Subject,
		Kind:   c.kind,
		Facet:  facet,
		Time:   c.head.Time.UTC().Truncate(time.Millisecond),
		Rank:   op + rank(status),
		Event:  c.id,
		Status: status,
		Value:  value,
		Data:   data.encode(),
	}
	switch {
	case !again:
		c.at[facet] = len(c.facts)
		c.facts = append(c.facts, f)
	case f.Rank >= c.facts[i].Rank:
		c.facts[i] = f
	}
}

// fail notes that an attempt failed and reports whether it did; the value that
// was to change then stays as it is.
func (c *collector) fail() bool {
	if c.head.Status.Outcome() != vod.Failed {
		return false
	}
	c.add(FacetFailure+string(c.head.Type), opCreate, c.head.ErrorCode, object{
		"ErrorCode": c.head.ErrorCode, "ErrorMessage": c.head.ErrorMessage,
	})
	return true
}

// outcome adds what the header says about a failure to data.
func (c *collector) outcome(data object) object {
	data["Status"] = string(c.head.Status)
	data["ErrorCode"] = c.head.ErrorCode
	data["ErrorMessage"] = c.head.ErrorMessage
	return data
}

func (c *collector) collect(e vod.Event) {
	switch e := e.(type) {
	case *vod.FileUploadComplete:
		c.add(FacetSource, opCreate, e.FileURL, object{"FileUrl": e.FileURL, "Size": e.Size})
	case *vod.ImageUploadComplete:
		c.kind = Image
		c.add(FacetSource, opCreate, e.FileURL, object{"FileUrl": e.FileURL, "Size": e.Size, "AppId": e.AppID})
	case *vod.AttachedMediaUploadComplete:
		c.kind = Attached
		c.add(FacetSource, opCreate, e.FileURL, object{"FileUrl": e.FileURL, "Size": e.Size})
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
		c.result(FacetAITag, "", e.JobID, e.Data)
	case *vod.AIMediaDNAComplete:
		c.result(FacetAIDNA, "", e.JobID, e.Data)
	case *vod.UpdateMediaStorageClassComplete:
		if !c.fail() {
			c.add(FacetStorage+cmp.Or(e.Scope, "All"), opUpdate, e.StorageClass, object{
				"Scope": e.Scope, "StorageClass": e.StorageClass, "TriggerBy": e.TriggerBy,
			})
		}
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
	status := func(s vod.StreamInfo) vod.Status { return cmp.Or(s.Status, e.Status) }
	failed := 0
	for _, s := range e.StreamInfos {
		if status(s).Outcome() == vod.Failed {
			failed++
		}
	}
	c.add(FacetTranscode, opCreate, "", c.outcome(object{
		"Streams": len(e.StreamInfos), "Failed": failed, "Preprocess": e.Preprocess,
	}))
	for _, s := range e.StreamInfos {
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
	for _, s := range e.SnapshotInfos {
		status := cmp.Or(s.Status, e.Status)
		c.addStatus(FacetSnapshot+cmp.Or(s.JobID, s.SnapshotType), opCreate, status.Outcome(), s.SnapshotType, object{
			"JobId": s.JobID, "Status": string(status), "SnapshotType": s.SnapshotType, "SnapshotCount": s.SnapshotCount,
			"SnapshotFormat": s.SnapshotFormat, "SnapshotRegular": s.SnapshotRegular, "SubType": e.SubType,
		})
	}
	if len(e.Snapshots) > 0 {
		c.add(FacetSnapshot+"Snapshots", opCreate, "", object{"Snapshots": e.Snapshots})
	}
}

func (c *collector) dynamicImage(e *vod.DynamicImageComplete) {
	c.add(FacetDynamicImage+e.JobID, opCreate, "", c.outcome(object{"JobId": e.JobID}))
	for _, i := range e.DynamicImageJobInfos {
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
	value := e.AuditStatus
	if strings.EqualFold(value, "Blocked") {
		value = "Blocked" // the state depends on it
	}
	c.add(FacetAudit, opUpdate, value, object{
		"AuditStatus": e.AuditStatus, "CreationTime": e.CreationTime, "Auditor": e.Auditor, "Reason": e.Reason,
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
			c.add(FacetStream+job, opDelete, ValueDeleted, gone)
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

// rank orders outcomes at equal times: what succeeded counts more than what
// failed.
func rank(s vod.Outcome) int {
	switch s {
	case vod.Succeeded:
		return 2
	case vod.Failed:
		return 0
	default:
		return 1
	}
}

func (o object) encode() json.RawMessage {
	for name, v := range o {
		if v == nil || reflect.ValueOf(v).IsZero() {
			delete(o, name)
		}
	}
	data, err := json.Marshal(o)
	if err != nil { // a float that is not finite, or raw JSON that is none: neither comes out of vod.Parse
		return json.RawMessage("{}")
	}
	return data
}
