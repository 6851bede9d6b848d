package dev

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// lookEvery is how often files are looked at. A change has to last for one such time
// before anything is done about it, since editors and tools write one file after another.
const lookEvery = 500 * time.Millisecond

// places are directories, and patterns of the names of the files there that matter.
type places map[string][]string

// goFiles is the pattern of the files that the go command compiles; tests do not matter.
const goFiles = "*.go"

// stamp is by what a file is seen to have changed.
type stamp struct {
	modified int64 // nanoseconds since 1970
	size     int64 // bytes
}

// look returns the stamps of the files, by their paths. Directories and files that are not
// there are none; they may come.
func (p places) look() map[string]stamp {
	stamps := map[string]stamp{}
	for dir, patterns := range p {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue
		}
		for _, entry := range entries {
			if entry.IsDir() || !slices.ContainsFunc(patterns, func(p string) bool { return matters(p, entry.Name()) }) {
				continue
			}
			path := filepath.Join(dir, entry.Name())
			if info, err := os.Stat(path); err == nil { // it may be a link to the file
				stamps[path] = stamp{modified: info.ModTime().UnixNano(), size: info.Size()}
			}
		}
	}
	return stamps
}

// matters reports whether a file whose name fits a pattern counts. The go command takes no
// notice of those of editors, which begin with a dot or an underscore.
func matters(pattern, name string) bool {
	if pattern == goFiles && (strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
		return false
	}
	ok, err := filepath.Match(pattern, name)
	return ok && err == nil
}

// changes returns the paths of the files that are not as they were, sorted.
func changes(before, now map[string]stamp) []string {
	changed := map[string]bool{}
	for path, s := range now {
		if old, ok := before[path]; !ok || old != s {
			changed[path] = true
		}
	}
	for path := range before {
		if _, ok := now[path]; !ok {
			changed[path] = true
		}
	}
	return slices.Sorted(maps.Keys(changed))
}

// watcher looks at files from time to time, and tells when some have changed.
type watcher struct {
	// list returns where to look. It is asked anew before each call of changed, since what
	// a program is made from changes with it; if it fails, the places stay.
	list func(ctx context.Context) (places, error)
	// changed is told which files have changed, as soon as they do so no more.
	changed func(ctx context.Context, files []string)

	places places
	known  map[string]stamp // what was told of last
	last   map[string]stamp // what was seen last
}

// remember takes what the files are like for known.
func (w *watcher) remember(ctx context.Context) {
	if p, err := w.list(ctx); err == nil {
		w.places = p
	}
	w.known = w.places.look()
	w.last = w.known
}

// run watches for changes since remember was called, until ctx ends.
func (w *watcher) run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			w.look(ctx)
		case <-ctx.Done():
			return
		}
	}
}

// look looks once.
func (w *watcher) look(ctx context.Context) {
	now := w.places.look()
	settled := maps.Equal(now, w.last)
	w.last = now
	if !settled || maps.Equal(now, w.known) {
		return
	}
	files := changes(w.known, now)
	w.remember(ctx) // before anything is made from them: what changes meanwhile is news
	w.changed(ctx, files)
}
