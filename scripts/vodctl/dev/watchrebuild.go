package dev

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// watchSource rebuilds the functions in the directory to when their source, of the module
// at root, is not as it is now.
func (l *Local) watchSource(ctx context.Context, root, to string) {
	l.watch = &watcher{
		list: func(ctx context.Context) (places, error) { return source(ctx, root) },
		changed: func(ctx context.Context, files []string) {
			l.rebuild(ctx, root, to, inShort(root, files))
		},
	}
	l.watch.remember(ctx)
}

// watchBinaries has the functions in a directory run as they are there, when they are not
// as they are now.
func (l *Local) watchBinaries(ctx context.Context, dir string) {
	l.watch = &watcher{
		list: func(context.Context) (places, error) {
			var names []string
			for _, name := range functionNames() {
				names = append(names, fileName(name))
			}
			return places{dir: names}, nil
		},
		changed: func(_ context.Context, files []string) {
			for _, name := range functionNames() {
				if _, err := binary(dir, name); err != nil {
					l.say("%v: what runs goes on until it ends", err)
					return
				}
			}
			l.renew()
			l.say("%s: it runs now", inShort(dir, files))
		},
	}
	l.watch.remember(ctx)
}

// rebuild builds the functions and, if that succeeds, has them run instead of those that do.
func (l *Local) rebuild(ctx context.Context, root, to, why string) {
	start := time.Now()
	beside := filepath.Join(to, "next")
	words, err := compile(ctx, root, beside)
	took := time.Since(start).Round(100 * time.Millisecond)
	switch {
	case ctx.Err() != nil:
		return
	case err != nil:
		l.say("%s, but the functions cannot be built, and go on as they were:\n%s", why, words)
		return
	}
	for _, name := range functionNames() {
		if err := os.Rename(filepath.Join(beside, fileName(name)), filepath.Join(to, fileName(name))); err != nil {
			l.say("%s, but what was built cannot take its place: %v", why, err)
			return
		}
	}
	l.renew()
	l.say("rebuilt in %v: %s", took, why)
}

func (l *Local) say(format string, args ...any) {
	fmt.Fprintf(l.settings.Progress, format+"\n", args...)
}

// inShort names the first of the files that changed, as seen from dir.
func inShort(dir string, files []string) string {
	first, err := filepath.Rel(dir, files[0])
	if err != nil {
		first = files[0]
	}
	if more := len(files) - 1; more > 0 {
		return filepath.ToSlash(first) + " and " + strconv.Itoa(more) + " more changed"
	}
	return filepath.ToSlash(first) + " changed"
}

// renew has both functions run as they are in their files now. What they have in hand is
// answered as it would have been before, by what ran then; nobody waits for that.
func (l *Local) renew() {
	l.http.Renew()
	l.mns.Renew()
}
