package dev

import (
	"io"
	"net/http"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/intake"
	"github.com/vodevents/vodevents/scripts/vodctl/verify"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// recorded is a handler that has messages of MNS remembered before it is told. Requests
// are remembered where they are answered: their handler knows more of them.
func recorded(log *intake.Log, handled func(Handled)) func(Handled) {
	if log == nil {
		return handled
	}
	return func(h Handled) {
		if h.Via != "" && h.Via != store.SourceHTTP {
			log.Add(arrival(h))
		}
		handled(h)
	}
}

func arrival(h Handled) intake.Arrival {
	return intake.Arrival{
		Time: h.Time, Via: h.Via, ID: h.ID, Type: h.Type, Subject: h.Subject,
		Outcome: h.Outcome, Detail: h.Detail, Duration: h.Duration,
	}
}

// record remembers a request that was answered. Of its body the beginning is known, and
// how many bytes were read.
func (l *Local) record(r *http.Request, body []byte, read int64, answer *recorder, h Handled) {
	if l.settings.Intake == nil {
		return
	}
	a := arrival(h)
	a.Method, a.URL, a.Header = r.Method, "http://"+r.Host+r.URL.RequestURI(), r.Header
	a.Body, a.Size = body, max(read, r.ContentLength)
	a.Status, a.Answer = answer.status, answer.body
	a.Signature, a.SignedURL = l.verdict(r.Header, h.Time)
	l.settings.Intake.Add(a)
}

// verdict returns that on a signature, and the callback URL that it fits best.
func (l *Local) verdict(h http.Header, at time.Time) (best verify.Verdict, url string) {
	for i, u := range l.signedURLs() {
		v := verify.Check(verify.Request{
			URL: u, Keys: l.settings.Keys, At: at,
			Timestamp: h.Get(vod.HeaderTimestamp), Signature: h.Get(vod.HeaderSignature),
		})
		if i == 0 || misfit(v) < misfit(best) {
			best, url = v, u
		}
	}
	return best, url
}

// misfit says how far a verdict is from being a good one.
func misfit(v verify.Verdict) int {
	switch {
	case v.Valid:
		return 0
	case v.Key > 0: // at another time
		return 1
	case len(v.Variants) > 0:
		return 1 + len(v.Variants[0].Changes)
	default:
		return 100
	}
}

// signedURLs are the callback URLs that VOD may sign.
func (l *Local) signedURLs() []string {
	return append([]string{l.CallbackURL}, l.settings.CallbackURLs...)
}

// counted counts what is read of a body.
type counted struct {
	io.Reader

	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}
