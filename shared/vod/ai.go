package vod

import (
	"encoding/json"
	"time"
)

// AIVideoTagComplete reports what a video is about, as far as a machine can tell.
//
// Source: https://help.aliyun.com/en/vod/user-guide/aivideotagcomplete (read 2026-11-23).
type AIVideoTagComplete struct {
	Header // Status is "success" or "fail"

	// MediaID is the id of the video; always there.
	MediaID string `json:"MediaId,omitzero" vod:"subject"`
	// JobID is that of the job; always there.
	JobID string `json:"JobId,omitzero"`
	// Code and Message are those of the job; "0" and "OK" on success. On failure
	// they are in the Header as ErrorCode and ErrorMessage too.
	Code    string `json:"Code,omitzero"`
	Message string `json:"Message,omitzero"`
	// Data holds the tags; the zero value on failure. VOD sends it as JSON in text.
	Data VideoTags `json:"Data,omitzero"`
}

// VideoTags holds the tags of a video by what they are about.
type VideoTags struct {
	Keyword  []VideoTag `json:"Keyword,omitzero"`
	Person   []VideoTag `json:"Person,omitzero"`
	Location []VideoTag `json:"Location,omitzero"`
	Time     []VideoTag `json:"Time,omitzero"`
	Category []VideoTag `json:"Category,omitzero"`
	// OrigASRData is what was said in the video. Its structure is not documented, so
	// it is left as it came.
	OrigASRData json.RawMessage `json:"OrigASRData,omitzero"`
}

// VideoTag is one tag of a video.
type VideoTag struct {
	// Tag is a word in the language of the video.
	Tag string `json:"Tag,omitzero"`
	// Times holds where in the video it applies, in milliseconds. VOD sends them as
	// text.
	Times []int64 `json:"Times,omitzero"`
	// FaceURL is that of a picture of the face; for persons only.
	FaceURL string `json:"FaceUrl,omitzero"`
}

// AIMediaDNAComplete reports which other videos have the same pictures in them.
//
// Source: https://help.aliyun.com/en/vod/user-guide/aimediadnacomplete (read 2026-11-23).
type AIMediaDNAComplete struct {
	Header // Status is "success" or "fail"; Time may have milliseconds

	// MediaID is the id of the video; always there.
	MediaID string `json:"MediaId,omitzero" vod:"subject"`
	// JobID is that of the job; always there.
	JobID string `json:"JobId,omitzero"`
	// Code and Message are those of the job; "0" and "OK" on success. On failure
	// they are in the Header as ErrorCode and ErrorMessage too.
	Code    string `json:"Code,omitzero"`
	Message string `json:"Message,omitzero"`
	// CompleteTime is when the job ended; older pages do not have it.
	CompleteTime time.Time `json:"CompleteTime,omitzero"`
	// Data holds what was found; the zero value on failure. VOD sends it as JSON in
	// text.
	Data MediaDNA `json:"Data,omitzero"`
}

// MediaDNA holds what a comparison of videos found.
type MediaDNA struct {
	// VideoDNA holds one item per video that has something in common with this one.
	VideoDNA []DNAMatch `json:"VideoDNA,omitzero"`
}

// DNAMatch is a video that has something in common with another.
type DNAMatch struct {
	// PrimaryKey is the VideoId of the other video.
	PrimaryKey string `json:"PrimaryKey,omitzero" vod:"id"`
	// Similarity is from 0 to 1. VOD sends it as text.
	Similarity float64 `json:"Similarity,omitzero"`
	// Detail holds the spans that they have in common.
	Detail []DNADetail `json:"Detail,omitzero"`
}

// DNADetail is a span that two videos have in common.
type DNADetail struct {
	// Input is the span in the video that the event is about.
	Input DNASpan `json:"Input,omitzero"`
	// Duplication is the same span in the other video.
	Duplication DNASpan `json:"Duplication,omitzero"`
}

// DNASpan is a span of a video. VOD sends its numbers as text.
type DNASpan struct {
	// Start and Duration are in seconds.
	Start    float64 `json:"Start,omitzero"`
	Duration float64 `json:"Duration,omitzero"`
}
