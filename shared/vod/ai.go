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
	// JobID is the id of the job; always there.
	JobID string `json:"JobId,omitzero"`
	// Code and Message say how the job ended: "0" and "OK" on success. On failure they
	// are what other events call ErrorCode and ErrorMessage. Then [Header] has them
	// under these names.
	Code    string `json:"Code,omitzero"`
	Message string `json:"Message,omitzero"`
	// Data holds the tags; absent on failure. VOD sends it as JSON in text.
	Data VideoTags `json:"Data,omitzero"`
}

// VideoTags holds the tags of a video by what they are about.
type VideoTags struct {
	// Keyword holds keywords.
	Keyword []VideoTag `json:"Keyword,omitzero"`
	// Person holds persons that are seen.
	Person []VideoTag `json:"Person,omitzero"`
	// Location holds places.
	Location []VideoTag `json:"Location,omitzero"`
	// Time holds times, in words.
	Time []VideoTag `json:"Time,omitzero"`
	// Category holds kinds of videos.
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
	// FaceURL is the URL of a picture of the face; for persons only.
	FaceURL string `json:"FaceUrl,omitzero"`
}

// AIMediaDNAComplete reports which other videos have the same pictures in them.
//
// Source: https://help.aliyun.com/en/vod/user-guide/aimediadnacomplete (read 2026-11-23).
type AIMediaDNAComplete struct {
	Header // Status is "success" or "fail"; Time may have milliseconds

	// MediaID is the id of the video; always there.
	MediaID string `json:"MediaId,omitzero" vod:"subject"`
	// JobID is the id of the job; always there.
	JobID string `json:"JobId,omitzero"`
	// Code and Message say how the job ended: "0" and "OK" on success. On failure they
	// are what other events call ErrorCode and ErrorMessage. Then [Header] has them
	// under these names.
	Code    string `json:"Code,omitzero"`
	Message string `json:"Message,omitzero"`
	// CompleteTime is when the job ended; older pages do not have it.
	CompleteTime time.Time `json:"CompleteTime,omitzero"`
	// Data holds what was found; absent on failure. VOD sends it as JSON in
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
	// PrimaryKey is the id of the other video.
	PrimaryKey string `json:"PrimaryKey,omitzero" vod:"id"`
	// Similarity is how much they have in common, from 0 to 1. VOD sends it as text.
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
	// Start and Duration are in seconds; Start counts from the beginning of the video.
	Start    float64 `json:"Start,omitzero"`
	Duration float64 `json:"Duration,omitzero"`
}
