package emulator

import "syscall"

// dieWithParent has the kernel kill the process when the thread that started
// it ends. That is why one goroutine, locked to its thread, starts them all.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
