// Package fielddoc says what the members of events mean. What it says is made from the
// doc comments of package vod, so that there is one place to look after: [Of] returns the
// documentation of an event's shape, [Describe] holds a body against it, member by
// member, and a [Drift] collects what no documentation has.
package fielddoc
