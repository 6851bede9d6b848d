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
// [Receive] is the first two for a handler of net/http; [Decode] the last two in
// one pass; a [Mux] calls one function per event type.
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
//   - times from RFC 3339, also with a colon or comma before the milliseconds,
//     with a blank instead of the T, or without a zone, which means UTC; and from Unix
//     seconds (10 digits) and milliseconds (13 digits); always in UTC;
//   - objects and lists from text that holds them as JSON, twice over if need be;
//     a list from its only item, an object from a list of one;
//   - lists of text or numbers also from text with commas between.
//
// Names of members match without blanks around them, and without case if no member
// matches exactly; of members with the same name the last counts. What is absent,
// null or cannot be read is the zero value, never an error, and leaves the rest of
// the event alone. An item of a list that cannot be read is a zero value at its
// place. Members without a field are in [Header].Extra, the event as it came in
// [Header].Body.
//
// All text is valid UTF-8: what is not became U+FFFD.
//
// # Sources
//
// The structs follow VOD's documentation, event by event, at
// https://help.aliyun.com/en/vod/user-guide/events (read 2026-11-23), its
// earlier edition of July 2021, and payloads that receivers of VOD published.
// Where these disagree the comment of the field says so.
package vod
