package functions_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// wire is a connection to the server at a URL, for what no HTTP client would say.
type wire struct {
	*net.TCPConn
	r *bufio.Reader
}

func dial(t testing.TB, url string) wire {
	t.Helper()
	host, _, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", host)
	require.NoError(t, err)
	t.Cleanup(func() { _ = conn.Close() }) // it may be closed
	tcp, ok := conn.(*net.TCPConn)
	require.True(t, ok)
	require.NoError(t, tcp.SetDeadline(time.Now().Add(time.Minute)))
	return wire{TCPConn: tcp, r: bufio.NewReader(conn)}
}

// say writes text; that the server has heard enough shows in its answer.
func (w wire) say(text string) { _, _ = io.WriteString(w, text) }

// reset ends the connection as a crash does: what is not read yet is lost.
func (w wire) reset(t testing.TB) {
	t.Helper()
	require.NoError(t, w.SetLinger(0))
	require.NoError(t, w.Close())
}

// statuses reads answers until the server closes the connection, or n have come.
func (w wire) statuses(n int) []int {
	var got []int
	for range n {
		resp, err := http.ReadResponse(w.r, nil)
		if err != nil {
			break
		}
		got = append(got, resp.StatusCode)
		_, err = io.Copy(io.Discard, resp.Body)
		if errors.Join(err, resp.Body.Close()) != nil {
			break
		}
	}
	return got
}

// head is the beginning of a signed request, up to its last header.
func head(lines ...string) string {
	var b strings.Builder
	b.WriteString("POST /vod/events HTTP/1.1\r\nHost: hooks.harbor-media.example\r\n")
	for name, values := range vod.Sign(callbackURL, key, time.Now()) {
		b.WriteString(name + ": " + values[0] + "\r\n")
	}
	for _, line := range lines {
		b.WriteString(line + "\r\n")
	}
	return b.String() + "\r\n"
}

// whole is a signed request as it should be.
func whole(body []byte) string {
	return head(fmt.Sprintf("Content-Length: %d", len(body))) + string(body)
}

