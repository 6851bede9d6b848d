package vod

// FileUploadComplete reports that VOD has the whole source file of a video or audio:
// after an upload, a pull from a URL, a composed live recording or a production.
// An upload that fails or stops half-way is never reported. A new upload to the
// same id sends it again.
//
// Source: https://help.aliyun.com/en/vod/user-guide/fileuploadcomplete (read 2026-11-23).
type FileUploadComplete struct {
	Header // Status is "success"; older events have none

	// VideoID is the id of the video or audio; always there.
	VideoID string `json:"VideoId,omitzero" vod:"subject"`
	// Size is that of the source file, in bytes; 0 if VOD does not say.
	Size int64 `json:"Size,omitzero"`
	// FileURL is the URL of the source file, on OSS or the CDN, not signed; with http.
	FileURL string `json:"FileUrl,omitzero"`
}

// ImageUploadComplete reports that VOD has an image. An upload that fails is never
// reported.
//
// Source: https://help.aliyun.com/en/vod/user-guide/imageuploadcomplete (read 2026-11-23).
type ImageUploadComplete struct {
	Header // Status is "success"; Time has milliseconds

	// ImageID is the id of the image; always there. There is no VideoId.
	ImageID string `json:"ImageId,omitzero" vod:"subject"`
	// Size is that of the image, in bytes; 0 if VOD does not say.
	Size int64 `json:"Size,omitzero"`
	// FileURL is the URL of the image, with http or https.
	FileURL string `json:"FileURL,omitzero"`
	// AppID is the id of the application that the image belongs to; "app-1000000" is the
	// default one. Only in the page's sample.
	AppID string `json:"AppId,omitzero"`
}

// AttachedMediaUploadComplete reports that VOD has an attached medium, such as a
// watermark or a subtitle. An upload that fails is never reported.
//
// Source: https://help.aliyun.com/en/vod/user-guide/attachedmediauploadcomplete (read 2026-11-23).
type AttachedMediaUploadComplete struct {
	Header // Status is "success"

	// AttachedMediaID is the id of the attached medium; always there.
	AttachedMediaID string `json:"AttachedMediaId,omitzero" vod:"subject"`
	// Size is that of the file, in bytes.
	Size int64 `json:"Size,omitzero"`
	// FileURL is the URL of the file, with http or https.
	FileURL string `json:"FileURL,omitzero"`
}

// UploadByURLComplete reports the end of a pull that UploadMediaByURL started. On
// success FileUploadComplete and what follows from it are sent for the video too.
//
// A pull of one transcoded stream has the same EventType, see
// [UploadStreamByURLComplete].
//
// Source: https://help.aliyun.com/en/vod/user-guide/uploadbyurlcomplete (read 2026-11-23).
type UploadByURLComplete struct {
	Header // Status is "success", "fail", or absent

	// VideoID is the id of the new video or audio; only on success, although the
	// page calls it required.
	VideoID string `json:"VideoId,omitzero" vod:"subject"`
	// JobID is the id of the upload job; always there.
	JobID string `json:"JobId,omitzero"`
	// SourceURL is where the file was pulled from. The page's samples write the name
	// with a trailing blank.
	SourceURL string `json:"SourceURL,omitzero"`
	// Size is that of the file, in bytes; only on success. VOD sends it as text.
	Size int64 `json:"Size,omitzero"`
}

// fileTypeStream is the FileType that tells an [UploadStreamByURLComplete].
const fileTypeStream = "Stream"

// UploadStreamByURLComplete reports the end of a pull of one transcoded stream that
// UploadStreamByURL started. Its EventType is [TypeUploadByURLComplete]; its
// FileType tells it from the pull of a whole video, see [UploadByURLComplete]. No new
// medium comes of it.
//
// Source: https://help.aliyun.com/en/vod/user-guide/uploadbyurlcomplete-1 (read 2026-11-23).
type UploadStreamByURLComplete struct {
	Header // Status is "success" or "fail"

	// VideoID is the id of the video that the stream belongs to; always there.
	VideoID string `json:"VideoId,omitzero" vod:"subject"`
	// JobID is the id of the stream's upload job; always there.
	JobID string `json:"JobId,omitzero"`
	// SourceURL is where the stream was pulled from, with http or https; always
	// there.
	SourceURL string `json:"SourceURL,omitzero"`
	// FileType says that a stream was pulled, and not a whole video: "Stream", in any
	// case.
	FileType string `json:"FileType,omitzero"`
	// StreamFileURL is the URL of the stream on OSS, with http; only on success.
	StreamFileURL string `json:"StreamFileURL,omitzero"`
}
