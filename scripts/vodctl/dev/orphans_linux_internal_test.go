package dev // how the functions are built is not exported

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain is, where it is asked for, the program that is killed while it builds.
func TestMain(m *testing.M) {
	if os.Getenv("DEV_BUILDS") != "" {
		_, _ = compile(context.Background(), ".", ".")
		return
	}
	os.Exit(m.Run())
}

func TestKilledInMidBuildLeavesNoProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir, "go", "#!/bin/sh\necho $$ >"+dir+"/pid.new\nmv "+dir+"/pid.new "+dir+"/pid\nexec sleep 600\n")
	require.NoError(t, os.Chmod(filepath.Join(dir, "go"), 0o700))
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "DEV_BUILDS=1", "PATH="+dir+":"+os.Getenv("PATH"))
	require.NoError(t, cmd.Start())
	var pid string
	soon := func(condition func() bool) {
		t.Helper()
		require.Eventually(t, condition, 20*time.Second, 5*time.Millisecond)
	}
	soon(func() bool {
		text, _ := os.ReadFile(filepath.Join(dir, "pid"))
		pid = strings.TrimSpace(string(text))
		return pid != ""
	})
	n, err := strconv.Atoi(pid)
	require.NoError(t, err)
	require.True(t, alive(n))
	t.Cleanup(func() {
		if t.Failed() {
			_ = syscall.Kill(n, syscall.SIGKILL)
		}
	})
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	soon(func() bool { // it is gone, or waits for somebody who asks how it ended
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		return err != nil || bytes.Contains(stat, []byte(") Z "))
	})
}
