// Package plainbuffer reads and writes PlainBuffer, the form in which rows
// travel between Tablestore and its clients.
//
// It is as strict as it can be: what [Read] accepts is exactly what [Append]
// would write, checksums included. Nothing is skipped, guessed or repaired.
//
// Source: Tablestore, API reference, "PlainBuffer"; the length in front of a
// value and the order of a cell's checksum, on which that page is unclear, are
// those of the official SDKs for Go and Java.
package plainbuffer
