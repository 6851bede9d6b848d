// Package intake remembers what came to a receiver on this machine: the last
// requests and messages, what was answered, and whether the signature was right, also
// of those that left no trace in the store.
package intake

import (
	"net/http"
	"time"

	"github.com/vodevents/vodevents/scripts/vodctl/verify"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// Arrival is a request to the callback address, or a message of MNS.
type Arrival struct {
	// Number counts the arrivals, from 1; [Log.Add] gives it.
	Number int
	// Time is when it came in; of a message, when it was handled.
	Time time.Time
	Via  store.Source
	// ID, Type and Subject are what the body says about itself; they are empty if it
	// says nothing.
	ID      vod.ID
	Type    vod.Type
	Subject string
	// Outcome is what became of it; empty if it was refused or not stored. Detail says why,
	// unless it is an event, new or known.
	Outcome pipeline.Outcome
	Detail  string
	// Duration is from its arrival to its end; 0 if that is not known.
	Duration time.Duration

	// What follows is of requests only.

	Method string
	// URL is what was called, such as http://127.0.0.1:8080/callback; a [Log] keeps no
	// values of its query.
	URL string
	// Header is what it came with; a [Log] keeps no values of those that may prove who
	// somebody is, such as Authorization.
	Header http.Header
	// Body is its beginning, up to [MaxBody] bytes, Size that of the whole, in bytes.
	Body []byte
	Size int64
	// Status and Answer are those of the answer; Answer is its beginning.
	Status int
	Answer []byte
	// Signature says whether the signature was right, and if not, why. SignedURL is the
	// callback URL that it was held against, as configured.
	Signature verify.Verdict
	SignedURL string
}
