package services_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/services"
)

func TestDatabases(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		database func(testing.TB) string
		tables   string
		durable  map[string]string // or else a killed server would prove nothing
		missing  string
	}{
		{
			name: "postgres", database: services.Postgres,
			tables: "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'",
			durable: map[string]string{
				"SHOW fsync": "on", "SHOW synchronous_commit": "on", "SHOW full_page_writes": "on",
			},
			missing: "does not exist",
		},
		{
			name: "mysql", database: services.MySQL,
			tables: "SELECT count(*) FROM information_schema.tables WHERE table_schema = database()",
			durable: map[string]string{
				"SELECT @@innodb_flush_log_at_trx_commit": "1", "SELECT @@innodb_doublewrite": "1",
			},
			missing: "Unknown database",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var one string
			t.Run("new", func(t *testing.T) {
				one = tc.database(t)
				other := tc.database(t)
				require.NotEqual(t, one, other)
				for _, url := range []string{one, other} {
					must(t, url, "CREATE TABLE t (v integer)")
					require.Equal(t, "1", must(t, url, tc.tables))
				}
				for setting, want := range tc.durable {
					require.Equal(t, want, must(t, one, setting), setting)
				}
			})
			_, err := query(t.Context(), one, tc.tables)
			require.ErrorContains(t, err, tc.missing, "it goes away with its test")
		})
	}
}

func TestRedis(t *testing.T) {
	t.Parallel()
	one, other := services.Redis(t), services.Redis(t)
	require.Equal(t, "OK", must(t, one, "SET key value"))
	require.Equal(t, "OK", must(t, other, "FLUSHALL"), "as another test would")
	require.Equal(t, "value", must(t, one, "GET key"))
}

// must returns the answer to a command.
func must(t *testing.T, url, command string) string {
	t.Helper()
	value, err := query(t.Context(), url, command)
	require.NoError(t, err, command)
	return value
}
