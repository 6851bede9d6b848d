// Package verify says whether the signature of a callback is right and, if it is
// not, which small change of the callback URL, the key or the timestamp would
// make it right. Most signatures that do not match are of a URL that somebody
// wrote a little differently.
package verify

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// Request is what is known about a callback.
type Request struct {
	URL       string   // as configured in VOD
	Keys      []string // that it may be signed with
	Timestamp string   // of the header X-VOD-TIMESTAMP
	Signature string   // of the header X-VOD-SIGNATURE
	// At is when it was received, Tolerance how far its timestamp may be from that;
	// 0 means [vod.DefaultTolerance].
	At        time.Time
	Tolerance time.Duration
}

// Verdict is what came out.
type Verdict struct {
	// Valid says that a receiver with this URL and these keys takes the callback.
	Valid bool `json:"valid"`
	// Reason is why it does not: "unsigned", "signature", "expired", or "milliseconds"
	// if the signature is right, but for a time in milliseconds.
	Reason string `json:"reason,omitempty"`
	// Key is the number of the key that matches, from 1; 0 if none does.
	Key int `json:"key,omitzero"`
	// Late is how long before At it was signed; negative if after it. It is given
	// if the signature is right.
	Late time.Duration `json:"late_ns,omitzero"`
	// Variants would match instead: those with the fewest changes.
	Variants []Variant `json:"variants,omitempty"`
}

// Variant is what a signature is right for, although it was not asked for.
type Variant struct {
	// Changes says how it differs from the request, each in a few words.
	Changes []string `json:"changes"`
	URL     string   `json:"url"`
	// Key is the number of the key, from 1.
	Key int `json:"key"`
}

// Check gives the verdict on r.
func Check(r Request) Verdict {
	v := vod.Verifier{
		URLs: []string{r.URL}, Keys: r.Keys, Tolerance: r.Tolerance,
		Now: func() time.Time { return r.At },
	}
	m, err := v.Match(header(r.Timestamp, r.Signature))
	switch {
	case err == nil:
		return Verdict{Valid: true, Key: m.Key + 1, Late: late(r)}
	case errors.Is(err, vod.ErrExpired) && inMilliseconds(r.Timestamp):
		return Verdict{Reason: "milliseconds", Key: m.Key + 1}
	case errors.Is(err, vod.ErrExpired):
		return Verdict{Reason: "expired", Key: m.Key + 1, Late: late(r)}
	case errors.Is(err, vod.ErrUnsigned):
		return Verdict{Reason: "unsigned"}
	default:
		return Verdict{Reason: "signature", Variants: search(r)}
	}
}

// search tries all variants and returns those that match with the fewest changes.
func search(r Request) []Variant {
	var found []Variant
	for _, u := range urls(r.URL) {
		for _, keys := range keysOf(r.Keys) {
			for _, h := range headers(r.Timestamp, r.Signature) {
				m, ok := match(u.text, keys.list, h.timestamp, h.signature)
				if !ok {
					continue
				}
				changes := slices.Concat(u.changes, keys.changes, h.changes)
				found = append(found, Variant{Changes: changes, URL: u.text, Key: m.Key + 1})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Variant) int { return cmp.Compare(len(a.Changes), len(b.Changes)) })
	for i, v := range found {
		if len(v.Changes) > len(found[0].Changes) {
			found = found[:i]
			break
		}
	}
	return slices.CompactFunc(found, func(a, b Variant) bool { return a.URL == b.URL && a.Key == b.Key })
}

// match asks a receiver that does not look at the time.
func match(url string, keys []string, timestamp, signature string) (vod.Match, bool) {
	v := vod.Verifier{URLs: []string{url}, Keys: keys, Tolerance: -1}
	m, err := v.Match(header(timestamp, signature))
	return m, err == nil
}

func header(timestamp, signature string) http.Header {
	h := http.Header{}
	h.Set(vod.HeaderTimestamp, timestamp)
	h.Set(vod.HeaderSignature, signature)
	return h
}

// inMilliseconds reports whether a timestamp is in the far future, as one in
// milliseconds is.
func inMilliseconds(timestamp string) bool {
	n, ok := number(strings.TrimSpace(timestamp))
	return ok && n >= 1e12
}

// late returns how long before r.At the callback says that it was signed.
func late(r Request) time.Duration {
	seconds, ok := number(strings.TrimSpace(r.Timestamp))
	if !ok {
		return 0
	}
	return r.At.Sub(time.Unix(seconds, 0)).Truncate(time.Second)
}
