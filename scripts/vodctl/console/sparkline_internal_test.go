package console // to draw deliveries of any time

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
)

func TestSparkline(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 9, 31, 0, 0, time.UTC)
	change := func(s store.DeliveryState, attempts int, ago time.Duration) store.Delivery {
		return store.Delivery{State: s, Attempts: attempts, Updated: now.Add(-ago)}
	}
	s := drawn(now, []store.Delivery{
		change(store.Delivered, 1, -5*time.Minute), // by a clock that is ahead
		change(store.Delivered, 1, 0),
		change(store.Owed, 0, 0), // not tried yet
		change(store.Owed, 2, time.Minute),
		change(store.Parked, 0, 10*time.Minute),
		change(store.Delivered, 1, 58*time.Minute),
		change(store.Delivered, 1, time.Hour), // by now it is out of the picture
	})
	require.Equal(t, "2 delivered, 2 failed in the last hour", s.Says())
	require.Len(t, s.Bars, bars)
	require.False(t, s.Cut)
	last, first := s.Bars[bars-1], s.Bars[0]
	require.Equal(t, "09:30 to 09:32: 1 delivered, 1 failed", last.Says())
	require.Equal(t, "08:32 to 08:34: 1 delivered, 0 failed", first.Says())
	require.True(t, s.Bars[1].Empty())
	require.Equal(t, upMost/4, first.UpHeight, "one delivery is no tower")
	require.Equal(t, upMost, first.UpY+first.UpHeight, "it stands on the line")
	require.Zero(t, first.DownHeight)
	require.Equal(t, "No deliveries in the last hour", drawn(now, nil).Says())
}

func TestSparklineScale(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 9, 31, 0, 0, time.UTC)
	var all []store.Delivery
	add := func(n int, s store.DeliveryState, ago time.Duration) {
		for range n {
			all = append(all, store.Delivery{State: s, Updated: now.Add(-ago)})
		}
	}
	add(500, store.Delivered, 0)
	add(1, store.Parked, 2*time.Minute)
	add(499, store.Delivered, 4*time.Minute)
	s := drawn(now, all)
	require.Equal(t, "999 delivered, 1 failed since 09:27:00 UTC", s.Says(), "nobody looked at what was before")
	require.Equal(t, s.Bars[bars-3].X, s.Unknown)
	require.Equal(t, 500, s.Most)
	require.Equal(t, upMost, s.Bars[bars-1].UpHeight)
	require.Equal(t, 2, s.Bars[bars-2].DownHeight, "what is not nothing is seen")
	for _, b := range s.Bars {
		require.LessOrEqual(t, b.X+b.Width, s.Width)
		require.GreaterOrEqual(t, b.UpY, 0)
		require.LessOrEqual(t, b.DownY+b.DownHeight, s.Height)
	}
}
