package doctor_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
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
		want string // of the clock
	}{
		{name: "postgres", url: services.Postgres, want: "ok: ours and that of the store are "},
		{name: "mysql", url: services.MySQL, want: "ok: ours and that of the store are "},
		{name: "tablestore", url: newTablestore, want: "skipped: there is no store with a clock of its own"},
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
			require.Contains(t, of(report, "clock"), tc.want)
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

func newTablestore(t testing.TB) string {
	t.Helper()
	server, err := tablestore.Start(tablestore.Options{})
	require.NoError(t, err)
	t.Cleanup(server.Close)
	return "tablestore://" + url.UserPassword(server.AccessKeyID, server.AccessKeySecret).String() + "@" + server.Endpoint[len("http://"):] + "/" + server.Instance
}
