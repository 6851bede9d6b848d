//go:build unix

package dir_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
)

// TestMain lets the test program be another process that puts bodies.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "put-into" {
		putUntilKilled(os.Args[2])
		return
	}
	m.Run()
}

// bodyOf is the n-th body of the other process: of a size between nothing and 64 KiB.
func bodyOf(n int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "%d,", n), n*97%(32<<10)+1)
}

// putUntilKilled puts bodies from several goroutines and says which were taken.
func putUntilKilled(path string) {
	f, err := fallback.Open("dir:" + path)
	if err != nil {
		panic(err)
	}
	taken := make(chan int)
	for first := range 4 {
		go func() {
			for n := first; ; n += 4 {
				if f.Put(context.Background(), bodyOf(n)) == nil {
					taken <- n
				}
			}
		}()
	}
	for n := range taken {
		fmt.Println(n)
	}
}

// TestKilled: what Put said nil for is there after the process was killed, whole, and
// nothing that is half there is drained.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, after := range []int{1, 7, 40} {
		t.Run(strconv.Itoa(after), func(t *testing.T) {
			t.Parallel()
			path := t.TempDir()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "put-into", path)
			out, err := cmd.StdoutPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			var taken []int
			for lines := bufio.NewScanner(out); lines.Scan(); {
				n, err := strconv.Atoi(lines.Text())
				require.NoError(t, err)
				if taken = append(taken, n); len(taken) == after {
					require.NoError(t, cmd.Process.Kill())
				}
			}
			require.Error(t, cmd.Wait(), "it was killed")

			bodies, err := drain(t, open(t, path))
			require.NoError(t, err)
			there := map[[sha256.Size]byte]bool{}
			for _, body := range bodies {
				n, err := strconv.Atoi(strings.SplitN(body, ",", 2)[0])
				require.NoError(t, err)
				require.Equal(t, sha256.Sum256(bodyOf(n)), sha256.Sum256([]byte(body)), "body %d is whole", n)
				there[sha256.Sum256([]byte(body))] = true
			}
			for _, n := range taken {
				require.True(t, there[sha256.Sum256(bodyOf(n))], "body %d was taken", n)
			}
		})
	}
}

// TestDiskFull fills files no further than the limit of the process, which is how a disk
// that is full looks to a write: a part of it goes through.
func TestDiskFull(t *testing.T) {
	path := t.TempDir()
	f := open(t, path)
	require.NoError(t, f.Put(t.Context(), []byte("hello")))

	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var old syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 4 << 10, Max: old.Max}))
	err := f.Put(t.Context(), bytes.Repeat([]byte("large"), 2<<10))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old))

	require.ErrorIs(t, err, syscall.EFBIG)
	require.NotErrorIs(t, err, fallback.ErrRefused, "there may be room later")
	require.Equal(t, []string{nameOfHello}, names(t, path), "nothing is left of it")
	bodies, err := drain(t, f)
	require.NoError(t, err)
	require.Equal(t, []string{"hello"}, bodies)
}

// TestReadOnly puts into a directory in which nobody can create a file.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "spool")
	require.NoError(t, os.Mkdir(path, 0o500))
	if os.Getuid() == 0 { // to whom permissions are nothing
		path = "/dev/fd"
	}
	err := open(t, path).Put(t.Context(), []byte("hello"))
	require.ErrorContains(t, err, "dir: put: ")
	require.NotErrorIs(t, err, fallback.ErrRefused)
}
