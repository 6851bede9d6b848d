package mysql_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store/mysql"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.pem")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	for _, tc := range []struct {
		name string
		url  string
		want mysql.Server
		err  string // a part of it
	}{
		{
			name: "everything", url: "mysql://vod:secret@db.example.com:3307/events?tls=true&max_conns=7",
			want: mysql.Server{Addr: "db.example.com:3307", User: "vod", Password: "secret", Database: "events", TLS: "true", MaxConns: 7},
		},
		{
			name: "defaults", url: "mysql://vod@db/events",
			want: mysql.Server{Addr: "db:3306", User: "vod", Database: "events", TLS: "preferred", MaxConns: 1},
		},
		{
			name: "escapes", url: "mysql://v%40d:p%40s%2Fs%3A%23%3F%25%20+%26@[::1]/my%20events?tls=false&max_conns=100",
			want: mysql.Server{Addr: "[::1]:3306", User: "v@d", Password: "p@s/s:#?% +&", Database: "my events", TLS: "false", MaxConns: 100},
		},
		{
			name: "a password with a colon", url: "mysql://vod:a:b@db/events?tls=skip-verify",
			want: mysql.Server{Addr: "db:3306", User: "vod", Password: "a:b", Database: "events", TLS: "skip-verify", MaxConns: 1},
		},

		{name: "no host", url: "mysql:///events", err: "host"},
		{name: "no authority", url: "mysql:events", err: "host"},
		{name: "no host, but a port", url: "mysql://vod@:3306/events", err: "host"},
		{name: "port 0", url: "mysql://vod@db:0/events", err: "port"},
		{name: "port too high", url: "mysql://vod@db:65536/events", err: "port"},
		{name: "no user", url: "mysql://db/events", err: "user"},
		{name: "empty user", url: "mysql://:secret@db/events", err: "user"},
		{name: "no database", url: "mysql://vod@db", err: "database"},
		{name: "empty database", url: "mysql://vod@db/", err: "database"},
		{name: "two databases", url: "mysql://vod@db/a/b", err: "path"},
		{name: "long database", url: "mysql://vod@db/" + strings.Repeat("x", 65), err: "path"},
		{name: "fragment", url: "mysql://vod@db/events#x", err: "%23"},
		{name: "unknown parameter", url: "mysql://vod@db/events?sslmode=require", err: `"sslmode"`},
		{name: "the driver's parameter", url: "mysql://vod@db/events?allowAllFiles=true", err: `"allowAllFiles"`},
		{name: "the first unknown parameter", url: "mysql://vod@db/events?z=1&b=1", err: `"b"`},
		{name: "parameter twice", url: "mysql://vod@db/events?tls=true&tls=false", err: "twice"},
		{name: "unknown tls", url: "mysql://vod@db/events?tls=yes", err: "skip-verify"},
		{name: "empty tls", url: "mysql://vod@db/events?tls=", err: "skip-verify"},
		{name: "no connections", url: "mysql://vod@db/events?max_conns=0", err: "1 to 100"},
		{name: "too many connections", url: "mysql://vod@db/events?max_conns=101", err: "1 to 100"},
		{name: "connections in words", url: "mysql://vod@db/events?max_conns=one", err: "1 to 100"},
		{name: "no such authority", url: "mysql://vod@db/events?tls_ca=/nowhere.pem", err: "tls_ca: the file cannot be read"},
		{name: "empty path of the authority", url: "mysql://vod@db/events?tls_ca=", err: "tls_ca: the file cannot be read"},
		{name: "no authority in the file", url: "mysql://vod@db/events?tls_ca=" + empty, err: "no certificate"},
		{name: "authority that nobody asks", url: "mysql://vod@db/events?tls=preferred&tls_ca=" + empty, err: "only tls=true"},
		{name: "bad escape", url: "mysql://vod@db/events?tls=%zz", err: "%26"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			u, err := url.Parse(tc.url)
			require.NoError(t, err)
			got, err := mysql.Read(u)
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

// What is opened is what the URL says, and errors do not say what is in it.
func FuzzOpen(f *testing.F) {
	for _, parameters := range []string{"", "?tls=true", "?max_conns=3", "?tls_ca=x", "?x=y", "?a=%zz", "/b", "#c", ":1"} {
		f.Add("vod", "p@ss:w/rd", "events", parameters)
	}
	f.Add("", "", "", "")
	f.Fuzz(func(t *testing.T, user, password, database, rest string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		raw := "mysql://" + url.UserPassword(user, password).String() + "@db.example.com/" + url.PathEscape(database) + rest
		u, err := url.Parse(raw)
		if err != nil {
			return // it does not get here
		}
		got, err := mysql.Read(u)
		if err != nil {
			require.True(t, strings.HasPrefix(err.Error(), "mysql: URL: "), err)
			if len(password) > 8 && !strings.Contains(rest, password) {
				require.NotContains(t, strings.TrimPrefix(err.Error(), "mysql: URL: "), password)
			}
			return
		}
		require.Equal(t, "db.example.com:3306", got.Addr)
		require.Equal(t, user, got.User)
		require.Equal(t, password, got.Password)
		require.True(t, got.MaxConns >= 1 && got.MaxConns <= 100)
		if !strings.ContainsAny(rest, "?#") {
			require.Equal(t, strings.TrimPrefix(u.Path, "/"), got.Database)
		}
	})
}
