package scenario

import (
	"time"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// everything returns every type of event in every variant, one a second: as success
// and, where VOD says that it sends failures, as failure. Each type has a medium of
// its own and each event a run of its own, so that none contradicts another.
func everything() vodtest.Scenario {
	s := vodtest.Scenario{Name: "everything", Title: "Every type of event in every variant, as success and as failure"}
	for _, typ := range vod.Types() {
		run := 0
		for _, variant := range vodtest.Variants(typ) {
			for _, fail := range endings(typ) {
				s.Steps = append(s.Steps, vodtest.Step{
					After: time.Duration(len(s.Steps)) * time.Second,
					Type:  typ, Variant: variant, Fail: fail, Run: run, Medium: string(typ),
				})
				run++
			}
		}
	}
	return s
}

// endings returns whether an event of the type can have failed: no and yes, or only
// no. An upload that ends before its time cannot be told from one that goes on.
//
// Source: ApsaraVideo VOD, event notifications, FileUploadComplete,
// ImageUploadComplete and AttachedMediaUploadComplete (read 2026-11-23).
func endings(t vod.Type) []bool {
	switch t {
	case vod.TypeFileUploadComplete, vod.TypeImageUploadComplete, vod.TypeAttachedMediaUploadComplete:
		return []bool{false}
	default:
		return []bool{false, true}
	}
}
