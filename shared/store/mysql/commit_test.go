package mysql_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/media"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// eventsFrom returns events with the ids from..to-1.
func eventsFrom(from, to uint32) []store.Record {
	var all []store.Record
	for n := from; n < to; n++ {
		var id vod.ID
		binary.BigEndian.PutUint32(id[:], n)
		all = append(all, event(id))
	}
	return all
}

func TestRoundTrips(t *testing.T) {
	t.Parallel()
	_, rawURL := fresh(t)
	p := newProxy(t, rawURL)
	s := open(t, p.url)
	commit(t, s, event(vod.ID{0xFF})) // connects
	letter := event(vod.ID{0xFE})
	letter.Reason = store.ReasonMalformed
	large := eventsFrom(5000, 5005)
	for i := range large {
		large[i].Body = bytes.Repeat([]byte{0}, 1<<20) // each takes two bytes
	}
	for _, tc := range []struct {
		name  string
		batch []store.Record
		trips int64
	}{
		{name: "one", batch: eventsFrom(0, 1), trips: 1},
		{name: "a thousand", batch: eventsFrom(1, 1000), trips: 1},
		{name: "all known", batch: eventsFrom(0, 1000), trips: 3},
		{name: "some known", batch: eventsFrom(500, 1500), trips: 3},
		{name: "with a dead letter", batch: append(eventsFrom(2000, 2010), letter), trips: 2},
		{name: "more than a packet", batch: large, trips: 5},
	} {
		before := p.trips.Load()
		commit(t, s, tc.batch...)
		require.Equal(t, tc.trips, p.trips.Load()-before, tc.name)
	}
}

// A known event is changed, so that the answer waits for the disk.
func TestKnownIsDurable(t *testing.T) {
	t.Parallel()
	s, rawURL := fresh(t)
	db := raw(t, rawURL)
	for n, want := range []store.State{store.New, store.Known, store.Known} {
		require.Equal(t, []store.State{want}, commit(t, s, event(vod.ID{1})))
		var repeats int
		require.NoError(t, db.QueryRowContext(t.Context(), "SELECT repeats FROM vod_events").Scan(&repeats))
		require.Equal(t, n, repeats)
	}
}

func TestRejected(t *testing.T) {
	t.Parallel()
	s, _ := fresh(t)
	for i, tc := range []struct {
		name   string
		change func(*store.Record)
		want   string // a part of the error
	}{
		{name: "medium too long", change: func(r *store.Record) { r.Facts[0].Medium = strings.Repeat("m", 256) }, want: "'medium'"},
		{name: "facet too long", change: func(r *store.Record) { r.Facts[0].Facet = strings.Repeat("f", 513) }, want: "'facet'"},
		{name: "subject too long", change: func(r *store.Record) { r.Subject = strings.Repeat("s", 256) }, want: "'subject'"},
		{name: "type too long", change: func(r *store.Record) { r.Type = vod.Type(strings.Repeat("t", 256)) }, want: "'type'"},
		{name: "no type", change: func(r *store.Record) { r.Type = "" }, want: "type"},
		{name: "sink too long", change: func(r *store.Record) { r.Deliveries[0] = strings.Repeat("s", 256) }, want: "'sink'"},
		{name: "no sink", change: func(r *store.Record) { r.Deliveries[0] = "" }, want: "sink"},
		{name: "no UTF-8", change: func(r *store.Record) { r.Facts[0].Value = "\xff" }, want: "1366"},
		{name: "no JSON", change: func(r *store.Record) { r.Facts[0].Data = []byte(`{`) }, want: "JSON"},
		{name: "rank too high", change: func(r *store.Record) { r.Facts[0].Rank = 1 << 20 }, want: "'rank'"},
		{name: "year 10000", change: func(r *store.Record) { r.Time = time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC) }, want: "year"},
		{name: "year 1000", change: func(r *store.Record) { r.Facts[0].Time = time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC) }, want: "year"},
		{name: "year -1", change: func(r *store.Record) { r.Received = time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC) }, want: "year"},
		{name: "body too large", change: func(r *store.Record) { r.Body = make([]byte, 2<<20+1) }, want: "4 MiB"},
		{name: "data too large", change: func(r *store.Record) { r.Facts[0].Value = strings.Repeat("x", 2<<20) }, want: "4 MiB"},
	} {
		batch := eventsFrom(uint32(10*i), uint32(10*i+3))
		tc.change(&batch[1])
		outcomes, err := s.Commit(t.Context(), batch)
		require.NoError(t, err, tc.name)
		require.Equal(t, store.New, outcomes[0].State, tc.name)
		require.Equal(t, store.Rejected, outcomes[1].State, tc.name)
		require.ErrorContains(t, outcomes[1].Err, tc.want, tc.name)
		require.Equal(t, store.New, outcomes[2].State, tc.name)
	}
	events, err := s.Events(t.Context(), store.EventQuery{Limit: 1000})
	require.NoError(t, err)
	require.Len(t, events, 30)
}

