package dir_test

import (
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback/dir"
	"github.com/vodevents/vodevents/shared/fallback/fallbacktest"
)

func TestConformance(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	fallbacktest.Run(t, fallbacktest.Harness{
		URL:    func(t *testing.T) string { return "dir:" + filepath.Join(t.TempDir(), "spool") },
		Absent: "dir:" + file + "/spool",
		SecretURLs: []string{
			"dir://vod:" + fallbacktest.Secret + "@/spool",
			"dir://" + fallbacktest.Secret + "/spool",
			"dir:spool#" + fallbacktest.Secret,
			"dir:spool?password=" + fallbacktest.Secret,
			"dir:spool?" + fallbacktest.Secret,
			"dir:spool?local=" + fallbacktest.Secret,
			"dir:spool?" + fallbacktest.Secret + "=%zz",
			"dir:spool%zz" + fallbacktest.Secret,
			"dir://vod:" + fallbacktest.Secret + "@%zz",
		},
	})
}

// open opens the fallback in a directory.
func open(t *testing.T, path string) *dir.Fallback {
	t.Helper()
	f, err := dir.Open(&url.URL{Scheme: "dir", Path: path})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

// names lists a directory.
func names(t *testing.T, path string) []string {
	t.Helper()
	entries, err := os.ReadDir(path)
	require.NoError(t, err)
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// nameOfHello is the SHA-256 of hello (FIPS 180-4; sha256sum says so, too).
const nameOfHello = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

func TestFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "spool")
	f := open(t, path)
	n, err := f.Waiting(t.Context())
	require.NoError(t, err, "a directory that is not there has nothing in it")
	require.Zero(t, n)
	require.NoDirExists(t, path)

	for range 2 {
		require.NoError(t, f.Put(t.Context(), []byte("hello")))
		require.Equal(t, []string{nameOfHello}, names(t, path))
	}
	body, err := os.ReadFile(filepath.Join(path, nameOfHello))
	require.NoError(t, err)
	require.Equal(t, "hello", string(body))
	if runtime.GOOS != "windows" { // which has other permissions
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
		info, err = os.Stat(filepath.Join(path, nameOfHello))
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
}

func TestDirectoryThatIsThere(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	f := open(t, path)
	require.NoError(t, f.Put(t.Context(), []byte("hello")))
	require.NoError(t, os.RemoveAll(path))
	require.NoError(t, f.Put(t.Context(), []byte("hello")), "it is made again")
	require.Equal(t, []string{nameOfHello}, names(t, path))
}

// TestParentIsMissing: it may be a volume that is not mounted.
func TestParentIsMissing(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	err := open(t, filepath.Join(top, "volume", "spool")).Put(t.Context(), []byte("hello"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.True(t, strings.HasPrefix(err.Error(), "dir: put: "), err)
	require.Empty(t, names(t, top))
}

// A directory that can never be made is known before it is needed.
func TestWaitingTries(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	n, err := open(t, filepath.Join(parent, "spool")).Waiting(t.Context())
	require.NoError(t, err, "the first Put makes it")
	require.Zero(t, n)
	_, err = open(t, filepath.Join(parent, "no", "spool")).Waiting(t.Context())
	require.ErrorContains(t, err, "dir: try: ")
	file := filepath.Join(parent, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = open(t, file).Waiting(t.Context())
	require.Error(t, err)
	left, err := os.ReadDir(parent)
	require.NoError(t, err)
	require.Len(t, left, 1, "it leaves nothing behind")
}
