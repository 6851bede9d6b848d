package mysql_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/mysql"
)

// A claim reads what it leases, however much is owed, also to a sink that rests.
func TestClaimReadsLittle(t *testing.T) {
	t.Parallel()
	s, _ := fresh(t)
	batch := eventsFrom(0, 3000)
	for i := range batch {
		batch[i].Deliveries = []string{"crm", "erp", "down"}
	}
	commit(t, s, batch...)
	require.NoError(t, s.Rest(t.Context(), "down", 1, time.Hour, "no"))
	for _, claim := range []store.Claim{
		{Sinks: []string{"crm"}, Limit: 10},
		{Sinks: []string{"crm", "down", "erp"}, Limit: 10},
		{Sinks: []string{"down"}, Limit: 10},
		{Sinks: []string{"crm", "erp"}, Limit: 10, Events: ids(batch[2000:2010])},
	} {
		claim.Token, claim.For = "t", time.Hour
		before := rowsRead(t, s)
		claimed, err := s.Claim(t.Context(), claim)
		require.NoError(t, err)
		require.Len(t, claimed, map[bool]int{true: 0, false: 10}[len(claim.Sinks) == 1 && claim.Sinks[0] == "down"])
		require.Less(t, rowsRead(t, s)-before, 500, claim.Sinks)
	}
	left, err := s.Claim(t.Context(), store.Claim{Token: "u", For: time.Hour, Sinks: []string{"crm", "erp"}, Limit: 1000})
	require.NoError(t, err)
	require.Len(t, left, 1000, "what was leased beyond a limit is given back")

	_, err = s.Conns().ExecContext(t.Context(), `
UPDATE vod_deliveries SET attempts = event_id >= X'00000005', lease_until = NULL,
  due = IF(event_id < X'0000000A', UTC_TIMESTAMP(3), '2999-01-01')`)
	require.NoError(t, err)
	before := rowsRead(t, s)
	left, err = s.Claim(t.Context(), store.Claim{Token: "v", For: time.Hour, Sinks: []string{"crm", "erp"}, Limit: 100})
	require.NoError(t, err)
	require.Len(t, left, 20)
	require.Less(t, rowsRead(t, s)-before, 500, "what is due later is not read")
}

// A delivery whose event is gone takes nobody's place.
func TestClaimWithoutEvent(t *testing.T) {
	t.Parallel()
	s, rawURL := fresh(t)
	batch := eventsFrom(0, 5)
	commit(t, s, batch...)
	_, err := raw(t, rawURL).ExecContext(t.Context(), "DELETE FROM vod_events WHERE id < ?", batch[4].ID[:])
	require.NoError(t, err)
	claimed, err := s.Claim(t.Context(), store.Claim{Token: "t", For: time.Hour, Sinks: []string{"crm"}, Limit: 1})
	require.NoError(t, err)
	require.Len(t, claimed, 1)
	require.Equal(t, batch[4].ID, claimed[0].Event.ID)
}

// To park nothing, to look at the last deliveries, and to see the sinks takes no longer
// the more is owed.
func TestQuickHoweverMuchIsOwed(t *testing.T) {
	t.Parallel()
	s, rawURL := fresh(t)
	fill(t, rawURL, 20_000, "crm", "erp")
	require.NoError(t, s.Seen(t.Context(), "crm", "erp", "old"))
	for _, tc := range []struct {
		name string
		do   func() (int, error)
		want int
	}{
		{name: "park nothing", do: func() (int, error) {
			parked, err := s.Park(t.Context(), 3*time.Hour, 3*time.Hour)
			return len(parked), err
		}},
		{name: "park nothing of old ones whose sinks there are", do: func() (int, error) {
			parked, err := s.Park(t.Context(), 3*time.Hour, 10*time.Minute)
			return len(parked), err
		}},
		{name: "the last", want: 50, do: func() (int, error) {
			last, err := s.Deliveries(t.Context(), store.DeliveryQuery{})
			return len(last), err
		}},
		{name: "the sinks", want: 3, do: func() (int, error) {
			sinks, err := s.Sinks(t.Context())
			return len(sinks), err
		}},
	} {
		before := rowsRead(t, s)
		got, err := tc.do()
		require.NoError(t, err, tc.name)
		require.Equal(t, tc.want, got, tc.name)
		require.Less(t, rowsRead(t, s)-before, 500, tc.name)
	}
}

// What is much is changed in many transactions.
func TestChunks(t *testing.T) {
	t.Parallel()
	const n = 12_000
	s, rawURL := fresh(t)
	fill(t, rawURL, n, "crm", "erp")
	for parked := 0; parked < 2*n; {
		before := rowsRead(t, s)
		got, err := s.Park(t.Context(), 30*time.Minute, 3*time.Hour)
		require.NoError(t, err)
		sum := 0
		for _, p := range got {
			sum += p.Deliveries
		}
		require.Positive(t, sum)
		require.LessOrEqual(t, sum, 5000)
		require.Less(t, rowsRead(t, s)-before, 10*5000)
		parked += sum
	}
	got, err := s.Park(t.Context(), 30*time.Minute, 3*time.Hour)
	require.NoError(t, err)
	require.Empty(t, got)

	again, err := s.Hasten(t.Context(), "crm", true)
	require.NoError(t, err)
	require.Equal(t, n, again)
	_, err = s.Conns().ExecContext(t.Context(), "UPDATE vod_deliveries SET due = '2999-01-01' WHERE sink = 'crm' AND event_id > X'7F'")
	require.NoError(t, err)
	again, err = s.Hasten(t.Context(), "crm", false)
	require.NoError(t, err)
	require.Equal(t, n, again, "also what was due already")
	backlog, err := s.Backlog(t.Context())
	require.NoError(t, err)
	require.Len(t, backlog, 1)
	require.Equal(t, n, backlog[0].Owed)
}

// fill makes n deliveries to each of the sinks, owed for an hour and due.
func fill(t *testing.T, rawURL string, n int, sinks ...string) {
	t.Helper()
	db := raw(t, rawURL)
	for _, sink := range sinks {
		_, err := db.ExecContext(t.Context(), `
INSERT INTO vod_deliveries (event_id, sink, state, attempts, owed_since, due, lease_token, last_error, replay, updated)
SELECT UNHEX(MD5(seq)), ?, 'owed', seq % 2, UTC_TIMESTAMP(3) - INTERVAL 1 HOUR, UTC_TIMESTAMP(3), '', '', '', UTC_TIMESTAMP(3)
FROM seq_1_to_`+strconv.Itoa(n), sink)
		require.NoError(t, err)
	}
	_, err := db.ExecContext(t.Context(), "ANALYZE TABLE vod_deliveries")
	require.NoError(t, err)
}

// rowsRead returns how many rows the connection of the store has read.
func rowsRead(t *testing.T, s *mysql.Store) int {
	t.Helper()
	rows, err := s.Conns().QueryContext(t.Context(), "SHOW SESSION STATUS LIKE 'Handler_read%'")
	require.NoError(t, err)
	defer rows.Close()
	sum := 0
	for rows.Next() {
		var name string
		var n int
		require.NoError(t, rows.Scan(&name, &n))
		sum += n
	}
	require.NoError(t, rows.Err())
	return sum
}
