package vodtest

import "net/http"

// Ending is what became of an event that a [Player] sent, in a word. [Counts] has a
// number for each.
type Ending string

// The endings of an event of VOD.
const (
	// EndingAcknowledged says that the receiver answered as it must.
	EndingAcknowledged Ending = "acknowledged"
	// EndingUnheard says that the receiver acknowledged the event, but every such reply
	// was dropped.
	EndingUnheard Ending = "unheard"
	// EndingLost says that nobody acknowledged the event, and VOD would have given up.
	EndingLost Ending = "lost"
	// EndingByPlatform says that the platform acknowledged the event in place of the
	// function, which makes VOD take it as delivered.
	EndingByPlatform Ending = "by_platform"
)

// The endings of an event that somebody else sent, see [Faults.Tamper].
const (
	// EndingForgedRefused says that the receiver refused it, with a status of 400 to 499.
	EndingForgedRefused Ending = "forged_refused"
	// EndingForgedTaken says that the receiver acknowledged it, which must not be.
	EndingForgedTaken Ending = "forged_taken"
	// EndingForgedUnclear says that it was neither refused nor taken: there was no
	// answer, one that says neither, or one of the platform.
	EndingForgedUnclear Ending = "forged_unclear"
)

// EndingInterrupted says that the play was stopped while the event, of VOD or of
// somebody else, was under way: what became of it is not known.
const EndingInterrupted Ending = "interrupted"

// Ending returns what became of the event.
func (p Played) Ending() Ending {
	taken := p.Result.taken()
	switch r := p.Result; {
	case p.Tampered && taken:
		return EndingForgedTaken
	case p.Tampered && r.refused():
		return EndingForgedRefused
	case !r.Acknowledged && !r.gaveUp:
		return EndingInterrupted
	case p.Tampered:
		return EndingForgedUnclear
	case r.Acknowledged && r.PlatformError == "":
		return EndingAcknowledged
	case taken:
		return EndingUnheard
	case r.Acknowledged:
		return EndingByPlatform
	default:
		return EndingLost
	}
}

// taken reports whether the receiver acknowledged the event, heard or not.
func (r Result) taken() bool {
	if r.Acknowledged && r.PlatformError == "" {
		return true
	}
	for _, a := range r.Attempts {
		if a.Dropped == http.StatusOK && a.PlatformError() == "" {
			return true
		}
	}
	return false
}

// refused reports whether the receiver refused the event, heard or not.
func (r Result) refused() bool {
	for _, a := range r.Attempts {
		if max(a.Status, a.Dropped)/100 == 4 && a.PlatformError() == "" {
			return true
		}
	}
	return false
}
