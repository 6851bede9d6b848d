//go:build unix && !linux

package emulator

import "syscall"

// dieWithParent does nothing: only Linux kills the children of a process that
// was killed itself.
func dieWithParent(*syscall.SysProcAttr) {}
