package vodtest

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// rendition is one output of transcoding.
type rendition struct {
	name       string // of the variant of StreamTranscodeComplete
	definition string
	format     string
	width      int
	height     int
	bitrate    int           // kbit/s
	finish     time.Duration // age of the medium
}

func renditions() []rendition {
	return []rendition{
		{"", "SD", "mp4", 848, 480, 870, 52 * time.Second},
		{"hd", "HD", "mp4", 1280, 720, 1790, 77 * time.Second},
		{"encrypted", "OD", "m3u8", 1920, 1080, 3480, ageTranscode},
		{"audio", "SQ", "mp3", 0, 0, 128, 39 * time.Second},
		{"4k", "4K", "mp4", 3840, 2160, 11800, 99 * time.Second},
		{"auto", "AUTO", "m3u8", 1920, 1080, 3480, ageTranscode},
		{"encrypt-type", "HD-HLS", "m3u8", 1280, 720, 1790, 80 * time.Second},
		{"legacy", "LD", "mp4", 640, 360, 520, 52 * time.Second},
	}
}

func streamShapes() []shape {
	var all []shape
	for _, r := range renditions() {
		all = append(all, shape{r.name, r.finish, func(d draft) object {
			head := object{{"VideoId", d.id}, {"EventType", d.typ}, {"EventTime", d.time()}}
			return append(head, r.stream(d)...)
		}})
	}
	return all
}

func findRendition(name string) rendition {
	all := renditions()
	return all[slices.IndexFunc(all, func(r rendition) bool { return r.name == name })]
}

func (r rendition) job(d draft) string { return d.newID("transcode " + r.name) }

// play returns the host and path of the file.
func (r rendition) play(d draft) string {
	return playHost + "/" + d.id + "/" + r.job(d)[:16] + "-" + strings.ToLower(r.definition) + "." + r.format
}

// stream returns the members that StreamTranscodeComplete and an item of
// StreamInfos have in common.
func (r rendition) stream(d draft) object {
	duration := d.duration
	if r.format == "m3u8" {
		duration = math.Ceil(duration) // whole segments
	}
	o := object{
		{"Status", d.status()},
		{"IsAudio", r.width == 0},
		{"Size", d.onSuccess(bytesOf(r.bitrate, duration))},
		{"Definition", r.definition},
		{"Fps", d.onSuccess("25")},
		{"StartTime", stamp(d.transcodingBegan())},
		{"Duration", d.onSuccess(decimal(duration))},
		{"Bitrate", d.onSuccess(strconv.Itoa(r.bitrate))},
		{"Encrypt", strings.HasPrefix(r.name, "encrypt")},
		{"FileUrl", d.onSuccess("http://" + r.play(d))},
		{"Format", r.format},
		{"FinishTime", stamp(d.transcoded(r))},
		{"Height", d.onSuccess(r.height)},
		{"Width", d.onSuccess(r.width)},
		{"JobId", r.job(d)},
		{"ErrorCode", d.onFailure(codeBadContent)},
		{"ErrorMessage", d.onFailure(messageBadContent)},
	}
	for _, name := range r.lacks() {
		o = setMember(o, name, nil, nil)
	}
	if d.failed {
		return o
	}
	switch r.name {
	case "hd":
		o = setMember(o, "WatermarkId", nil, d.lastingID("watermark 1")+","+d.lastingID("watermark 2"))
	case "encrypt-type":
		o = append(o, member{"EncryptType", "AliyunVoDEncryption"}, member{"Codec", "H.264"})
	case "legacy":
		o = setMember(o, "Duration", nil, int(duration))
	}
	return o
}

// lacks returns the members that this rendition does not have.
func (r rendition) lacks() []string {
	switch r.name {
	case "audio":
		return []string{"Fps", "Height", "Width"}
	case "auto":
		return []string{"Size"}
	case "legacy":
		return []string{"IsAudio", "StartTime", "FinishTime"}
	default:
		return nil
	}
}

// usualStart is the age of an ordinary video when transcoding begins.
const usualStart = 20 * time.Second

// transcodingBegan returns when the renditions of this run were begun: together.
func (d *draft) transcodingBegan() time.Time {
	if d.place != nil {
		return d.place.transcoding.began
	}
	return d.created.Add(d.runLater() + usualStart)
}

// transcoded returns when the rendition ended.
func (d *draft) transcoded(r rendition) time.Time {
	if d.place == nil {
		return d.created.Add(d.runLater() + r.finish)
	}
	if e, ok := d.place.transcoding.find(r.name); ok {
		return e.at
	}
	return d.at
}

// output is a rendition in a TranscodeComplete.
type output struct {
	rendition string
	failed    bool
}

// outputs returns the renditions of a variant of TranscodeComplete.
func outputs(variant string) []output {
	switch variant {
	case "multi-stream":
		return []output{{"audio", false}, {"", false}, {"hd", false}, {"encrypted", false}}
	case "partial-fail":
		return []output{{"", false}, {"4k", true}}
	case "ladder":
		return []output{{"audio", false}, {"", false}, {"hd", false}, {"4k", true}, {"encrypted", false}}
	case "no-streams":
		return nil
	case "legacy":
		return []output{{"legacy", false}}
	default:
		return []output{{"", false}}
	}
}

// transcode returns the maker of a variant of TranscodeComplete. One without
// renditions has no StreamInfos.
func transcode(variant string) func(draft) object {
	return func(d draft) object {
		var infos any
		if out := d.outputs(variant); len(out) > 0 {
			infos = d.streamInfos(out)
		}
		return object{
			{"Status", d.status()},
			{"VideoId", d.id},
			{"EventType", d.typ},
			{"EventTime", d.time()},
			{"StreamInfos", infos},
		}
	}
}

// outputs returns the renditions of a TranscodeComplete: in a story each ended as
// its own event says.
func (d *draft) outputs(variant string) []output {
	out := outputs(variant)
	if d.place != nil {
		return d.place.transcoding.outputs(variant)
	}
	for i := range out {
		out[i].failed = out[i].failed || d.failed
	}
	return out
}

func (d *draft) streamInfos(all []output) array {
	var infos array
	for _, out := range all {
		stream := *d
		stream.failed = out.failed
		infos = append(infos, findRendition(out.rendition).stream(stream))
	}
	return infos
}

func transcodePreprocess(d draft) object {
	return setMember(transcode("preprocess")(d), "Preprocess", nil, true)
}

// standing returns renditions that can be played, and the medium at the run that made
// them: those of the given names or, in a story that does not have these, others. A
// failed event in a story that has none is about what was asked for.
func (d *draft) standing(names ...string) (draft, []rendition) {
	made := *d
	if d.place != nil {
		run, there := d.place.renditions(d.run, names)
		if made.run = run; len(there) > 0 || !d.failed {
			names = there
		}
	}
	var all []rendition
	for _, name := range names {
		all = append(all, findRendition(name))
	}
	return made, all
}
