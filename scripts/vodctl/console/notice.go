package console

// notice is what a page says at its top after something was done.
type notice struct {
	Text string
	Bad  bool
}

// noticeOf returns the notice of a name. Addresses carry names, so that nobody can put
// words of his own on the page.
func noticeOf(name string) notice {
	switch name {
	case "redriven":
		return notice{Text: "The dead letter went through: it is an event now."}
	case "still-unreadable":
		return notice{Text: "It still cannot be read, and stays a dead letter.", Bad: true}
	case "dropped":
		return notice{Text: "The dead letter is gone."}
	case "hastened":
		return notice{Text: "What is owed is due now: the next tick delivers it."}
	case "replayed":
		return notice{Text: "The event is owed to its sinks again."}
	case "nothing-owed":
		return notice{Text: "No sink asks for this event.", Bad: true}
	default:
		return notice{}
	}
}
