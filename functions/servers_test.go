package functions_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/services"
	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// TestChaosServerKilled kills database servers under load and starts them again: what
// was acknowledged is there, once, and reaches the receiver.
func TestChaosServerKilled(t *testing.T) {
	t.Parallel()
	needs(t, "PostgreSQL and MariaDB")
	received := map[*bench]*receiver{}
	for _, name := range []string{"postgres", "mysql"} {
		server, crm := services.Own(t, name), newReceiver(t)
		b := newBench(t, migrated(t, server.URL), spool{}, sinks(crm.sink("crm")), secretSetting)
		kills := or(2, 20)
		b.fault = strconv.Itoa(kills) + " kills"
		for range kills {
			b.await(t, 10)
			server.Kill()
			server.Start()
		}
		b.await(t, 10)
		b.end()
		received[b] = crm
	}
	for b, crm := range received { // those of who was killed wait for the end of a lease
		o := b.settle(t)
		require.Zero(t, o.discarded)
		require.Equal(t, o.acknowledged, o.stored)
		b.until(t, func() bool { return states(t, b.db)[store.Delivered] == o.stored })
		require.Len(t, crm.got(), o.stored)
	}
}

// The stores on servers are for all runtimes.
func TestStoresOnServers(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"postgres": services.Postgres, "mysql": services.MySQL} {
		for runtime, front := range fronts {
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
