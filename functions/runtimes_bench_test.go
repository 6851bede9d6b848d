package functions_test

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/scripts/services"
)

// BenchmarkRuntimes sends callbacks, so many at a time, to the HTTP function under go1,
// with an instance for each, and under the custom runtime, with one for all. Besides the
// events in a second it reports how many seconds of instances, which is what Function
// Compute charges for, a thousand events take: every instance always has something in hand.
func BenchmarkRuntimes(b *testing.B) {
	for name, open := range map[string]func(testing.TB) database{
		"sqlite": newDatabase,
		"postgres": func(t testing.TB) database {
			db := openDatabase(t, services.Postgres(t))
			require.NoError(t, db.migrate(t.Context()))
			return db
		},
	} {
		for _, runtime := range []emulator.Runtime{emulator.FunctionCompute, emulator.CustomRuntime} {
			for _, callers := range []int{1, 16, 64, 200} {
				if runtime == emulator.FunctionCompute && callers > 64 {
					continue // as many processes
				}
				b.Run(fmt.Sprintf("%s/%s/%d", name, runtime, callers), func(b *testing.B) { benchmarkRuntime(b, open(b), runtime, callers) })
			}
		}
	}
}

func benchmarkRuntime(b *testing.B, db database, runtime emulator.Runtime, callers int) {
	b.Helper()
	f := emulator.Function{Path: filepath.Join(binaries, "http"), Runtime: runtime, Env: db.settings("LOG_LEVEL=error"), Instances: callers}
	if runtime == emulator.CustomRuntime {
		f.Instances, f.Concurrency = 1, callers
	}
	ctx := context.WithoutCancel(b.Context())
	pool, err := emulator.Start(ctx, f)
	require.NoError(b, err)
	defer func() { require.NoError(b, pool.Shutdown(ctx)) }()
	s := sender(serve(b, fronts[runtime](pool)))
	s.Client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers}}
	var sent atomic.Int64
	send := func(n int64) {
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				for i := sent.Add(1); i <= n; i = sent.Add(1) {
					if res, err := s.Send(b.Context(), upload(int(i))); err != nil || !res.Acknowledged || res.PlatformError != "" {
						b.Errorf("%+v %v", res, err)
						return
					}
				}
			})
		}
		all.Wait()
	}
	warm := int64(2 * callers)
	send(warm)
	sent.Store(warm)
	b.ResetTimer()
	send(warm + int64(b.N))
	b.StopTimer()
	require.Len(b, db.rows(b), int(warm)+b.N)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
	b.ReportMetric(float64(len(pool.Instances()))*b.Elapsed().Seconds()/float64(b.N)*1000, "instance-s/1000")
	b.ReportMetric(0, "ns/op")
}
