package kafka_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/kafka"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(text, []byte("no certificate"), 0o600))
	for _, tc := range []struct {
		name string
		url  string
		err  string // a part of it
	}{
		{name: "one broker", url: "kafka://k1.example.com:9092/events"},
		{name: "some brokers", url: "kafka://k1.example.com:9092,k2.example.com:9093,10.0.0.1:9094/events"},
		{name: "without ports", url: "kafka://k1.example.com,k2.example.com/vod.events_1-x"},
		{name: "IPv6", url: "kafka://[::1]:9092/events"},
		{name: "user", url: "kafka://vod:p%40ss@k1.example.com:9092,k2.example.com:9092/events"},
		{
			name: "everything", url: "kafka://vod:pass@k1.example.com:9093/events?tls=true&verify=ca&sasl=scram-sha-256" +
				"&idempotent=false&max_message_bytes=10485760&client_id=vod",
		},

		{name: "no broker", url: "kafka:///events", err: "broker"},
		{name: "empty broker", url: "kafka://k1:9092,,k2:9092/events", err: "broker"},
		{name: "port only", url: "kafka://k1:9092,:9092/events", err: "broker"},
		{name: "opaque", url: "kafka:k1:9092", err: "broker"},
		{name: "IPv6 without a port", url: "kafka://[::1]/events"},
		{name: "port for the first", url: "kafka://k1:9092,k2/events", err: "sink x: URL cannot be read"},
		{name: "port for the last", url: "kafka://k1,k2:9092/events", err: "give all of them theirs"},
		{name: "port for one in between", url: "kafka://k1,k2:9092,k3/events", err: "cannot be read"},
		{name: "several IPv6", url: "kafka://[::1]:9092,[::2]:9092/events", err: "sink x: URL cannot be read"},
		{name: "no topic", url: "kafka://k1:9092", err: "topic"},
		{name: "two topics", url: "kafka://k1:9092/events/more", err: "topic"},
		{name: "space in the topic", url: "kafka://k1:9092/a%20b", err: "topic"},
		{name: "dots for a topic", url: "kafka://k1:9092/..", err: "topic"},
		{name: "topic too long", url: "kafka://k1:9092/" + strings.Repeat("a", 250), err: "topic"},
		{name: "user without password", url: "kafka://vod@k1:9092/events", err: "user and password"},
		{name: "password without user", url: "kafka://:vod@k1:9092/events", err: "user and password"},
		{name: "bad escape", url: "kafka://k1:9092/events?client_id=%zz", err: "parameters"},
		{name: "unknown parameter", url: "kafka://k1:9092/events?acks=1", err: `"acks"`},
		{name: "the first unknown parameter", url: "kafka://k1:9092/events?z=1&tls=true&b=1", err: `"b"`},
		{name: "twice", url: "kafka://k1:9092/events?tls=true&tls=false", err: "twice"},
		{name: "tls is neither", url: "kafka://k1:9092/events?tls=1", err: "true or false"},
		{name: "authority without TLS", url: "kafka://k1:9092/events?ca=" + text, err: "tls=true"},
		{name: "authority that is not there", url: "kafka://k1:9092/events?tls=true&ca=" + text + "x", err: "no such file"},
		{name: "authority that is none", url: "kafka://k1:9092/events?tls=true&ca=" + text, err: "no certificate"},
		{name: "verify without TLS", url: "kafka://k1:9092/events?verify=ca", err: "tls=true"},
		{name: "verify nothing", url: "kafka://k1:9092/events?tls=true&verify=none", err: "full or ca"},
		{name: "sasl without a user", url: "kafka://k1:9092/events?sasl=plain", err: "user"},
		{name: "unknown mechanism", url: "kafka://u:p@k1:9092/events?sasl=gssapi", err: "scram-sha-512"},
		{name: "idempotent is neither", url: "kafka://k1:9092/events?idempotent=no", err: "true or false"},
		{name: "size that is none", url: "kafka://k1:9092/events?max_message_bytes=1MB", err: "max_message_bytes"},
		{name: "size too small", url: "kafka://k1:9092/events?max_message_bytes=1023", err: "max_message_bytes"},
		{name: "size too large", url: "kafka://k1:9092/events?max_message_bytes=67108865", err: "max_message_bytes"},
		{name: "empty client id", url: "kafka://k1:9092/events?client_id=", err: "client_id"},
		{name: "client id too long", url: "kafka://k1:9092/events?client_id=" + strings.Repeat("a", 256), err: "client_id"},
		{name: "unknown setting", url: "kafka://k1:9092/events#secret=x", err: `"secret"`},
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
	f.Add("vod:c0rrecthorse@k1.example.com:9092,k2.example.com:9092/events", "tls=true&verify=ca")
	f.Add(":c0rrecthorse@[::1]:9092/a.b", "sasl=scram-sha-512&idempotent=false")
	f.Add("c0rrecthorse@k1/c0rrecthorse/", "max_message_bytes=c0rrecthorse")
	f.Add("/t", "a=b;c=d")
	f.Fuzz(func(t *testing.T, rest, query string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		u, err := url.Parse("kafka://" + rest + "?" + query)
		if err != nil || strings.Contains(query, "ca=") {
			return // the file may be any
		}
		s, err := kafka.Open(sink.Spec{URL: u})
		if err == nil {
			require.NotEmpty(t, u.Host)
			require.Regexp(t, `^[\w.-]{1,249}$`, strings.Trim(u.Path, "/"))
			require.NoError(t, s.Close())
			return
		}
		require.Nil(t, s)
		if password, ok := u.User.Password(); ok && len(password) > 8 && !strings.Contains(query, password) {
			require.NotContains(t, err.Error(), password)
		}
	})
}
