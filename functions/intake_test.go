package functions_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// hostile is a body that VOD would not send, signed all the same.
type hostile struct {
	name   string
	body   []byte
	header [2]string // one more
	// reason says why it is a dead letter; empty: it is an event.
	reason store.Reason
}

const (
	maxMessage = 64 << 10 // of a queue
	keptOfHuge = 64 << 10 // the beginning that is kept of what is too large
)

// hostileBodies is everything at once that a body can have wrong. Those that are
// events all the same have ids of their own.
func hostileBodies(t *testing.T) []hostile {
	t.Helper()
	event := func(id, members string) []byte {
		return []byte(`{"EventType":"FileUploadComplete","EventTime":"2026-02-03T04:11:52Z","VideoId":"` + id + `","Status":"success"` + members + `}`)
	}
	long := func(id string, size int) []byte {
		body := event(id, `,"Extend":""`)
		return bytes.Replace(body, []byte(`"Extend":""`), []byte(`"Extend":"`+strings.Repeat("x", size-len(body))+`"`), 1)
	}
	depth := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, err := z.Write(event("zipped", ""))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	const malformed, tooLarge = store.ReasonMalformed, store.ReasonTooLarge
	return []hostile{
		{name: "byte order mark", body: append([]byte("\xef\xbb\xbf"), event("bom", "")...)},
		{name: "invalid UTF-8", body: event("utf8", ",\"Title\":\"\xff\xfe\xc3\"")},
		{name: "half a surrogate pair", body: event("half", `,"Title":"\ud83d"`)},
		{name: "escaped NUL", body: event("nul", `,"Title":"a\u0000b","Extend":"\u0000"`)},
		{name: "escaped NUL in the id", body: event(`a\u0000b`, "")},
		{name: "duplicate keys", body: event("first", `,"VideoId":"second","Size":1,"Size":2`)},
		{name: "1e400", body: event("huge", `,"Size":1e400,"Duration":-1e400`)},
		{name: "many digits", body: event("digits", `,"Size":`+strings.Repeat("9", 50_000))},
		{name: "deep", body: event("deep", `,"New":`+depth(9_998))},
		{name: "white space around", body: []byte(" \r\n\t" + string(event("space", "")) + "\n\n")},
		{name: "declared as text in another encoding", body: event("charset", `,"Title":"ä"`), header: [2]string{"Content-Type", "text/plain; charset=iso-8859-1"}},
		{name: "declared as a form", body: event("form", ""), header: [2]string{"Content-Type", "application/x-www-form-urlencoded"}},
		{name: "over 64 KiB", body: long("64k", maxMessage+1)},
		{name: "as large as an event may be", body: long("1m", pipeline.MaxBody)},

		{name: "nothing", body: nil, reason: malformed},
		{name: "white space alone", body: []byte(" \n"), reason: malformed},
		{name: "byte order mark alone", body: []byte("\xef\xbb\xbf"), reason: malformed},
		{name: "NULs", body: make([]byte, 1000), reason: malformed},
		{name: "NUL in a text", body: event("a\x00b", ""), reason: malformed},
		{name: "every byte", body: everyByte(), reason: malformed},
		{name: "UTF-16", body: []byte("\xff\xfe{\x00}\x00"), reason: malformed},
		{name: "too deep", body: event("deeper", `,"New":`+depth(10_000)), reason: malformed},
		{name: "cut off", body: event("cut", "")[:60], reason: malformed},
		{name: "two events", body: append(event("one", ""), event("two", "")...), reason: malformed},
		{name: "a list of events", body: append(append([]byte("["), event("list", "")...), ']'), reason: malformed},
		{name: "gzip", body: zipped.Bytes(), header: [2]string{"Content-Encoding", "gzip"}, reason: malformed},
		{name: "a page", body: []byte("<!DOCTYPE html><title>502 Bad Gateway</title>"), header: [2]string{"Content-Type", "text/html"}, reason: malformed},
		{name: "another product's event", body: []byte(`{"EventType":"FileUploadComplete","UserId":1,"MessageBody":{}}`), reason: store.ReasonForeign},
		{name: "larger than an event may be", body: long("1m+1", pipeline.MaxBody+1), reason: tooLarge},
		{name: "10 MB", body: long("10m", 10_000_000), reason: tooLarge},
	}
}

func everyByte() []byte {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	return all
}

// id is under what it is kept.
func (h hostile) id() vod.ID {
	if h.reason == store.ReasonTooLarge {
		sum := sha256.Sum256(h.body)
		id, _ := vod.IDOf([]byte("sha256:" + hex.EncodeToString(sum[:])))
		return id
	}
	id, _ := vod.IDOf(h.body) // of what is no JSON, too
	return id
}

