package vod

// VideoAnalysisComplete reports what VOD found out about a source file. It is sent
// for every upload. VOD sends its numbers as text.
//
// Source: https://help.aliyun.com/en/vod/user-guide/videoanalysiscomplete (read 2026-11-23).
type VideoAnalysisComplete struct {
	Header // Status is "success" or "fail"; on failure there is nothing but VideoID

	// VideoID is the id of the video or audio; always there.
	VideoID string `json:"VideoId" vod:"subject"`
	// Width and Height are in pixels; 0 for audio.
	Width  int64 `json:"Width"`
	Height int64 `json:"Height"`
	// Duration is in seconds.
	Duration float64 `json:"Duration"`
	// Bitrate is in kbit/s: a decimal number as text.
	Bitrate string `json:"Bitrate"`
	// Fps is in frames per second: a decimal number as text, such as "29.97"; empty
	// for audio.
	Fps string `json:"Fps"`
	// Size is in bytes.
	Size int64 `json:"Size"`
}
