package sqlite_test

import (
	"net/url"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store/sqlite"
)

func TestOpen(t *testing.T) {
	t.Parallel()
	here, err := filepath.Abs(".")
	require.NoError(t, err)
	for _, tc := range []struct {
		name string
		url  string
		path string
		err  string // a part of it
	}{
		{name: "relative", url: "sqlite:vod.db", path: filepath.Join(here, "vod.db")},
		{name: "relative, in a directory", url: "sqlite:data/vod.db", path: filepath.Join(here, "data", "vod.db")},
		{name: "relative, upwards", url: "sqlite:../vod.db", path: filepath.Join(filepath.Dir(here), "vod.db")},
		{name: "absolute", url: "sqlite:/var/lib/vod.db", path: "/var/lib/vod.db"},
		{name: "absolute, as URLs have it", url: "sqlite:///var/lib/vod.db", path: "/var/lib/vod.db"},
		{name: "escapes", url: "sqlite:/a%20b/50%25%23%3F+.db", path: "/a b/50%#?+.db"},
		{name: "escapes, relative", url: "sqlite:a%20b.db", path: filepath.Join(here, "a b.db")},
		{name: "local", url: "sqlite:/vod.db?local=true", path: "/vod.db"},
		{name: "not local", url: "sqlite:/vod.db?local=false", path: "/vod.db"},

		{name: "no path", url: "sqlite:", err: "path is missing"},
		{name: "no path but a parameter", url: "sqlite:?local=true", err: "path is missing"},
		{name: "directory", url: "sqlite:/var/lib/", err: "directory"},
		{name: "memory", url: "sqlite::memory:", err: "durable"},
		{name: "relative path written as a host", url: "sqlite://vod.db", err: "sqlite:relative/path.db"},
		{name: "user", url: "sqlite://me@/vod.db", err: "user"},
		{name: "fragment", url: "sqlite:vod.db#name=x", err: "fragment"},
		{name: "bad escape", url: "sqlite:50%.db", err: "escape"},
		{name: "NUL", url: "sqlite:/vod%00.db", err: "NUL"},
		{name: "unknown parameter", url: "sqlite:vod.db?mode=memory", err: `"mode"`},
		{name: "the first unknown parameter", url: "sqlite:vod.db?z=1&local=true&b=1", err: `"b"`},
		{name: "local is neither", url: "sqlite:vod.db?local=maybe", err: "local"},
		{name: "local as a number", url: "sqlite:vod.db?local=1", err: "true or false"},
		{name: "local in capitals", url: "sqlite:vod.db?local=True", err: "true or false"},
		{name: "local is empty", url: "sqlite:vod.db?local=", err: "true or false"},
		{name: "parameters", url: "sqlite:vod.db?local=%zz", err: "parameters"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			u, err := url.Parse(tc.url)
			require.NoError(t, err)
			s, err := sqlite.Open(u)
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.path, s.Path())
			require.NoError(t, s.Close())
		})
	}
}
