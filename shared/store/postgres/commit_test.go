package postgres_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

func TestRejected(t *testing.T) {
	t.Parallel()
	s, _ := fresh(t)
	random := make([]byte, 4000) // which no compression makes fit
	_, _ = rand.Read(random)
	tooLong := hex.EncodeToString(random)
	for n, tc := range []struct {
		name   string
		change func(*store.Record)
	}{
		{"NUL in the subject", func(r *store.Record) { r.Subject = "a\x00b" }},
		{"NUL in the business key", func(r *store.Record) { r.BusinessKey = "\x00" }},
		{"NUL in a value", func(r *store.Record) { r.Facts[0].Value = "a\x00" }},
		{"no UTF-8", func(r *store.Record) { r.SourceID = "\xff" }},
		{"no type", func(r *store.Record) { r.Type = "" }},
		{"subject too long for an index", func(r *store.Record) { r.Subject = tooLong }},
		{"facet too long for an index", func(r *store.Record) { r.Facts[0].Facet = tooLong }},
		{"no JSON", func(r *store.Record) { r.Facts[0].Data = []byte(`{"a":`) }},
		{"a time that is none", func(r *store.Record) { r.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"a time beyond what fits into 64 bits", func(r *store.Record) { r.Facts[0].Time = time.Date(600_000, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"received before all times", func(r *store.Record) { r.Received = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC) }},
		{"sink without a name", func(r *store.Record) { r.Deliveries = []string{""} }},
	} {
		batch := []store.Record{event(vod.ID{byte(n), 1}), event(vod.ID{byte(n), 2}), event(vod.ID{byte(n), 3})}
		tc.change(&batch[1])
		outcomes, err := s.Commit(t.Context(), batch)
		require.NoError(t, err, tc.name)
		require.Equal(t, store.Outcome{State: store.New}, outcomes[0], tc.name)
		require.Equal(t, store.Rejected, outcomes[1].State, tc.name)
		require.ErrorContains(t, outcomes[1].Err, "postgres: record: ", tc.name)
		require.Less(t, len(outcomes[1].Err.Error()), 300, tc.name)
		require.Equal(t, store.Outcome{State: store.New}, outcomes[2], tc.name)
	}
	long := event(vod.ID{99})
	long.BusinessKey = tooLong
	commit(t, s, long)
}

// All that is bad is found, and costs the others nothing.
func TestManyRejected(t *testing.T) {
	t.Parallel()
	s, _ := fresh(t)
	var batch []store.Record
	for n := range 200 {
		var id vod.ID
		binary.BigEndian.PutUint32(id[:], uint32(n)*0x9E3779B1) // in no order
		r := event(id)
		if n%3 == 0 {
			r.Facts[0].Value = "\x00"
		}
		batch = append(batch, r)
	}
	outcomes, err := s.Commit(t.Context(), batch)
	require.NoError(t, err)
	for n, o := range outcomes {
		want := store.New
		if n%3 == 0 {
			want = store.Rejected
		}
		require.Equal(t, want, o.State, n)
	}
}

// What is not in the tables cannot be asked for, but no question is an error.
func TestQuestionsThatNothingMeets(t *testing.T) {
	t.Parallel()
	s, _ := fresh(t)
	commit(t, s, event(vod.ID{1}))
	for _, text := range []string{"a\x00", "\xff"} {
		events, err := s.Events(t.Context(), store.EventQuery{Subject: text})
		require.NoError(t, err)
		require.Empty(t, events)
		videos, err := s.Media(t.Context(), store.MediaQuery{IDs: []string{text}})
		require.NoError(t, err)
		require.Empty(t, videos)
	}
}

// A batch of many large bodies goes over in several statements, but is one commit.
func TestLargeBatch(t *testing.T) {
	t.Parallel()
	s, raw := fresh(t)
	var batch []store.Record
	for n := range byte(40) {
		r := event(vod.ID{n})
		r.Body = bytes.Repeat([]byte{n}, vod.MaxBody)
		batch = append(batch, r)
	}
	batch[7].Facts[0].Facet = ""
	outcomes, err := s.Commit(t.Context(), batch)
	require.NoError(t, err)
	for n, o := range outcomes {
		require.Equal(t, n == 7, o.State == store.Rejected, n)
	}
	require.Equal(t, 1, value[int](t, raw, "SELECT count(DISTINCT xmin::text::bigint / 1000) FROM vod_events"))
	require.Equal(t, 39, value[int](t, raw, "SELECT count(*) FROM vod_events WHERE length(body) = 1048576"))
}

// A transaction that locks the same facts in another order is no reason to fail.
func TestDeadlock(t *testing.T) {
	t.Parallel()
	s, raw := fresh(t)
	first, second := event(vod.ID{1}), event(vod.ID{2})
	commit(t, s, first, second)
	other, err := pgx.Connect(t.Context(), raw)
	require.NoError(t, err)
	defer other.Close(context.WithoutCancel(t.Context()))
	touch := func(r store.Record) {
		_, err := other.Exec(t.Context(), "UPDATE vod_facts SET value = 'touched' WHERE medium = $1", r.Subject)
		require.NoError(t, err, "the other one goes on")
	}
	_, err = other.Exec(t.Context(), "BEGIN; SET deadlock_timeout = '1min'")
	require.NoError(t, err)
	touch(second)
	both := event(vod.ID{3})
	both.Facts = []media.Fact{first.Facts[0], second.Facts[0]}
	for i := range both.Facts {
		both.Facts[i].Event, both.Facts[i].Value = both.ID, "new"
	}
	done := make(chan error)
	var outcomes []store.Outcome
	go func() {
		var err error
		outcomes, err = s.Commit(t.Context(), []store.Record{both})
		done <- err
	}()
	waitForLock(t, raw)
	touch(first)
	_, err = other.Exec(t.Context(), "COMMIT")
	require.NoError(t, err)
	require.NoError(t, <-done)
	require.Equal(t, []store.Outcome{{State: store.New}}, outcomes)
	require.Equal(t, 2, value[int](t, raw, "SELECT count(*) FROM vod_facts WHERE value = 'new'"))
}

// Where commits are not synchronous, these are: what they acknowledge survives the
// crash of a server that writes its log late.
func TestSynchronous(t *testing.T) {
	t.Parallel()
	server := services.Own(t, "postgres")
	admin(t, server.URL, "ALTER SYSTEM SET wal_writer_delay = '10s'", "SELECT pg_reload_conf()",
		"ALTER DATABASE "+name(t, server.URL)+" SET synchronous_commit = off")
	s := open(t, server.URL)
	require.NoError(t, s.Migrate(t.Context()))
	commit(t, s, event(vod.ID{1}))
	require.Equal(t, "off", value[string](t, server.URL, "SHOW synchronous_commit"))
	bad := event(vod.ID{3})
	bad.Facts[0].Facet = ""
	for n := range byte(3) {
		_, err := s.Commit(t.Context(), []store.Record{event(vod.ID{2, n}), bad})
		require.NoError(t, err)
	}
	commit(t, s, event(vod.ID{4}))
	server.Kill()
	server.Start()
	require.Equal(t, 5, value[int](t, server.URL, "SELECT count(*) FROM vod_events"))
}

// A batch goes over in one round trip: a client waits for an answer at a Sync.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	_, raw := fresh(t)
	u, err := url.Parse(raw)
	require.NoError(t, err)
	var syncs, named atomic.Int64
	u.Host = proxy(t, u.Host, func(kind byte, body []byte) {
		switch {
		case kind == 'S' || kind == 'Q':
			syncs.Add(1)
		case kind == 'P' && body[0] != 0: // a Parse begins with the name of the statement
			named.Add(1)
		}
	})
	for _, mode := range []string{"cache_describe", "cache_statement"} {
		s := open(t, with(t, u.String(), "sslmode", "disable", "default_query_exec_mode", mode))
		prefix := mode[6] // s or d
		commit(t, s, event(vod.ID{prefix, 1}))
		for n, size := range []int{1, 10, 500} {
			var batch []store.Record
			for i := range size {
				r := event(vod.ID{prefix, 2, byte(n), byte(i >> 8), byte(i)})
				r.Deliveries = []string{"crm"}
				batch = append(batch, r)
			}
			before := syncs.Load()
			commit(t, s, batch...)
			require.Equal(t, int64(1), syncs.Load()-before, "%s, %d events", mode, size)
		}
		require.Equal(t, mode == "cache_statement", named.Load() > 0, "statements are kept in the server")
	}
}

// proxy passes connections to a server on, and calls see with each message that a
// client sends after the first.
func proxy(t *testing.T, server string, see func(kind byte, body []byte)) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			upstream, err := new(net.Dialer).DialContext(t.Context(), "tcp", server)
			if err != nil {
				_ = client.Close()
				return
			}
			go func() {
				_, _ = io.Copy(client, upstream)
				_ = client.Close()
			}()
			go func() {
				pass(upstream, client, see)
				_ = upstream.Close()
			}()
		}
	}()
	return l.Addr().String()
}

// pass passes messages on: a kind, but for the first, a length, and the body.
func pass(to io.Writer, from io.Reader, see func(kind byte, body []byte)) {
	for head := make([]byte, 4); ; head = make([]byte, 5) {
		if _, err := io.ReadFull(from, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[len(head)-4:])-4)
		if _, err := io.ReadFull(from, body); err != nil {
			return
		}
		if len(head) == 5 {
			see(head[0], body)
		}
		if _, err := to.Write(append(head, body...)); err != nil {
			return
		}
	}
}
