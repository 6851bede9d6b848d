//go:build unix

package emulator

import (
	"os"
	"syscall"
)

// canFreeze says whether processes can be stopped and continued here.
const canFreeze = true

// processAttributes puts an instance into a process group of its own, so that
// signals reach its children, and a Ctrl-C at the terminal does not.
func processAttributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	dieWithParent(attr)
	return attr
}

// Errors of the following mean that the process is gone, which its reaper sees.

func freeze(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGSTOP) }

func thaw(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGCONT) }

func terminate(p *os.Process) bool { return syscall.Kill(-p.Pid, syscall.SIGTERM) == nil }

func kill(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }
