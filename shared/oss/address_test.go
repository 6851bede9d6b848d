package oss_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/oss"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	const r = "?region=cn-shanghai"
	for _, tc := range []struct {
		name string
		url  string
		err  string // a part of it
	}{
		{name: "bucket", url: "oss://vod-events" + r},
		{name: "prefix", url: "oss://vod-events/a/b/" + r},
		{name: "longest prefix", url: "oss://vod-events/" + strings.Repeat("p", 900) + r},
		{name: "AccessKey pair", url: "oss://id:secret@vod-events" + r},
		{name: "internal endpoint", url: "oss://vod-events" + r + "&endpoint=oss-cn-shanghai-internal.aliyuncs.com"},
		{name: "endpoint with its scheme", url: "oss://vod-events" + r + "&endpoint=https://oss-cn-shanghai.aliyuncs.com/"},
		{name: "loopback by http", url: "oss://vod-events" + r + "&endpoint=http://127.0.0.1:9000"},
		{name: "loopback by name", url: "oss://vod-events" + r + "&endpoint=http://localhost:9000"},
		{name: "loopback of IPv6", url: "oss://vod-events" + r + "&endpoint=http://[::1]:9000"},

		{name: "no bucket", url: "oss:///prefix" + r, err: "names no bucket"},
		{name: "no slashes", url: "oss:vod-events" + r, err: "names no bucket"},
		{name: "bucket in capitals", url: "oss://VOD-events" + r, err: "names no bucket"},
		{name: "bucket too short", url: "oss://ab" + r, err: "names no bucket"},
		{name: "bucket too long", url: "oss://" + strings.Repeat("b", 64) + r, err: "names no bucket"},
		{name: "bucket ends in a hyphen", url: "oss://vod-" + r, err: "names no bucket"},
		{name: "endpoint in place of a bucket", url: "oss://vod.oss-cn-shanghai.aliyuncs.com" + r, err: "names no bucket"},
		{name: "port", url: "oss://vod-events:443" + r, err: "names no bucket"},
		{name: "id without secret", url: "oss://id@vod-events" + r, err: "an id and a secret"},
		{name: "secret without id", url: "oss://:secret@vod-events" + r, err: "an id and a secret"},
		{name: "prefix too long", url: "oss://vod-events/" + strings.Repeat("p", 901) + r, err: "900 bytes"},
		{name: "prefix with a backslash", url: "oss://vod-events/%5Cp" + r, err: "begins with"},
		{name: "prefix with an empty part", url: "oss://vod-events/a//b" + r, err: "empty, . or .."},
		{name: "prefix that goes up", url: "oss://vod-events/a/%2E%2E/b" + r, err: "empty, . or .."},
		{name: "prefix with a line break", url: "oss://vod-events/a%0Ab" + r, err: "control character"},
		{name: "prefix that is no UTF-8", url: "oss://vod-events/%ff" + r, err: "UTF-8"},
		{name: "no region", url: "oss://vod-events", err: "cn-shanghai"},
		{name: "region that is none", url: "oss://vod-events?region=cn_shanghai", err: "cn-shanghai"},
		{name: "region twice", url: "oss://vod-events?region=a1&region=b1", err: "region is there twice"},
		{name: "unknown parameter", url: "oss://vod-events" + r + "&acl=private", err: `"acl"`},
		{name: "parameters", url: "oss://vod-events?region=%zz", err: "cannot be read"},
		{name: "empty endpoint", url: "oss://vod-events" + r + "&endpoint=", err: "want a host"},
		{name: "endpoint by http", url: "oss://vod-events" + r + "&endpoint=http://oss-cn-shanghai.aliyuncs.com", err: "loopback"},
		{name: "endpoint by ftp", url: "oss://vod-events" + r + "&endpoint=ftp://127.0.0.1", err: "want a host"},
		{name: "endpoint with a path", url: "oss://vod-events" + r + "&endpoint=https://127.0.0.1/a", err: "want a host"},
		{name: "what is no name of a parameter", url: "oss://vod-events" + r + "&B==", err: "unknown parameter: there"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			u, err := url.Parse(tc.url)
			require.NoError(t, err)
			b, err := oss.Open(u, oss.Options{})
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				require.True(t, strings.HasPrefix(err.Error(), "oss: "), err)
				return
			}
			require.NoError(t, err)
			require.NoError(t, b.Close())
		})
	}
}

// FuzzOpen holds that whatever is taken for a URL can make a request.
func FuzzOpen(f *testing.F) {
	f.Add("oss://vod-events/a/b?region=cn-shanghai")
	f.Add("oss://id:p%40ss@vod-events/%E8%A7%86?region=cn-shanghai&endpoint=http://127.0.0.1:9000")
	f.Add("oss://vod-events/a//../b?region=cn-shanghai&endpoint=[::1")
	f.Fuzz(func(t *testing.T, raw string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		u, err := url.Parse(raw)
		if err != nil {
			return
		}
		b, err := oss.Open(u, oss.Options{})
		if err != nil {
			if password, ok := u.User.Password(); ok && len(password) > 8 {
				require.NotContains(t, err.Error(), password)
			}
			return
		}
		require.NoError(t, b.Close())
		require.Regexp(t, `^[a-z0-9-]{3,63}$`, u.Host)
		q := u.Query()
		require.Len(t, q["region"], 1)
		require.LessOrEqual(t, len(q), 2)
	})
}
