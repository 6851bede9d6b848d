package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// A commit is in progress whose fact has lost against the one that is dropped.
func TestDropEventWaitsForCommits(t *testing.T) {
	t.Parallel()
	s, raw := fresh(t)
	forged, late := event(vod.ID{1}), event(vod.ID{2})
	commit(t, s, forged)
	late.Subject = forged.Subject
	late.Facts = []media.Fact{forged.Facts[0]}
	late.Facts[0].Event = late.ID

	other, err := pgx.Connect(t.Context(), raw)
	require.NoError(t, err)
	defer other.Close(t.Context())
	_, err = other.Exec(t.Context(), `BEGIN;
		INSERT INTO vod_events (id, type, subject, status, received, source, source_id, business_key, body)
		  SELECT '02000000-0000-0000-0000-000000000000', type, subject, status, received, source, source_id, business_key, body FROM vod_events`)
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() {
		_, err := s.DropEvent(t.Context(), forged.ID, "forged", func(store.Event) (store.Record, error) { return late, nil })
		done <- err
	}()
	waitForLock(t, raw)
	_, err = other.Exec(t.Context(), "COMMIT")
	require.NoError(t, err)
	require.NoError(t, <-done)
	facts, err := s.Facts(t.Context(), forged.Subject)
	require.NoError(t, err)
	require.Equal(t, late.Facts, facts)
}
