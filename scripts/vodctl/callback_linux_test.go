package main_test

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// terminal returns both ends of a terminal: where the user types, and what a program
// reads from.
func terminal(t *testing.T) (user, program *os.File) {
	t.Helper()
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = user.Close() })
	control := func(request uintptr, value *int32) {
		connection, err := user.SyscallConn()
		require.NoError(t, err)
		require.NoError(t, connection.Control(func(fd uintptr) {
			_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(unsafe.Pointer(value)))
			require.Zero(t, errno)
		}))
	}
	var locked, number int32
	control(syscall.TIOCSPTLCK, &locked)
	control(syscall.TIOCGPTN, &number)
	program, err = os.OpenFile("/dev/pts/"+strconv.Itoa(int(number)), os.O_RDWR|syscall.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { _ = program.Close() })
	return user, program
}

func TestCallbackAsks(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		typed  string
		args   []string
		code   int
		stdout string // the end of it
	}{
		{name: "yes", typed: "y\n", stdout: "set, and read back\n"},
		{name: "in full", typed: " YES \n", stdout: "set, and read back\n"},
		{name: "no", typed: "n\n", code: 1, stdout: "nothing was changed\n"},
		{name: "nothing", typed: "\n", code: 1, stdout: "nothing was changed\n"},
		{name: "something else", typed: "yesterday\n", code: 1, stdout: "nothing was changed\n"},
		{name: "end of input", typed: "\x04", code: 1, stdout: "nothing was changed\n"},
		{name: "JSON", typed: "n\n", args: []string{"--json"}, code: 1, stdout: "\"to\":\"1 types\"}]}\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRegion(t)
			user, program := terminal(t)
			_, err := user.WriteString(tc.typed)
			require.NoError(t, err)
			stdout, stderr, code := r.vodctl(t, program, append([]string{"callback", "set", "--events", "FileUploadComplete"}, tc.args...)...)
			require.Equal(t, tc.code, code, stderr)
			require.Contains(t, stderr, "Set this for app-1000000 in cn-shanghai? [y/N] ")
			require.True(t, strings.HasSuffix(stdout, tc.stdout), stdout)
			_, set := r.Callback("")
			require.Equal(t, tc.code == 0, set)
		})
	}
}

func TestCallbackDeleteAsks(t *testing.T) {
	t.Parallel()
	r := newRegion(t)
	r.SetCallback(ours)
	for _, tc := range []struct {
		typed  string
		code   int
		stdout string
	}{{"n\n", 1, `{"outcome":"kept"}`}, {"y\n", 0, `{"outcome":"deleted"}`}} {
		user, program := terminal(t)
		_, err := user.WriteString(tc.typed)
		require.NoError(t, err)
		stdout, stderr, code := r.vodctl(t, program, "callback", "delete", "--json")
		require.Equal(t, tc.code, code)
		require.JSONEq(t, tc.stdout, stdout)
		require.Contains(t, stderr, "url         "+hookURL+" -> nothing\n")
		require.Contains(t, stderr, "Delete the callback of app-1000000 in cn-shanghai? [y/N] ")
		_, set := r.Callback("")
		require.Equal(t, tc.code != 0, set)
	}
}

// TestCallbackStopsAsking: Ctrl+C ends a command that waits for an answer of its user.
func TestCallbackStopsAsking(t *testing.T) {
	t.Parallel()
	r := newRegion(t)
	_, program := terminal(t)
	cmd := r.command(t, "callback", "set")
	cmd.Stdin = program
	asked, write, err := os.Pipe()
	require.NoError(t, err)
	cmd.Stderr = write
	require.NoError(t, cmd.Start())
	defer time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() }).Stop()
	require.NoError(t, write.Close())
	said, err := bufio.NewReader(asked).ReadString('[') // of [y/N]
	require.NoError(t, err, said)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.Error(t, cmd.Wait())
	require.Equal(t, 1, cmd.ProcessState.ExitCode())
	_, set := r.Callback("")
	require.False(t, set)
}
