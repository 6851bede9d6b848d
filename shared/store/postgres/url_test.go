package postgres_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/postgres"
)

func TestURL(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		url  string
		want string // a part of the error
	}{
		{name: "short", url: "postgres://u:p@h/d"},
		{name: "other scheme", url: "postgresql://u:p@h/d"},
		{name: "no password", url: "postgres://u@h/d"},
		{name: "IPv6", url: "postgres://u:p@[::1]:5433/d"},
		{name: "all parameters", url: "postgres://u:p@h/d?sslmode=require&max_conns=100&default_query_exec_mode=cache_describe"},
		{name: "no host", url: "postgres://u:p@/d", want: "host"},
		{name: "opaque", url: "postgres:u:p@h/d", want: "host"},
		{name: "two hosts", url: "postgres://u:p@h,i/d", want: "one host"},
		{name: "no user", url: "postgres://h/d", want: "user"},
		{name: "no database", url: "postgres://u:p@h", want: "database"},
		{name: "two databases", url: "postgres://u:p@h/d/e", want: "database"},
		{name: "fragment", url: "postgres://u:p@h/d#x", want: "%23"},
		{name: "NUL", url: "postgres://u:p%00@h/d", want: "NUL"},
		{name: "port", url: "postgres://u:p@h:70000/d", want: "port"},
		{name: "unknown parameter", url: "postgres://u:p@h/d?sslkey=x", want: `unknown parameter "sslkey"`},
		{name: "twice", url: "postgres://u:p@h/d?sslmode=require&sslmode=disable", want: "once"},
		{name: "sslmode", url: "postgres://u:p@h/d?sslmode=on", want: "verify-full"},
		{name: "no certificates", url: "postgres://u:p@h/d?sslrootcert=", want: "sslrootcert"},
		{name: "certificates that are not there", url: "postgres://u:p@h/d?sslrootcert=/nowhere", want: "sslrootcert"},
		{name: "no connection", url: "postgres://u:p@h/d?max_conns=0", want: "1 to 100"},
		{name: "connections", url: "postgres://u:p@h/d?max_conns=101", want: "1 to 100"},
		{name: "many", url: "postgres://u:p@h/d?max_conns=many", want: "1 to 100"},
		{name: "mode", url: "postgres://u:p@h/d?default_query_exec_mode=exec", want: "cache_describe"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s, err := store.Open(tc.url)
			if tc.want != "" {
				require.ErrorContains(t, err, tc.want)
				return
			}
			require.NoError(t, err)
			require.NoError(t, s.Close())
		})
	}
}

// What is in the URL counts, all of it and nothing else.
func TestEnvironment(t *testing.T) {
	raw := with(t, newSchemaOfServer(t), "sslmode", "disable")
	for name, value := range map[string]string{
		"PGHOST": "nowhere.invalid", "PGPORT": "1", "PGUSER": "other", "PGPASSWORD": "other", "PGDATABASE": "other",
		"PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/nowhere", "PGSSLCERT": "/nowhere", "PGSSLKEY": "/nowhere", "PGSSLCERTMODE": "require",
		"PGOPTIONS": "-c search_path=nowhere", "PGTZ": "nowhere", "PGAPPNAME": "other", "PGCONNECT_TIMEOUT": "x",
		"PGTARGETSESSIONATTRS": "standby", "PGCHANNELBINDING": "require", "PGREQUIREAUTH": "none", "PGSSLNEGOTIATION": "direct",
		"PGMINPROTOCOLVERSION": "latest",
	} {
		t.Setenv(name, value)
	}
	require.NoError(t, open(t, raw).Migrate(t.Context()))

	u, err := url.Parse("postgres://u@h/d")
	require.NoError(t, err)
	config, _, err := postgres.ConfigOf(u)
	require.NoError(t, err)
	require.Empty(t, config.Password)
	require.Equal(t, uint16(5432), config.Port)
}

func FuzzURL(f *testing.F) {
	f.Add("u", "p", "h", "d", "sslmode=disable")
	f.Add(`u'\`, `p' host='x`, "::1", "d d", "max_conns=3&sslmode=verify-full")
	f.Add("ü", "%\x01 =", "h.example.com", "d?#", "default_query_exec_mode=cache_describe")
	f.Fuzz(func(t *testing.T, user, password, host, database, query string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
		const secret = "c0rrecthorse"
		u := &url.URL{Scheme: "postgres", User: url.UserPassword(user, secret+password), Host: host, Path: "/" + database, RawQuery: query}
		config, conns, err := postgres.ConfigOf(u)
		if err != nil {
			require.NotContains(t, err.Error(), secret)
			return
		}
		require.Equal(t, user, config.User)
		require.Equal(t, secret+password, config.Password)
		require.Equal(t, u.Hostname(), config.Host)
		require.Equal(t, database, config.Database)
		require.GreaterOrEqual(t, conns, 1)
		require.LessOrEqual(t, conns, 100)
		for _, other := range config.Fallbacks {
			require.Equal(t, config.Host, other.Host)
		}
	})
}
