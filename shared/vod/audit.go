package vod

import (
	"encoding/json"
	"time"
)

// CreateAuditComplete reports that a person reviewed a medium, through CreateAudit.
//
// Source: https://help.aliyun.com/en/vod/user-guide/createauditcomplete (read 2026-11-23).
type CreateAuditComplete struct {
	Header // Status is "success" or "fail", of the notice; the verdict is AuditStatus

	// MediaID is the id of the video; always there.
	MediaID string `json:"MediaId,omitzero" vod:"subject"`
	// SubType is what kind of medium was reviewed: "video".
	SubType string `json:"SubType,omitzero"`
	// AuditStatus is the verdict: "Normal" or "Blocked".
	AuditStatus string `json:"AuditStatus,omitzero"`
	// CreationTime is when it was reviewed.
	CreationTime time.Time `json:"CreationTime,omitzero"`
	// Auditor and Reason say who reviewed it and why the verdict is so: free text in any
	// language, which may be empty.
	Auditor string `json:"Auditor,omitzero"`
	Reason  string `json:"Reason,omitzero"`
}

// AIMediaAuditComplete reports that automated review of a video ended.
//
// Source: https://help.aliyun.com/en/vod/user-guide/aimediaauditcomplete (read
// 2026-11-23); the structure of Data is from "video AI parameters" (VOD, edition of
// July 2021).
type AIMediaAuditComplete struct {
	Header // Status is "success" or "fail", of the job; Time may have milliseconds

	// MediaID is the id of the video; always there.
	MediaID string `json:"MediaId,omitzero" vod:"subject"`
	// JobID is what SubmitAIMediaAuditJob returned; always there.
	JobID string `json:"JobId,omitzero"`
	// Code and Message say how the job ended: "0" and "OK" on success. On failure they
	// are what other events call ErrorCode and ErrorMessage. Then [Header] has them
	// under these names.
	Code    string `json:"Code,omitzero"`
	Message string `json:"Message,omitzero"`
	// Data is the verdict; absent on failure. VOD sends an object, or the
	// same as text.
	Data AuditResult `json:"Data,omitzero"`
}

// AuditResult is the verdict of automated review.
type AuditResult struct {
	// Suggestion is what to do: "block", "review" (by a person) or "pass".
	Suggestion string `json:"Suggestion,omitzero"`
	// Label holds "porn", "terrorism" or "normal". VOD sends text with commas
	// between.
	Label []string `json:"Label,omitzero"`
	// AbnormalModules holds what is not fine: "video", "image-cover", "text-title".
	// VOD sends text with commas between.
	AbnormalModules []string `json:"AbnormalModules,omitzero"`
	// VideoResult is about the pictures of the video; nil if these were not reviewed.
	VideoResult *VideoAuditResult `json:"VideoResult,omitzero"`
	// ImageResult is about still images, such as the cover.
	ImageResult []ImageAuditResult `json:"ImageResult,omitzero"`
	// TextResult is about texts, such as the title.
	TextResult []TextAuditResult `json:"TextResult,omitzero"`
	// Extra holds the members that have no field, by name, as they came.
	Extra map[string]json.RawMessage `json:"-"`
}

// VideoAuditResult is what automated review found in the pictures of a video.
type VideoAuditResult struct {
	// Suggestion is what to do: "block", "review" (by a person) or "pass".
	Suggestion string `json:"Suggestion,omitzero"`
	// Label is "porn", "terrorism" or "normal"; several have commas between.
	Label string `json:"Label,omitzero"`
	// TerrorismResult and PornResult are about these two kinds of content; nil if the
	// template does not ask for them. The labels of the first are "terrorism",
	// "outfit", "logo", "weapon", "politics", "others", "normal", those of the second
	// "porn", "sexy", "normal".
	TerrorismResult *SceneAuditResult `json:"TerrorismResult,omitzero"`
	PornResult      *SceneAuditResult `json:"PornResult,omitzero"`
	// Extra holds the members that have no field, such as the results for
	// advertisements, logos and live pictures, whose names are not documented.
	Extra map[string]json.RawMessage `json:"-"`
}

// SceneAuditResult is what automated review found of one kind. Scores are from 0 to
// 100; VOD sends them as text with ten decimals.
type SceneAuditResult struct {
	// Suggestion is what to do: "block", "review" (by a person) or "pass".
	Suggestion string `json:"Suggestion,omitzero"`
	// Label is the one that decided, such as "weapon" or "sexy"; "normal" if none did.
	Label string `json:"Label,omitzero"`
	// MaxScore and AverageScore are over all pictures, from 0 to 100. VOD sends them
	// as text.
	MaxScore     float64 `json:"MaxScore,omitzero"`
	AverageScore float64 `json:"AverageScore,omitzero"`
	// CounterList says how many pictures have each label.
	CounterList []AuditCounter `json:"CounterList,omitzero"`
	// TopList holds the ten pictures with the highest scores.
	TopList []AuditFrame `json:"TopList,omitzero"`
}

// AuditCounter is how many pictures of a video have a label.
type AuditCounter struct {
	// Label is what was found, such as "weapon" or "normal".
	Label string `json:"Label,omitzero"`
	// Count is how many pictures have it.
	Count int64 `json:"Count,omitzero"`
}

// AuditFrame is one picture of a video in a [SceneAuditResult].
type AuditFrame struct {
	// Label is what was found in the picture, such as "weapon" or "normal".
	Label string `json:"Label,omitzero"`
	// Score is that of the label, from 0 to 100. VOD sends it as text.
	Score float64 `json:"Score,omitzero"`
	// Timestamp is the place in the video, in milliseconds.
	Timestamp int64 `json:"Timestamp,omitzero"`
	// URL is where the picture is, which VOD keeps for two weeks.
	URL string `json:"Url,omitzero"`
}

// ImageAuditResult is what automated review found in a still image.
type ImageAuditResult struct {
	// Suggestion is what to do: "block", "review" (by a person) or "pass".
	Suggestion string `json:"Suggestion,omitzero"`
	// Label is "porn", "terrorism" or "normal"; several have commas between.
	Label string `json:"Label,omitzero"`
	// Type is what the image is: "cover".
	Type string `json:"Type,omitzero"`
	// URL is where the image is.
	URL string `json:"Url,omitzero"`
	// Result holds one item per kind of finding.
	Result []SceneScore `json:"Result,omitzero"`
}

// SceneScore is what automated review found of one kind in a still image.
type SceneScore struct {
	// Suggestion is what to do: "block", "review" (by a person) or "pass".
	Suggestion string `json:"Suggestion,omitzero"`
	// Label is "porn", "terrorism" or "normal"; several have commas between.
	Label string `json:"Label,omitzero"`
	// Score is that of the label, from 0 to 100. VOD sends it as text.
	Score float64 `json:"Score,omitzero"`
	// Scene is the kind: "terrorism" or "porn".
	Scene string `json:"Scene,omitzero"`
}

// TextAuditResult is what automated review found in a text.
type TextAuditResult struct {
	// Suggestion is what to do: "block", "review" (by a person) or "pass".
	Suggestion string `json:"Suggestion,omitzero"`
	// Label is what was found: "spam", "ad", "abuse", "flood", "contraband", "meaningless" or
	// "normal".
	Label string `json:"Label,omitzero"`
	// Score is that of the label, from 0 to 100. VOD sends it as text.
	Score float64 `json:"Score,omitzero"`
	// Scene is the kind: "antispam".
	Scene string `json:"Scene,omitzero"`
	// Type is what the text is: "title".
	Type string `json:"Type,omitzero"`
	// Content is the text.
	Content string `json:"Content,omitzero"`
}
