package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"os"
	"path/filepath"
	"time"
)

// pack writes a zip of the files, by their names without directories and in this order.
// All are executable and of the same moment, so that the archive has the same bytes
// whenever it is made of the same files, by whomever, with the same release of Go.
func pack(archive string, files []string) error {
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(out, flate.BestCompression)
	})
	for _, name := range files {
		content, err := os.ReadFile(name) //nolint:gosec // The caller names the files to pack.
		if err != nil {
			return err
		}
		header := &zip.FileHeader{
			Name:     filepath.Base(name),
			Method:   zip.Deflate,
			Modified: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC), // the first moment that a zip can say
		}
		header.SetMode(0o755)
		entry, err := w.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(content); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(archive, packed.Bytes(), 0o644) //nolint:gosec // It holds no secret, and others may deploy it.
}
