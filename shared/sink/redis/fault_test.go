package redis_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
)

// soon is far more than what is allowed to go by after the end of a context, and far
// less than the time that a delivery has.
const soon = 5 * time.Second

// What real servers refuse, and what is said about it. Nothing is left behind, and
// when the cause is gone the event is taken.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		cluster bool
		rest    string // of the URL
		cause   string // commands, separated by semicolons
		says    string
		remedy  string
		fixed   string // rest of the URL afterwards
	}{
		{
			name: "memory full", cause: "CONFIG SET maxmemory-policy noeviction; CONFIG SET maxmemory 1", says: "OOM",
			remedy: "CONFIG SET maxmemory 0",
		},
		{
			name: "replica", cause: "REPLICAOF 127.0.0.1 1", says: "READONLY",
			remedy: "REPLICAOF NO ONE",
		},
		{name: "stream of another kind", cause: "SET vod:events x", says: "WRONGTYPE", remedy: "DEL vod:events"},
		{name: "hash of another kind", cause: "SET vod:media:v1 x", says: "WRONGTYPE", remedy: "DEL vod:media:v1"},
		{name: "too few replicas", cause: "CONFIG SET min-replicas-to-write 1", says: "NOREPLICAS", remedy: "CONFIG SET min-replicas-to-write 0"},
		{name: "no such database", rest: "/16", says: "database"},
		{name: "another password", cause: "ACL SETUSER default resetpass >another", says: "WRONGPASS", remedy: "ACL SETUSER default nopass"},
		{
			name: "user may not write", cause: "ACL SETUSER default -xadd", says: "NOPERM",
			remedy: "ACL SETUSER default +xadd",
		},
		{
			name: "slots of a cluster", cluster: true, cause: "CLUSTER ADDSLOTSRANGE 0 16383",
			says: "prefix={vod}:", fixed: "?prefix={vod}:",
		},
		{
			name: "another node's slots", cluster: true, rest: "?prefix={vod}:",
			cause: "CLUSTER ADDSLOTSRANGE 1 2", says: "CLUSTERDOWN", remedy: "CLUSTER ADDSLOTSRANGE 0 0 3 16383",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var server *server
			if tc.cluster {
				server = startWith(t, "--cluster-enabled", "yes")
			} else {
				server = start(t)
			}
			c := server.client(t)
			commands := func(list string) {
				for command := range strings.SplitSeq(list, ";") {
					if command != "" {
						do(t, c, command)
					}
				}
			}
			commands(tc.cause)
			s := open(t, server.url(tc.rest))
			require.Eventually(t, func() bool {
				err := refused(t.Context(), t, s)
				require.NotContains(t, err.Error(), "Title", "nothing of a body")
				return strings.Contains(err.Error(), tc.says)
			}, soon, 10*time.Millisecond, "says %q", tc.says)
			if tc.remedy == "" && tc.fixed == "" {
				return
			}
			commands(tc.remedy)
			if tc.fixed != "" {
				s = open(t, server.url(tc.fixed))
			}
			var err error
			require.Eventually(t, func() bool {
				err = s.Deliver(t.Context(), []sink.Event{event(1)})[0]
				return err == nil
			}, soon, 10*time.Millisecond)
			prefix := "vod:"
			if strings.Contains(tc.rest+tc.fixed, "{vod}") {
				prefix = "{vod}:"
			}
			require.Len(t, entries(t, c, prefix+"events"), 1, "a refused event left something behind")
		})
	}
}

// fake is a server that answers every command that is no part of the handshake with
// the same line, and hands the connection over if there is none.
func fake(t *testing.T, line string, hand func(net.Conn)) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	serve := func(conn net.Conn) {
		defer conn.Close()
		r := bufio.NewReader(conn)
		for {
			command, err := readCommand(r)
			switch {
			case err != nil:
				return
			case command == "HELLO":
				_, _ = io.WriteString(conn, "%1\r\n+proto\r\n:3\r\n")
			case line == "":
				hand(conn)
				return
			default:
				_, _ = io.WriteString(conn, line+"\r\n")
			}
		}
	}
	wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { serve(conn) })
		}
	})
	t.Cleanup(func() { l.Close() })
	return "redis://" + l.Addr().String()
}

