package vodtest

import (
	"slices"

	"github.com/vodevents/vodevents/shared/vod"
)

// made is a rendition that a run of transcoding made.
type made struct {
	run       int
	rendition string
}

// deletes reports whether the rendition is gone after a DeleteMediaComplete.
func (p place) deletes(step Step, m made) bool {
	if step.Variant != "stream" {
		return step.Variant == "" // with the whole video
	}
	run, names := p.renditions(step.Run, streamsOf(step.Type, step.Variant))
	return m.run == run && slices.Contains(names, m.rendition)
}

// streamsOf returns which renditions an event deletes or refreshes, if they are there.
func streamsOf(t vod.Type, variant string) []string {
	switch {
	case t == vod.TypeDeleteMediaComplete && variant == "stream":
		return []string{"", "hd"}
	case t == vod.TypeSubmitMediaRefreshComplete && variant == "preload":
		return []string{"", "encrypted"}
	case t == vod.TypeSubmitMediaRefreshComplete:
		return []string{""}
	default:
		return nil
	}
}

// renditions returns renditions that can be played, as many as there are names, as
// far as there are: first those of these names. They are of the given run, or of the
// last one that has any. A story that tells of no renditions has had those of the first
// run before it began.
func (p place) renditions(run int, names []string) (of int, found []string) {
	if !p.made {
		return 0, names
	}
	if len(p.standing) == 0 {
		return run, nil
	}
	if !slices.ContainsFunc(p.standing, func(m made) bool { return m.run == run }) {
		run = p.standing[len(p.standing)-1].run
	}
	var others []string
	for _, m := range p.standing {
		if m.run == run && !slices.Contains(names, m.rendition) {
			others = append(others, m.rendition)
		}
	}
	found = slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !slices.Contains(p.standing, made{run, name}) })
	return run, append(found, others[:min(len(others), len(names)-len(found))]...)
}
