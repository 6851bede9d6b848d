package vod

import (
	"encoding/json"
	"time"
)

// WorkflowTaskComplete reports that all tasks of a workflow ended. Only workflows of
// the new version send it.
//
// Source: https://help.aliyun.com/en/vod/user-guide/workflow-task-completion (read
// 2026-11-23); the error fields of a failed run are not documented.
type WorkflowTaskComplete struct {
	Header // Status is "Succeed" or "Failed"; Subject is VideoID, else TaskInput.Media

	// VideoID is the id of the video or audio. The Chinese page does not have it.
	VideoID string `json:"VideoId,omitzero" vod:"subject"`
	// WorkflowID is the id of the workflow; always there.
	WorkflowID string `json:"WorkflowId,omitzero"`
	// TaskID is the id of this run of it; always there.
	TaskID string `json:"TaskId,omitzero"`
	// ActivityResults holds the results by the id of the activity, such as
	// "VideoTranslation". VOD sends it as JSON in text.
	ActivityResults map[string]ActivityResult `json:"ActivityResults,omitzero"`
	// TaskInput is what started the run. VOD sends it as JSON in text.
	TaskInput TaskInput `json:"TaskInput,omitzero"`
	// CreateTime, ModifiedTime and FinishTime are when the run began, when it last
	// changed, and when it ended; always there.
	CreateTime   time.Time `json:"CreateTime,omitzero"`
	ModifiedTime time.Time `json:"ModifiedTime,omitzero"`
	FinishTime   time.Time `json:"FinishTime,omitzero"`
	// UserID is the id of the account: decimal digits; always there.
	UserID string `json:"UserId,omitzero"`
}

// ActivityResult is how one activity of a workflow ended.
type ActivityResult struct {
	// Status is "Succeed" or "Failed", of this activity alone.
	Status Status `json:"Status,omitzero"`
	// StartTime and EndTime are when the activity began and ended.
	StartTime time.Time `json:"StartTime,omitzero"`
	EndTime   time.Time `json:"EndTime,omitzero"`
	// ActivityID names the activity in the workflow, ActivityInstanceID this run of
	// it.
	ActivityID         string `json:"ActivityId,omitzero"`
	ActivityInstanceID string `json:"ActivityInstanceId,omitzero"`
	// Result is the job that did the work.
	Result ActivityJob `json:"Result,omitzero"`
}

// ActivityJob is the job behind an [ActivityResult].
type ActivityJob struct {
	// Status is a word of the job's own, such as "Finished" or "Failed".
	Status Status `json:"Status,omitzero"`
	// JobType is what the job does, such as "VideoTranslation".
	JobType string `json:"JobType,omitzero"`
	// MediaID is the id of the medium that it worked on.
	MediaID string `json:"MediaId,omitzero"`
	// JobID is the id of the job.
	JobID string `json:"JobId,omitzero"`
	// CreateTime and ModifiedTime are when the job was made, and when it last changed.
	CreateTime   time.Time `json:"CreateTime,omitzero"`
	ModifiedTime time.Time `json:"ModifiedTime,omitzero"`
	// UserData is opaque text; it usually holds JSON.
	UserData string `json:"UserData,omitzero" vod:"opaque"`
}

// TaskInput is what started a run of a workflow.
type TaskInput struct {
	// Type is what kind of thing it was: "Media".
	Type string `json:"Type,omitzero"`
	// Media is the id of the medium.
	Media string `json:"Media,omitzero" vod:"id"`
	// Title is what the medium is called.
	Title string `json:"Title,omitzero"`
	// StorageLocation is the bucket of the medium. The page's sample ends within
	// this name.
	StorageLocation string `json:"StorageLocation,omitzero"`
	// Extra holds the members that have no field, by name, as they came.
	Extra map[string]json.RawMessage `json:"-"`
}
