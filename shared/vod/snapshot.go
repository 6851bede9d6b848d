package vod

import (
	"fmt"
	"strings"
)

// SnapshotComplete reports that pictures were taken from a video. Snapshots and
// transcoding run at the same time; which event comes first is not fixed.
//
// Source: https://help.aliyun.com/en/vod/user-guide/snapshotcomplete (read 2026-11-23).
type SnapshotComplete struct {
	Header // Status is "success" or "fail"; the page's sample has none

	// VideoID is the id of the video. The page calls it required, its sample lacks
	// it.
	VideoID string `json:"VideoId,omitzero" vod:"subject"`
	// SubType is "SpecifiedTime" if SubmitSnapshotJob started it, else empty.
	SubType string `json:"SubType,omitzero"`
	// CoverURL is the URL of the cover, with http; empty on failure. If the video has
	// no cover yet, the middle snapshot becomes it. Signed URLs of older events
	// expire.
	CoverURL string `json:"CoverUrl,omitzero"`
	// SnapshotInfos holds one item per job; empty on failure.
	SnapshotInfos []SnapshotInfo `json:"SnapshotInfos,omitzero"`
	// Snapshots holds signed URLs of the pictures, which expire. It is not
	// documented; receivers of older events read it.
	Snapshots []string `json:"Snapshots,omitzero"`
}

// SnapshotInfo is one job of a [SnapshotComplete]. VOD documents all fields as
// required.
type SnapshotInfo struct {
	// JobID is the id of the snapshot job.
	JobID string `json:"JobId,omitzero"`
	// Status is "success" or "fail", of this job alone.
	Status Status `json:"Status,omitzero"`
	// SnapshotType is what the pictures are for: "CoverSnapshot", "NormalSnapshot" or "SpriteSnapshot".
	SnapshotType string `json:"SnapshotType,omitzero"`
	// SnapshotCount is how many pictures there are.
	SnapshotCount int64 `json:"SnapshotCount,omitzero"`
	// SnapshotFormat is the path of the pictures in the bucket, with {SnapshotCount}
	// where the number of the picture goes.
	SnapshotFormat string `json:"SnapshotFormat,omitzero"`
	// SnapshotRegular is the URL of the pictures, with http, and with
	// {SnapshotCount} where the number of the picture goes, see [SnapshotInfo.URL].
	// VOD prefers it to SnapshotFormat.
	SnapshotRegular string `json:"SnapshotRegular,omitzero"`
}

// URL returns the URL of picture n, from 1 to SnapshotCount. VOD writes the number
// with five digits.
func (s SnapshotInfo) URL(n int) string {
	return strings.ReplaceAll(s.SnapshotRegular, "{SnapshotCount}", fmt.Sprintf("%05d", n))
}

// DynamicImageComplete reports that an animated picture was made from a video.
//
// Source: https://help.aliyun.com/en/vod/user-guide/dynamicimagecomplete (read 2026-11-23).
type DynamicImageComplete struct {
	Header // Status is "success" or "fail"

	// VideoID is the id of the video; always there.
	VideoID string `json:"VideoId,omitzero" vod:"subject"`
	// JobID is the id of the job; always there.
	JobID string `json:"JobId,omitzero"`
	// DynamicImageJobInfos holds the pictures; empty on failure. VOD sends an object, a
	// list of objects, or either as text.
	DynamicImageJobInfos []DynamicImageInfo `json:"DynamicImageJobInfo,omitzero"`
}

// DynamicImageInfo is one picture of a [DynamicImageComplete]. VOD sends its
// numbers as text.
type DynamicImageInfo struct {
	// JobID is the id of the job; always there.
	JobID string `json:"JobId,omitzero"`
	// Status is "success" or "fail", of this picture alone; always there.
	Status Status `json:"Status,omitzero"`
	// FileURL is the URL of the picture, with http; always there. Without a domain for
	// the CDN it is on OSS, and works only if the bucket may be read by everybody.
	FileURL string `json:"FileURL,omitzero"`
	// FileSize is that of the picture, in bytes.
	FileSize int64 `json:"FileSize,omitzero"`
	// Fps is the frame rate, in frames per second: a decimal number as text.
	Fps string `json:"Fps,omitzero"`
	// Width and Height are in pixels.
	Width  int64 `json:"Width,omitzero"`
	Height int64 `json:"Height,omitzero"`
}