// readCommand reads an array of strings and returns the first.
func readCommand(r *bufio.Reader) (string, error) {
	var n int
	if _, err := fmt.Fscanf(r, "*%d\r\n", &n); err != nil {
		return "", err
	}
	first := ""
	for i := range n {
		var size int
		if _, err := fmt.Fscanf(r, "$%d\r\n", &size); err != nil {
			return "", err
		}
		text := make([]byte, size+2)
		if _, err := io.ReadFull(r, text); err != nil {
			return "", err
		}
		if i == 0 {
			first = string(text[:size])
		}
	}
	return first, nil
}

// Refusals in the words of servers that are not here: other versions, proxies.
func TestAdvice(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ line, says string }{
		{"-LOADING Redis is loading the dataset in memory", "LOADING: the server is not ready yet"},
		{"-MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "MASTERDOWN: the server is not ready yet"},
		{"-ERR Error running script (call to f_1): @user_script:1: @user_script: 1: -OOM command not allowed", "OOM"},
		{"-ERR Error running script (call to f_1): @user_script:2: WRONGTYPE Operation against a key", "WRONGTYPE"},
		{"-BUSY Redis is busy running a script.", "SCRIPT KILL"},
		{"-MISCONF Redis is configured to save RDB snapshots, but it's unable to persist to disk.", "disk"},
		{"-NOSCRIPT No matching script. Please use EVAL.", "sent again"},
		{"-NOAUTH Authentication required.", "password"},
		{"-MOVED 3999 127.0.0.1:6381", "proxy"},
		{"-CROSSSLOT Keys in request don't hash to the same slot", "prefix={vod}:"},
		{"-ERR command eval keys must in same slot", "prefix={vod}:"},
		{"-ERR unknown command `EVAL`, with args beginning with: `Title 1`, ", "Redis 6"},
		{"-ERR something about 'Title 1'", "refuses: something about"},
		{"-ERR " + strings.Repeat("é", 100) + "Title", "refuses: ééé"},
		{"HTTP/1.1 400 Title", "no answer that can be read"},
	} {
		t.Run(tc.says, func(t *testing.T) {
			t.Parallel()
			err := refused(t.Context(), t, open(t, fake(t, tc.line, nil)))
			require.ErrorContains(t, err, tc.says)
			require.NotContains(t, err.Error(), "Title")
		})
	}
}

// A script that is forgotten between two attempts, or even always.
func TestScriptFlushed(t *testing.T) {
	t.Parallel()
	server := start(t)
	c := server.client(t)
	s := open(t, server.url(""))
	deliver(t, s, event(1))
	do(t, c, "SCRIPT FLUSH")
	deliver(t, s, event(2), event(3))
	require.Len(t, entries(t, c, "vod:events"), 3)
}

// The server is restarted, or closes connections, while the sink is idle: the next
// delivery takes a new connection, without an error.
func TestReconnect(t *testing.T) {
	t.Parallel()
	server := start(t)
	s := open(t, server.url(""))
	var wg sync.WaitGroup
	for i := range 8 { // so that there are several connections
		wg.Go(func() { _ = s.Deliver(t.Context(), []sink.Event{event(i)}) })
	}
	wg.Wait()
	do(t, server.client(t), "CLIENT KILL TYPE normal SKIPME yes")
	deliver(t, s, event(8))
	server.Stop()
	require.ErrorContains(t, refused(t.Context(), t, s), "refused")
	server.Start()
	c := server.client(t)
	deliver(t, s, event(1), event(9))
	require.Len(t, entries(t, c, "vod:events"), 10)
}

// An instance that was frozen for a while takes a new connection: the old one may be
// forgotten by whatever is on the way, without a word.
func TestThawed(t *testing.T) {
	t.Parallel()
	server := start(t)
	c := server.client(t)
	s := open(t, server.url(""))
	now := time.Now()
	s.SetNow(func() time.Time { return now })
	connection := regexp.MustCompile(`(?m)^id=(\d+) .* name=vodevents .*$`)
	ids := func() [][]string {
		list, err := do(t, c, "CLIENT LIST").ToString()
		require.NoError(t, err)
		return connection.FindAllStringSubmatch(list, -1)
	}
	deliver(t, s, event(1))
	first := ids()
	require.Len(t, first, 1)
	now = now.Add(20 * time.Second)
	deliver(t, s, event(2))
	require.Equal(t, first[0][1], ids()[0][1])
	for _, jump := range []time.Duration{time.Minute, -time.Hour} {
		now = now.Add(jump)
		deliver(t, s, event(3))
		require.Eventually(t, func() bool { return len(ids()) == 1 }, soon, 10*time.Millisecond, "the old one is closed")
		require.NotEqual(t, first[0][1], ids()[0][1])
		first = ids()
	}
}

