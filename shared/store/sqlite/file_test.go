package sqlite_test

import (
	"database/sql/driver"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"
	sqlite3driver "github.com/ncruces/go-sqlite3/driver"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/store/sqlite"
	"github.com/vodevents/vodevents/shared/vod"
)

// open opens the store at rawURL.
func open(t *testing.T, rawURL string) *sqlite.Store {
	t.Helper()
	u, err := url.Parse(rawURL)
	require.NoError(t, err)
	s, err := sqlite.Open(u)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// fresh opens a new database and makes its tables.
func fresh(t *testing.T) *sqlite.Store {
	t.Helper()
	s := open(t, newURL(t))
	require.NoError(t, s.Migrate(t.Context()))
	return s
}

// event is an event with the given id, a fact, and one delivery that it owes.
func event(id vod.ID) store.Record {
	medium, now := id.String(), time.Now().UTC().Truncate(time.Millisecond)
	return store.Record{
		ID: id, Source: store.SourceHTTP, Received: now, Body: []byte(`{}`),
		Type: "FileUploadComplete", Subject: medium, Time: now, Deliveries: []string{"crm"},
		Facts: []media.Fact{{
			Medium: medium, Kind: media.Video, Facet: "source", Time: now, Event: id, Data: []byte(`{}`),
		}},
	}
}

func commit(t *testing.T, s *sqlite.Store, records ...store.Record) []store.State {
	t.Helper()
	outcomes, err := s.Commit(t.Context(), records)
	require.NoError(t, err)
	var states []store.State
	for _, o := range outcomes {
		states = append(states, o.State)
	}
	return states
}

func TestDurable(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	for pragma, want := range map[string]string{
		"journal_mode": "wal",
		"synchronous":  "2", // FULL
		"busy_timeout": "60000",
	} {
		var got string
		require.NoError(t, s.Writer().QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
		require.Equal(t, want, got, pragma)
	}
	require.Equal(t, 1, s.Writer().Stats().MaxOpenConnections, "writers queue")
	require.Equal(t, 4, s.Reader().Stats().MaxOpenConnections, "each takes megabytes")
}

// A journal that has become large, as a reader or a large batch makes it, gets small
// again.
func TestJournalShrinks(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	size := func() int64 {
		info, err := os.Stat(s.Path() + "-wal")
		require.NoError(t, err)
		return info.Size()
	}
	var large []store.Record
	for i := range byte(20) {
		r := event(vod.ID{1, i})
		r.Body = make([]byte, 1<<20)
		large = append(large, r)
	}
	commit(t, s, large...)
	require.Greater(t, size(), int64(20<<20))
	commit(t, s, event(vod.ID{2}))
	require.LessOrEqual(t, size(), int64(8<<20))
}

// Without shared memory there is no write-ahead log, and no durability as promised.
func TestNoSharedMemory(t *testing.T) {
	t.Parallel()
	d := newDisk(t)
	d.unshared = true
	require.ErrorContains(t, d.open(t, t.TempDir()).Migrate(t.Context()), "no shared memory")
}

func TestFileIsPrivate(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	commit(t, s, event(vod.ID{1}))
	for _, path := range []string{s.Path(), s.Path() + "-wal"} {
		info, err := os.Stat(path)
		require.NoError(t, err)
		require.Equal(t, fs.FileMode(0o600), info.Mode(), path)
	}
}

func TestOddPath(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), `50% & a+b #?"'🎬.db`)
	s := open(t, "sqlite:"+url.PathEscape(path))
	require.NoError(t, s.Migrate(t.Context()))
	require.Equal(t, []store.State{store.New}, commit(t, s, event(vod.ID{1})))
	require.FileExists(t, path)
	events, err := s.Events(t.Context(), store.EventQuery{})
	require.NoError(t, err)
	require.Len(t, events, 1)
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	s := open(t, newURL(t))
	_, err := s.Commit(t.Context(), []store.Record{event(vod.ID{1})})
	require.ErrorIs(t, err, store.ErrNotMigrated)
	_, err = s.Events(t.Context(), store.EventQuery{})
	require.ErrorIs(t, err, store.ErrNotMigrated)
	require.NoFileExists(t, s.Path(), "only Migrate makes it")

	nowhere := filepath.Join(t.TempDir(), "nowhere")
	s = open(t, "sqlite:"+filepath.Join(nowhere, "vod.db"))
	err = s.Migrate(t.Context())
	require.ErrorContains(t, err, "the directory "+nowhere+" does not exist")
	require.NotErrorIs(t, err, store.ErrNotMigrated, "doing it again would not help")
}

func TestNoDatabase(t *testing.T) {
	t.Parallel()
	s := open(t, newURL(t))
	require.NoError(t, os.WriteFile(s.Path(), []byte("Dear diary, today I was taken for a database."), 0o600))
	_, err := s.Commit(t.Context(), []store.Record{event(vod.ID{1})})
	require.ErrorIs(t, err, sqlite3.NOTADB)
	require.ErrorIs(t, s.Migrate(t.Context()), sqlite3.NOTADB)
}

