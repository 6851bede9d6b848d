package cli

import (
	"runtime"
	"runtime/debug"
)

// version returns the version of this program's module, and of Go.
func version() string {
	of := "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		of = info.Main.Version
	}
	return "vodctl " + of + " " + runtime.Version()
}
