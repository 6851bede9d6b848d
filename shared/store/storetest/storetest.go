// Package storetest is the conformance suite for stores: it holds each sentence of
// package store against an implementation, by its seams alone. A store passes it
// against the real server.
//
//	func TestConformance(t *testing.T) {
//		storetest.Run(t, storetest.Harness{URL: newDatabase, …})
//	}
package storetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// Harness is what the suite needs to know about a store. The store has to be
// registered and a [store.Reader]; other abilities are tested if it has them.
type Harness struct {
	// URL returns the URL of a new and empty database that nobody else uses and that
	// goes away with the test.
	URL func(t *testing.T) string
	// Absent is the URL of a database that cannot be reached.
	Absent string
	// Poison returns an event that the database refuses, with the given id: if there
	// are several ways, by one of its facts, when a part of it is written already.
	Poison func(id vod.ID) store.Record
	// Server returns the URL of a new database on a server of its own, and what stops
	// that server at once, as a crash does, and starts it again. It is nil if there is
	// no server.
	Server func(t *testing.T) (url string, restart func())
	// Forget removes the row of an event past the store, and nothing else of it. It is
	// nil if that cannot be.
	Forget func(t *testing.T, url string, event vod.ID)
	// SecretURLs hold [Secret] where the scheme has place for a password, or where
	// people put one by mistake; none of them works.
	SecretURLs []string
}

// Secret is the text that no error may hold.
const Secret = "c0rrecthorse"

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	for _, concept := range []struct {
		name string
		test func(*testing.T, Harness)
	}{
		{"open", testOpen},
		{"migrate", testMigrate},
		{"commit", testCommit},
		{"identity", testIdentity},
		{"bodies", testBodies},
		{"facts", testFacts},
		{"media", testMedia},
		{"deliveries", testDeliveries},
		{"outbox", testOutbox},
		{"dead letters", testDeadLetters},
		{"reader", testReader},
		{"rebuild", testRebuild},
		{"drop event", testDropEvent},
		{"clock", testClock},
		{"concurrency", testConcurrency},
		{"restart", testRestart},
	} {
		t.Run(concept.name, func(t *testing.T) {
			t.Parallel()
			concept.test(t, h)
		})
	}
}

// database is an open store on the database with the given URL.
type database struct {
	store.Store
	store.Reader
	url string
}

// open opens the database at url with a store value of its own.
func open(t *testing.T, url string) database {
	t.Helper()
	s, err := store.Open(url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	r, ok := s.(store.Reader)
	require.True(t, ok, "the suite looks into stores with store.Reader")
	return database{Store: s, Reader: r, url: url}
}

// fresh opens a new database and makes its tables.
func (h Harness) fresh(t *testing.T) database {
	t.Helper()
	d := open(t, h.URL(t))
	if m, ok := d.Store.(store.Migrator); ok {
		require.NoError(t, m.Migrate(t.Context()))
	}
	return d
}

// commit commits the records in one batch and returns their states.
func (d database) commit(t *testing.T, records ...store.Record) []store.State {
	t.Helper()
	outcomes, err := d.Commit(t.Context(), records)
	require.NoError(t, err)
	require.Len(t, outcomes, len(records))
	states := make([]store.State, len(outcomes))
	for i, o := range outcomes {
		states[i] = o.State
		if o.State == store.Rejected || o.State == store.Failed {
			require.Error(t, o.Err, "record %d is %s for a reason", i, o.State)
		} else {
			require.NoError(t, o.Err, "record %d is %s", i, o.State)
		}
	}
	return states
}

// events returns the stored events with the given ids, by id.
func (d database) events(t *testing.T, ids ...vod.ID) map[vod.ID]store.Event {
	t.Helper()
	all, err := d.Events(t.Context(), store.EventQuery{IDs: ids, Limit: len(ids)})
	require.NoError(t, err)
	byID := make(map[vod.ID]store.Event, len(all))
	for _, e := range all {
		byID[e.ID] = e
	}
	require.Len(t, byID, len(all), "no id twice")
	return byID
}
