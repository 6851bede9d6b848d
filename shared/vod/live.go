package vod

import "time"

// AddLiveRecordVideoComplete reports that a recording of a live stream became a
// video: when a recording period ends, or when the stream was interrupted
// for more than three minutes.
//
// Source: https://help.aliyun.com/en/vod/user-guide/addliverecordvideocomplete (read 2026-11-23).
type AddLiveRecordVideoComplete struct {
	Header // Status is "success" or "fail"

	// VideoID is the id of the new video; always there.
	VideoID string `json:"VideoId,omitzero" vod:"subject"`
	// StreamName, DomainName and AppName name the live stream.
	StreamName string `json:"StreamName,omitzero"`
	DomainName string `json:"DomainName,omitzero"`
	AppName    string `json:"AppName,omitzero"`
	// RecordStartTime and RecordEndTime are the span of time that was recorded.
	RecordStartTime time.Time `json:"RecordStartTime,omitzero"`
	RecordEndTime   time.Time `json:"RecordEndTime,omitzero"`
	// UserID is the id of the account: decimal digits. It is not documented; a
	// receiver saw it in 2020.
	UserID string `json:"UserId,omitzero"`
}

// LiveRecordVideoComposeStart reports that VOD began to compose the recordings of a
// live stream that ended. That it is done is told by the [FileUploadComplete] of the
// same VideoID.
//
// Source: https://help.aliyun.com/en/vod/user-guide/liverecordvideocomposestart (read 2026-11-23).
type LiveRecordVideoComposeStart struct {
	Header // Status is "success" or "fail", of the start

	// VideoID is the id of the video to come; always there.
	VideoID string `json:"VideoId,omitzero" vod:"subject"`
	// StreamName, DomainName and AppName name the live stream.
	StreamName string `json:"StreamName,omitzero"`
	DomainName string `json:"DomainName,omitzero"`
	AppName    string `json:"AppName,omitzero"`
}
