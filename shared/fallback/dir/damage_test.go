package dir_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/fallback/dir"
)

// drain takes everything and returns the bodies.
func drain(t *testing.T, f *dir.Fallback) (bodies []string, err error) {
	t.Helper()
	n, err := f.Drain(t.Context(), func(_ context.Context, items []fallback.Item) []error {
		for _, item := range items {
			bodies = append(bodies, string(item.Body))
		}
		return make([]error, len(items))
	})
	require.Len(t, bodies, n)
	return bodies, err
}

func write(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

// TestDamage: what cannot be read, or is not what was put, is reported, stays, and holds
// up nothing.
func TestDamage(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		damage func(t *testing.T, file string)
		want   string
		cured  bool // by putting it again
	}{
		{name: "cut off", want: "damaged", cured: true, damage: func(t *testing.T, file string) {
			require.NoError(t, os.Truncate(file, 3))
		}},
		{name: "empty", want: "damaged", cured: true, damage: func(t *testing.T, file string) {
			require.NoError(t, os.Truncate(file, 0))
		}},
		{name: "a changed bit", want: "damaged", cured: true, damage: func(t *testing.T, file string) {
			write(t, file, "hellp")
		}},
		{name: "a large file", want: "over 1048576 bytes", cured: true, damage: func(t *testing.T, file string) {
			write(t, file, strings.Repeat("a", fallback.MaxBody+1))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			path := t.TempDir()
			f := open(t, path)
			for _, body := range []string{"hello", "other", "another"} {
				require.NoError(t, f.Put(t.Context(), []byte(body)))
			}
			tc.damage(t, filepath.Join(path, nameOfHello))

			bodies, err := drain(t, f)
			require.ErrorContains(t, err, "dir: drain: read "+nameOfHello+": ")
			require.ErrorContains(t, err, tc.want)
			require.ElementsMatch(t, []string{"other", "another"}, bodies)
			require.Equal(t, []string{nameOfHello}, names(t, path))

			require.NoError(t, f.Put(t.Context(), []byte("hello")))
			bodies, err = drain(t, f)
			require.NoError(t, err, "whole again")
			require.Equal(t, []string{"hello"}, bodies)
		})
	}
}

// TestManyDamaged: more than a batch of them.
func TestManyDamaged(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	f := open(t, path)
	for i := range 2*fallback.MaxBatch + 50 {
		write(t, filepath.Join(path, fmt.Sprintf("%064x", i)), "?")
	}
	require.NoError(t, f.Put(t.Context(), []byte("hello")))
	bodies, err := drain(t, f)
	require.ErrorContains(t, err, "dir: drain: 250 items, the first: read 0")
	require.Less(t, len(err.Error()), 300)
	require.Equal(t, []string{"hello"}, bodies)
	n, err := f.Waiting(t.Context())
	require.NoError(t, err)
	require.Equal(t, 250, n)
}

// TestForeignFiles: what is not ours is left alone.
func TestForeignFiles(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	long := strings.Repeat("0", 64)
	for _, name := range []string{
		"README", nameOfHello + ".bak", strings.ToUpper(nameOfHello), "x" + nameOfHello, "put-x.tmp", "put-1.tmp.old", ".hidden",
	} {
		write(t, filepath.Join(path, name), "hello")
		aged(t, filepath.Join(path, name))
	}
	require.NoError(t, os.Mkdir(filepath.Join(path, long), 0o700))
	require.NoError(t, os.Mkdir(filepath.Join(path, "put-2.tmp"), 0o700))
	aged(t, filepath.Join(path, "put-2.tmp"))
	require.NoError(t, os.Symlink(filepath.Join(path, "README"), filepath.Join(path, nameOfHello)))
	before := names(t, path)

	f := open(t, path)
	n, err := f.Waiting(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
	bodies, err := drain(t, f)
	require.NoError(t, err)
	require.Empty(t, bodies)
	require.Equal(t, before, names(t, path))
}

// aged makes a file two hours old.
func aged(t *testing.T, path string) {
	t.Helper()
	then := time.Now().Add(-2 * time.Hour)
	require.NoError(t, os.Chtimes(path, then, then))
}

// TestLeftovers: what a crash left under a temporary name is never drained, and removed
// once nobody can be writing it any more.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	f := open(t, path)
	write(t, filepath.Join(path, "put-1.tmp"), "hello")
	write(t, filepath.Join(path, "put-2.tmp"), "hello")
	aged(t, filepath.Join(path, "put-2.tmp"))
	bodies, err := drain(t, f)
	require.NoError(t, err)
	require.Empty(t, bodies)
	require.Equal(t, []string{"put-1.tmp"}, names(t, path))
}

// TestLanded is the time of the file.
func TestLanded(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	f := open(t, path)
	require.NoError(t, f.Put(t.Context(), []byte("hello")))
	then := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	require.NoError(t, os.Chtimes(filepath.Join(path, nameOfHello), then, then))
	_, err := f.Drain(t.Context(), func(_ context.Context, items []fallback.Item) []error {
		require.Equal(t, []fallback.Item{{Body: []byte("hello"), ID: nameOfHello, Landed: then}}, items)
		return make([]error, len(items))
	})
	require.NoError(t, err)
}

// TestManyFiles: more than are listed at once.
func TestManyFiles(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	f := open(t, path)
	const all = 2500
	for i := range all { // without the syncs of Put
		body := fmt.Sprintf("body %d", i)
		write(t, filepath.Join(path, fmt.Sprintf("%x", sha256.Sum256([]byte(body)))), body)
	}
	n, err := f.Waiting(t.Context())
	require.NoError(t, err)
	require.Equal(t, all, n)
	bodies, err := drain(t, f)
	require.NoError(t, err)
	require.Len(t, bodies, all)
	require.Empty(t, names(t, path))
}
