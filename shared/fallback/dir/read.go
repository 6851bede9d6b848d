package dir

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/fallback/internal/handover"
)

const (
	// pageSize is how many names are read from the directory at once.
	pageSize = 1000
	// abandoned is the age at which nobody is still writing a file.
	abandoned = time.Hour
)

// leftover is the name of what a crash leaves behind, see temporary.
var leftover = regexp.MustCompile(`^put-[0-9]+\.tmp$`)

// place is the directory as [handover] sees it.
type place struct{ f *Fallback }

var _ handover.Place = place{}

// List returns the files, and removes what was left behind long ago.
func (p place) List(ctx context.Context) iter.Seq2[[]handover.Entry, error] {
	return func(yield func([]handover.Entry, error) bool) {
		d, err := do(ctx, p.f, func() (*os.File, error) { return os.Open(p.f.path) })
		if errors.Is(err, fs.ErrNotExist) {
			return // nothing was ever put
		}
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = d.Close() }() // it was only read
		for {
			page, err := do(ctx, p.f, func() ([]handover.Entry, error) { return readPage(d) })
			if errors.Is(err, io.EOF) || !yield(page, err) || err != nil {
				return
			}
		}
	}
}

// readPage returns those of the next names in a directory that are ours.
func readPage(d *os.File) ([]handover.Entry, error) {
	all, err := d.ReadDir(pageSize)
	if err != nil {
		return nil, err
	}
	var page []handover.Entry
	for _, e := range all {
		ours := handover.IsName(e.Name())
		if !e.Type().IsRegular() || !ours && !leftover.MatchString(e.Name()) {
			continue
		}
		info, err := e.Info()
		switch {
		case errors.Is(err, fs.ErrNotExist): // somebody was faster
		case ours && err != nil:
			page = append(page, handover.Entry{Name: e.Name()}) // whoever reads it will say why
		case ours:
			page = append(page, handover.Entry{Name: e.Name(), Size: info.Size()})
		case err == nil && time.Since(info.ModTime()) > abandoned:
			_ = os.Remove(filepath.Join(d.Name(), e.Name())) // the next one may be luckier
		}
	}
	return page, nil
}

// Read reads a file.
func (p place) Read(ctx context.Context, name string) (fallback.Item, error) {
	return do(ctx, p.f, func() (fallback.Item, error) {
		item, err := read(filepath.Join(p.f.path, name))
		item.ID = name
		return item, gone(err)
	})
}

func read(path string) (item fallback.Item, err error) {
	file, err := os.Open(path) //nolint:gosec // its name was read from the directory of the URL
	if err != nil {
		return item, err
	}
	defer func() { _ = file.Close() }() // it was only read
	info, err := file.Stat()
	if err != nil {
		return item, err
	}
	item.Landed = info.ModTime().UTC()
	item.Body, err = io.ReadAll(io.LimitReader(file, fallback.MaxBody+1))
	return item, err
}

// Remove removes a file.
func (p place) Remove(ctx context.Context, name string) error {
	_, err := do(ctx, p.f, func() (struct{}, error) {
		return struct{}{}, gone(os.Remove(filepath.Join(p.f.path, name)))
	})
	return err
}

// gone says in words of [handover] that there is no file.
func gone(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return handover.ErrGone
	}
	return err
}
