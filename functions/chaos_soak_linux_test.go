package functions_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestChaosSoak loads the functions for long, with a store that is away from time to
// time. What they hold does not grow: files, threads, memory, the journal of the store.
func TestChaosSoak(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	crm := newReceiver(t)
	b := newBench(t, db, inDirectory(t), sinks(crm.sink("crm")), secretSetting)
	end := time.After(or(5*time.Second, 10*time.Minute))
	disturb := time.NewTicker(or(2*time.Second, 30*time.Second))
	defer disturb.Stop()
	var first holdings
	for lasting := true; lasting; {
		select {
		case <-disturb.C:
			release := lock(t, db.path)
			t.Cleanup(release)
			b.await(t, 1) // by way of the fallback
			release()
			b.await(t, 10)
			if first.processes == 0 {
				first = b.holdings(t)
			}
		case <-end:
			lasting = false
		}
	}
	b.await(t, 10)
	last := b.holdings(t)
	t.Logf("%+v, then %+v", first, last)
	o := b.settle(t)
	require.Zero(t, o.discarded)
	require.LessOrEqual(t, last.files, first.files+16*last.processes)
	require.LessOrEqual(t, last.threads, first.threads+16*last.processes)
	require.LessOrEqual(t, last.memory, first.memory+64<<20*last.processes)
	require.LessOrEqual(t, last.journal, 32<<20)
}

// holdings are what all instances of both functions hold, and their store.
type holdings struct {
	processes, files, threads int
	memory, journal           int // bytes
}

var resident = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

func (b *bench) holdings(t *testing.T) (h holdings) {
	t.Helper()
	for _, i := range append(b.http.Instances(), b.mns.Instances()...) {
		dir := fmt.Sprint("/proc/", i.PID)
		status, err := os.ReadFile(filepath.Join(dir, "status"))
		require.NoError(t, err)
		found := resident.FindSubmatch(status)
		require.NotNil(t, found)
		kilobytes, err := strconv.Atoi(string(found[1]))
		require.NoError(t, err)
		files, err := os.ReadDir(filepath.Join(dir, "fd"))
		require.NoError(t, err)
		threads, err := os.ReadDir(filepath.Join(dir, "task"))
		require.NoError(t, err)
		h.processes++
		h.files += len(files)
		h.threads += len(threads)
		h.memory += kilobytes << 10
	}
	info, err := os.Stat(b.db.path + "-wal")
	require.NoError(t, err)
	h.journal = int(info.Size())
	return h
}
