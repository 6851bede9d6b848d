package console

import "github.com/vodevents/vodevents/shared/store"

// reason is why something is a dead letter, for people.
type reason struct {
	Name store.Reason
	Word string // on badges
	Tone string
	// Means says what it means, Advice what can be done.
	Means, Advice string
}

// reasons are those that a dead letter can have, the most frequent first.
func reasons() []reason {
	return []reason{
		reasonOf(store.ReasonMalformed), reasonOf(store.ReasonForeign), reasonOf(store.ReasonTooLarge),
		reasonOf(store.ReasonRejected), reasonOf(store.ReasonDropped),
	}
}

// reasonOf explains a reason.
func reasonOf(name store.Reason) reason {
	r := reason{Name: name, Word: printable(string(name)), Tone: "plain"}
	switch name {
	case store.ReasonMalformed:
		r.Word, r.Tone = "not readable", "bad"
		r.Means = "It is not a JSON object with an EventType, as each event of VOD is."
		r.Advice = "If it did come from VOD, a newer version may read it: try it again after an upgrade. If somebody else wrote it to your queue or topic, stop that, and drop it."
	case store.ReasonForeign:
		r.Word, r.Tone = "another product", "warn"
		r.Means = "It is an event of another product, not of ApsaraVideo VOD."
		r.Advice = "Point that product at a queue or an address of its own, and drop what came here."
	case store.ReasonTooLarge:
		r.Word, r.Tone = "too large", "warn"
		r.Means = "It is over 1 MiB, which no event of VOD is. Its beginning was kept, with the size and the digest of the whole."
		r.Advice = "It cannot be tried again, since the rest of it is not there. Find out by its beginning who sent it, and drop it."
	case store.ReasonRejected:
		r.Word, r.Tone = "refused by the store", "bad"
		r.Means = "It was read as an event, but the database refused it."
		r.Advice = "The detail is what the database says. When its cause is away, try it again."
	case store.ReasonDropped:
		r.Word = "dropped"
		r.Means = "It was an event, and an operator took it out with vodctl events drop."
		r.Advice = "Trying it again brings the event back. Trying all again leaves it alone."
	case store.ReasonProbe:
		r.Means = "Nothing came in: somebody tried whether the store commits."
	}
	return r
}
