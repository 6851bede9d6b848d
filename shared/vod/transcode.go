package vod

import "time"

// Stream is one output of a transcoding job. A failed one lacks most fields; which
// of them is not documented.
//
// Source: https://help.aliyun.com/en/vod/user-guide/streamtranscodecomplete (read 2026-11-23).
type Stream struct {
	// JobID is the id of the transcoding job of this stream.
	JobID string `json:"JobId,omitzero"`
	// Definition names the quality: "FD", "LD", "SD", "HD", "OD", "2K", "4K", "AUTO"; of audio "SQ"
	// or "HQ"; with other templates also something like "HD-MP4" or "UHD". It says
	// nothing about Width and Height.
	Definition string `json:"Definition,omitzero"`
	// Format is the container: "mp4", "m3u8" or another, such as "mp3", "flv", "mpd".
	Format string `json:"Format,omitzero"`
	// FileURL is where the stream plays, with http, and not signed: where URL
	// signing is on, it answers 403 without an auth_key.
	FileURL string `json:"FileUrl,omitzero"`
	// Width and Height are in pixels; 0 for audio.
	Width  int64 `json:"Width,omitzero"`
	Height int64 `json:"Height,omitzero"`
	// Duration is how long the stream plays, in seconds.
	Duration float64 `json:"Duration,omitzero"`
	// Size is that of the stream's files, in bytes.
	Size int64 `json:"Size,omitzero"`
	// Bitrate is the data rate, in kbit/s: a decimal number as text. It may be
	// missing.
	Bitrate string `json:"Bitrate,omitzero"`
	// Fps is the frame rate, in frames per second: a decimal number as text, such as
	// "29.97". It may be missing, and is for audio.
	Fps string `json:"Fps,omitzero"`
	// Codec is how the stream is coded; on the page of October 2023 only.
	Codec string `json:"Codec,omitzero"`
	// Encrypt says whether the stream is encrypted.
	Encrypt bool `json:"Encrypt,omitzero"`
	// EncryptType says how it is; on the page of October 2023 only, without values.
	EncryptType string `json:"EncryptType,omitzero"`
	// IsAudio says whether the stream has no picture. Events before about 2019 lack
	// it.
	IsAudio bool `json:"IsAudio,omitzero"`
	// WatermarkID holds the ids of the watermarks. VOD sends them as text with
	// commas between.
	WatermarkID []string `json:"WatermarkId,omitzero"`
	// StartTime and FinishTime are when the job began and ended. Events before about 2019 lack
	// them.
	StartTime  time.Time `json:"StartTime,omitzero"`
	FinishTime time.Time `json:"FinishTime,omitzero"`
}

// StreamTranscodeComplete reports that one output of a transcoding job is done: one
// definition in one format. From the first one that succeeded on the video can be
// played. It may come after the [TranscodeComplete] of the whole.
//
// Source: https://help.aliyun.com/en/vod/user-guide/streamtranscodecomplete (read 2026-11-23).
type StreamTranscodeComplete struct {
	Header // Status is "success" or "fail"

	// VideoID is the id of the video or audio; always there.
	VideoID string `json:"VideoId,omitzero" vod:"subject"`

	Stream
}

// TranscodeComplete reports that all outputs of a job are done, well or not. It is
// sent again for each new transcoding of the video, and not at all for the template
// group that does not transcode.
//
// Source: https://help.aliyun.com/en/vod/user-guide/transcodecomplete (read 2026-11-23).
type TranscodeComplete struct {
	Header // Status is "success" if at least one stream succeeded, else "fail"

	// VideoID is the id of the video or audio; always there.
	VideoID string `json:"VideoId,omitzero" vod:"subject"`
	// StreamInfos holds the outputs, in no particular order, failed ones among them.
	// It may be missing when all failed.
	StreamInfos []StreamInfo `json:"StreamInfos,omitzero"`
	// Preprocess says whether SubmitPreprocessJobs started it, which prepares a video
	// for production studios. Source: that operation's page (VOD, edition of July 2021).
	Preprocess bool `json:"Preprocess,omitzero"`
}

// StreamInfo is one output of a [TranscodeComplete].
type StreamInfo struct {
	Stream

	// Status is "success" or "fail", of this stream alone.
	Status Status `json:"Status,omitzero"`
	// ErrorCode and ErrorMessage say why this stream failed; else they are empty.
	ErrorCode    string `json:"ErrorCode,omitzero"`
	ErrorMessage string `json:"ErrorMessage,omitzero"`
}