func TestVersions(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	version := func(v int) {
		_, err := s.Writer().ExecContext(t.Context(), "DELETE FROM vod_schema")
		require.NoError(t, err)
		_, err = s.Writer().ExecContext(t.Context(), "INSERT INTO vod_schema (version, applied) VALUES (?, '')", v)
		require.NoError(t, err)
	}

	version(99)
	require.ErrorContains(t, s.Migrate(t.Context()), "version 99")
	require.Equal(t, []store.State{store.New}, commit(t, s, event(vod.ID{1})), "commits go on")

	version(0)
	_, err := s.Commit(t.Context(), []store.Record{event(vod.ID{2})})
	require.ErrorIs(t, err, store.ErrNotMigrated)
	_, err = s.DropDeadLetters(t.Context(), vod.ID{1})
	require.ErrorIs(t, err, store.ErrNotMigrated)
	_, err = s.Rebuild(t.Context(), func(store.Event) (store.Record, error) { return store.Record{}, nil })
	require.ErrorIs(t, err, store.ErrNotMigrated)
}

// What is wrong with the database is no fault of the records: they have to be
// committed again, not rejected.
func TestDatabaseFails(t *testing.T) {
	t.Parallel()
	large := event(vod.ID{2})
	large.Body = make([]byte, 1<<20)
	for _, tc := range []struct {
		name    string
		breaks  string
		repairs string
		want    sqlite3.ErrorCode
	}{
		{name: "disk full", breaks: "max_page_count = 1", repairs: "max_page_count = 1000000", want: sqlite3.FULL},
		{name: "read only", breaks: "query_only = on", repairs: "query_only = off", want: sqlite3.READONLY},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := fresh(t)
			commit(t, s, event(vod.ID{1}))
			_, err := s.Writer().ExecContext(t.Context(), "PRAGMA "+tc.breaks)
			require.NoError(t, err)
			for range 3 {
				outcomes, err := s.Commit(t.Context(), []store.Record{event(vod.ID{3}), large})
				require.ErrorIs(t, err, tc.want)
				require.Equal(t, tc.want == sqlite3.READONLY, strings.Contains(err.Error(), "may not write "+s.Path()))
				require.Empty(t, outcomes)
			}
			events, err := s.Events(t.Context(), store.EventQuery{})
			require.NoError(t, err)
			require.Len(t, events, 1)

			_, err = s.Writer().ExecContext(t.Context(), "PRAGMA "+tc.repairs)
			require.NoError(t, err)
			require.Equal(t, []store.State{store.New, store.New}, commit(t, s, event(vod.ID{3}), large), "recovers")
		})
	}
}

func TestTooBig(t *testing.T) {
	t.Parallel()
	s := fresh(t)
	conn, err := s.Writer().Conn(t.Context())
	require.NoError(t, err)
	require.NoError(t, conn.Raw(func(c any) error {
		raw, ok := c.(sqlite3driver.Conn)
		if !ok {
			return driver.ErrBadConn
		}
		raw.Raw().Limit(sqlite3.LIMIT_LENGTH, 1<<20)
		return nil
	}))
	require.NoError(t, conn.Close())
	large := event(vod.ID{2})
	large.Body = make([]byte, 2<<20)
	require.Equal(t, []store.State{store.New, store.Rejected, store.New},
		commit(t, s, event(vod.ID{1}), large, event(vod.ID{3})))
}

// A fact that could not be read back would spoil the view of its medium.
func TestBadFacts(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(*media.Fact)
	}{
		{name: "no medium", change: func(f *media.Fact) { f.Medium = "" }},
		{name: "NUL in the medium", change: func(f *media.Fact) { f.Medium = "a\x00b" }},
		{name: "NUL in the facet", change: func(f *media.Fact) { f.Facet = "stream/a\x00b" }},
		{name: "no facet", change: func(f *media.Fact) { f.Facet = "" }},
		{name: "no data", change: func(f *media.Fact) { f.Data = nil }},
		{name: "no JSON", change: func(f *media.Fact) { f.Data = []byte(`{"a":`) }},
		{name: "a year that does not sort", change: func(f *media.Fact) { f.Time = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{name: "a year before all others", change: func(f *media.Fact) { f.Time = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC) }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := fresh(t)
			bad := event(vod.ID{2})
			tc.change(&bad.Facts[0])
			require.Equal(t, []store.State{store.New, store.Rejected}, commit(t, s, event(vod.ID{1}), bad))
			all, err := s.Media(t.Context(), store.MediaQuery{})
			require.NoError(t, err)
			require.Len(t, all, 1)
		})
	}
}
