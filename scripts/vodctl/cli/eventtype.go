package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/vodevents/vodevents/scripts/vodctl/nearest"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// documented returns the types of these names, in which case does not matter if VOD
// documents them.
func documented(names []string) []vod.Type {
	var types []vod.Type
	for _, name := range names {
		i := slices.IndexFunc(vod.Types(), func(t vod.Type) bool { return strings.EqualFold(string(t), name) })
		if i >= 0 {
			name = string(vod.Types()[i])
		}
		types = append(types, vod.Type(name))
	}
	return types
}

// checkTypes says which type does not exist. One that VOD does not document may be
// new, so it is wrong only if no event of it is stored.
func checkTypes(ctx context.Context, r store.Reader, types []vod.Type) error {
	for _, t := range types {
		if slices.Contains(vod.Types(), t) {
			continue
		}
		found, err := r.Events(ctx, store.EventQuery{Types: []vod.Type{t}, Limit: 1})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return usagef("there is no event type %q, and no such event in the store%s", t, nearest.Hint(string(t), typeNames()))
		}
	}
	return nil
}
