package vod

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// BusinessKey says what e is about in VOD's terms: which step of which job for
// which medium, and how it ended. Unlike the [ID] it can be the same for two
// different events, such as a re-run of a job; so it is for finding events that
// belong together, not for de-duplication.
//
// The key is the EventType, then the parts below, then the [Outcome], with "|"
// between. In a part, "\" stands before "|", "," and "\"; items of a list are sorted
// and have "," between. Times are in UTC with milliseconds; what the event lacks is
// empty. In a key of 512 bytes or more, each part over 71 bytes, such as the list of
// a hundred jobs, gives way to "sha256:" and the hexadecimal SHA-256 of it: a key is
// always under 512 bytes, which any database can index.
//
//	FileUploadComplete, VideoAnalysisComplete    VideoId, EventTime
//	ImageUploadComplete                          ImageId, EventTime
//	StreamTranscodeComplete                      VideoId, JobId
//	TranscodeComplete                            VideoId, JobIds of the streams, else EventTime
//	SnapshotComplete                             VideoId, JobIds of the snapshots, else EventTime and SubType
//	DynamicImageComplete, UploadByURLComplete    JobId
//	AddLiveRecordVideoComplete                   VideoId
//	LiveRecordVideoComposeStart                  VideoId
//	CreateAuditComplete                          MediaId, CreationTime, AuditStatus
//	UpdateMediaStorageClassComplete              MediaId, Scope, StorageClass, EventTime
//	RestoreMediaComplete                         MediaId, EventTime
//	AttachedMediaUploadComplete                  AttachedMediaId, EventTime
//	ProduceMediaComplete                         MediaId, ProjectId
//	DeleteMediaComplete                          MediaId, DeleteType, JobIds
//	MediaBaseChangeComplete                      MediaId, OperateMode, EventTime, digest of MediaContent
//	SubmitMediaRefreshComplete                   MediaRefreshJobId, MediaId
//	WorkflowTaskComplete                         TaskId
//	the three events of automated review         JobId
//	any other                                    Subject, EventTime
func BusinessKey(e Event) string {
	h := e.Head()
	parts := append([]string{keyText(string(h.Type))}, keyParts(e)...)
	parts = append(parts, string(h.Status.Outcome()))
	key := strings.Join(parts, "|")
	const limit = 512 // more than six parts of the length of a digest
	if len(key) < limit {
		return key
	}
	for i, part := range parts {
		parts[i] = shortPart(part)
	}
	return strings.Join(parts, "|")
}

// shortPart returns part, or its digest if that is shorter.
func shortPart(part string) string {
	const prefix = "sha256:"
	if len(part) <= len(prefix)+hex.EncodedLen(sha256.Size) {
		return part
	}
	sum := sha256.Sum256([]byte(part))
	return prefix + hex.EncodeToString(sum[:])
}

// keyParts returns what is particular in the key of e, escaped.
func keyParts(e Event) []string {
	h := e.Head()
	at := keyTime(h.Time)
	switch e := e.(type) {
	case *FileUploadComplete:
		return []string{keyText(e.VideoID), at}
	case *ImageUploadComplete:
		return []string{keyText(e.ImageID), at}
	case *StreamTranscodeComplete:
		return []string{keyText(e.VideoID), keyText(e.JobID)}
	case *TranscodeComplete:
		if jobs := keyList(e.StreamInfos, func(s StreamInfo) string { return s.JobID }); jobs != "" {
			return []string{keyText(e.VideoID), jobs}
		}
		return []string{keyText(e.VideoID), at}
	case *SnapshotComplete:
		if jobs := keyList(e.SnapshotInfos, func(s SnapshotInfo) string { return s.JobID }); jobs != "" {
			return []string{keyText(e.VideoID), jobs}
		}
		return []string{keyText(e.VideoID), at, keyText(e.SubType)}
	case *DynamicImageComplete:
		return []string{keyText(e.JobID)}
	case *AddLiveRecordVideoComplete:
		return []string{keyText(e.VideoID)}
	case *LiveRecordVideoComposeStart:
		return []string{keyText(e.VideoID)}
	case *UploadByURLComplete:
		return []string{keyText(e.JobID)}
	case *UploadStreamByURLComplete:
		return []string{keyText(e.JobID)}
	case *CreateAuditComplete:
		return []string{keyText(e.MediaID), keyTime(e.CreationTime), keyText(e.AuditStatus)}
	case *VideoAnalysisComplete:
		return []string{keyText(e.VideoID), at}
	case *UpdateMediaStorageClassComplete:
		return []string{keyText(e.MediaID), keyText(e.Scope), keyText(e.StorageClass), at}
	case *RestoreMediaComplete:
		return []string{keyText(e.MediaID), at}
	case *AttachedMediaUploadComplete:
		return []string{keyText(e.AttachedMediaID), at}
	case *ProduceMediaComplete:
		return []string{keyText(e.MediaID), keyText(e.ProjectID)}
	case *DeleteMediaComplete:
		return []string{keyText(e.MediaID), keyText(e.DeleteType), keyList(e.JobIDs, func(id string) string { return id })}
	case *MediaBaseChangeComplete:
		return []string{keyText(e.MediaID), keyText(e.OperateMode), at, keyDigest(e.MediaContent)}
	case *SubmitMediaRefreshComplete:
		return []string{keyText(e.MediaRefreshJobID), keyText(e.MediaID)}
	case *WorkflowTaskComplete:
		return []string{keyText(e.TaskID)}
	case *AIMediaAuditComplete:
		return []string{keyText(e.JobID)}
	case *AIVideoTagComplete:
		return []string{keyText(e.JobID)}
	case *AIMediaDNAComplete:
		return []string{keyText(e.JobID)}
	default:
		return []string{keyText(h.Subject), at}
	}
}

// keyText escapes one value of a key.
func keyText(s string) string {
	if !strings.ContainsAny(s, `\|,`) {
		return s
	}
	return strings.NewReplacer(`\`, `\\`, `|`, `\|`, `,`, `\,`).Replace(s)
}

// keyTime writes a time, or "" if there is none.
func keyTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// keyList joins the ids of items, sorted and without empty ones.
func keyList[T any](items []T, id func(T) string) string {
	var ids []string
	for _, item := range items {
		if s := id(item); s != "" {
			ids = append(ids, keyText(s))
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, ",")
}

// keyDigest shortens a change to what tells it from others of the same second.
func keyDigest(c MediaContent) string {
	text, err := json.Marshal(c)
	if err != nil {
		return "" // cannot be: MediaContent holds only text
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}
