package scenario

import (
	"time"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// everything returns every type of event in every variant.
func everything() vodtest.Scenario {
	s := vodtest.Scenario{Name: "everything", Title: "Every type of event in every variant, as success and as failure"}
	for _, typ := range vod.Types() {
		for _, variant := range vodtest.Variants(typ) {
			s.Steps = append(s.Steps, vodtest.Step{
				After: time.Duration(len(s.Steps)) * time.Second, Type: typ, Variant: variant, Medium: string(typ),
			})
		}
	}
	return s
}
