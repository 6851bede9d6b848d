//go:build !unix

package emulator

import (
	"os"
	"syscall"
)

// canFreeze says whether processes can be stopped and continued here.
const canFreeze = false

func processAttributes() *syscall.SysProcAttr { return nil }

func freeze(*os.Process) {}

func thaw(*os.Process) {}

func terminate(*os.Process) bool { return false }

// kill fails only if the process is gone, which its reaper sees.
func kill(p *os.Process) { _ = p.Kill() }
