package dev // how files are watched is not exported

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// write writes files below dir, whose names and contents alternate.
func write(t *testing.T, dir string, files ...string) {
	t.Helper()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, filepath.FromSlash(files[i]))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(files[i+1]), 0o600))
	}
}

// watching is a watcher that looks when the test says so.
type watching struct {
	*watcher

	told []string // what has changed, in short
}

func watch(dir string, p places) *watching {
	w := &watching{}
	w.watcher = &watcher{
		list:    func(context.Context) (places, error) { return p, nil },
		changed: func(_ context.Context, files []string) { w.told = append(w.told, inShort(dir, files)) },
	}
	return w
}

// look looks so many times, and returns what is told.
func (w *watching) look(t *testing.T, times int) []string {
	t.Helper()
	w.told = nil
	for range times {
		w.watcher.look(t.Context())
	}
	return w.told
}

func TestWatcher(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a.go", "a", "a_test.go", "a", "b/b.sql", "b")
	w := watch(dir, places{dir: {goFiles, "go.mod"}, filepath.Join(dir, "b"): {"*.sql"}, filepath.Join(dir, "later"): {goFiles}})
	w.remember(t.Context())
	require.Empty(t, w.look(t, 2))

	for _, tc := range []struct {
		name  string
		files []string
		want  []string
	}{
		{name: "changed", files: []string{"a.go", "aa"}, want: []string{"a.go changed"}},
		{name: "embedded", files: []string{"b/b.sql", "bb"}, want: []string{"b/b.sql changed"}},
		{name: "new", files: []string{"new.go", ""}, want: []string{"new.go changed"}},
		{name: "new directory", files: []string{"later/c.go", ""}, want: []string{"later/c.go changed"}},
		{name: "several", files: []string{"new.go", "n", "a.go", "aaa", "go.mod", "m"}, want: []string{"a.go and 2 more changed"}},
		{name: "of no interest", files: []string{"a_test.go", "aa", ".#a.go", "", "_a.go", "", "b/b.go", "", "go.mod.bak", "", "b/c.go/x.go", ""}},
	} {
		write(t, dir, tc.files...)
		require.Equal(t, tc.want, w.look(t, 2), tc.name)
		require.Empty(t, w.look(t, 2), tc.name)
	}
	require.NoError(t, os.Remove(filepath.Join(dir, "new.go")))
	require.Equal(t, []string{"new.go changed"}, w.look(t, 2))
}

func TestWatcherWaitsUntilNothingChanges(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.go")
	write(t, dir, "a.go", "a")
	before, err := os.Stat(path)
	require.NoError(t, err)
	w := watch(dir, places{dir: {goFiles}})
	w.remember(t.Context())
	for i := range 5 {
		write(t, dir, "a.go", strings.Repeat("a", 2+i))
		require.Empty(t, w.look(t, 1), "it may go on changing")
	}
	require.Len(t, w.look(t, 1), 1)

	write(t, dir, "a.go", "a")
	require.NoError(t, os.Chtimes(path, before.ModTime(), before.ModTime()))
	require.Len(t, w.look(t, 2), 1)
	write(t, dir, "a.go", "not for long")
	require.Empty(t, w.look(t, 1))
	write(t, dir, "a.go", "a")
	require.NoError(t, os.Chtimes(path, before.ModTime(), before.ModTime()))
	require.Empty(t, w.look(t, 2), "it is as it was")
}

// TestWatcherLearnsWhereToLook: what a program is made from changes with it, also while
// something is done about a change.
func TestWatcherLearnsWhereToLook(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "a/a.go", "a", "b/b.go", "b")
	p := places{filepath.Join(dir, "a"): {goFiles}}
	w := watch(dir, p)
	var trouble error
	w.list = func(context.Context) (places, error) { return p, trouble }
	tell := w.changed
	w.changed = func(ctx context.Context, files []string) {
		tell(ctx, files)
		if len(w.told) == 1 && len(p) == 2 {
			write(t, dir, "b/b.go", "meanwhile")
		}
	}
	w.remember(t.Context())
	write(t, dir, "b/b.go", "bb")
	require.Empty(t, w.look(t, 2))
	p = places{filepath.Join(dir, "a"): {goFiles}, filepath.Join(dir, "b"): {goFiles}}
	write(t, dir, "a/a.go", "aa")
	require.Equal(t, []string{"a/a.go changed", "b/b.go changed"}, w.look(t, 4))

	trouble = errors.New("the go command is gone")
	p = nil
	write(t, dir, "b/b.go", "b")
	require.Equal(t, []string{"b/b.go changed"}, w.look(t, 2), "the places stay")
	require.Empty(t, w.look(t, 2))
	write(t, dir, "a/a.go", "a")
	require.Equal(t, []string{"a/a.go changed"}, w.look(t, 2))
}

func TestSource(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	const path = module + "/"
	write(t, root, "go.mod", "module "+module+"\n\ngo 1.26\n\nrequire example.com/near v1.0.0\n\nreplace example.com/near => ./near\n",
		"near/go.mod", "module example.com/near\n\ngo 1.26\n", "near/near.go", "package near\n",
		"functions/http/main.go", "package main\n\nimport (\n\t_ \""+path+"shared/a\"\n\t_ \""+path+"shared/missing\"\n)\n\nfunc main() {}\n",
		"functions/mns/main.go", "package main\n\nimport _ \"example.com/near\"\n\nfunc main() {}\n",
		"shared/a/a.go", "package a\n\nimport _ \"embed\"\n\n//go:embed sql/*.sql\nvar X string\n", "shared/a/sql/1.sql", "",
		"shared/b/b.go", "package b\n")
	found, err := source(t.Context(), root)
	require.NoError(t, err)
	in := func(dir string) string { return filepath.Join(root, filepath.FromSlash(dir)) }
	require.Equal(t, places{
		root:                 {"go.mod", "go.sum"},
		in("functions/http"): {goFiles},
		in("functions/mns"):  {goFiles},
		in("shared/a"):       {goFiles},
		in("shared/a/sql"):   {"*.sql"},
		in("shared/missing"): {goFiles},
		in("near"):           {goFiles},
	}, found)

	// Files that are away for a moment may come back.
	for _, file := range []string{"functions/http/main.go", "functions/mns/main.go", "shared/a/a.go"} {
		text, err := os.ReadFile(in(file))
		require.NoError(t, err)
		require.NoError(t, os.Remove(in(file)))
		fewer, err := source(t.Context(), root)
		require.NoError(t, err, file)
		require.Equal(t, []string{goFiles}, fewer[filepath.Dir(in(file))], file)
		write(t, root, file, string(text))
	}
	require.NoError(t, os.RemoveAll(in("functions")))
	none, err := source(t.Context(), root)
	require.NoError(t, err)
	require.Equal(t, places{root: {"go.mod", "go.sum"}, in("functions/http"): {goFiles}, in("functions/mns"): {goFiles}}, none)

	_, err = source(t.Context(), filepath.Join(root, "nowhere"))
	require.Error(t, err)
}

// BenchmarkLook looks at the source of the functions, as happens twice a second.
func BenchmarkLook(b *testing.B) {
	root, err := Root(".")
	require.NoError(b, err)
	p, err := source(b.Context(), root)
	require.NoError(b, err)
	for b.Loop() {
		require.Greater(b, len(p.look()), 100)
	}
}
