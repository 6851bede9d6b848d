package vodtest

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// Where the imagined account keeps and plays its media.
const (
	originHost = "outin-8d5c2f0b7e6144a39c1be0d4f2a87365.oss-cn-shanghai.aliyuncs.com"
	playHost   = "play.example.com"
	sourceHost = "source.example.com"
	liveHost   = "live.example.com"
	accountID  = "1734860295177304"
)

// Layouts of VOD's times: in UTC, to the second.
const (
	layoutSeconds = "2006-01-02T15:04:05"
	layoutTime    = layoutSeconds + "Z"
)

// draft is the imagined medium, at the moment of one event.
type draft struct {
	typ     vod.Type
	seed    int
	id      string // the audio or video
	at      time.Time
	created time.Time
	failed  bool
	run     int
	place   *place // nil for an event on its own

	imageID    string
	attachedID string
	edition    int     // how often its description was changed before
	duration   float64 // seconds
	bitrate    int     // kbit/s
	size       int     // bytes
}

func newDraft(t vod.Type, age time.Duration, o *options) draft {
	d := draft{typ: t, seed: o.seed, at: o.at, created: o.created, failed: o.failed, run: o.run, place: o.place}
	age += d.runLater()
	if d.created.IsZero() {
		d.created = usualCreation()
		if !d.at.IsZero() {
			d.created = d.at.Add(-age)
		}
	}
	if d.at.IsZero() {
		d.at = d.created.Add(age)
	}
	d.id = cmp.Or(o.medium, d.lastingID("video")) // as Scenario.videoID
	d.imageID, d.attachedID = d.id, d.id
	if o.medium == "" || o.byKind {
		d.imageID, d.attachedID = d.lastingID("image"), d.lastingID("attached")
	}
	if d.place != nil {
		d.edition = d.place.edition
	}
	file := d.file()
	d.duration = float64(d.number(ofRun("duration", file), 45_00, 900_00)) / 100
	if file == 0 && len(o.parts) > 0 {
		d.duration = d.durationOf(o.parts)
	}
	d.bitrate = d.number(ofRun("bitrate", file), 4_000, 12_000)
	d.size = bytesOf(d.bitrate, d.duration)
	return d
}

// file returns which source file the event is about: the run of its upload.
func (d *draft) file() int {
	switch {
	case d.typ == vod.TypeFileUploadComplete:
		return d.run
	case d.place != nil && (Step{Type: d.typ}).transcodes():
		return d.place.transcoding.file
	case d.place != nil:
		return d.place.file
	case d.typ == vod.TypeVideoAnalysisComplete:
		return d.run
	default:
		return 0
	}
}

// durationOf returns how long media of these ids are together.
func (d *draft) durationOf(ids []string) float64 {
	sum := 0
	for _, id := range ids {
		part := draft{seed: d.seed, id: id}
		sum += part.number("duration", 45_00, 900_00)
	}
	return float64(sum) / 100
}

// bytesOf returns the size of a file of so many kbit/s and seconds.
func bytesOf(bitrate int, duration float64) int {
	return int(float64(bitrate) * duration * 1000 / 8)
}

// hash returns bytes that stand for one thing of this medium, such as a job.
func (d *draft) hash(of string) [sha256.Size]byte {
	return sha256.Sum256([]byte(strconv.Itoa(d.seed) + "/" + d.id + "/" + of))
}

// newID returns the id, of 32 hexadecimal digits, of something that each run makes
// anew.
func (d *draft) newID(of string) string { return d.idOfRun(of, d.run) }

func (d *draft) idOfRun(of string, run int) string { return d.lastingID(ofRun(of, run)) }

// ofRun returns the name of what a run makes anew.
func ofRun(of string, run int) string {
	if run == 0 {
		return of
	}
	return of + " of run " + strconv.Itoa(run)
}

// lastingID returns an id, of 32 hexadecimal digits, that is the same in every run.
func (d *draft) lastingID(of string) string {
	h := d.hash(of)
	return hex.EncodeToString(h[:16])
}

// number returns a number of at least from and below to.
func (d *draft) number(of string, from, to int) int {
	h := d.hash(of)
	return from + int(binary.BigEndian.Uint32(h[:])>>1)%(to-from)
}

// status returns the word of the event's vocabulary.
func (d *draft) status() string {
	switch d.typ {
	case vod.TypeUpdateMediaStorageClassComplete, vod.TypeRestoreMediaComplete:
		if d.failed {
			return "Failed"
		}
		return "Success"
	case vod.TypeWorkflowTaskComplete:
		if d.failed {
			return "Failed"
		}
		return "Succeed"
	default:
		if d.failed {
			return "fail"
		}
		return "success"
	}
}

// onSuccess returns v, or nothing if the event failed.
func (d *draft) onSuccess(v any) any {
	if d.failed {
		return nil
	}
	return v
}

// onFailure returns v, or nothing if the event succeeded.
func (d *draft) onFailure(v any) any {
	if d.failed {
		return v
	}
	return nil
}

// time returns the EventTime as most events write it.
func (d *draft) time() string { return stamp(d.at) }

// colonTime returns the EventTime as ImageUploadComplete, AIMediaAuditComplete
// and AIMediaDNAComplete write it: with a colon before the milliseconds.
func (d *draft) colonTime() string {
	return strings.Replace(d.at.UTC().Format(layoutSeconds+".000Z"), ".", ":", 1)
}

// before returns a time before the event.
func (d *draft) before(by time.Duration) string { return stamp(d.at.Add(-by)) }

// stamp returns t as most events write times.
func stamp(t time.Time) string { return t.UTC().Format(layoutTime) }

// usualCreation is when media come into being, unless it is said.
func usualCreation() time.Time { return time.Date(2026, time.March, 17, 8, 30, 5, 0, time.UTC) }

// runLater returns how much later than the first run this one is.
func (d *draft) runLater() time.Duration { return time.Duration(d.run) * day }

// began returns when a job that ends with this event began: so long before, but
// in a story not before there was something to work on.
func (d *draft) began(before time.Duration) time.Time {
	t := d.at.Add(-before)
	if d.place != nil && d.place.source.After(t) {
		return d.place.source
	}
	return t
}

// sourceURL returns where the uploaded file is kept. VOD's URLs are http.
func (d *draft) sourceURL() string {
	return "http://" + originHost + "/sv/" + d.id + "/" + d.newID("source")[:12] + ".mp4"
}

// decimal returns a number with at least one decimal place, as VOD writes them.
func decimal(f float64) json.Number {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return json.Number(s)
}
