package vod

import "time"

// Stream is one output of a transcoding job. A failed one lacks most fields; which
// of them is not documented.
//
// Source: https://help.aliyun.com/en/vod/user-guide/streamtranscodecomplete (read 2026-11-23).
type Stream struct {
	// JobID is that of the transcoding job of this stream.
	JobID string `json:"JobId"`
	// Definition is "FD", "LD", "SD", "HD", "OD", "2K", "4K", "AUTO"; of audio "SQ"
	// or "HQ"; with other templates also something like "HD-MP4" or "UHD". It says
	// nothing about Width and Height.
	Definition string `json:"Definition"`
	// Format is "mp4", "m3u8" or another container, such as "mp3", "flv", "mpd".
	Format string `json:"Format"`
	// FileURL is where the stream plays, with http, and not signed: where URL
	// signing is on, it answers 403 without an auth_key.
	FileURL string `json:"FileUrl"`
	// Width and Height are in pixels; 0 for audio.
	Width  int64 `json:"Width"`
	Height int64 `json:"Height"`
	// Duration is in seconds.
	Duration float64 `json:"Duration"`
	// Size is in bytes.
	Size int64 `json:"Size"`
	// Bitrate is in kbit/s: a decimal number as text. It may be missing.
	Bitrate string `json:"Bitrate"`
	// Fps is in frames per second: a decimal number as text, such as "29.97". It
	// may be missing, and is for audio.
	Fps string `json:"Fps"`
	// Codec is that of the stream; on the page of October 2023 only.
	Codec string `json:"Codec"`
	// Encrypt says whether the stream is encrypted.
	Encrypt bool `json:"Encrypt"`
	// EncryptType says how it is; on the page of October 2023 only, without values.
	EncryptType string `json:"EncryptType"`
	// IsAudio says whether the stream has no picture. Events before about 2019 lack
	// it.
	IsAudio bool `json:"IsAudio"`
	// WatermarkID holds the ids of the watermarks. VOD sends them as text with
	// commas between.
	WatermarkID []string `json:"WatermarkId"`
	// StartTime and FinishTime are those of the job. Events before about 2019 lack
	// them.
	StartTime  time.Time `json:"StartTime"`
	FinishTime time.Time `json:"FinishTime"`
}

// StreamTranscodeComplete reports that one output of a transcoding job is done: one
// definition in one format. From the first one that succeeded on the video can be
// played. It may come after the [TranscodeComplete] of the whole.
//
// Source: https://help.aliyun.com/en/vod/user-guide/streamtranscodecomplete (read 2026-11-23).
type StreamTranscodeComplete struct {
	Header // Status is "success" or "fail"

	// VideoID is the id of the video or audio; always there.
	VideoID string `json:"VideoId" vod:"subject"`

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
	VideoID string `json:"VideoId" vod:"subject"`
	// StreamInfos holds the outputs, in no particular order, failed ones among them.
	// It may be missing when all failed.
	StreamInfos []StreamInfo `json:"StreamInfos"`
	// Preprocess says whether SubmitPreprocessJobs started it. Source: that
	// operation's page (VOD, edition of July 2021).
	Preprocess bool `json:"Preprocess"`
}

// StreamInfo is one output of a [TranscodeComplete].
type StreamInfo struct {
	Stream

	// Status is "success" or "fail", of this stream alone.
	Status Status `json:"Status"`
	// ErrorCode and ErrorMessage say why this stream failed; else they are empty.
	ErrorCode    string `json:"ErrorCode"`
	ErrorMessage string `json:"ErrorMessage"`
}
