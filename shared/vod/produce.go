package vod

// ProduceMediaComplete reports the end of a production in the online editor. On
// success the result is a source file: FileUploadComplete and what follows from it
// are sent for MediaID too.
//
// Source: https://help.aliyun.com/en/vod/user-guide/producemediacomplete (read 2026-11-23).
type ProduceMediaComplete struct {
	Header // Status is "success" or "fail"

	// MediaID is the id of the resulting video; always there.
	MediaID string `json:"MediaId,omitzero" vod:"subject"`
	// ProjectID is the id of the editing project; always there.
	ProjectID string `json:"ProjectId,omitzero"`
}
