// Package console is a local web page that shows what a store holds: events as they
// come in, what is known about media, sinks and what is owed to them, dead letters,
// and what VOD sends that is not documented.
//
// Pages are made here and work without JavaScript; with it they follow what comes in
// and can be walked by keyboard. Everything they need is in the program. They are
// served on loopback only, unless there is a token, to requests that name the
// console's own address: no page of another origin can read them or act through them.
// Nothing changes by a GET, and without a [pipeline.Pipeline] nothing changes at all.
package console
