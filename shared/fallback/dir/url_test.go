package dir_test

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback/dir"
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
		{name: "relative", url: "dir:spool", path: filepath.Join(here, "spool")},
		{name: "relative, in a directory", url: "dir:data/spool", path: filepath.Join(here, "data", "spool")},
		{name: "relative, upwards", url: "dir:../spool", path: filepath.Join(filepath.Dir(here), "spool")},
		{name: "absolute", url: "dir:/var/spool/vod", path: "/var/spool/vod"},
		{name: "absolute, with a slash", url: "dir:/var/spool/vod/", path: "/var/spool/vod"},
		{name: "absolute, as URLs have it", url: "dir:///var/spool/vod", path: "/var/spool/vod"},
		{name: "escapes", url: "dir:/a%20b/50%25%23%3F+", path: "/a b/50%#?+"},
		{name: "escapes, relative", url: "dir:a%20b", path: filepath.Join(here, "a b")},
		{name: "local", url: "dir:/spool?local=true", path: "/spool"},
		{name: "not local", url: "dir:/spool?local=false", path: "/spool"},

		{name: "no path", url: "dir:", err: "path is missing"},
		{name: "no path but a parameter", url: "dir:?local=true", err: "path is missing"},
		{name: "relative path written as a host", url: "dir://spool", err: "dir:relative/path"},
		{name: "user", url: "dir://me@/spool", err: "user"},
		{name: "fragment", url: "dir:spool#name=x", err: "fragment"},
		{name: "bad escape", url: "dir:50%", err: "escape"},
		{name: "NUL", url: "dir:/spool%00", err: "NUL"},
		{name: "unknown parameter", url: "dir:spool?mode=x", err: `"mode"`},
		{name: "the first unknown parameter", url: "dir:spool?z=1&local=true&b=1", err: `"b"`},
		{name: "what is no name", url: "dir:spool?B==", err: "unknown parameter:"},
		{name: "local is neither", url: "dir:spool?local=1", err: "true or false"},
		{name: "local twice", url: "dir:spool?local=true&local=true", err: "twice"},
		{name: "parameters", url: "dir:spool?local=%zz", err: "parameters"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			u, err := url.Parse(tc.url)
			require.NoError(t, err)
			f, err := dir.Open(u)
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				require.True(t, strings.HasPrefix(err.Error(), "dir: URL: "), err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.path, f.Path())
			require.NoError(t, f.Close())
		})
	}
}

// FuzzOpen holds that whatever is taken for a URL names a directory, and that nothing
// but the name of a parameter is quoted of the rest.
func FuzzOpen(f *testing.F) {
	for _, seed := range []string{"spool", "/var/spool/vod?local=true", "//host/a", "a%20b", "%", "?x=1", "#y", "\x00", "a%00", "../..", "?Ab=="} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, rest string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		u, err := url.Parse("dir:" + rest)
		if err != nil {
			return
		}
		opened, err := dir.Open(u)
		if err != nil {
			require.Less(t, len(err.Error()), 150)
			return
		}
		require.True(t, filepath.IsAbs(opened.Path()))
		require.NotContains(t, opened.Path(), "\x00")
	})
}
