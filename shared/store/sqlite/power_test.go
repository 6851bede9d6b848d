package sqlite_test

import (
	"encoding/binary"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// At any moment the machine may stop, with any of what was not synced lost: what
// was committed is there, batches are whole.
func TestPowerFails(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, seed))
		d := newDisk(t)
		s := d.open(t, t.TempDir())
		require.NoError(t, s.Migrate(t.Context()))
		_, err := s.Writer().ExecContext(t.Context(), "PRAGMA wal_autocheckpoint = 20")
		require.NoError(t, err)

		dir := t.TempDir()
		committed, operations := 0, 1+random.IntN(400)
		kept := random.Float64()
		d.before = func(string, string) {
			if operations--; operations == 0 {
				require.NoError(t, d.powerOff(dir, func() bool { return random.Float64() < kept }))
			}
		}
		batch := func(n int) []store.Record {
			var records []store.Record
			for i := range uint32(3) {
				var id vod.ID
				binary.BigEndian.PutUint32(id[:], uint32(n))
				binary.BigEndian.PutUint32(id[4:], i)
				records = append(records, event(id))
			}
			return records
		}
		for ; operations > 0; committed++ {
			commit(t, s, batch(committed)...)
		}
		committed-- // the power failed before the last one had returned

		after := open(t, "sqlite:"+filepath.Join(dir, "vod.db"))
		require.NoError(t, after.Migrate(t.Context()), "seed %d", seed)
		for n := range committed {
			require.Equal(t, []store.State{store.Known, store.Known, store.Known}, commit(t, after, batch(n)...), "seed %d", seed)
		}
		last := commit(t, after, batch(committed)...)
		require.Equal(t, []store.State{last[0], last[0], last[0]}, last, "seed %d", seed)
		var health string
		require.NoError(t, after.Writer().QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&health))
		require.Equal(t, "ok", health, "seed %d", seed)
	}
}

// A process is killed when it has written a commit and not synced it yet. The next
// one finds it and says Known: then it has to survive a power failure, too.
func TestKnownIsDurable(t *testing.T) {
	t.Parallel()
	found, dir := newDisk(t), t.TempDir()
	killed := newDisk(t)
	s := killed.open(t, t.TempDir())
	require.NoError(t, s.Migrate(t.Context()))
	commit(t, s, event(vod.ID{1}))
	killed.before = func(operation, name string) {
		if operation == "sync" && name == "vod.db-wal" {
			killed.before = nil
			require.NoError(t, killed.kill(dir, found))
		}
	}
	commit(t, s, event(vod.ID{2}))
	require.Nil(t, killed.before)

	next := found.open(t, dir)
	events, err := next.Events(t.Context(), store.EventQuery{})
	require.NoError(t, err)
	require.Len(t, events, 2)
	require.Equal(t, []store.State{store.Known}, commit(t, next, event(vod.ID{2})))

	dir = t.TempDir()
	require.NoError(t, found.powerOff(dir, func() bool { return false }))
	after := open(t, "sqlite:"+filepath.Join(dir, "vod.db"))
	require.Equal(t, []store.State{store.Known}, commit(t, after, event(vod.ID{2})))
}

// One sync for each commit, and one more when there is nothing new, but only the
// first time.
func TestSyncs(t *testing.T) {
	t.Parallel()
	d, dir := newDisk(t), t.TempDir()
	require.NoError(t, d.open(t, dir).Migrate(t.Context()))
	s := d.open(t, dir)
	syncs := 0
	d.before = func(operation, name string) {
		if operation == "sync" && name == "vod.db-wal" {
			syncs++
		}
	}
	for _, tc := range []struct {
		id   byte
		want int
	}{
		{id: 1, want: 1}, {id: 1, want: 1}, {id: 2, want: 2}, {id: 2, want: 2},
	} {
		commit(t, s, event(vod.ID{tc.id}))
		require.Equal(t, tc.want, syncs)
	}
	again := d.open(t, dir)
	commit(t, again, event(vod.ID{1}))
	require.Equal(t, 3, syncs, "another process")
	commit(t, again, event(vod.ID{1}))
	require.Equal(t, 3, syncs)
}
