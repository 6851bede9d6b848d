package vod

// newEvent returns a new event of type t: the one table from types to structs.
// UploadByURLComplete has a second shape, which [Parse] tells by its FileType.
func newEvent(t Type) Event {
	switch t {
	case TypeFileUploadComplete:
		return new(FileUploadComplete)
	case TypeImageUploadComplete:
		return new(ImageUploadComplete)
	case TypeStreamTranscodeComplete:
		return new(StreamTranscodeComplete)
	case TypeTranscodeComplete:
		return new(TranscodeComplete)
	case TypeSnapshotComplete:
		return new(SnapshotComplete)
	case TypeDynamicImageComplete:
		return new(DynamicImageComplete)
	case TypeAddLiveRecordVideoComplete:
		return new(AddLiveRecordVideoComplete)
	case TypeLiveRecordVideoComposeStart:
		return new(LiveRecordVideoComposeStart)
	case TypeUploadByURLComplete:
		return new(UploadByURLComplete)
	case TypeCreateAuditComplete:
		return new(CreateAuditComplete)
	case TypeVideoAnalysisComplete:
		return new(VideoAnalysisComplete)
	case TypeUpdateMediaStorageClassComplete:
		return new(UpdateMediaStorageClassComplete)
	case TypeRestoreMediaComplete:
		return new(RestoreMediaComplete)
	case TypeAttachedMediaUploadComplete:
		return new(AttachedMediaUploadComplete)
	case TypeProduceMediaComplete:
		return new(ProduceMediaComplete)
	case TypeDeleteMediaComplete:
		return new(DeleteMediaComplete)
	case TypeMediaBaseChangeComplete:
		return new(MediaBaseChangeComplete)
	case TypeSubmitMediaRefreshComplete:
		return new(SubmitMediaRefreshComplete)
	case TypeWorkflowTaskComplete:
		return new(WorkflowTaskComplete)
	case TypeAIMediaAuditComplete:
		return new(AIMediaAuditComplete)
	case TypeAIVideoTagComplete:
		return new(AIVideoTagComplete)
	case TypeAIMediaDNAComplete:
		return new(AIMediaDNAComplete)
	default:
		return new(Unknown)
	}
}

// documented reports whether VOD documents events of type t.
func documented(t Type) bool {
	_, unknown := newEvent(t).(*Unknown)
	return !unknown
}

// Unknown is an event of a type that this version of the package does not know:
// VOD adds types without notice. Its fields are in [Header].Extra; those that name
// a medium, whichever there is, are here too.
type Unknown struct {
	Header

	// VideoID is the id of a video or audio.
	VideoID string `json:"VideoId,omitzero" vod:"subject"`
	// MediaID is the id of a medium of any kind.
	MediaID string `json:"MediaId,omitzero" vod:"subject"`
	// ImageID is the id of an image.
	ImageID string `json:"ImageId,omitzero" vod:"subject"`
	// AttachedMediaID is the id of an attached medium, such as a watermark.
	AttachedMediaID string `json:"AttachedMediaId,omitzero" vod:"subject"`
}
