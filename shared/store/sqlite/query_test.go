package sqlite_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

func TestPlans(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	for _, tc := range []struct {
		name  string
		query string
		want  string // a step of the plan
	}{
		{
			name:  "one medium",
			query: "SELECT * FROM vod_media WHERE id = 'x'",
			want:  "SEARCH vod_facts USING INDEX sqlite_autoindex_vod_facts_1 (medium=?)",
		},
		{
			name:  "some media",
			query: "SELECT state FROM vod_media WHERE id IN ('x', 'y')",
			want:  "SEARCH vod_facts USING INDEX sqlite_autoindex_vod_facts_1 (medium=?)",
		},
		{
			name:  "events of a medium",
			query: "SELECT * FROM vod_events WHERE subject = 'x' ORDER BY time",
			want:  "SEARCH vod_events USING INDEX vod_events_by_subject (subject=?)",
		},
		{
			name:  "the last events",
			query: "SELECT * FROM vod_events ORDER BY received DESC LIMIT 50",
			want:  "SCAN vod_events USING INDEX vod_events_by_received",
		},
		{
			name:  "the last events of a type",
			query: "SELECT * FROM vod_events WHERE type = 'x' ORDER BY received DESC LIMIT 50",
			want:  "SEARCH vod_events USING INDEX vod_events_by_type (type=?)",
		},
		{
			name:  "an event by its printed id",
			query: "SELECT * FROM vod_events WHERE id = unhex('0190b7a4-7c00-8000-8000-000000000001', '-')",
			want:  "SEARCH vod_events USING INDEX sqlite_autoindex_vod_events_1 (id=?)",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			rows, err := s.Writer().QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+tc.query)
			require.NoError(t, err)
			defer rows.Close()
			var plan []string
			for rows.Next() {
				var id, parent, unused int
				var detail string
				require.NoError(t, rows.Scan(&id, &parent, &unused, &detail))
				plan = append(plan, detail)
			}
			require.NoError(t, rows.Err())
			require.Contains(t, plan, tc.want)
			require.NotContains(t, strings.Join(plan, "\n"), "TEMP B-TREE", "it is in order already")
		})
	}
}

func TestPrintedIDs(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	id := vod.ID{0x01, 0x90, 0xb7, 0xa4, 0x7c, 0x00, 0x80, 0xab, 0x8c, 0xde, 0xff, 5, 4, 3, 2, 1}
	commit(t, s, event(id))
	var uuid string
	require.NoError(t, s.Writer().QueryRowContext(t.Context(),
		"SELECT uuid FROM vod_events WHERE id = unhex('0190b7a4-7c00-80ab-8cde-ff0504030201', '-')").Scan(&uuid))
	require.Equal(t, "0190b7a4-7c00-80ab-8cde-ff0504030201", uuid)
}