// TestHostileBodies sends them as VOD would, signed or through its queue: each is
// kept byte for byte, as an event if it can be read and else as a dead letter, and
// the function goes on.
func TestHostileBodies(t *testing.T) {
	t.Parallel()
	sqlite := func(t *testing.T) database { t.Helper(); return newDatabase(t) }
	onFC := func(t *testing.T, db database) func(hostile) {
		t.Helper()
		pool := start(t, "http", emulator.Function{Env: db.settings(), Instances: 1})
		t.Cleanup(func() {
			require.Equal(t, 1, pool.Counts().ColdStarts, "one process has seen them all")
			require.Zero(t, pool.Counts().Failures())
		})
		return postHostile(t, serve(t, pool.HTTPTrigger()))
	}
	for name, tc := range map[string]struct {
		database func(*testing.T) database
		// channel returns what sends a body and waits until it was dealt with.
		channel func(*testing.T, database) func(hostile)
		limit   int  // in bytes, of the channel
		message bool // it carries text alone, and never nothing; objects also in Base64
	}{
		"FC, SQLite":     {database: sqlite, channel: onFC, limit: 32 << 20},
		"FC, PostgreSQL": {database: newPostgres, channel: onFC, limit: 32 << 20},
		"Lambda, SQLite": {database: sqlite, limit: 4 << 20, channel: func(t *testing.T, db database) func(hostile) {
			t.Helper()
			pool := start(t, "http", emulator.Function{Runtime: emulator.Lambda, Env: db.settings(), Instances: 1})
			return postHostile(t, serve(t, pool.FunctionURL()))
		}},
		"loopback, SQLite": {database: sqlite, limit: 32 << 20, channel: func(t *testing.T, db database) func(hostile) {
			t.Helper()
			return postHostile(t, startServer(t, "http", db).url)
		}},
		"queue, SQLite":     {database: sqlite, channel: queueHostile, limit: maxMessage, message: true},
		"queue, PostgreSQL": {database: newPostgres, channel: queueHostile, limit: maxMessage, message: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := tc.database(t)
			send := tc.channel(t, db)
			events, letters := 0, 0
			for _, h := range hostileBodies(t) {
				if len(h.body) > tc.limit || tc.message && h.reason != "" && (len(h.body) == 0 || !utf8.Valid(h.body)) {
					continue
				}
				send(h)
				send(h) // it is kept once
				requireKept(t, db, h)
				if h.reason == "" {
					events++
				} else {
					letters++
				}
			}
			require.Len(t, db.rows(t), events)
			all, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{Limit: 1000})
			require.NoError(t, err)
			require.Len(t, all, letters)
		})
	}
}

// newPostgres is a fresh store in PostgreSQL.
func newPostgres(t *testing.T) database {
	t.Helper()
	db := openDatabase(t, services.Postgres(t))
	require.NoError(t, db.migrate(t.Context()))
	return db
}

// postHostile sends bodies to url, signed, and sees that the answer says what became
// of them.
func postHostile(t *testing.T, url string) func(hostile) {
	t.Helper()
	seen := map[vod.ID]bool{}
	return func(h hostile) {
		t.Helper()
		r := postSigned(t, url, h.body, h.header)
		want := reply{Status: 200, ID: h.id(), Outcome: "new"}
		switch {
		case h.reason != "":
			want.Outcome = "dead_letter"
		case seen[want.ID]:
			want.Outcome = "known"
		}
		require.Equal(t, want, r, h.name)
		seen[want.ID] = true
	}
}

// postSigned posts body with the headers of a signature and one more.
func postSigned(t *testing.T, url string, body []byte, header [2]string) reply {
	t.Helper()
	h := vod.Sign(callbackURL, key, time.Now())
	h.Set("Content-Type", "application/json")
	if header[0] != "" {
		h.Set(header[0], header[1])
	}
	return postWith(t, url, h, body)
}

// postWith posts body with these headers.
func postWith(t *testing.T, url string, h http.Header, body []byte) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
	require.NoError(t, err)
	req.Header = h
	req.Host = h.Get("Host")
	h.Del("Host")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	r := reply{Status: resp.StatusCode}
	require.NoError(t, json.Unmarshal(answer, &r), "%s", answer)
	return r
}

// queueHostile sends bodies through an MNS queue, as Base64 where a message cannot be
// that text.
func queueHostile(t *testing.T, db database) func(hostile) {
	t.Helper()
	pool := start(t, "mns", emulator.Function{Env: db.settings(), Instances: 1})
	queue := pool.Queue(t.Context(), emulator.QueueTrigger{BatchSize: 16})
	return func(h hostile) {
		t.Helper()
		text := string(h.body)
		if !utf8.ValidString(text) {
			text = base64.StdEncoding.EncodeToString(h.body)
		}
		require.NoError(t, queue.Send(text))
		require.NoError(t, queue.Drain(t.Context()))
		require.Zero(t, pool.Counts().Failures(), h.name)
	}
}

// requireKept checks that what was sent is there, byte for byte.
func requireKept(t *testing.T, db database, h hostile) {
	t.Helper()
	id := h.id()
	events, err := db.Events(t.Context(), store.EventQuery{IDs: []vod.ID{id}})
	require.NoError(t, err)
	letters, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{IDs: []vod.ID{id}})
	require.NoError(t, err)
	if h.reason == "" {
		require.Empty(t, letters, h.name)
		require.Len(t, events, 1, h.name)
		require.True(t, bytes.Equal(h.body, events[0].Body), h.name)
		return
	}
	require.Empty(t, events, h.name)
	require.Len(t, letters, 1, h.name)
	letter := letters[0]
	require.Equal(t, h.reason, letter.Reason, h.name)
	require.Equal(t, 2, letter.Attempts, h.name)
	require.Equal(t, sha256.Sum256(h.body), letter.SHA256, h.name)
	require.EqualValues(t, len(h.body), letter.Size, h.name)
	want := h.body
	if h.reason == store.ReasonTooLarge {
		want = want[:keptOfHuge]
	}
	require.True(t, bytes.Equal(want, letter.Body), h.name)
}