func TestLongest(t *testing.T) {
	t.Parallel()
	s, _ := fresh(t)
	r := event(vod.ID{1})
	r.Subject, r.Type = strings.Repeat("m", 255), vod.Type(strings.Repeat("t", 255))
	r.Facts[0].Medium, r.Facts[0].Facet = r.Subject, strings.Repeat("f", 512)
	r.Time = time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC)
	r.Facts[0].Time = time.Date(1001, 1, 1, 0, 0, 0, 0, time.UTC)
	r.Body = make([]byte, 1<<20)
	require.Equal(t, []store.State{store.New}, commit(t, s, r))
	facts, err := s.Facts(t.Context(), r.Subject)
	require.NoError(t, err)
	require.Equal(t, r.Facts, facts)
	events, err := s.Events(t.Context(), store.EventQuery{Subject: r.Subject, Types: []vod.Type{r.Type}})
	require.NoError(t, err)
	require.Len(t, events, 1)
	require.Equal(t, r.Time, events[0].Time)
}

// Names are compared byte by byte, unlike texts of MySQL.
func TestNamesAreApart(t *testing.T) {
	t.Parallel()
	s, rawURL := fresh(t)
	names := []string{"m", "m ", "M", "m  ", " m", "ｍ", "m\t", "é", "e\u0301", "É"}
	for i, name := range names {
		r := event(vod.ID{byte(i)})
		r.Subject, r.Type, r.Deliveries = name, vod.Type(name), []string{name}
		r.Facts[0].Medium, r.Facts[0].Facet = name, name
		require.Equal(t, []store.State{store.New}, commit(t, s, r))
	}
	for i, name := range names {
		media, err := s.Media(t.Context(), store.MediaQuery{IDs: []string{name}})
		require.NoError(t, err)
		require.Len(t, media, 1)
		require.Equal(t, name, media[0].ID)
		events, err := s.Events(t.Context(), store.EventQuery{Subject: name, Types: []vod.Type{vod.Type(name)}})
		require.NoError(t, err)
		require.Len(t, events, 1)
		require.Equal(t, vod.ID{byte(i)}, events[0].ID)
		claimed, err := s.Claim(t.Context(), store.Claim{Token: name, For: time.Hour, Sinks: []string{name}, Limit: 10})
		require.NoError(t, err)
		require.Len(t, claimed, 1)
	}
	db := raw(t, rawURL)
	_, err := db.ExecContext(t.Context(), `
		CREATE TABLE videos (id VARCHAR(100)) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
		INSERT INTO videos VALUES ('é')`)
	require.NoError(t, err)
	var n int
	require.NoError(t, db.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM vod_facts JOIN videos ON medium = videos.id").Scan(&n))
	require.Equal(t, 1, n, "it joins with columns of any collation")
}

// The value of a fact that looks like a word of VOD is not that word.
func TestViewComparesExactly(t *testing.T) {
	t.Parallel()
	s, _ := fresh(t)
	for i, value := range []string{"Blocked", "Blocked ", "blocked", "Blocked%", "Block_d"} {
		r := event(vod.ID{byte(i + 1)})
		r.Facts[0].Facet, r.Facts[0].Value = "audit", value
		commit(t, s, r)
		got, err := s.Media(t.Context(), store.MediaQuery{IDs: []string{r.Subject}})
		require.NoError(t, err)
		require.Len(t, got, 1)
		require.Equal(t, media.Fold(r.Facts).State, got[0].State, value)
	}
}

// What a medium has said may be longer than the server lets a text of its own become.
func TestManyFacts(t *testing.T) {
	t.Parallel()
	s, rawURL := fresh(t)
	var all []media.Fact
	data := []byte(`{"Title":"` + strings.Repeat("x", 1<<20) + `"}`)
	for i := range byte(20) { // 20 MiB
		r := event(vod.ID{i})
		r.Subject = "m"
		r.Facts[0].Medium, r.Facts[0].Facet, r.Facts[0].Data = "m", "stream/"+string('a'+rune(i)), data
		all = append(all, r.Facts...)
		commit(t, s, r)
	}
	got, err := s.Media(t.Context(), store.MediaQuery{})
	require.NoError(t, err)
	require.Equal(t, []media.Media{media.Fold(all)}, got)

	r := event(vod.ID{99})
	commit(t, s, r)
	var facts string
	require.NoError(t, raw(t, rawURL).QueryRowContext(t.Context(), "SELECT facts FROM vod_media WHERE id = ?", r.Subject).Scan(&facts))
	require.JSONEq(t, `{"source":{}}`, facts)
}

// People add their own rules to a table.
func TestForeignRules(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{
		"CREATE UNIQUE INDEX mine ON vod_events (source_id(100))",
		"CREATE TRIGGER mine BEFORE INSERT ON vod_events FOR EACH ROW IF NEW.source_id = 'x' THEN SIGNAL SQLSTATE '45000'; END IF",
		"ALTER TABLE vod_events ADD CONSTRAINT mine CHECK (source_id <> 'x')",
	} {
		s, rawURL := fresh(t)
		batch := eventsFrom(0, 4)
		for i := range batch {
			batch[i].SourceID = string('a' + rune(i))
		}
		batch[2].SourceID = "x"
		other := event(vod.ID{0xFF})
		other.SourceID = "x"
		commit(t, s, other)
		_, err := raw(t, rawURL).ExecContext(t.Context(), rule)
		if strings.Contains(rule, "CHECK") { // which looks at what is there
			require.Error(t, err)
			_, err = raw(t, rawURL).ExecContext(t.Context(), "DELETE FROM vod_events")
			require.NoError(t, err)
			_, err = raw(t, rawURL).ExecContext(t.Context(), rule)
		}
		require.NoError(t, err)
		require.Equal(t, []store.State{store.New, store.New, store.Rejected, store.New}, commit(t, s, batch...), rule)
	}
}

// An error of the server quotes the statement that it did not like.
func TestErrorsQuoteNothing(t *testing.T) {
	t.Parallel()
	s, rawURL := fresh(t)
	_, err := raw(t, rawURL).ExecContext(t.Context(),
		"CREATE TRIGGER mine BEFORE INSERT ON vod_events FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = NEW.source_id")
	require.NoError(t, err)
	r := event(vod.ID{1})
	r.SourceID = "quoted-text"
	outcomes, err := s.Commit(t.Context(), []store.Record{r})
	require.NoError(t, err)
	require.Equal(t, store.Rejected, outcomes[0].State)
	require.NotContains(t, outcomes[0].Err.Error(), "quoted-text")
}

func ids(records []store.Record) []vod.ID {
	all := make([]vod.ID, len(records))
	for i, r := range records {
		all[i] = r.ID
	}
	return all
}
