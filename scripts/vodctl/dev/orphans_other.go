//go:build !linux

package dev

import "os/exec"

// dieWithParent does nothing: only Linux kills the children of a process that was killed
// itself.
func dieWithParent(*exec.Cmd) {}
