package redis

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // Redis names scripts by it.
	_ "embed"     // for the script
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/vod"
)

//go:embed script.lua
var script string

// digest is what the server knows the script by.
func digest() string {
	sum := sha1.Sum([]byte(script)) //nolint:gosec // Redis names scripts by it.
	return hex.EncodeToString(sum[:])
}

// markLasts is how long an event that comes again leaves no second trace: a delivery
// is tried for 7 days.
const markLasts = 8 * 24 * time.Hour

// versionFormat has a fixed width, so that the text sorts as the time does.
const versionFormat = "2006-01-02T15:04:05.000Z"

// fact is the value of a field of a hash. The version stands first and has a fixed
// width: facts are compared by the beginning of their JSON.
type fact struct {
	Version string          `json:"version"`
	Kind    media.Kind      `json:"kind"`
	Status  vod.Outcome     `json:"status"`
	Value   string          `json:"value"`
	Data    json.RawMessage `json:"data"`
}

// compared is how many bytes of a value two facts are compared by. All of them are
// digits, the letters a to f, and punctuation that stands in the same places, so
// that they compare alike in any locale of the server.
const compared = len(`{"version":"`) + len(versionFormat) + len(" 12 0190b7a4-7c00-8000-8000-000000000001")

// value returns what stands in the field of a fact.
func value(f media.Fact) string {
	v := fact{
		Version: fmt.Sprintf("%s %02d %s", f.Time.UTC().Format(versionFormat), f.Rank, f.Event),
		Kind:    f.Kind, Status: f.Status, Value: f.Value, Data: f.Data,
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if e.Encode(v) != nil { // Data is no JSON: none comes out of package media
		v.Data = nil
		_ = e.Encode(v) // nothing else of it can fail
	}
	return string(bytes.TrimSpace(b.Bytes()))
}

// command returns the command that takes an event, and about how many bytes it has.
// The first one of a round carries the script; the others name it, since the server
// does them in their order and keeps the script.
func (a *address) command(e sink.Event, first bool) (command []string, size int) {
	mark := a.prefix + "seen:" + e.ID.String()
	if e.Replay != "" {
		mark += ":" + e.Replay
	}
	keys := []string{mark, a.prefix + "events"}
	if len(e.Facts) > 0 {
		keys = append(keys, a.prefix+"media:"+e.Facts[0].Medium)
	}
	if first {
		command = append(command, "EVAL", script)
	} else {
		command = append(command, "EVALSHA", digest())
	}
	command = append(command, strconv.Itoa(len(keys)))
	command = append(command, keys...)
	command = append(command, strconv.FormatInt(markLasts.Milliseconds(), 10), strconv.FormatInt(a.maxLength, 10),
		strconv.Itoa(compared), e.ID.String(), string(e.Type), e.Subject, string(e.JSON()))
	for _, f := range e.Facts {
		command = append(command, f.Facet, value(f))
	}
	for _, arg := range command {
		size += len(arg)
	}
	return command, size
}
