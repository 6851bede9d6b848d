// Package dev runs both functions on this machine: it builds them, and builds them again
// when their source changes, migrates a SQLite store, starts them under the local Function
// Compute of package emulator, and puts an HTTP trigger, an MNS topic and an MNS queue in front of them, all on
// one loopback address:
//
//	POST /callback     the HTTP trigger, for signed callbacks (as all other paths)
//	POST /mns/topic    publishes the body to an MNS topic; ?format=json for the format
//	                   JSON of its subscription instead of STREAM
//	POST /mns/queue    sends the body to an MNS queue
//
// The MNS addresses take messages from this machine only, without a signature:
// with a real queue it is the account that keeps others out.
package dev
