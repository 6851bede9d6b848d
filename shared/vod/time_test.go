package vod_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

func TestTimes(t *testing.T) {
	t.Parallel()
	base := time.Date(2026, 2, 3, 4, 15, 27, 0, time.UTC)
	ms := func(n int) time.Time { return base.Add(time.Duration(n) * time.Millisecond) }
	for value, want := range map[string]time.Time{
		`"2026-02-03T04:15:27Z"`:                base,
		`"2026-02-03T04:15:27:083Z"`:            ms(83),
		`"2026-02-03T04:15:27.083Z"`:            ms(83),
		`"2026-02-03T04:15:27,083Z"`:            ms(83),
		`"2026-02-03T04:15:27.8Z"`:              ms(800),
		`"2026-02-03T04:15:27:8"`:               ms(800),
		`"2026-02-03T04:15:27.083456789Z"`:      ms(83).Add(456789),
		`"2026-02-03T04:15:27:083456789+00:00"`: ms(83).Add(456789),
		`"2026-02-03T04:15:27"`:                 base,
		`"2026-02-03 04:15:27"`:                 base,
		`"2026-02-03 04:15:27.083"`:             ms(83),
		`"2026-02-03t04:15:27z"`:                base,
		`"2026-02-03T12:15:27+08:00"`:           base,
		`"2026-02-03T12:15:27+0800"`:            base,
		`"2026-02-03T12:15:27+08"`:              base,
		`"2026-02-03T12:15:27:083+08:00"`:       ms(83),
		`"2026-02-03 04:15:27 UTC"`:             base,
		`"2026-02-02T20:15:27 -0800"`:           base,
		`"2026-02-03T04:15:27:Z"`:               base,
		`"2026-02-03T04:15:27.+00:00"`:          base,
		`"2026-2-3T4:15:27Z"`:                   base,
		`"2026-2-3 4:15:27:083"`:                ms(83),
		`"2026-02-03T04:15Z"`:                   base.Add(-27 * time.Second),
		`"2026-02-03T04:15"`:                    base.Add(-27 * time.Second),
		`"2026-02-03T12:15+08:00"`:              base.Add(-27 * time.Second),
		`"2026-02-03T4:5:6Z"`:                   time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC),
		`"2026-12-31T23:59:60Z"`:                time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		`"2026-12-31T23:59:60:083Z"`:            time.Date(2027, 1, 1, 0, 0, 0, 83e6, time.UTC),
		`"2026-12-31T23:59:60.083Z"`:            time.Date(2027, 1, 1, 0, 0, 0, 83e6, time.UTC),
		`"2026-12-31T23:59:60,083"`:             time.Date(2027, 1, 1, 0, 0, 0, 83e6, time.UTC),
		`"2027-01-01T07:59:60+08:00"`:           time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		`"9999-12-31T23:59:60Z"`:                {},
		`"2026-12-31T23:59:61Z"`:                {},
		`"2026-12-31T23:60:60Z"`:                {},
		`"2026-02-03T04:15:27:08:3Z"`:           {},
		`"2026-02-03T04:15:27.0:8Z"`:            {},
		`"2026-02-03T04:15:27..8Z"`:             {},
		`"2026-02-03T04Z"`:                      {},
		`"2026-02-03TZ"`:                        {},
		`"2026-02-03T04:15:Z"`:                  {},
		`"2026-02-03T-8:15:27Z"`:                {},
		`" 2026-02-03T04:15:27Z "`:              base,
		`1770092127`:                            base,
		`"1770092127"`:                          base,
		`1770092127083`:                         ms(83),
		`"1770092127083"`:                       ms(83),
		`1770092127.083`:                        ms(83),
		`1.770092127E9`:                         base,
		`1770092127083.456`:                     ms(83).Add(456000),
		`"9999-12-31T23:59:59-08:00"`:           {},
		`"0000-12-31T23:59:59Z"`:                {},
		`"2026-02-30T04:15:27Z"`:                {},
		`"2026-02-03T24:15:27Z"`:                {},
		`"2026-02-03X04:15:27Z"`:                {},
		`"2026-02-03T04:15:27 Mars"`:            {},
		`"2026-02-03"`:                          {},
		`"ſſſſſſſſſſſſſſſſſſſſ"`:                {},
		`20260203`:                              {},
		`20260203041527`:                        {},
		`-1770092127`:                           {},
		`1e400`:                                 {},
		`"now"`:                                 {},
		`""`:                                    {},
		`null`:                                  {},
		`true`:                                  {},
		`{}`:                                    {},
		`["2026-02-03T04:15:27Z"]`:              {},
	} {
		got := parseAs[*vod.CreateAuditComplete](t, vod.TypeCreateAuditComplete, "CreationTime", value)
		require.Equal(t, want, got.CreationTime, value)
		e := parseAs[*vod.CreateAuditComplete](t, vod.TypeCreateAuditComplete, "EventTime", value)
		require.Equal(t, want.Truncate(time.Millisecond), e.Time, value)
		require.True(t, idOf(t, string(e.Body)).Time().Equal(e.Time), value)
		if e.Time.IsZero() && value != `null` {
			require.Equal(t, value, string(e.Extra["EventTime"]), "a time that cannot be read stays visible")
		} else {
			require.NotContains(t, e.Extra, "EventTime", value)
		}
	}
}
