package functions_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// highWater returns the most memory that a process ever had, in MiB.
func highWater(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	require.NoError(t, err)
	_, line, found := bytes.Cut(status, []byte("VmHWM:"))
	require.True(t, found)
	var kib int
	_, err = fmt.Sscan(string(line), &kib)
	require.NoError(t, err)
	return kib >> 10
}

// TestMemoryIsBounded: however many bodies of 10 MB come, the memory is that for a
// few of them; and without the key for none.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	const many, atOnce, size = 60, 4, 10_000_000
	body := bytes.Repeat([]byte("x"), size)
	flood := func(t *testing.T, url string, headers func() http.Header, want int) {
		t.Helper()
		var wg sync.WaitGroup
		for range atOnce {
			wg.Go(func() {
				for range many / atOnce {
					req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, bytes.NewReader(body))
					if err != nil {
						t.Error(err)
						return
					}
					req.Header = headers()
					resp, err := http.DefaultClient.Do(req)
					if err != nil {
						if want == http.StatusOK {
							t.Error(err)
						}
						continue // refused before all was sent
					}
					if resp.StatusCode != want {
						t.Errorf("answered %d", resp.StatusCode)
					}
					_ = resp.Body.Close()
				}
			})
		}
		wg.Wait()
	}
	signed := func() http.Header { return vod.Sign(callbackURL, key, time.Now()) }
	forged := func() http.Header { return vod.Sign(callbackURL, "Forged1", time.Now()) }
	letters := func(t *testing.T, db database) []store.DeadLetter {
		t.Helper()
		all, err := db.DeadLetters(t.Context(), store.DeadLetterQuery{})
		require.NoError(t, err)
		return all
	}

	t.Run("server", func(t *testing.T) {
		t.Parallel()
		db := newDatabase(t)
		s := startServer(t, "http", db)
		require.Equal(t, "new", post(t, sender(s.url), upload(0)).Outcome)
		atRest := highWater(t, s.process.Pid)
		flood(t, s.url, forged, http.StatusUnauthorized)
		unread := highWater(t, s.process.Pid)
		require.Empty(t, letters(t, db))
		flood(t, s.url, signed, http.StatusOK)
		read := highWater(t, s.process.Pid)
		require.Len(t, letters(t, db), 1)
		t.Logf("MiB at rest %d, after %d bodies that were refused %d, that were taken %d", atRest, many, unread, read)
		require.Less(t, unread-atRest, 2*size>>20, "what is refused is not read")
		require.Less(t, read-atRest, atOnce*10*size>>20)
	})
	t.Run("FC", func(t *testing.T) {
		t.Parallel()
		db := newDatabase(t)
		pool := start(t, "http", emulator.Function{Env: db.settings(), Instances: 1})
		url := serve(t, pool.HTTPTrigger())
		require.Equal(t, "new", post(t, sender(url), upload(0)).Outcome)
		pid := pool.Instances()[0].PID
		atRest := highWater(t, pid)
		const bodies, size = 40, 2_000_000
		for range bodies {
			require.Equal(t, "dead_letter", postSigned(t, url, body[:size], [2]string{}).Outcome)
		}
		read := highWater(t, pid)
		require.Len(t, letters(t, db), 1)
		require.Equal(t, 1, pool.Counts().ColdStarts)
		t.Logf("MiB at rest %d, after %d bodies %d", atRest, bodies, read)
		require.Less(t, read-atRest, 25*size>>20)
	})
}
