package mysql_test

import (
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
		{Sinks: []string{"crm", "erp"}, Limit: 10, Events: ids(batch[1000:1010])},
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
