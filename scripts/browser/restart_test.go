package browser_test

import (
	"math/rand/v2"
	"net"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRestart looks at a page while its server ends and starts again: it says so, and
// follows again by itself.
func TestRestart(t *testing.T) {
	t.Parallel()
	s := receive(t)
	s.must(t, "send", "SnapshotComplete", "--medium", "before")
	args := []string{"console", "--json", "--listen", freeAddress(t), "--store", s.Store}
	first, err := serve(newHome(t.TempDir()), args...)
	require.NoError(t, err)
	defer first.stop() //nolint:errcheck // it is stopped below
	b := first.open(t, "/events")
	b.expect("ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE)")
	b.sees("#live", "Live")
	require.NoError(t, first.stop())
	b.sees("#live", "Not live")
	b.sees("#rows tr", "before")
	s.must(t, "send", "SnapshotComplete", "--medium", "meanwhile")

	second := start(t, newHome(t.TempDir()), args...)
	require.Equal(t, first.ConsoleURL, second.ConsoleURL)
	b.until("document.querySelector('#live').dataset.state === 'on'", "it does not follow again")
	b.sees("#rows tr", "meanwhile")
	s.must(t, "send", "SnapshotComplete", "--medium", "after")
	b.sees("#rows tr", "after")
}

// freeAddress returns an address on loopback where nobody listens, with a port below
// those that the system gives to others.
func freeAddress(t *testing.T) string {
	t.Helper()
	for {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(12000+rand.IntN(20000)))
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
		if err != nil {
			continue // somebody does
		}
		require.NoError(t, l.Close())
		return address
	}
}
