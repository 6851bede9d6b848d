package vod

// Type is the EventType of an event.
type Type string

// The 22 event types that VOD documents, in the order of its reference.
// UploadByURLComplete has two shapes: [UploadByURLComplete] and
// [UploadStreamByURLComplete].
const (
	TypeFileUploadComplete              Type = "FileUploadComplete"
	TypeImageUploadComplete             Type = "ImageUploadComplete"
	TypeStreamTranscodeComplete         Type = "StreamTranscodeComplete"
	TypeTranscodeComplete               Type = "TranscodeComplete"
	TypeSnapshotComplete                Type = "SnapshotComplete"
	TypeDynamicImageComplete            Type = "DynamicImageComplete"
	TypeAddLiveRecordVideoComplete      Type = "AddLiveRecordVideoComplete"
	TypeLiveRecordVideoComposeStart     Type = "LiveRecordVideoComposeStart"
	TypeUploadByURLComplete             Type = "UploadByURLComplete"
	TypeCreateAuditComplete             Type = "CreateAuditComplete"
	TypeVideoAnalysisComplete           Type = "VideoAnalysisComplete"
	TypeUpdateMediaStorageClassComplete Type = "UpdateMediaStorageClassComplete"
	TypeRestoreMediaComplete            Type = "RestoreMediaComplete"
	TypeAttachedMediaUploadComplete     Type = "AttachedMediaUploadComplete"
	TypeProduceMediaComplete            Type = "ProduceMediaComplete"
	TypeDeleteMediaComplete             Type = "DeleteMediaComplete"
	TypeMediaBaseChangeComplete         Type = "MediaBaseChangeComplete"
	TypeSubmitMediaRefreshComplete      Type = "SubmitMediaRefreshComplete"
	TypeWorkflowTaskComplete            Type = "WorkflowTaskComplete"
	TypeAIMediaAuditComplete            Type = "AIMediaAuditComplete"
	TypeAIVideoTagComplete              Type = "AIVideoTagComplete"
	TypeAIMediaDNAComplete              Type = "AIMediaDNAComplete"
)

// Types returns the documented event types in the order of VOD's reference.
func Types() []Type {
	return []Type{
		TypeFileUploadComplete,
		TypeImageUploadComplete,
		TypeStreamTranscodeComplete,
		TypeTranscodeComplete,
		TypeSnapshotComplete,
		TypeDynamicImageComplete,
		TypeAddLiveRecordVideoComplete,
		TypeLiveRecordVideoComposeStart,
		TypeUploadByURLComplete,
		TypeCreateAuditComplete,
		TypeVideoAnalysisComplete,
		TypeUpdateMediaStorageClassComplete,
		TypeRestoreMediaComplete,
		TypeAttachedMediaUploadComplete,
		TypeProduceMediaComplete,
		TypeDeleteMediaComplete,
		TypeMediaBaseChangeComplete,
		TypeSubmitMediaRefreshComplete,
		TypeWorkflowTaskComplete,
		TypeAIMediaAuditComplete,
		TypeAIVideoTagComplete,
		TypeAIMediaDNAComplete,
	}
}
