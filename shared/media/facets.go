package media

// The facets of a medium. Those that end in "/" are followed by the id of the
// job, or by the name of the member, that makes them independent.
const (
	// FacetLife holds "created" or "deleted".
	FacetLife = "life"
	// FacetBase/<member> holds one member of MediaContent, such as base/Title.
	FacetBase = "base/"
	// FacetSource holds the uploaded file, or "deleted".
	FacetSource = "source"
	// FacetAnalysis holds the metadata of the source.
	FacetAnalysis = "analysis"
	// FacetStream/<JobId> holds one playable rendition, or "deleted".
	FacetStream = "stream/"
	// FacetStreams holds "deleted": all renditions older than it are gone.
	FacetStreams = "streams"
	// FacetTranscode holds how the last run of transcoding ended as a whole.
	FacetTranscode = "transcode"
	// FacetSnapshot/<JobId> holds one set of snapshots.
	FacetSnapshot = "snapshot/"
	// FacetCover holds the cover that VOD chose among the snapshots.
	FacetCover = "cover"
	// FacetDynamicImage/<JobId> holds one animated image.
	FacetDynamicImage = "dynamic_image/"
	// FacetPull, FacetProduce, FacetLiveRecord and FacetLiveCompose hold where the
	// source comes from: a URL, an editing project, a live stream.
	FacetPull        = "pull"
	FacetProduce     = "produce"
	FacetLiveRecord  = "live_record"
	FacetLiveCompose = "live_compose"
	// FacetAudit holds the last decision of a reviewer: "Normal" or "Blocked".
	FacetAudit = "audit"
	// FacetAIAudit, FacetAITag and FacetAIDNA hold the last results of automated
	// review, tagging and comparison.
	FacetAIAudit = "ai_audit"
	FacetAITag   = "ai_tag"
	FacetAIDNA   = "ai_dna"
	// FacetStorage/<Scope> holds the storage class of the whole medium (All) or of
	// its source (SourceFile).
	FacetStorage = "storage/"
	// FacetRestore holds until when an archived medium can be read.
	FacetRestore = "restore"
	// FacetRefresh/<MediaRefreshJobId> holds one submitted CDN refresh or prefetch.
	FacetRefresh = "refresh/"
	// FacetWorkflow/<TaskId> holds one run of a workflow.
	FacetWorkflow = "workflow/"
	// FacetFailure/<EventType> holds the last attempt of that kind that failed and so
	// left the value in place that it was to change.
	FacetFailure = "failure/"
)

// ValueDeleted is the Value of a fact that says that the content of its facet is
// gone. Free text may be the same: [Fact.Rank] tells them apart.
const ValueDeleted = "deleted"
