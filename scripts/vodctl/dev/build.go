package dev

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

const module = "github.com/vodevents/vodevents"

// ErrNoSource means that the source of the functions is not at hand.
var ErrNoSource = errors.New("the source of the functions is not here: " +
	"run vodctl inside a clone of " + module + ", or give --functions DIR with the built binaries http and mns")

// Root returns the top of the module that dir is in, or [ErrNoSource] if that is
// not ours.
func Root(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod")) //nolint:gosec // the user's own directory
		if err == nil && bytes.HasPrefix(text, []byte("module "+module+"\n")) {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", ErrNoSource
		}
		dir = parent
	}
}

// Build builds the functions of the module at root into the directory to. It
// uses the flags and the environment that go run uses, so that its cache of built
// packages serves both.
func Build(ctx context.Context, root, to string, progress io.Writer) error {
	if _, err := exec.LookPath("go"); err != nil {
		return errors.New("the go command is not in PATH: install Go, or give --functions DIR with the built binaries http and mns")
	}
	fmt.Fprintln(progress, "building the functions (the first time takes about a minute) …")
	start := time.Now()
	words, err := compile(ctx, root, to)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("build the functions: %w\n%s", err, words)
	}
	fmt.Fprintf(progress, "built in %v\n", time.Since(start).Round(100*time.Millisecond))
	return nil
}

// compile builds the functions and returns what the go command has to say.
func compile(ctx context.Context, root, to string) (words string, err error) {
	// Neither version control nor debugging information goes into a program that
	// go run makes; this affects linking only.
	args := []string{"build", "-buildvcs=false", "-ldflags=-s -w", "-o", to + string(filepath.Separator)}
	cmd := exec.CommandContext(ctx, "go", append(args, functionPackages()...)...)
	cmd.Dir = root
	cmd.WaitDelay = time.Second // compilers that the go command leaves behind when it is killed
	runtime.LockOSThread()      // see dieWithParent
	defer runtime.UnlockOSThread()
	dieWithParent(cmd)
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// functionNames are the names of the functions, and functionPackages where their source is.
func functionNames() []string    { return []string{"http", "mns"} }
func functionPackages() []string { return []string{"./functions/http", "./functions/mns"} }

// fileName returns the name of the file of a built function.
func fileName(function string) string {
	if runtime.GOOS == "windows" {
		return function + ".exe"
	}
	return function
}

// binary returns the path of a built function.
func binary(dir, name string) (string, error) {
	path := filepath.Join(dir, fileName(name))
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return "", fmt.Errorf("function %s: %w", name, err)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("function %s: %s is no file", name, path)
	}
	return path, nil
}
