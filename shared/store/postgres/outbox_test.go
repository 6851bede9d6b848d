package postgres_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/postgres"
	"github.com/vodevents/vodevents/shared/vod"
)

// A claim reads what it leases, and giving up what is given up, however much is
// owed, also to a sink that rests, and whatever the server knows about the tables.
func TestOutboxReadsLittle(t *testing.T) {
	t.Parallel()
	for _, analyze := range []string{"", "ANALYZE"} {
		s, raw := fresh(t)
		var ids []vod.ID
		for n := range 3 {
			ids = append(ids, owe(t, s, byte(n), 1000, "crm", "erp", "down")...)
		}
		require.NoError(t, s.Seen(t.Context(), "crm", "erp", "down"))
		require.NoError(t, s.Rest(t.Context(), "down", 1, time.Hour, "no"))
		require.NoError(t, s.Close())
		admin(t, raw, analyze)
		for _, tc := range []struct {
			claim store.Claim
			want  int
		}{
			{store.Claim{Sinks: []string{"crm"}}, 10},
			{store.Claim{Sinks: []string{"crm", "down", "erp", "crm"}}, 10},
			{store.Claim{Sinks: []string{"down"}}, 0},
			{store.Claim{Sinks: []string{"crm", "erp"}, Events: ids[1000:1010]}, 10},
		} {
			claim := tc.claim
			claim.For, claim.Limit = time.Hour, 10
			read := rowsRead(t, raw, func(s *postgres.Store) {
				for n := range 8 { // from the sixth on the plan may be one for all arguments
					if len(claim.Events) > 0 {
						claim.Events = ids[1000+10*n : 1010+10*n]
					}
					claim.Token = fmt.Sprint(tc.claim.Sinks, n)
					claimed, err := s.Claim(t.Context(), claim)
					require.NoError(t, err)
					require.Len(t, claimed, tc.want)
				}
			})
			require.Less(t, read, 8*500, "%v %q", tc.claim.Sinks, analyze)
		}
		require.Less(t, rowsRead(t, raw, func(s *postgres.Store) {
			parked, err := s.Park(t.Context(), time.Hour, time.Hour)
			require.NoError(t, err)
			require.Empty(t, parked)
		}), 500, analyze)
		require.Less(t, rowsRead(t, raw, func(s *postgres.Store) {
			parked, err := s.Park(t.Context(), 0, time.Hour)
			require.NoError(t, err)
			require.NotEmpty(t, parked)
		}), 5000*20, analyze)
	}
}

// What cannot be delivered, or was tried, takes no place of a limit, of whatever
// sink it is.
func TestClaimWithinLimit(t *testing.T) {
	t.Parallel()
	s, raw := fresh(t)
	ids := append(owe(t, s, 0, 2, "crm"), owe(t, s, 1, 1, "erp")...)
	admin(t, raw, "UPDATE vod_deliveries SET attempts = 1 WHERE event_id = '"+ids[0].String()+"'") // it is due first
	claim := func(token string) []store.Claimed {
		claimed, err := s.Claim(t.Context(), store.Claim{Token: token, For: time.Hour, Sinks: []string{"crm", "erp"}, Limit: 1})
		require.NoError(t, err)
		return claimed
	}
	admin(t, raw, "DELETE FROM vod_events WHERE id = '"+ids[1].String()+"'")
	for i, want := range []vod.ID{ids[2], ids[0]} {
		claimed := claim(strconv.Itoa(i))
		require.Len(t, claimed, 1)
		require.Equal(t, want, claimed[0].Event.ID)
	}
	require.Empty(t, claim("last"))
}

// What is leased while it is about to be given up is not: the lease is seen when
// the lock on it is had.
func TestParkLeasedMeanwhile(t *testing.T) {
	t.Parallel()
	s, raw := fresh(t)
	owe(t, s, 0, 2, "crm")
	other, err := pgx.Connect(t.Context(), raw)
	require.NoError(t, err)
	defer other.Close(context.WithoutCancel(t.Context()))
	_, err = other.Exec(t.Context(), `BEGIN; UPDATE vod_deliveries SET lease_token = 't', lease_until = now() + interval '1 hour'
		WHERE event_id = (SELECT min(event_id::text)::uuid FROM vod_deliveries)`)
	require.NoError(t, err)
	done := make(chan error)
	var parked []store.Parking
	go func() {
		var err error
		parked, err = s.Park(t.Context(), 0, time.Hour)
		done <- err
	}()
	waitForLock(t, raw)
	_, err = other.Exec(t.Context(), "COMMIT")
	require.NoError(t, err)
	require.NoError(t, <-done)
	require.Equal(t, []store.Parking{{Sink: "crm", Deliveries: 1}}, parked)
	require.Equal(t, 1, value[int](t, raw, "SELECT count(*) FROM vod_deliveries WHERE state = 'owed' AND lease_token = 't'"))
}

// owe commits n events, owed to sinks, in one batch, and returns their ids.
func owe(t *testing.T, s *postgres.Store, batch byte, n int, sinks ...string) []vod.ID {
	t.Helper()
	var records []store.Record
	var ids []vod.ID
	for i := range n {
		r := event(vod.ID{batch, byte(i >> 8), byte(i)})
		r.Deliveries = sinks
		records, ids = append(records, r), append(ids, r.ID)
	}
	commit(t, s, records...)
	return ids
}

// rowsRead returns how many rows of tables and entries of indexes a store reads as
// it does something. A connection says so when it ends, at the latest.
func rowsRead(t *testing.T, raw string, do func(*postgres.Store)) int {
	t.Helper()
	before := reads(t, raw)
	s := open(t, raw)
	do(s)
	require.NoError(t, s.Close())
	return reads(t, raw) - before
}

func reads(t *testing.T, raw string) int {
	t.Helper()
	return value[int](t, raw, `SELECT (SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_user_tables) +
		(SELECT sum(idx_tup_read) FROM pg_stat_user_indexes)`)
}
