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

	imageID    string
	attachedID string
	title      string
	category   int
	duration   float64 // seconds
	bitrate    int     // kbit/s
	size       int     // bytes
}

func newDraft(t vod.Type, age time.Duration, o *options) draft {
	d := draft{typ: t, seed: o.seed, at: o.at, created: o.created, failed: o.failed}
	if d.created.IsZero() {
		d.created = time.Date(2026, time.March, 17, 8, 30, 5, 0, time.UTC)
		if !d.at.IsZero() {
			d.created = d.at.Add(-age)
		}
	}
	if d.at.IsZero() {
		d.at = d.created.Add(age)
	}
	d.id = cmp.Or(o.medium, d.newID("video"))
	d.imageID = cmp.Or(o.medium, d.newID("image"))
	d.attachedID = cmp.Or(o.medium, d.newID("attached"))

	titles := []string{"Ferry at dawn", "Bread in four hours", "城市夜景", "Match of the week, 2nd half", "Fjords & glaciers"}
	d.title = titles[d.number("title", 0, len(titles))]
	d.category = d.number("category", 1_000_000, 9_999_999)
	d.duration = float64(d.number("duration", 45_00, 900_00)) / 100
	d.bitrate = d.number("bitrate", 4_000, 12_000)
	d.size = bytesOf(d.bitrate, d.duration)
	return d
}

// bytesOf returns the size of a file of so many kbit/s and seconds.
func bytesOf(bitrate int, duration float64) int {
	return int(float64(bitrate) * duration * 1000 / 8)
}

// hash returns bytes that stand for one thing of this medium, such as a job.
func (d *draft) hash(of string) [sha256.Size]byte {
	return sha256.Sum256([]byte(strconv.Itoa(d.seed) + "/" + d.id + "/" + of))
}

// newID returns an id of 32 hexadecimal digits.
func (d *draft) newID(of string) string {
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
func (d *draft) time() string { return d.at.UTC().Format(layoutTime) }

// colonTime returns the EventTime as ImageUploadComplete, AIMediaAuditComplete
// and AIMediaDNAComplete write it: with a colon before the milliseconds.
func (d *draft) colonTime() string {
	return strings.Replace(d.at.UTC().Format(layoutSeconds+".000Z"), ".", ":", 1)
}

// after returns the time when the medium had the given age.
func (d *draft) after(age time.Duration) string {
	return d.created.Add(age).UTC().Format(layoutTime)
}

// before returns a time before the event.
func (d *draft) before(by time.Duration) string {
	return d.at.Add(-by).UTC().Format(layoutTime)
}

// sourceURL returns where the uploaded file is kept. VOD's URLs are http.
func (d *draft) sourceURL() string {
	return "http://" + originHost + "/sv/" + d.id + "/" + d.newID("source")[:12] + ".mp4"
}

// coverURL returns the cover that the snapshots set: the middle one of eight.
func (d *draft) coverURL() string {
	return "http://" + playHost + "/" + d.id + "/covers/" + d.newID("cover image") + "-00004.jpg"
}

// decimal returns a number with at least one decimal place, as VOD writes them.
func decimal(f float64) json.Number {
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return json.Number(s)
}
