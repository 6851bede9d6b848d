package vod

// MediaBaseChangeComplete reports that the description of a medium changed:
// through CreateUploadVideo, UpdateVideoInfo, UpdateVideoInfos or DeleteVideo.
// It is usually the first event of a video.
//
// Source: https://help.aliyun.com/en/vod/user-guide/mediabasechangecomplete (read 2026-11-23).
type MediaBaseChangeComplete struct {
	Header // Status is "success" or "fail", of the notice

	// MediaID is the id of the medium; always there.
	MediaID string `json:"MediaId,omitzero" vod:"subject"`
	// MediaType is what kind of medium it is: "video" (audio too), "image" or
	// "attached".
	MediaType string `json:"MediaType,omitzero"`
	// OperateMode is what was done: "create", "update" or "delete".
	OperateMode string `json:"OperateMode,omitzero"`
	// MediaContent holds what changed. The page calls it text; VOD sends an object.
	MediaContent MediaContent `json:"MediaContent,omitzero"`
}

// MediaContent is what changed in a [MediaBaseChangeComplete]. A field is nil if
// its value did not change.
type MediaContent struct {
	// Title is what the medium is called.
	Title *Change `json:"Title,omitzero"`
	// Description is free text about the medium.
	Description *Change `json:"Description,omitzero"`
	// CoverURL is the URL of the cover, with http or https.
	CoverURL *Change `json:"CoverURL,omitzero"`
	// CateID is the id of the category: decimal digits.
	CateID *Change `json:"CateId,omitzero"`
	// Tags are those of the medium, as text with commas between.
	Tags *Change `json:"Tags,omitzero"`
}

// Change is one value before and after. VOD sends it as JSON in text. Numbers and
// booleans become their literal text, objects and lists their JSON. If VOD sends the
// bare value instead of a pair, it is the NewValue; so is an object that has neither
// an OldValue nor a NewValue.
type Change struct {
	// OldValue is the value before; nil if there was none, as on create, or if VOD
	// does not say.
	OldValue *string `json:"OldValue,omitzero" vod:"opaque"`
	// NewValue is the value now; nil if there is none, as on delete, or if VOD does not
	// say.
	NewValue *string `json:"NewValue,omitzero" vod:"opaque"`
}

// DeleteMediaComplete reports that a medium or some of its files were deleted. VOD
// says that it is sent for DeleteVideo only.
//
// Source: https://help.aliyun.com/en/vod/user-guide/deletemediacomplete (read 2026-11-23).
type DeleteMediaComplete struct {
	Header // Status is "success" or "fail"

	// MediaID is the id of the medium; always there.
	MediaID string `json:"MediaId,omitzero" vod:"subject"`
	// MediaType is what kind of medium it is: "video" (audio too), "image" or
	// "attached".
	MediaType string `json:"MediaType,omitzero"`
	// DeleteType is what was deleted: "all", "mezzanine" (the source file) or "stream" (outputs).
	DeleteType string `json:"DeleteType,omitzero"`
	// JobIDs holds the jobs whose outputs were deleted; for DeleteType "stream"
	// only. VOD sends them as text and does not say what is between: commas,
	// semicolons and blanks are read.
	JobIDs []string `json:"JobIds,omitzero"`
}
