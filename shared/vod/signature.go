package vod

import (
	"crypto/md5" //nolint:gosec // VOD defines its signature over MD5.
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Errors of [Verifier.Verify]. All mean that the request is not to be trusted, and
// should be answered with status 401, see [StatusOf].
var (
	// ErrUnsigned means that a header of the signature is missing. VOD sends both as
	// soon as a key is configured in VOD.
	ErrUnsigned = errors.New("vod: request is not signed")
	// ErrSignature means that no URL and key of the Verifier make this signature.
	ErrSignature = errors.New("vod: signature does not match")
	// ErrExpired means that the signature is right, but made too long ago or too far
	// in the future.
	ErrExpired = errors.New("vod: timestamp is outside the tolerance")
)

// The headers of a signed callback.
//
// Source: https://help.aliyun.com/en/vod/user-guide/http-callbacks (read 2026-11-23).
const (
	// HeaderTimestamp holds when the request was sent: Unix seconds, 10 digits.
	HeaderTimestamp = "X-VOD-TIMESTAMP"
	// HeaderSignature holds the MD5 of URL|timestamp|key in lower-case hexadecimals.
	HeaderSignature = "X-VOD-SIGNATURE"
)

// DefaultTolerance is used by a Verifier whose Tolerance is 0. It is the width that
// VOD's page gives as an example.
const DefaultTolerance = 5 * time.Minute

// Verifier tells HTTP callbacks of VOD from those of others.
//
// THE SIGNATURE COVERS THE CALLBACK URL AND THE TIME, NOT THE BODY. Who has seen
// one signed request can send any body with its headers until the Tolerance is
// over. So:
//
//   - have VOD call an https URL, so that nobody sees one;
//   - put something secret in its path, which is part of what is signed;
//   - keep the Tolerance short, yet above half a minute: clocks differ, and VOD's three
//     attempts take up to 17 seconds;
//   - where that is not enough, let VOD write to an MNS queue instead, which only
//     accounts with the permission can write to.
//
// A Verifier may be used by several goroutines at once. The zero Verifier and a nil
// one refuse everything.
type Verifier struct {
	// URLs are the callback URLs exactly as configured in VOD, or in the
	// MessageCallback of UserData, with their query, if any. VOD signs that text,
	// whatever gateways on the way make of the request.
	URLs []string
	// Keys are the accepted keys. There are two while the key is changed: first
	// accept the new one too, then change it in VOD, then drop the old one. Empty
	// keys are not accepted.
	Keys []string
	// Tolerance is how far the timestamp may be from now, before or after. 0 means
	// [DefaultTolerance]; if negative, the time is not checked.
	Tolerance time.Duration
	// Now is the clock; nil means [time.Now].
	Now func() time.Time
}

// Match says which URL and which key made a signature, by their indexes in the
// [Verifier].
type Match struct{ URL, Key int }

// Verify returns nil if the headers h are those of a callback that VOD signed with
// one of the keys for one of the URLs within the tolerance. Else the error is
// [ErrUnsigned], [ErrSignature] or [ErrExpired], in this order, and says more; it
// never holds a key, a URL or the right signature.
func (v *Verifier) Verify(h http.Header) error {
	_, err := v.Match(h)
	return err
}

// Match is Verify, and says which URL and key matched, for example to learn
// whether an old key is still in use. Match is set with [ErrExpired] too.
func (v *Verifier) Match(h http.Header) (Match, error) {
	if v == nil {
		v = new(Verifier)
	}
	timestamp, signature := headerValue(h, HeaderTimestamp), headerValue(h, HeaderSignature)
	switch {
	case timestamp == "" && signature == "":
		return Match{}, fmt.Errorf("%w: no %s and no %s", ErrUnsigned, HeaderTimestamp, HeaderSignature)
	case timestamp == "":
		return Match{}, fmt.Errorf("%w: no %s", ErrUnsigned, HeaderTimestamp)
	case signature == "":
		return Match{}, fmt.Errorf("%w: no %s", ErrUnsigned, HeaderSignature)
	}
	seconds, ok := parseTimestamp(timestamp)
	if !ok {
		return Match{}, fmt.Errorf("%w: %s is not Unix seconds", ErrSignature, HeaderTimestamp)
	}
	m, err := v.match(timestamp, signature)
	if err != nil {
		return Match{}, err
	}
	return m, v.checkTime(seconds)
}

// match compares signature to those of all URLs and keys. It takes the same time
// wherever the match is.
func (v *Verifier) match(timestamp, signature string) (Match, error) {
	given, err := hex.DecodeString(signature) // either case
	if err != nil || len(given) != md5.Size {
		return Match{}, fmt.Errorf("%w: %s is not %d hexadecimal digits", ErrSignature, HeaderSignature, 2*md5.Size)
	}
	var m Match
	found, tried := 0, false
	for i, url := range v.URLs {
		for j, key := range v.Keys {
			if url == "" || key == "" {
				continue // anybody could sign with these
			}
			tried = true
			want := signatureOf(url, timestamp, key)
			if equal := subtle.ConstantTimeCompare(given, want[:]); equal > found {
				m, found = Match{URL: i, Key: j}, equal
			}
		}
	}
	switch {
	case found == 1:
		return m, nil
	case !tried:
		return Match{}, fmt.Errorf("%w: no callback URL or no key is configured here", ErrSignature)
	default:
		return Match{}, fmt.Errorf("%w: tried callback URLs: %d, keys: %d; "+
			"the URL must be exactly as configured in VOD", ErrSignature, len(v.URLs), len(v.Keys))
	}
}

// checkTime compares the time of a request, in Unix seconds, to the clock.
func (v *Verifier) checkTime(seconds int64) error {
	tolerance := v.Tolerance
	if tolerance == 0 {
		tolerance = DefaultTolerance
	}
	if tolerance < 0 {
		return nil
	}
	now := time.Now
	if v.Now != nil {
		now = v.Now
	}
	here, sent := now(), time.Unix(seconds, 0)
	if d := here.Sub(sent); d > tolerance {
		return fmt.Errorf("%w: %s behind the clock here, more than %s", ErrExpired, over(d, tolerance), tolerance)
	}
	if d := sent.Sub(here); d > tolerance {
		return fmt.Errorf("%w: %s ahead of the clock here, more than %s", ErrExpired, over(d, tolerance), tolerance)
	}
	return nil
}

// over returns d, which is more than limit, in seconds, or in as small a unit as it
// takes to see that it is more.
func over(d, limit time.Duration) time.Duration {
	for _, unit := range []time.Duration{time.Second, time.Millisecond, time.Microsecond} {
		if rounded := d.Round(unit); rounded > limit {
			return rounded
		}
	}
	return d
}

// Sign returns the headers with which VOD signs a callback to url at time t. It is
// for tests and for senders that stand in for VOD.
func Sign(url, key string, t time.Time) http.Header {
	timestamp := strconv.FormatInt(t.Unix(), 10)
	signature := signatureOf(url, timestamp, key)
	h := make(http.Header)
	h.Set(HeaderTimestamp, timestamp)
	h.Set(HeaderSignature, hex.EncodeToString(signature[:]))
	return h
}

// signatureOf is VOD's: a plain MD5, no HMAC.
func signatureOf(url, timestamp, key string) [md5.Size]byte {
	const urlMax, rest = 256, 64 // bytes of URL that VOD takes; of timestamp and key
	content := make([]byte, 0, urlMax+rest)
	content = append(content, url...)
	content = append(append(content, '|'), timestamp...)
	content = append(append(content, '|'), key...)
	return md5.Sum(content) //nolint:gosec // VOD defines its signature over MD5.
}

// headerValue returns the value of a header without blanks around it. The name may
// be in any case, also in maps that were not made by net/http.
func headerValue(h http.Header, name string) string {
	if value := strings.TrimSpace(h.Get(name)); value != "" {
		return value
	}
	for k, values := range h {
		if len(values) > 0 && strings.EqualFold(k, name) {
			return strings.TrimSpace(values[0])
		}
	}
	return ""
}

// parseTimestamp reads 1 to 19 ASCII digits; it cuts what is beyond any clock.
func parseTimestamp(s string) (seconds int64, ok bool) {
	const mostDigits, mostSeconds = 19, 1 << 40 // the year 36812
	if digits, rest := cutDigits(s); digits == "" || rest != "" || len(digits) > mostDigits {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return mostSeconds, true // more than an int64
	}
	return min(n, mostSeconds), true
}
