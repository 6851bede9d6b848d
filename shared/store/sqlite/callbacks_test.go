package sqlite_test

import (
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/httpevent"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/trigger"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// At any moment the machine may stop while callbacks come in, several at once: of what
// was answered with 200 nothing is lost.
func TestPowerFailsUnderCallbacks(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		random := rand.New(rand.NewPCG(seed, seed))
		d := newDisk(t)
		s := d.open(t, t.TempDir())
		require.NoError(t, s.Migrate(t.Context()))
		_, err := s.Writer().ExecContext(t.Context(), "PRAGMA wal_autocheckpoint = 20")
		require.NoError(t, err)

		var mu sync.Mutex
		acknowledged := map[vod.ID]bool{}
		var durable map[vod.ID]bool // acknowledged when the power failed
		dir, off := t.TempDir(), make(chan struct{})
		var operations atomic.Int64
		operations.Store(1 + random.Int64N(800))
		kept := random.Float64()
		d.before = func(string, string) {
			if operations.Add(-1) != 0 {
				return
			}
			mu.Lock()
			durable = maps.Clone(acknowledged)
			mu.Unlock()
			if err := d.powerOff(dir, func() bool { return random.Float64() < kept }); err != nil {
				t.Error(err)
			}
			close(off)
		}
		log := slog.New(slog.DiscardHandler)
		h := trigger.HTTP{Pipeline: &pipeline.Pipeline{Store: s, Log: log}, Budget: 4 * time.Second, Log: log}
		var callers sync.WaitGroup
		for caller := range 4 {
			callers.Go(func() {
				for n := caller; ; n += 4 {
					select {
					case <-off:
						return
					default:
					}
					body := vodtest.NewEvent(vod.TypeTranscodeComplete, vodtest.Seed(n))
					answer := h.Handle(t.Context(), httpevent.Request{Method: http.MethodPost}, func() ([]byte, error) { return body, nil })
					id, err := vod.IDOf(body)
					if err != nil || answer.Status != http.StatusOK {
						t.Errorf("seed %d: %v: %d %s", seed, err, answer.Status, answer.Body)
						return
					}
					mu.Lock()
					acknowledged[id] = true
					mu.Unlock()
				}
			})
		}
		callers.Wait()

		after := open(t, "sqlite:"+filepath.Join(dir, "vod.db"))
		require.NoError(t, after.Migrate(t.Context()), "seed %d", seed)
		events, err := after.Events(t.Context(), store.EventQuery{Limit: 1 << 20})
		require.NoError(t, err)
		for _, e := range events {
			delete(durable, e.ID)
		}
		require.Empty(t, durable, "seed %d: acknowledged and lost", seed)
	}
}