// A server that says nothing any more costs no more than the time that there is,
// however it ends; and when it goes on, what was sent is not done twice.
func TestFrozen(t *testing.T) {
	t.Parallel()
	server := start(t)
	s := open(t, server.url(""))
	deliver(t, s, event(0))
	server.Freeze()
	for _, connected := range []bool{true, false} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		begin := time.Now()
		require.ErrorIs(t, refused(ctx, t, s), context.DeadlineExceeded, "connected: %t", connected)
		require.Less(t, time.Since(begin), soon)
		cancel()

		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		begin = time.Now()
		require.ErrorIs(t, refused(ctx, t, s), context.Canceled)
		require.Less(t, time.Since(begin), soon)
	}
	server.Thaw()
	deliver(t, s, event(1))
	require.Len(t, entries(t, server.client(t), "vod:events"), 2)
}

// The connection breaks when the server has done its work but not said so.
func TestLostAnswer(t *testing.T) {
	t.Parallel()
	server := start(t)
	var broken sync.Once
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() { // hands everything on, but for the first answer to a script
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := new(net.Dialer).DialContext(t.Context(), "tcp", server.addr)
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(far, near) }()
			go func() {
				defer near.Close()
				defer far.Close()
				r := bufio.NewReader(far)
				for {
					line, err := r.ReadString('\n')
					if err != nil {
						return
					}
					if line == ":1\r\n" {
						lost := false
						broken.Do(func() { lost = true })
						if lost {
							return
						}
					}
					_, _ = io.WriteString(near, line)
				}
			}()
		}
	}()
	s := open(t, "redis://"+server.user+l.Addr().String())
	require.ErrorContains(t, refused(t.Context(), t, s), "closed the connection")
	deliver(t, s, event(1))
	require.Len(t, entries(t, server.client(t), "vod:events"), 1)
}

// Those that wait for a connection wait no longer than they have time.
func TestAllConnectionsInUse(t *testing.T) {
	t.Parallel()
	held := make(chan net.Conn)
	s := open(t, fake(t, "", func(conn net.Conn) {
		held <- conn
		_, _ = io.Copy(io.Discard, conn)
	}))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { _ = s.Deliver(ctx, []sink.Event{event(1)}) })
		<-held
	}
	short, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	err := refused(short, t, s)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorIs(t, err, sink.ErrNotSent)
	cancel()
	wg.Wait()
}

func TestClosed(t *testing.T) {
	t.Parallel()
	server := start(t)
	s := open(t, server.url(""))
	deliver(t, s, event(1))
	require.NoError(t, s.Close())
	require.ErrorContains(t, refused(t.Context(), t, s), "closed")
	require.Eventually(t, func() bool {
		list, err := do(t, server.client(t), "CLIENT LIST").ToString()
		require.NoError(t, err)
		return !strings.Contains(list, "name=vodevents")
	}, soon, 10*time.Millisecond, "its connections are closed")
}

// Whatever the server is made of, the client must not panic on the keys of a cluster.
func TestClusterNeverPanics(t *testing.T) {
	t.Parallel()
	server := startWith(t, "--cluster-enabled", "yes")
	do(t, server.client(t), "CLUSTER ADDSLOTSRANGE 0 16383")
	for _, prefix := range []string{"vod:", "{a}{b}", "{}", "{vod", "vod}", "{vod}:"} {
		s := open(t, server.url("?prefix="+prefix))
		var err error
		require.NotPanics(t, func() { err = s.Deliver(t.Context(), []sink.Event{event(1), event(2)})[1] })
		if strings.HasPrefix(prefix, "{vod}") || prefix == "{a}{b}" {
			require.Eventually(t, func() bool {
				return s.Deliver(t.Context(), []sink.Event{event(1)})[0] == nil
			}, soon, 10*time.Millisecond, prefix)
			continue
		}
		require.Error(t, err, prefix)
	}
}
