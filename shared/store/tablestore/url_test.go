package tablestore_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store/tablestore"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		url      string
		endpoint string
		instance string
		err      string // a part of it
	}{
		{name: "public", url: "tablestore://vod-1.cn-shanghai.ots.aliyuncs.com", endpoint: "https://vod-1.cn-shanghai.ots.aliyuncs.com", instance: "vod-1"},
		{name: "within a VPC", url: "tablestore://vod.cn-beijing.vpc.tablestore.aliyuncs.com/", endpoint: "https://vod.cn-beijing.vpc.tablestore.aliyuncs.com", instance: "vod"},
		{name: "instance twice", url: "tablestore://vod.cn-beijing.ots.aliyuncs.com/vod", endpoint: "https://vod.cn-beijing.ots.aliyuncs.com", instance: "vod"},
		{name: "own domain", url: "tablestore://ots.example.com:8443/vod", endpoint: "https://ots.example.com:8443", instance: "vod"},
		{name: "loopback", url: "tablestore://127.0.0.1:8087/vod", endpoint: "http://127.0.0.1:8087", instance: "vod"},
		{name: "loopback, IPv6", url: "tablestore://[::1]:8087/vod", endpoint: "http://[::1]:8087", instance: "vod"},
		{name: "loopback by name", url: "tablestore://id:s3cr3t@localhost:8087/vod", endpoint: "http://localhost:8087", instance: "vod"},

		{name: "no host", url: "tablestore:vod", err: "host is missing"},
		{name: "nothing", url: "tablestore:///vod", err: "host is missing"},
		{name: "port only", url: "tablestore://:8087/vod", err: "host is missing"},
		{name: "no instance", url: "tablestore://127.0.0.1:8087", err: "instance is missing"},
		{name: "another instance", url: "tablestore://vod.cn-beijing.ots.aliyuncs.com/other", err: "another instance"},
		{name: "longer path", url: "tablestore://127.0.0.1:8087/vod/events", err: "letters, digits and hyphens"},
		{name: "id alone", url: "tablestore://id@127.0.0.1:8087/vod", err: "both or neither"},
		{name: "secret alone", url: "tablestore://:s3cr3t@127.0.0.1:8087/vod", err: "both or neither"},
		{name: "parameter", url: "tablestore://127.0.0.1:8087/vod?z=1&timeout=s3cr3t", err: `"timeout"`},
		{name: "parameters", url: "tablestore://127.0.0.1:8087/vod?a=%zz", err: "parameters"},
		{name: "fragment", url: "tablestore://127.0.0.1:8087/vod#s3cr3t", err: "fragment"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			u, err := url.Parse(tc.url)
			require.NoError(t, err)
			s, err := tablestore.Open(u)
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				require.NotContains(t, err.Error(), "s3cr3t")
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.endpoint, s.Endpoint())
			require.Equal(t, tc.instance, s.Instance())
			require.NoError(t, s.Close())
		})
	}
}

func FuzzOpen(f *testing.F) {
	for _, seed := range []string{"h/i", "vod.cn-beijing.ots.aliyuncs.com", "127.0.0.1:1/i", "[::1]/i", ".ots.aliyuncs.com", "h/i?a", "h/../i", "a b/i", "h/%2f"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, rest string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		u, err := url.Parse("tablestore://id:pAssw0rd@" + rest)
		if err != nil {
			return
		}
		s, err := tablestore.Open(u)
		if err != nil {
			require.NotContains(t, err.Error(), "pAssw0rd")
			return
		}
		endpoint, err := url.Parse(s.Endpoint())
		require.NoError(t, err)
		require.NotEmpty(t, endpoint.Hostname())
		require.NotContains(t, s.Endpoint(), "pAssw0rd")
		require.Regexp(t, `^[A-Za-z0-9-]+$`, s.Instance())
		if endpoint.Scheme == "http" {
			require.True(t, endpoint.Hostname() == "localhost" || endpoint.Hostname() == "::1" || strings.HasPrefix(endpoint.Hostname(), "127.") ||
				strings.HasPrefix(endpoint.Hostname(), "::ffff:127."), "only this machine: %s", endpoint.Hostname())
		}
	})
}
