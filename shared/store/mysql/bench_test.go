package mysql_test

import (
	"encoding/binary"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// A commit costs one round trip and one sync, whatever is in it: compare the events
// per second.
func BenchmarkCommit(b *testing.B) {
	for _, size := range []int{1, 64, 1024} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			s, _ := fresh(b)
			events := uint32(0)
			for b.Loop() {
				batch := make([]store.Record, size)
				for i := range batch {
					var id vod.ID
					binary.BigEndian.PutUint32(id[:], events)
					batch[i] = event(id)
					events++
				}
				_, err := s.Commit(b.Context(), batch)
				require.NoError(b, err)
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds(), "events/s")
		})
	}
}
