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
		{"StartTime", d.after(20 * time.Second)},
		{"Duration", d.onSuccess(decimal(duration))},
		{"Bitrate", d.onSuccess(strconv.Itoa(r.bitrate))},
		{"Encrypt", strings.HasPrefix(r.name, "encrypt")},
		{"FileUrl", d.onSuccess("http://" + r.play(d))},
		{"Format", r.format},
		{"FinishTime", d.after(r.finish)},
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
		o = setMember(o, "WatermarkId", nil, d.newID("watermark 1")+","+d.newID("watermark 2"))
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

// transcode returns the maker of a TranscodeComplete with the named renditions.
// Without any it has no StreamInfos.
func transcode(names ...string) func(draft) object {
	return func(d draft) object {
		var infos any
		if len(names) > 0 {
			infos = d.streamInfos(names...)
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

func (d *draft) streamInfos(names ...string) array {
	var infos array
	for _, name := range names {
		infos = append(infos, findRendition(name).stream(*d))
	}
	return infos
}

func transcodePartialFail(d draft) object {
	broken := d
	broken.failed = true
	infos := append(d.streamInfos(""), broken.streamInfos("4k")...)
	return setMember(transcode()(d), "StreamInfos", nil, infos)
}

func transcodePreprocess(d draft) object {
	return setMember(transcode("")(d), "Preprocess", nil, true)
}
