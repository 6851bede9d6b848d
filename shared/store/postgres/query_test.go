package postgres_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

// What people and stores ask often is found by an index, in order.
func TestPlans(t *testing.T) {
	t.Parallel()
	_, raw := fresh(t)
	for _, tc := range []struct {
		name  string
		query string
		want  string // a part of the plan
	}{
		{name: "one medium", query: "SELECT * FROM vod_media WHERE id = 'x'", want: "vod_facts_pkey"},
		{name: "some media", query: "SELECT state FROM vod_media WHERE id IN ('x', 'y')", want: "medium = ANY"},
		{name: "events of a medium", query: "SELECT * FROM vod_events WHERE subject = 'x' ORDER BY time", want: "vod_events_by_subject"},
		{name: "the last events", query: "SELECT * FROM vod_events ORDER BY received DESC, id DESC LIMIT 50", want: "vod_events_by_received"},
		{
			name: "the next page of them", want: "vod_events_by_received",
			query: "SELECT * FROM vod_events WHERE received <= now() AND (received < now() OR id < gen_random_uuid()) ORDER BY received DESC, id DESC LIMIT 50",
		},
		{
			name: "the last events of a type", want: "vod_events_by_type",
			query: "SELECT * FROM vod_events WHERE type = 'x' ORDER BY received DESC, id DESC LIMIT 50",
		},
		{
			name: "an event by its printed id", want: "vod_events_pkey",
			query: "SELECT * FROM vod_events WHERE id = '0190b7a4-7c00-8000-8000-000000000001'",
		},
		{name: "an event by what it is about", query: "SELECT * FROM vod_events WHERE business_key = 'x'", want: "vod_events_by_business_key"},
		{
			name: "what is owed", want: "vod_deliveries_owed ",
			query: "SELECT * FROM vod_deliveries WHERE state = 'owed' AND sink = 'x' ORDER BY attempts > 0, due, event_id LIMIT 9",
		},
		{
			name: "what is owed for long", want: "vod_deliveries_owed_since",
			query: "SELECT * FROM vod_deliveries WHERE state = 'owed' AND sink = 'x' AND owed_since < now() ORDER BY owed_since LIMIT 9",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			conn, err := pgx.Connect(t.Context(), raw)
			require.NoError(t, err)
			defer conn.Close(t.Context())
			_, err = conn.Exec(t.Context(), "SET enable_seqscan = off; SET enable_bitmapscan = off") // as if there were many rows
			require.NoError(t, err)
			rows, err := conn.Query(t.Context(), "EXPLAIN "+tc.query)
			require.NoError(t, err)
			lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
			require.NoError(t, err)
			plan := strings.Join(lines, "\n")
			require.Contains(t, plan, tc.want)
			require.NotContains(t, plan, "Seq Scan")
			require.NotContains(t, plan, "Sort", "it is in order already")
		})
	}
}

func TestPrintedIDs(t *testing.T) {
	t.Parallel()
	s, raw := fresh(t)
	id := vod.ID{0x01, 0x90, 0xb7, 0xa4, 0x7c, 0x00, 0x80, 0xab, 0x8c, 0xde, 0xff, 5, 4, 3, 2, 1}
	commit(t, s, event(id))
	require.Equal(t, "0190b7a4-7c00-80ab-8cde-ff0504030201",
		value[string](t, raw, "SELECT uuid::text FROM vod_events WHERE id = '0190b7a4-7c00-80ab-8cde-ff0504030201'"))
}
