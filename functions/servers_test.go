package functions_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// TestDatabaseServerIsKilled kills the database server under load and starts it
// again: what was acknowledged is there, once, and reaches the receiver.
func TestDatabaseServerIsKilled(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"postgres", "mysql"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := services.Own(t, name)
			db := openDatabase(t, server.URL)
			require.NoError(t, db.migrate(t.Context()))
			crm := newReceiver(t)
			env := db.settings(sinks(crm.sink("crm")), secretSetting)
			const senders = 4
			url := serve(t, start(t, "http", emulator.Function{Env: env, Instances: senders}).HTTPTrigger())
			timer := start(t, "mns", emulator.Function{Env: env, Timeout: time.Minute})

			var stop atomic.Bool
			var mu sync.Mutex
			acknowledged := map[vod.ID]bool{}
			some := make(chan struct{}, 1<<20)
			var wg sync.WaitGroup
			for w := range senders {
				s := sender(url)
				s.Interval = 0 // VOD's
				wg.Go(func() {
					for n := 0; !stop.Load(); n++ {
						body := vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Seed(1+w+n*senders))
						res, err := s.Send(t.Context(), body)
						if err != nil {
							t.Error(err)
							return
						}
						id, _ := vod.IDOf(body) // it is JSON
						if res.Acknowledged {
							mu.Lock()
							acknowledged[id] = true
							mu.Unlock()
							some <- struct{}{}
						} else {
							t.Errorf("discarded: %+v", res)
						}
					}
				})
			}
			for range 3 {
				for range 40 {
					<-some
				}
				server.Kill()
				server.Start()
			}
			for range 40 {
				<-some
			}
			stop.Store(true)
			wg.Wait()

			rows := db.rows(t) // none twice
			require.Len(t, rows, len(acknowledged))
			for id := range acknowledged {
				require.Contains(t, rows, id)
			}
			redriveUntil(t, timer, func() bool { return states(t, db)[store.Delivered] == len(rows) })
			require.Len(t, crm.got(), len(rows))
		})
	}
}

// The stores on servers are for all runtimes.
func TestStoresOnServers(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"postgres": services.Postgres, "mysql": services.MySQL} {
		for runtime, front := range map[emulator.Runtime]func(*emulator.Pool) http.Handler{
			emulator.FunctionCompute: (*emulator.Pool).HTTPTrigger, emulator.Lambda: (*emulator.Pool).FunctionURL,
		} {
			t.Run(fmt.Sprint(name, " on ", runtime), func(t *testing.T) {
				t.Parallel()
				db := openDatabase(t, url(t))
				operator := start(t, "mns", emulator.Function{Runtime: runtime, Env: db.settings()})
				res, err := operator.Invoke(t.Context(), []byte(`{"operation":"migrate"}`))
				require.NoError(t, err)
				require.NoError(t, res.Err())
				s := sender(serve(t, front(start(t, "http", emulator.Function{Runtime: runtime, Env: db.settings()}))))
				for _, body := range vodtest.Life() {
					require.Equal(t, "new", post(t, s, body).Outcome)
					require.Equal(t, "known", post(t, s, body).Outcome)
				}
				require.Len(t, db.rows(t), len(vodtest.Life()))
			})
		}
	}
}
