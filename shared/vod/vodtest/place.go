package vodtest

import (
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// place is what happened to the medium of an event before, in a story.
type place struct {
	source      time.Time // when the last event about its source file happened; zero if none did
	file        int       // the run of the last upload: which file the source is
	parts       []string  // the media of which it is composed; none if it is not
	edition     int       // how often its description was changed
	snapshot    Step      // the last SnapshotComplete that succeeded; zero if none did
	transcoding *transcoding
	standing    []made // the renditions that can be played, in the order in which they came
	made        bool   // whether the story tells, anywhere, of renditions of the medium
}

// transcoding is one run of transcoding of one medium: before and after the event.
type transcoding struct {
	began   time.Time
	file    int      // what it reads: the run of an upload
	endings []ending // by time
}

// ending is how one rendition ended.
type ending struct {
	output
	at   time.Time
	step int // the index of the event that tells it
}

// track is one run of a job on one medium.
type track struct {
	medium string
	run    int
}

func (s Step) track() track { return track{s.Medium, s.Run} }

// places returns the place of each step; they are in the order of time.
func places(steps []Step, start time.Time) []place {
	runs := transcodings(steps, start)
	media := map[string]place{}
	for of, run := range runs {
		if len(run.endings) > 0 {
			media[of.medium] = place{made: true}
		}
	}
	for name, parts := range composed(steps) {
		p := media[name]
		p.parts = parts
		media[name] = p
	}
	all := make([]place, len(steps))
	for i, step := range steps {
		p := media[step.Medium]
		at := start.Add(step.After)
		p.transcoding = runs[step.track()]
		if p.transcoding == nil {
			p.transcoding = &transcoding{}
		}
		if step.transcodes() && p.transcoding.began.IsZero() {
			p.transcoding.file = p.file
			p.transcoding.began = at.Add(usualStart - step.usualAge())
			if p.source.After(p.transcoding.began) {
				p.transcoding.began = p.source
			}
		}
		all[i] = p
		media[step.Medium] = p.after(i, step, at)
	}
	return all
}

// after returns the place of what comes after the step of that index.
func (p place) after(index int, step Step, at time.Time) place {
	for _, e := range p.transcoding.endings {
		if e.step == index && !e.failed {
			p.standing = append(slices.Clip(p.standing), made{step.Run, e.rendition})
		}
	}
	if step.Fail {
		return p
	}
	switch step.Type {
	case vod.TypeFileUploadComplete, vod.TypeVideoAnalysisComplete, vod.TypeUploadByURLComplete, vod.TypeProduceMediaComplete,
		vod.TypeAddLiveRecordVideoComplete, vod.TypeLiveRecordVideoComposeStart:
		p.source = at
		if step.Type == vod.TypeFileUploadComplete {
			p.file = step.Run
		}
	case vod.TypeSnapshotComplete:
		p.snapshot = step
	case vod.TypeMediaBaseChangeComplete:
		if step.Variant == "update" {
			p.edition++
		}
	case vod.TypeDeleteMediaComplete:
		p.standing = slices.DeleteFunc(slices.Clone(p.standing), func(m made) bool { return p.deletes(step, m) })
	default: // changes nothing that later events repeat
	}
	return p
}

// composed returns of which media each composed one is made: those whose recordings
// succeeded before and are no part of another one yet.
func composed(steps []Step) map[string][]string {
	all := map[string][]string{}
	var recorded []string
	for _, step := range steps {
		switch {
		case step.Fail:
		case step.Type == vod.TypeAddLiveRecordVideoComplete && !slices.Contains(recorded, step.Medium):
			recorded = append(recorded, step.Medium)
		case step.Type == vod.TypeLiveRecordVideoComposeStart && !slices.Contains(recorded, step.Medium):
			all[step.Medium] = append(all[step.Medium], recorded...)
			recorded = nil
		}
	}
	return all
}

// usualAge returns how old an ordinary medium is when this happens.
func (s Step) usualAge() time.Duration {
	shape, _ := findShape(s.Type, s.Variant)
	return shape.age
}

// transcodes reports whether the event ends a transcoding job.
func (s Step) transcodes() bool {
	return s.Type == vod.TypeStreamTranscodeComplete || s.Type == vod.TypeTranscodeComplete
}

// transcodings returns how the renditions of each run ended: as their own events
// say, and as TranscodeComplete says about those that have none.
func transcodings(steps []Step, start time.Time) map[track]*transcoding {
	runs := map[track]*transcoding{}
	for i, step := range steps {
		if !step.transcodes() {
			continue
		}
		if runs[step.track()] == nil {
			runs[step.track()] = &transcoding{}
		}
		if run := runs[step.track()]; step.Type == vod.TypeStreamTranscodeComplete {
			run.endings = append(run.endings, ending{output{step.Variant, step.Fail}, start.Add(step.After), i})
		}
	}
	for i, step := range steps {
		if step.Type != vod.TypeTranscodeComplete {
			continue
		}
		run := runs[step.track()]
		if step.Variant == "" && len(run.endings) > 0 {
			continue
		}
		for _, out := range outputs(step.Variant) {
			if _, ok := run.find(out.rendition); !ok {
				out.failed = out.failed || step.Fail
				run.endings = append(run.endings, ending{out, start.Add(step.After), i})
			}
		}
	}
	return runs
}

// find returns how a rendition ended.
func (t *transcoding) find(rendition string) (ending, bool) {
	i := slices.IndexFunc(t.endings, func(e ending) bool { return e.rendition == rendition })
	if i < 0 {
		return ending{}, false
	}
	return t.endings[i], true
}

// outputs returns the renditions of a variant of TranscodeComplete. Without a
// variant they are all of the run.
func (t *transcoding) outputs(variant string) []output {
	var all []output
	if variant == "" {
		for _, e := range t.endings {
			all = append(all, e.output)
		}
		return all
	}
	for _, out := range outputs(variant) {
		if e, ok := t.find(out.rendition); ok {
			out = e.output
		}
		all = append(all, out)
	}
	return all
}
