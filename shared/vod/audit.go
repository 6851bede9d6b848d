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
	MediaID string `json:"MediaId" vod:"subject"`
	// SubType is what was reviewed: "video".
	SubType string `json:"SubType"`
	// AuditStatus is "Normal" or "Blocked".
	AuditStatus string `json:"AuditStatus"`
	// CreationTime is when it was reviewed.
	CreationTime time.Time `json:"CreationTime"`
	// Auditor and Reason are free text in any language; they may be empty.
	Auditor string `json:"Auditor"`
	Reason  string `json:"Reason"`
}

// AIMediaAuditComplete reports that automated review of a video ended.
//
// Source: https://help.aliyun.com/en/vod/user-guide/aimediaauditcomplete (read
// 2026-11-23); the structure of Data is from "video AI parameters" (VOD, edition of
// July 2021).
type AIMediaAuditComplete struct {
	Header // Status is "success" or "fail", of the job; Time may have milliseconds

	// MediaID is the id of the video; always there.
	MediaID string `json:"MediaId" vod:"subject"`
	// JobID is what SubmitAIMediaAuditJob returned; always there.
	JobID string `json:"JobId"`
	// Code and Message are those of the job; "0" and "OK" on success. On failure
	// they are in the Header as ErrorCode and ErrorMessage too.
	Code    string `json:"Code"`
	Message string `json:"Message"`
	// Data is the verdict; the zero value on failure. VOD sends an object, or the
	// same as text.
	Data AuditResult `json:"Data"`
}

// AuditResult is the verdict of automated review.
type AuditResult struct {
	// Suggestion is "block", "review" or "pass".
	Suggestion string `json:"Suggestion"`
	// Label holds "porn", "terrorism" or "normal". VOD sends text with commas
	// between.
	Label []string `json:"Label"`
	// AbnormalModules holds what is not fine: "video", "image-cover", "text-title".
	// VOD sends text with commas between.
	AbnormalModules []string `json:"AbnormalModules"`
	// VideoResult is about the pictures of the video; nil if they were not reviewed.
	VideoResult *VideoAuditResult `json:"VideoResult"`
	// ImageResult is about still images, such as the cover.
	ImageResult []ImageAuditResult `json:"ImageResult"`
	// TextResult is about texts, such as the title.
	TextResult []TextAuditResult `json:"TextResult"`
	// Extra holds the members that have no field, by name, as they came.
	Extra map[string]json.RawMessage `json:"-"`
}

// VideoAuditResult is what automated review found in the pictures of a video.
type VideoAuditResult struct {
	// Suggestion is "block", "review" or "pass".
	Suggestion string `json:"Suggestion"`
	// Label is "porn", "terrorism" or "normal"; several have commas between.
	Label string `json:"Label"`
	// TerrorismResult and PornResult are nil if the template does not ask for them.
	// The labels of the first are "terrorism", "outfit", "logo", "weapon",
	// "politics", "others", "normal", those of the second "porn", "sexy", "normal".
	TerrorismResult *SceneAuditResult `json:"TerrorismResult"`
	PornResult      *SceneAuditResult `json:"PornResult"`
	// Extra holds the members that have no field, such as the results for
	// advertisements, logos and live pictures, whose names are not documented.
	Extra map[string]json.RawMessage `json:"-"`
}

// SceneAuditResult is what automated review found of one kind. Scores are from 0 to
// 100; VOD sends them as text with ten decimals.
type SceneAuditResult struct {
	// Suggestion is "block", "review" or "pass".
	Suggestion string `json:"Suggestion"`
	// Label is the one that decided, see [VideoAuditResult].
	Label string `json:"Label"`
	// MaxScore and AverageScore are over all pictures.
	MaxScore     float64 `json:"MaxScore"`
	AverageScore float64 `json:"AverageScore"`
	// CounterList says how many pictures have each label.
	CounterList []AuditCounter `json:"CounterList"`
	// TopList holds the ten pictures with the highest scores.
	TopList []AuditFrame `json:"TopList"`
}

// AuditCounter is how many pictures of a video have a label.
type AuditCounter struct {
	Label string `json:"Label"`
	Count int64  `json:"Count"`
}

// AuditFrame is one picture of a video in a [SceneAuditResult].
type AuditFrame struct {
	Label string `json:"Label"`
	// Score is from 0 to 100.
	Score float64 `json:"Score"`
	// Timestamp is the place in the video, in milliseconds.
	Timestamp int64 `json:"Timestamp"`
	// URL is that of the picture, which VOD keeps for two weeks.
	URL string `json:"Url"`
}

// ImageAuditResult is what automated review found in a still image.
type ImageAuditResult struct {
	// Suggestion is "block", "review" or "pass".
	Suggestion string `json:"Suggestion"`
	// Label is as in [VideoAuditResult].
	Label string `json:"Label"`
	// Type is what the image is: "cover".
	Type string `json:"Type"`
	// URL is that of the image.
	URL string `json:"Url"`
	// Result holds one item per kind of finding.
	Result []SceneScore `json:"Result"`
}

// SceneScore is what automated review found of one kind in a still image.
type SceneScore struct {
	// Suggestion is "block", "review" or "pass".
	Suggestion string `json:"Suggestion"`
	// Label is as in [VideoAuditResult].
	Label string `json:"Label"`
	// Score is from 0 to 100.
	Score float64 `json:"Score"`
	// Scene is the kind: "terrorism" or "porn".
	Scene string `json:"Scene"`
}

// TextAuditResult is what automated review found in a text.
type TextAuditResult struct {
	// Suggestion is "block", "review" or "pass".
	Suggestion string `json:"Suggestion"`
	// Label is "spam", "ad", "abuse", "flood", "contraband", "meaningless" or
	// "normal".
	Label string `json:"Label"`
	// Score is from 0 to 100.
	Score float64 `json:"Score"`
	// Scene is the kind: "antispam".
	Scene string `json:"Scene"`
	// Type is what the text is: "title".
	Type string `json:"Type"`
	// Content is the text.
	Content string `json:"Content"`
}
