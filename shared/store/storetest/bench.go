package storetest

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
)

// BenchmarkCommit measures the commits of new events to an empty database at url,
// in batches of 1, 64 and 1,024: compare the events per second.
func BenchmarkCommit(b *testing.B, url string) {
	s, err := store.Open(url)
	require.NoError(b, err)
	defer s.Close()
	if m, ok := s.(store.Migrator); ok {
		require.NoError(b, m.Migrate(b.Context()))
	}
	n := 0
	for _, size := range []int{1, 64, 1024} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			first := n
			for b.Loop() {
				_, err := s.Commit(b.Context(), events(n, n+size))
				require.NoError(b, err)
				n += size
			}
			b.ReportMetric(float64(n-first)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
