package dev

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"syscall"
)

// alive reports whether there is a process with this id. It may be another
// program's by now.
func alive(pid int) bool {
	if pid <= 0 { // of a group of processes
		return false
	}
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer func() { _ = p.Release() }() // it frees a handle, if there is one
	if runtime.GOOS == "windows" {
		return true // it was found
	}
	err = p.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}

// temporary matches the names of directories that [TempDir] makes.
var temporary = regexp.MustCompile(`^vodctl-[a-z]+-(\d+)-\d+$`)

// TempDir makes a directory for what this process needs while it runs, whose name
// says what for. It sweeps those of processes that were killed before they could
// remove theirs.
func TempDir(what string) (string, error) {
	found, err := os.ReadDir(os.TempDir())
	if err != nil {
		return "", err
	}
	for _, entry := range found {
		m := temporary.FindStringSubmatch(entry.Name())
		if m == nil {
			continue
		}
		if pid, err := strconv.Atoi(m[1]); err == nil && !alive(pid) {
			_ = os.RemoveAll(filepath.Join(os.TempDir(), entry.Name())) // it may be another user's
		}
	}
	return os.MkdirTemp("", "vodctl-"+what+"-"+strconv.Itoa(os.Getpid())+"-")
}
