//go:build unix

package sqlite_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/sqlite"
	"github.com/vodevents/vodevents/shared/vod"
)

// What is written to a file that is gone is lost: no commit to it may succeed.
// (Windows does not let go of a file that is open.)
func TestMoved(t *testing.T) {
	t.Parallel()
	const gone = "removed or replaced"
	lone, before, after := event(vod.ID{1}), event(vod.ID{2}), event(vod.ID{3})
	try := func(t *testing.T, s *sqlite.Store) error {
		t.Helper()
		_, err := s.Commit(t.Context(), []store.Record{after})
		return err
	}
	has := func(t *testing.T, s *sqlite.Store, ids ...vod.ID) {
		t.Helper()
		events, err := s.Events(t.Context(), store.EventQuery{})
		require.NoError(t, err)
		var got []vod.ID
		for _, e := range events {
			got = append(got, e.ID)
		}
		require.ElementsMatch(t, ids, got)
	}
	start := func(t *testing.T) *sqlite.Store {
		t.Helper()
		s := fresh(t)
		commit(t, s, before)
		has(t, s, before.ID)
		return s
	}
	remove := func(t *testing.T, path string, suffixes ...string) {
		t.Helper()
		for _, suffix := range suffixes {
			require.NoError(t, os.Remove(path+suffix))
		}
	}

	for _, tc := range []struct {
		name     string
		suffixes []string
	}{
		{name: "all files", suffixes: []string{"", "-wal", "-shm"}},
		{name: "the database alone", suffixes: []string{""}},
	} {
		t.Run("removed, "+tc.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			remove(t, s.Path(), tc.suffixes...)
			require.ErrorContains(t, try(t, s), gone)
			require.ErrorIs(t, try(t, s), store.ErrNotMigrated)
			_, err := s.Events(t.Context(), store.EventQuery{})
			require.ErrorIs(t, err, store.ErrNotMigrated)
		})

		t.Run("made anew by ourselves, "+tc.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			remove(t, s.Path(), tc.suffixes...)
			require.NoError(t, s.Migrate(t.Context()))
			require.NoError(t, try(t, s))
			has(t, s, after.ID)
			has(t, open(t, "sqlite:"+s.Path()), after.ID)
		})

		t.Run("made anew by somebody else, "+tc.name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			remove(t, s.Path(), tc.suffixes...)
			other := open(t, "sqlite:"+s.Path())
			if len(tc.suffixes) == 1 { // the shared memory is still that of the file that is gone
				require.Error(t, other.Migrate(t.Context()))
				require.NoError(t, other.Close())
				require.ErrorContains(t, try(t, s), gone)
				other = open(t, "sqlite:"+s.Path())
			}
			require.NoError(t, other.Migrate(t.Context()))
			commit(t, other, lone)
			if len(tc.suffixes) > 1 {
				require.ErrorContains(t, try(t, s), gone)
			}
			require.NoError(t, try(t, s))
			for _, reader := range []*sqlite.Store{s, other, open(t, "sqlite:"+s.Path())} {
				has(t, reader, lone.ID, after.ID)
			}
		})
	}

	t.Run("made anew by one that has only read", func(t *testing.T) {
		t.Parallel()
		first := start(t)
		s := open(t, "sqlite:"+first.Path())
		has(t, s, before.ID)
		require.NoError(t, first.Close())
		remove(t, s.Path(), "")
		require.NoError(t, s.Migrate(t.Context()))
		require.NoError(t, try(t, s))
		has(t, s, after.ID)
	})

	t.Run("replaced by a backup", func(t *testing.T) {
		t.Parallel()
		s := start(t)
		backup := filepath.Join(t.TempDir(), "backup.db")
		_, err := s.Writer().ExecContext(t.Context(), "VACUUM INTO ?", backup)
		require.NoError(t, err)
		commit(t, s, lone)
		remove(t, s.Path(), "-wal", "-shm")
		require.NoError(t, os.Rename(backup, s.Path()))
		require.ErrorContains(t, try(t, s), gone)
		has(t, s, before.ID)
		require.NoError(t, try(t, s))
		has(t, s, before.ID, after.ID)
	})

	t.Run("readers go on", func(t *testing.T) {
		t.Parallel()
		s := start(t)
		remove(t, s.Path(), "", "-wal", "-shm")
		other := open(t, "sqlite:"+s.Path())
		require.NoError(t, other.Migrate(t.Context()))
		commit(t, other, lone)
		has(t, s, lone.ID)
	})
}
