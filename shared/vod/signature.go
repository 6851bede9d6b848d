package vod

import (
	"errors"
	"net/http"
	"time"
)

var (
	ErrUnsigned  = errors.New("vod: request is not signed")
	ErrSignature = errors.New("vod: signature does not match")
	ErrExpired   = errors.New("vod: timestamp is outside the tolerance")
)

const (
	HeaderTimestamp = "X-VOD-TIMESTAMP"
	HeaderSignature = "X-VOD-SIGNATURE"
)

// DefaultTolerance is used by a Verifier whose Tolerance is 0.
const DefaultTolerance = 5 * time.Minute

type Verifier struct {
	URLs, Keys []string
	// 0 = DefaultTolerance, negative = the time is not checked
	Tolerance time.Duration
	Now       func() time.Time
}

// Match says which of the Verifier's URLs and Keys (indexes) matched.
type Match struct{ URL, Key int }

func (v *Verifier) Verify(h http.Header) error { panic("to be written") }

func (v *Verifier) Match(h http.Header) (Match, error) { panic("to be written") }

func Sign(url, key string, t time.Time) http.Header { panic("to be written") }
