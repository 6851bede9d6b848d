// Package vod reads the event notifications of ApsaraVideo VOD, the video on
// demand service of Alibaba Cloud. It needs nothing but the standard library.
//
// VOD tells what happened to a medium (uploaded, transcoded, reviewed, deleted,
// and so on) by posting one JSON object to a URL or by writing the same object to
// a queue. Whoever receives it does three things, and this package does them:
//
//   - Is it from VOD? A [Verifier] checks the two headers of an HTTP callback.
//   - What does it say? [Parse] returns one Go struct per documented event, such
//     as *[TranscodeComplete], and *[Unknown] for types that came later.
//   - Was it here before? [IDOf] names an event by its content, since VOD sends no
//     id and repeats an event until it is answered with 200.
//
// [Receive] is all three for a handler of net/http; [Decode] the last two in one
// pass; a [Mux] calls one function per event type.
//
// # A receiver
//
// VOD forgets an event once it was answered with 200, and also after three answers
// other than that. So a receiver keeps what is authentic before it answers, whatever
// it says: an event type that came later and a body that cannot be read too.
//
//	http.HandleFunc("/vod", func(w http.ResponseWriter, r *http.Request) {
//		received, err := vod.Receive(r, verifier)
//		if status := vod.StatusOf(err); status != http.StatusOK {
//			http.Error(w, err.Error(), status) // not authentic, or not whole
//			return
//		}
//		// An INSERT that does nothing if the ID is there already, for example.
//		if err := keep(r.Context(), received.ID, received.Body); err != nil {
//			http.Error(w, "not kept", http.StatusServiceUnavailable) // VOD tries again
//			return
//		}
//		if err != nil {
//			slog.ErrorContext(r.Context(), "kept, but not readable", "id", received.ID, "error", err)
//		}
//	})
//
// What was kept is worked on afterwards, by [Parse] and a [Mux], outside the five
// seconds that VOD waits.
//
// # Leniency
//
// VOD writes the same value as a number here and as text there, JSON inside text
// inside JSON, times in two formats, and adds fields and event types without
// notice. None of that is an error. The fields of the structs are plain Go
// types; what they hold was converted:
//
//   - text from numbers and booleans, which become their literal text;
//   - numbers from numeric text; integers are cut toward zero; a number that does
//     not fit its field is 0;
//   - booleans from true, false, 1 and 0, as text in any case too;
//   - times from RFC 3339, also with a colon or comma before the milliseconds, with
//     a blank instead of the T, with single digits, without seconds, or without a
//     zone, which means UTC; and from Unix seconds (10 digits) and milliseconds (13
//     digits); always in UTC; a leap second, 23:59:60, is the second after it,
//     00:00:00;
//   - objects and lists from text that holds them as JSON, twice over if need be;
//     a list from its only item, an object from a list of one;
//   - lists of text or numbers also from text with commas between, those of ids also
//     with semicolons or blanks between;
//   - ids, which are in members named Id or Ids at the end, lose the blanks around
//     them.
//
// Names of members match without blanks around them, and without case if no member
// matches exactly; of members with the same name the last counts. What is absent,
// null or cannot be read is the zero value, never an error, and leaves the rest of
// the event alone. An item of a list that cannot be read is a zero value at its
// place. Members without a field are in [Header].Extra, the event as it came in
// [Header].Body.
//
// All text is valid UTF-8, and has no control characters below U+0020 but tab,
// newline and carriage return: what is not so became U+FFFD. So databases take it;
// PostgreSQL, for one, refuses NUL. The [ID] is made of the text as it came. Raw JSON,
// in Extra and Body, is as it came.
//
// # Sources
//
// The structs follow VOD's documentation, event by event, at
// https://help.aliyun.com/en/vod/user-guide/events (read 2026-11-23), its
// earlier edition of July 2021, and payloads that receivers of VOD published.
// Where these disagree the comment of the field says so.
package vod
