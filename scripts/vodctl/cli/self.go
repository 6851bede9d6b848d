package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"

	"github.com/vodevents/vodevents/scripts/vodctl/dev"
)

// goRun matches where go run puts a program: into a temporary directory at first,
// into its cache from the second time on.
var goRun = regexp.MustCompile(`[/\\](go-build\d+[/\\]b\d+[/\\]exe|[0-9a-f]{64}-d)[/\\][^/\\]+$`)

// self returns how to call this program again from the same directory.
func self(called string) string {
	if goRun.MatchString(called) {
		root, err := dev.Root(".")
		here, herr := os.Getwd()
		if err == nil && herr == nil && root == here {
			return "go run ./scripts/vodctl"
		}
		return "go run github.com/vodevents/vodevents/scripts/vodctl"
	}
	if name := filepath.Base(called); called == name {
		if _, err := exec.LookPath(name); err == nil {
			return name
		}
	}
	return quote(called)
}

// parent returns the process id of the go run that started this program, or 0.
func parent(called string) int {
	if goRun.MatchString(called) {
		return os.Getppid()
	}
	return 0
}

// orphaned reports whether the go run that started this program is gone. It passes
// Ctrl-C on, but no other signal, and would leave a server behind.
func (a *app) orphaned() bool { return a.parent != 0 && os.Getppid() != a.parent }
