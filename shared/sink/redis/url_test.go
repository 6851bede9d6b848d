package redis_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/redis"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	text := file(t, []byte("no certificate"))
	for _, tc := range []struct {
		name string
		url  string
		err  string // a part of it
	}{
		{name: "host", url: "redis://r.example.com"},
		{name: "everything", url: "redis://vod:p%40ss@r.example.com:6380/15?prefix={vod}:&maxlen=100000"},
		{name: "password only", url: "redis://:pass@r.example.com"},
		{name: "TLS", url: "rediss://:pass@r.example.com/0"},
		{name: "IPv6", url: "redis://[::1]:6379/"},

		{name: "no host", url: "redis:///0", err: "host"},
		{name: "port only", url: "redis://:6379", err: "host"},
		{name: "opaque", url: "redis:r.example.com", err: "host"},
		{name: "user without password", url: "redis://pass@r.example.com", err: "no password"},
		{name: "database is a name", url: "redis://r.example.com/vod", err: "database"},
		{name: "database is negative", url: "redis://r.example.com/-1", err: "database"},
		{name: "database in another spelling", url: "redis://r.example.com/+1", err: "database"},
		{name: "path of two", url: "redis://r.example.com/0/1", err: "database"},
		{name: "bad escape", url: "redis://r.example.com?prefix=%zz", err: "parameters"},
		{name: "unknown parameter", url: "redis://r.example.com?db=1", err: `"db"`},
		{name: "the first unknown parameter", url: "redis://r.example.com?z=1&maxlen=1&b=1", err: `"b"`},
		{name: "twice", url: "redis://r.example.com?maxlen=1&maxlen=2", err: "twice"},
		{name: "empty prefix", url: "redis://r.example.com?prefix=", err: "prefix"},
		{name: "no number", url: "redis://r.example.com?maxlen=many", err: "maxlen"},
		{name: "none", url: "redis://r.example.com?maxlen=0", err: "maxlen"},
		{name: "authority without TLS", url: "redis://r.example.com?ca=ca.pem", err: "rediss"},
		{name: "authority that is not there", url: "rediss://r.example.com?ca=" + text + "x", err: "no such file"},
		{name: "authority that is none", url: "rediss://r.example.com?ca=" + text, err: "no certificate"},
		{name: "unknown setting", url: "redis://r.example.com#secret=x", err: `"secret"`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			name := "#name=x"
			if strings.Contains(tc.url, "#") {
				name = "&name=x"
			}
			routes, err := sink.Open([]string{tc.url + name}, sink.Options{})
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			require.NoError(t, routes[0].Sink.Close())
		})
	}
}

func FuzzOpen(f *testing.F) {
	f.Add("redis", "vod:c0rrecthorse@r.example.com:6379/1", "prefix=a&maxlen=3")
	f.Add("rediss", ":c0rrecthorse@[::1]", "ca=/nowhere")
	f.Add("redis", "c0rrecthorse@r.example.com/c0rrecthorse", "maxlen=c0rrecthorse")
	f.Add("redis", "/0", "a=b;c=d")
	f.Fuzz(func(t *testing.T, scheme, rest, query string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		u, err := url.Parse(scheme + "://" + rest + "?" + query)
		if err != nil || strings.Contains(query, "ca=") {
			return // the file may be any
		}
		s, err := redis.Open(sink.Spec{URL: u})
		if err == nil {
			require.NotEmpty(t, u.Hostname())
			require.NoError(t, s.Close())
			return
		}
		require.Nil(t, s)
		if password, ok := u.User.Password(); ok && len(password) > 8 && !strings.Contains(query, password) {
			require.NotContains(t, err.Error(), password)
		}
	})
}
