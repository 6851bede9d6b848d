//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package term

import (
	"os"
	"syscall"
	"unsafe"
)

// windowColumns asks the terminal for its width; 0 means that it does not tell.
func windowColumns(f *os.File) int {
	raw, err := f.SyscallConn()
	if err != nil {
		return 0
	}
	var size struct{ rows, columns, x, y uint16 }
	err = raw.Control(func(fd uintptr) {
		//nolint:gosec // the only way to hand a structure to the kernel
		_, _, _ = syscall.Syscall(syscall.SYS_IOCTL, fd, syscall.TIOCGWINSZ, uintptr(unsafe.Pointer(&size)))
	})
	if err != nil {
		return 0
	}
	return int(size.columns)
}
