package vod

// BusinessKey returns what an event is about in VOD's terms.
func BusinessKey(e Event) string { panic("to be written") }
