package doctor_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/doctor"
	"github.com/vodevents/vodevents/shared/store"
)

// TestServers examines databases that are servers.
func TestServers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		url  func(testing.TB) string
	}{
		{name: "postgres", url: services.Postgres},
		{name: "mysql", url: services.MySQL},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			raw := tc.url(t)
			getenv := func(name string) string { return map[string]string{"VOD_STORE": raw}[name] }
			report := examine(t, doctor.Subject{Getenv: getenv, Inside: true})
			require.Equal(t, "fail: the tables are missing or out of date", of(report, "store"))
			require.Contains(t, of(report, "clock"), "skipped: ")
			require.Contains(t, of(report, "deliveries"), "skipped: ")

			opened := open(t, raw)
			m, ok := opened.(store.Migrator)
			require.True(t, ok)
			require.NoError(t, m.Migrate(t.Context()))
			report = examine(t, doctor.Subject{Getenv: getenv, Inside: true})
			require.Contains(t, of(report, "store"), "ok: a durable commit takes ")
			require.Contains(t, of(report, "clock"), "ok: ours and that of the store are ")
			r, ok := opened.(store.Reader)
			require.True(t, ok)
			left, err := r.DeadLetters(t.Context(), store.DeadLetterQuery{})
			require.NoError(t, err)
			require.Empty(t, left)

			u, err := url.Parse(raw)
			require.NoError(t, err)
			u.User = url.UserPassword("vod", secret)
			report = examine(t, doctor.Subject{Getenv: func(name string) string { return map[string]string{"VOD_STORE": u.String()}[name] }})
			require.Contains(t, of(report, "store"), "fail: ")
		})
	}
}
