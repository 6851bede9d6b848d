package main // the command has nothing that is exported

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The same files, of another day, of another mode and in another place, are the same archive.
func TestPack(t *testing.T) {
	t.Parallel()
	main := bytes.Repeat([]byte("machine code "), 1000)
	var archives [][]byte
	for i, mode := range []fs.FileMode{0o700, 0o644} {
		dir := filepath.Join(t.TempDir(), "elsewhere")
		require.NoError(t, os.Mkdir(dir, 0o755))
		for name, content := range map[string][]byte{"main": main, "bootstrap": []byte("#!/bin/sh\n")} {
			name = filepath.Join(dir, name)
			require.NoError(t, os.WriteFile(name, content, mode))
			require.NoError(t, os.Chtimes(name, time.Time{}, time.Unix(1e9*int64(i+1), 0)))
		}
		archive := filepath.Join(dir, "function.zip")
		require.NoError(t, run(false, []string{archive, filepath.Join(dir, "main"), filepath.Join(dir, "bootstrap")}, io.Discard))
		packed, err := os.ReadFile(archive)
		require.NoError(t, err)
		archives = append(archives, packed)
	}
	require.Equal(t, archives[0], archives[1])

	r, err := zip.NewReader(bytes.NewReader(archives[0]), int64(len(archives[0])))
	require.NoError(t, err)
	require.Len(t, r.File, 2)
	require.Equal(t, "main", r.File[0].Name)
	require.Equal(t, "bootstrap", r.File[1].Name)
	for _, f := range r.File {
		require.Equal(t, fs.FileMode(0o755), f.Mode(), "the platform starts it")
		require.Equal(t, "1980-01-01T00:00:00Z", f.Modified.UTC().Format(time.RFC3339), "whatever the time is")
	}
	content, err := r.File[0].Open()
	require.NoError(t, err)
	unpacked, err := io.ReadAll(content)
	require.NoError(t, err)
	require.Equal(t, main, unpacked)
	require.Less(t, len(archives[0]), len(main), "it is compressed")
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"archive"}} {
		require.ErrorContains(t, run(false, args, io.Discard), "-schemes, or an archive and files")
	}
	require.ErrorContains(t, run(true, []string{"archive"}, io.Discard), "-schemes, or an archive and files")
	missing := filepath.Join(t.TempDir(), "missing")
	require.ErrorIs(t, run(false, []string{missing + ".zip", missing}, io.Discard), fs.ErrNotExist)
	require.NoFileExists(t, missing+".zip")
}