// chunked cuts a body into chunks of five bytes.
func chunked(body []byte) string {
	var b strings.Builder
	for len(body) > 0 {
		n := min(5, len(body))
		fmt.Fprintf(&b, "%x;ext=1\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return b.String() + "0\r\n\r\n"
}

// TestRequestsOnTheWire holds what a server hears that listens to the network, where
// no platform has put a request in order before.
func TestRequestsOnTheWire(t *testing.T) {
	t.Parallel()
	length := func(n int) string { return fmt.Sprintf("Content-Length: %d", n) }
	const chunks = "Transfer-Encoding: chunked"
	for _, tc := range []struct {
		name string
		// say returns what is sent of an event.
		say     func(body []byte) string
		half    bool  // and then nothing more is, although answers are awaited
		want    []int // statuses
		stored  bool  // the event is
		letters int   // so many dead letters
	}{
		{name: "as it should be", say: whole, want: []int{200}, stored: true},
		{name: "in chunks", say: func(b []byte) string { return head(chunks) + chunked(b) }, want: []int{200}, stored: true},
		{name: "in chunks with a length", say: func(b []byte) string { return head(chunks, length(len(b)/2)) + chunked(b) }, want: []int{200}, stored: true},
		{name: "in HTTP/1.0", say: func(b []byte) string { return strings.Replace(whole(b), "HTTP/1.1", "HTTP/1.0", 1) }, want: []int{200}, stored: true},
		{name: "names of headers in lower case", say: func(b []byte) string { return strings.ReplaceAll(whole(b), "X-Vod-", "x-vod-") }, want: []int{200}, stored: true},
		{name: "the same length twice", say: func(b []byte) string { return head(length(len(b)), length(len(b))) + string(b) }, want: []int{200}, stored: true},
		{name: "waits to be asked", say: func(b []byte) string { return head(length(len(b)), "Expect: 100-continue") + string(b) }, want: []int{100, 200}, stored: true},
		{name: "another event behind it", say: func(b []byte) string { return whole(b) + whole(upload(9000)) + whole(b) }, want: []int{200, 200, 200}, stored: true},
		{name: "garbage behind it", say: func(b []byte) string { return whole(b) + "\x00\x01garbage\r\n\r\n" }, want: []int{200, 400}, stored: true},
		{name: "a length that is too small", say: func(b []byte) string { return head(length(50)) + string(b) + "\r\n\r\n" }, want: []int{200, 400}, letters: 1},
		{name: "a length of none", say: func(b []byte) string { return head() + string(b) + "\r\n\r\n" }, want: []int{200, 400}, letters: 1},

		{name: "a length that is too large", say: func(b []byte) string { return head(length(len(b)+1)) + string(b) }, half: true, want: []int{400}},
		{name: "a length that is no number", say: func(b []byte) string { return head("Content-Length: many") + string(b) }, want: []int{400}},
		{name: "a length below nothing", say: func(b []byte) string { return head(length(-1)) + string(b) }, want: []int{400}},
		{name: "a length beyond all", say: func(b []byte) string { return head("Content-Length: 99999999999999999999") + string(b) }, want: []int{400}},
		{name: "a length of 1 TB", say: func(b []byte) string { return head(length(1<<40)) + string(b) }, half: true, want: []int{400}},
		{name: "two lengths", say: func(b []byte) string { return head(length(len(b)), length(50)) + string(b) }, want: []int{400}},
		{name: "chunks that are none", say: func(b []byte) string { return head(chunks) + string(b) + "\r\n\r\n" }, want: []int{400}},
		{name: "a chunk without an end", say: func(b []byte) string { return head(chunks) + "ffffff\r\n" + string(b) }, half: true, want: []int{400}},
		{name: "a chunk beyond all", say: func(b []byte) string { return head(chunks) + "ffffffffffffffffff\r\n" + string(b) }, want: []int{400}},
		{name: "chunks without the last one", say: func(b []byte) string { return head(chunks) + strings.TrimSuffix(chunked(b), "0\r\n\r\n") }, half: true, want: []int{400}},
		{name: "compressed by the connection", say: func(b []byte) string { return head("Transfer-Encoding: gzip, chunked") + chunked(b) }, want: []int{501}},
		{name: "broken off in the header", say: func(b []byte) string { return whole(b)[:60] }, half: true, want: nil},
		{name: "no host", say: func(b []byte) string {
			return strings.Replace(whole(b), "Host: hooks.harbor-media.example\r\n", "", 1)
		}, want: []int{400}},
		{name: "a header that is none", say: func(b []byte) string { return strings.Replace(whole(b), "Host:", "no header\r\nHost:", 1) }, want: []int{400}},
		{name: "a header without an end", say: func(b []byte) string {
			return strings.Replace(whole(b), "Host:", "A: "+strings.Repeat("a", 2<<20)+"\r\nHost:", 1)
		}, want: []int{431}},
		{name: "NUL in a header", say: func(b []byte) string { return strings.Replace(whole(b), "Host:", "A: \x00\r\nHost:", 1) }, want: []int{400}},
		{name: "another protocol", say: func([]byte) string { return "SSH-2.0-OpenSSH_9.2\r\n\r\n" }, want: []int{400}},
		{name: "TLS", say: func([]byte) string { return "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n" }, want: []int{400}},
		{name: "HTTP/2", say: func([]byte) string { return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" }, want: []int{405}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			url := startServer(t, "http", db).url
			body := upload(0)
			w := dial(t, url)
			w.say(tc.say(body))
			if tc.half {
				require.NoError(t, w.CloseWrite())
			}
			require.Equal(t, tc.want, w.statuses(len(tc.want)))
			_, stored := db.rows(t)[idOf(t, body)]
			require.Equal(t, tc.stored, stored)
			letters, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{})
			require.NoError(t, err)
			require.Len(t, letters, tc.letters)

			again := "new"
			if tc.stored {
				again = "known"
			}
			require.Equal(t, reply{Status: 200, ID: idOf(t, body), Outcome: again}, post(t, sender(url), body), "VOD's next attempt")
		})
	}
}

// TestSlowRequests has connections that say a byte now and then. They keep nobody
// from being heard, and the server does not wait for their end.
func TestSlowRequests(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	url := startServer(t, "http", db).url
	const each = 20
	var wg sync.WaitGroup
	slow := func(begin, rest string, want ...int) {
		w := dial(t, url)
		w.say(begin)
		over := make(chan struct{})
		wg.Go(func() {
			every := time.NewTicker(100 * time.Millisecond)
			defer every.Stop()
			for _, b := range []byte(rest) {
				select {
				case <-over:
					return
				case <-every.C:
					w.say(string(b))
				}
			}
			t.Error("it was heard to the end")
		})
		wg.Go(func() {
			defer close(over)
			if got := w.statuses(2); !slices.Equal(got, want) {
				t.Errorf("slow request is answered %v", got)
			}
		})
	}
	body := string(upload(0)) + strings.Repeat(" ", 1000) // more than a minute
	for range each {
		slow("POST /vod/events HTTP/1.1\r\nX-Slow: ", body)
		slow(head(fmt.Sprintf("Content-Length: %d", len(body))), body, http.StatusBadRequest)
		slow(head("Transfer-Encoding: chunked"), "1000\r\n"+body, http.StatusBadRequest)
	}
	for i := range each {
		require.Equal(t, "new", post(t, sender(url), upload(1+i)).Outcome)
	}
	wg.Wait()
	require.Len(t, db.rows(t), each, "nothing of what was not whole")
	require.Equal(t, "new", post(t, sender(url), upload(0)).Outcome)
}

// TestTheAnswerIsNotHeard resets connections before the answer is read: VOD's next
// attempt finds what became of the first.
func TestTheAnswerIsNotHeard(t *testing.T) {
	t.Parallel()
	for name, newDB := range map[string]func(*testing.T) database{
		"SQLite":     func(t *testing.T) database { t.Helper(); return newDatabase(t) },
		"PostgreSQL": newPostgres,
	} {
		for place, front := range map[string]func(*testing.T, database) string{
			"server": func(t *testing.T, db database) string { t.Helper(); return startServer(t, "http", db).url },
			"FC": func(t *testing.T, db database) string {
				t.Helper()
				return serve(t, start(t, "http", emulator.Function{Env: db.settings()}).HTTPTrigger())
			},
		} {
			t.Run(name+" "+place, func(t *testing.T) {
				t.Parallel()
				db := newDB(t)
				url := front(t, db)
				const n = 20
				for i := range n {
					body := upload(i)
					w := dial(t, url)
					switch i % 4 {
					case 0: // in mid-body
						w.say(whole(body)[:len(whole(body))-20])
					case 1: // at once
						w.say(whole(body))
					case 2: // when it is stored
						w.say(whole(body))
						require.Eventually(t, func() bool { return len(db.rows(t)) > i }, 30*time.Second, time.Millisecond)
					case 3: // when the answer begins
						w.say(whole(body))
						_, err := w.r.ReadByte()
						require.NoError(t, err)
					}
					w.reset(t)
					r := post(t, sender(url), body)
					require.Equal(t, 200, r.Status)
					switch i % 4 {
					case 0:
						require.Equal(t, "new", r.Outcome, "half an event is none")
					case 2, 3:
						require.Equal(t, "known", r.Outcome)
					}
					require.Len(t, db.rows(t), i+1)
				}
				letters, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{})
				require.NoError(t, err)
				require.Empty(t, letters)
			})
		}
	}
}

// A client that says that it sends no more, or is gone, has sent all the same: its event
// waits for the store like any other.
func TestTheSenderHasHungUp(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	s := startServer(t, "http", db)
	release := lock(t, db.path)
	half, gone := dial(t, s.url), dial(t, s.url)
	half.say(whole(upload(0)))
	require.NoError(t, half.CloseWrite())
	gone.say(whole(upload(1)))
	require.NoError(t, gone.Close())
	go func() {
		<-time.After(500 * time.Millisecond) // in which it may give up
		release()
	}()
	require.Equal(t, []int{http.StatusOK}, half.statuses(1))
	require.Eventually(t, func() bool { return len(db.rows(t)) == 2 }, time.Minute, 10*time.Millisecond)
}
