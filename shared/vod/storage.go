package vod

import "time"

// UpdateMediaStorageClassComplete reports that a medium changed its storage class.
//
// Source: https://help.aliyun.com/en/vod/user-guide/updatemediastorageclasscomplete (read 2026-11-23).
type UpdateMediaStorageClassComplete struct {
	Header // Status is "Success" or "Failed"

	// MediaID is the id of the video or audio; always there.
	MediaID string `json:"MediaId,omitzero" vod:"subject"`
	// Scope is what changed its class: "All" (source file and streams) or "SourceFile".
	Scope string `json:"Scope,omitzero"`
	// StorageClass is the new class: "Standard", "IA", "Archive" or "ColdArchive".
	StorageClass string `json:"StorageClass,omitzero"`
	// TriggerBy is why: "LifeCycle" (a rule) or "API"; on failure it may be missing.
	TriggerBy string `json:"TriggerBy,omitzero"`
}

// RestoreMediaComplete reports that an archived medium can be read for some time.
//
// Source: https://help.aliyun.com/en/vod/user-guide/restoremediacomplete (read 2026-11-23).
type RestoreMediaComplete struct {
	Header // Status is "Success" or "Failed"

	// MediaID is the id of the video or audio; always there.
	MediaID string `json:"MediaId,omitzero" vod:"subject"`
	// RestoreExpiration is until when it can be read; absent on failure.
	RestoreExpiration time.Time `json:"RestoreExpiration,omitzero"`
}
