package sqlstore

import (
	"strings"

	"github.com/vodevents/vodevents/shared/media"
)

// Duration returns the length in seconds that a fact says, by the rule of
// [media.Fold]; 0 if it says none. It is a column of its own, because JSON
// functions of databases do not read every text that is JSON.
func Duration(f media.Fact) float64 {
	if f.Facet != media.FacetAnalysis && !strings.HasPrefix(f.Facet, media.FacetStream) {
		return 0
	}
	return media.Fold([]media.Fact{{Facet: media.FacetAnalysis, Data: f.Data}}).Duration
}
