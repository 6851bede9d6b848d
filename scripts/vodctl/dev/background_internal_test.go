package dev // what goes on besides is not exported

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func TestHasten(t *testing.T) {
	t.Parallel()
	url := FileStore(filepath.Join(t.TempDir(), "vod.db"))
	require.NoError(t, migrate(t.Context(), url))
	s, err := store.Open(url)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	o, ok := s.(store.Outbox)
	require.True(t, ok)
	at := time.Now().UTC().Truncate(time.Millisecond)
	_, err = s.Commit(t.Context(), []store.Record{{
		ID: vod.ID{1}, Type: "X", Time: at, Received: at, Body: []byte("{}"), Source: store.SourceHTTP, Deliveries: []string{"mine", "crm"},
	}})
	require.NoError(t, err)
	claim := func() (sinks []string) {
		t.Helper()
		claimed, err := o.Claim(t.Context(), store.Claim{Sinks: []string{"mine", "crm"}, Limit: 10, For: time.Minute, Token: "t"})
		require.NoError(t, err)
		for _, c := range claimed {
			sinks = append(sinks, c.Delivery.Sink)
		}
		return sinks
	}
	require.Len(t, claim(), 2)
	for _, sink := range []string{"mine", "crm"} {
		mark := store.Mark{Event: vod.ID{1}, Sink: sink, State: store.Owed, Retry: time.Hour, Tried: true, Err: "away"}
		require.NoError(t, o.Mark(t.Context(), "t", []store.Mark{mark}))
		require.NoError(t, o.Rest(t.Context(), sink, 9, time.Hour, "away"))
	}
	require.Empty(t, claim())
	hastenOnce(t.Context(), o, []string{"mine", "nobody"})
	require.Equal(t, []string{"mine"}, claim())
}
