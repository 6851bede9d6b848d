package vod

// VideoAnalysisComplete reports what VOD found out about a source file. It is sent
// for every upload. VOD sends its numbers as text.
//
// Source: https://help.aliyun.com/en/vod/user-guide/videoanalysiscomplete (read 2026-11-23).
type VideoAnalysisComplete struct {
	Header // Status is "success" or "fail"; on failure there is nothing but VideoID

	// VideoID is the id of the video or audio; always there.
	VideoID string `json:"VideoId,omitzero" vod:"subject"`
	// Width and Height are in pixels; 0 for audio.
	Width  int64 `json:"Width,omitzero"`
	Height int64 `json:"Height,omitzero"`
	// Duration is how long it plays, in seconds.
	Duration float64 `json:"Duration,omitzero"`
	// Bitrate is the data rate, in kbit/s: a decimal number as text.
	Bitrate string `json:"Bitrate,omitzero"`
	// Fps is the frame rate, in frames per second: a decimal number as text, such as
	// "29.97"; empty for audio.
	Fps string `json:"Fps,omitzero"`
	// Size is that of the source file, in bytes.
	Size int64 `json:"Size,omitzero"`
}
