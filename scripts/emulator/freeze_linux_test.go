package emulator_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
)

// procState is the state of a process as the kernel shows it, 0 if it is gone.
func procState(pid int) byte {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	return stat[bytes.LastIndexByte(stat, ')')+2]
}

func TestFrozenBetweenInvocations(t *testing.T) {
	t.Parallel()
	for _, r := range []emulator.Runtime{emulator.FunctionCompute, emulator.CustomRuntime} {
		t.Run(r.String(), func(t *testing.T) {
			t.Parallel()
			testFrozenBetweenInvocations(t, emulator.Function{Runtime: r})
		})
	}
}

func testFrozenBetweenInvocations(t *testing.T, f emulator.Function) {
	t.Helper()
	g := newGate(t, false)
	file := filepath.Join(t.TempDir(), "ticks")
	f.Env = []string{g.env, "TICK_FILE=" + file}
	pool := start(t, f)
	size := func() int64 {
		info, err := os.Stat(file)
		if err != nil {
			require.ErrorIs(t, err, fs.ErrNotExist)
			return 0
		}
		return info.Size()
	}

	r, _ := ask(t, pool, "do=tick") // leaves a goroutine that ticks
	require.Equal(t, []emulator.State{emulator.Frozen}, states(pool))
	eventually(t, func() bool { return procState(r.PID) == 'T' })
	stopped := size()

	other := start(t, emulator.Function{}) // time passes
	for range 5 {
		ask(t, other, "do=ok")
		other.KillAll()
	}
	require.Equal(t, stopped, size(), "the goroutine ran on after the answer")

	held := background(func() emulator.Result {
		result, _ := pool.Invoke(t.Context(), []byte("do=tell"))
		return result
	})
	g.next(t)
	eventually(t, func() bool { return size() > stopped })
	require.NotEqual(t, byte('T'), procState(r.PID))
	g.open()
	result := held()
	require.NoError(t, result.Err())
	require.Equal(t, 2, decode(t, result.Payload).Count)
	eventually(t, func() bool { return procState(r.PID) == 'T' })
}

func TestNoFreeze(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ticks")
	pool := start(t, emulator.Function{NoFreeze: true, Env: []string{"TICK_FILE=" + file}})
	ask(t, pool, "do=tick")
	require.Equal(t, []emulator.State{emulator.Idle}, states(pool))
	eventually(t, func() bool {
		info, err := os.Stat(file)
		return err == nil && info.Size() > 10
	})
}

// Processes that somebody else kills are noticed and replaced.
func TestKilledFromOutside(t *testing.T) {
	t.Parallel()
	for _, r := range []emulator.Runtime{emulator.FunctionCompute, emulator.CustomRuntime} {
		t.Run(r.String(), func(t *testing.T) {
			t.Parallel()
			testKilledFromOutside(t, start(t, emulator.Function{Runtime: r, Instances: 1}))
		})
	}
}

func testKilledFromOutside(t *testing.T, pool *emulator.Pool) {
	t.Helper()
	for range 20 {
		r, _ := ask(t, pool, "do=ok")
		require.NoError(t, syscall.Kill(r.PID, syscall.SIGKILL))
		eventually(t, func() bool { return len(pool.Instances()) == 0 })
		next, result := ask(t, pool, "do=ok")
		require.True(t, result.ColdStart)
		require.NotEqual(t, r.PID, next.PID)
		pool.KillAll() // of ours, so it is not counted
	}
	require.Equal(t, emulator.Counts{Invocations: 40, ColdStarts: 40, DiedIdle: 20}, pool.Counts())
}

// All who find an instance dead get the same new one. Whoever was about to write to the
// old one has lost.
func TestADeadInstanceIsReplacedOnce(t *testing.T) {
	t.Parallel()
	const n, deaths = 8, 10
	pool := start(t, emulator.Function{Runtime: emulator.CustomRuntime, Instances: 1, Concurrency: n})
	for range deaths {
		r, _ := ask(t, pool, "do=ok")
		require.NoError(t, syscall.Kill(r.PID, syscall.SIGKILL))
		var results []func() error
		for range n {
			results = append(results, background(func() error {
				_, err := pool.Invoke(t.Context(), []byte("do=ok"))
				return err
			}))
		}
		for _, err := range results {
			require.NoError(t, err())
		}
	}
	c := pool.Counts()
	require.LessOrEqual(t, c.ColdStarts, 1+2*deaths, "not one for each who found it")
	require.Equal(t, c.Killed, c.Failures())
	require.LessOrEqual(t, len(pool.Instances()), 1)
}

func TestShutdownLeavesNoProcess(t *testing.T) {
	t.Parallel()
	g := newGate(t, true)
	pool := start(t, emulator.Function{Env: []string{g.env}})
	var results []func() emulator.Result
	for range 5 {
		results = append(results, background(func() emulator.Result {
			result, _ := pool.Invoke(t.Context(), []byte("do=tell"))
			return result
		}))
	}
	for _, result := range results {
		r := result()
		require.NoError(t, r.Err())
	}
	instances := pool.Instances()
	require.NotEmpty(t, instances)
	require.NoError(t, pool.Shutdown(t.Context()))
	for _, i := range instances {
		require.Zero(t, procState(i.PID))
	}
}

// makeOrphan is the emulator that TestKilledEmulatorLeavesNoProcess kills. It
// prints the pid of its instance.
func makeOrphan(path string) {
	ctx := context.Background()
	pool, err := emulator.Start(ctx, emulator.Function{Path: path})
	if err != nil {
		panic(err)
	}
	if _, err := pool.Invoke(ctx, []byte("do=ok")); err != nil {
		panic(err)
	}
	fmt.Println(pool.Instances()[0].PID)
	select {}
}

func TestKilledEmulatorLeavesNoProcess(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "EMULATOR_ORPHANS="+testFunction)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line := make([]byte, 32)
	n, err := out.Read(line)
	require.NoError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(line[:n])))
	require.NoError(t, err)
	require.NotZero(t, procState(pid))

	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	eventually(t, func() bool { return procState(pid) == 0 || procState(pid) == 'Z' })
}
