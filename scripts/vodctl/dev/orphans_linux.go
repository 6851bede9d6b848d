package dev

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel kill a process when the thread that starts it ends, as it
// does when this program is killed. The caller keeps to that thread until the process ends.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
