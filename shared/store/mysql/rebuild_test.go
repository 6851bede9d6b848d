package mysql_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// Whoever derives may use the store, also if it has one connection only.
func TestRebuildUsesTheStore(t *testing.T) {
	t.Parallel()
	s, _ := fresh(t)
	r := event(vod.ID{1})
	commit(t, s, r)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	n, err := s.Rebuild(ctx, func(store.Event) (store.Record, error) {
		if _, err := s.Media(ctx, store.MediaQuery{}); err != nil {
			return store.Record{}, err
		}
		r.Type = "Renamed"
		return r, nil
	})
	require.NoError(t, err)
	require.Equal(t, 1, n)
}

// A commit has written the fact of an event when its medium is rebuilt, but is not over.
func TestRebuildWaitsForCommits(t *testing.T) {
	t.Parallel()
	s, rawURL := fresh(t)
	r := event(vod.ID{1})
	r.Subject, r.Facts[0].Medium = "m", "m"
	commit(t, s, r)
	db := raw(t, rawURL)
	other, err := db.Conn(t.Context())
	require.NoError(t, err)
	_, err = other.ExecContext(t.Context(), `START TRANSACTION;
		INSERT INTO vod_events (id, type, subject, status, received, source, source_id, business_key, body)
		  SELECT UNHEX('02000000000000000000000000000000'), type, subject, status, received, source, source_id, business_key, body FROM vod_events;
		INSERT INTO vod_facts (medium, facet, kind, time, `+"`rank`"+`, event_id, status, value, data, duration_s)
		  SELECT medium, 'audit', kind, time, `+"`rank`"+`, UNHEX('02000000000000000000000000000000'), status, 'Blocked', data, duration_s FROM vod_facts`)
	require.NoError(t, err)

	r.Facts[0].Value = "https://example.com/m"
	next := event(vod.ID{2})
	next.Subject, next.Facts = "m", []media.Fact{r.Facts[0]}
	next.Facts[0].Event, next.Facts[0].Facet, next.Facts[0].Value = next.ID, "audit", "Normal"
	records := map[vod.ID]store.Record{r.ID: r, next.ID: next}
	rebuilt := make(chan error, 1)
	go func() {
		_, err := s.Rebuild(t.Context(), func(e store.Event) (store.Record, error) { return records[e.ID], nil })
		rebuilt <- err
	}()
	require.Eventually(t, func() bool {
		var n int
		err := other.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM information_schema.innodb_lock_waits").Scan(&n)
		return err == nil && n > 0
	}, 10*time.Second, 200*time.Millisecond) // the table is not renewed while it is read more often
	_, err = other.ExecContext(t.Context(), "COMMIT")
	require.NoError(t, err)
	require.NoError(t, other.Close())
	require.NoError(t, <-rebuilt)
	facts, err := s.Facts(t.Context(), "m")
	require.NoError(t, err)
	require.Equal(t, append(next.Facts, r.Facts...), facts, "that of the other event, as it is derived now, too")
}
