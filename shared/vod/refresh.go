package vod

// SubmitMediaRefreshComplete reports that the play URLs of a medium were handed to
// the CDN to be refreshed or preloaded, as RefreshMediaPlayUrls asked; not that
// the CDN is done, which DescribeVodRefreshTasks tells. The console cannot
// subscribe to it, only SetMessageCallback can.
//
// Source: https://help.aliyun.com/en/vod/user-guide/submitmediarefreshcomplete (read 2026-11-23).
type SubmitMediaRefreshComplete struct {
	Header // Status is "success" or "fail", of the submission

	// MediaID is the id of the video or audio; always there.
	MediaID string `json:"MediaId,omitzero" vod:"subject"`
	// MediaRefreshJobID is the id of the refresh job; always there.
	MediaRefreshJobID string `json:"MediaRefreshJobId,omitzero"`
	// TaskType is what was asked for: "Refresh" or "Preload", in any case, see
	// [strings.EqualFold].
	TaskType string `json:"TaskType,omitzero"`
	// SuccessPlayURLs holds the play URLs that were submitted, with http or https.
	// VOD sends them as text with commas between.
	SuccessPlayURLs []string `json:"SuccessPlayUrls,omitzero"`
	// TaskIDs holds the ids of the CDN's tasks, one per URL. VOD sends them as text with commas
	// between.
	TaskIDs []string `json:"TaskIds,omitzero"`
	// FilterPolicy is what RefreshMediaPlayUrls asked for. VOD sends it as JSON in
	// text.
	FilterPolicy FilterPolicy `json:"FilterPolicy,omitzero"`
}

// FilterPolicy says which play URLs a [SubmitMediaRefreshComplete] is about, in
// the words of RefreshMediaPlayUrls. Empty means that there was no such condition.
type FilterPolicy struct {
	// Formats holds containers, such as "mp4" and "m3u8".
	Formats []string `json:"Formats,omitzero"`
	// Definitions holds definitions of streams, such as "SD".
	Definitions []string `json:"Definitions,omitzero"`
	// StreamType is which streams are meant: "video" or "audio".
	StreamType string `json:"StreamType,omitzero"`
	// SliceFlag says whether the segments of m3u8 streams are meant too.
	SliceFlag bool `json:"SliceFlag,omitzero"`
	// SliceCount is how many segments of each stream are.
	SliceCount int64 `json:"SliceCount,omitzero"`
	// ResultType is "Single" or "Multiple": one stream of each kind, or all.
	ResultType string `json:"ResultType,omitzero"`
}
