package cli // cast and progress are not exported

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

func twoStories() []vodtest.Scenario {
	return []vodtest.Scenario{
		{Name: "short", Steps: []vodtest.Step{{Type: vod.TypeFileUploadComplete}, {After: time.Minute, Type: vod.TypeTranscodeComplete}}},
		{Name: "long", Steps: []vodtest.Step{{Type: vod.TypeFileUploadComplete}, {After: time.Hour, Type: vod.TypeDeleteMediaComplete}}},
	}
}

func TestCast(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		cast  cast
		times []time.Duration // from now
	}{
		{name: "one after the other", cast: cast{count: 2}, times: []time.Duration{-time.Minute, 0, -time.Hour, 0, -time.Minute, 0, -time.Hour, 0}},
		{
			name: "side by side", cast: cast{count: 1, speed: 60, pause: time.Hour},
			times: []time.Duration{-59 * time.Minute, -59 * time.Minute, -58 * time.Minute, time.Minute},
		},
		{
			name: "without long pauses", cast: cast{count: 1, speed: 1, pause: time.Minute},
			times: []time.Duration{-58 * time.Minute, -58 * time.Minute, -57 * time.Minute, 2 * time.Minute},
		},
		{
			name: "next to no speed", cast: cast{count: 1, speed: 1e-12, pause: time.Hour},
			times: []time.Duration{time.Hour, time.Hour, time.Hour + time.Minute, 2 * time.Hour},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tc.cast.stories = twoStories()
				all := slices.Collect(tc.cast.play())
				require.Len(t, all, tc.cast.events())
				var times []time.Duration
				for _, h := range all {
					times = append(times, time.Until(h.At))
				}
				require.Equal(t, tc.times, times)
			})
		})
	}
}

// TestCastTakesItsTime plays many media: no event comes before it happens, and the
// last one as it does.
func TestCastTakesItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := cast{stories: twoStories(), count: atOnce, speed: 10, pause: time.Minute}
		var last vodtest.Happening
		player := vodtest.Player{
			Speed: c.speed, LongestPause: c.pause,
			Publish: func(context.Context, []byte) vodtest.Attempt { return vodtest.Attempt{Status: http.StatusCreated} },
			OnPlayed: func(x vodtest.Played) {
				last = x.Happening
				require.False(t, x.At.After(time.Now()))
			},
		}
		start := time.Now()
		tally, err := player.Play(t.Context(), c.play())
		require.NoError(t, err)
		require.Equal(t, 4*atOnce, tally.Sent)
		require.Zero(t, time.Until(last.At))
		require.Equal(t, 2*(6*time.Second+time.Minute), time.Since(start), "two groups, each with two pauses")
	})
}

// TestSeedsHaveMediaOfTheirOwn plays neighbouring seeds, which must not tell of the
// same media.
func TestSeedsHaveMediaOfTheirOwn(t *testing.T) {
	t.Parallel()
	seen := map[int]bool{}
	for seed := -2; seed < 50; seed++ {
		require.Equal(t, seed, nthSeed(seed, 0), "the first medium is that of the seed")
		for i := range 100 {
			n := nthSeed(seed, i)
			require.False(t, seen[n], "medium %d of seed %d", i, seed)
			require.Equal(t, n, nthSeed(seed, i))
			seen[n] = true
		}
	}
}

func TestCastTellsTheStory(t *testing.T) {
	t.Parallel()
	c := cast{stories: twoStories(), count: 2, speed: 60, pause: time.Hour}
	events, story := c.told()
	n := 0
	for h := range events {
		n++
		switch h.After {
		case time.Minute:
			require.Equal(t, "short", story(n))
		case time.Hour:
			require.Equal(t, "long", story(n))
		default:
			require.Equal(t, []string{"long", "short"}[n%2], story(n))
		}
	}
	require.Equal(t, c.events(), n)
}

func TestProgress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		p := &progress{w: &out, total: 2000, started: time.Now(), end: make(chan struct{})}
		shown := func() string {
			p.mu.Lock()
			defer p.mu.Unlock()
			return out.String()
		}
		p.ended.Go(p.show)
		for range 1000 {
			taken := vodtest.Result{Acknowledged: true}
			p.count(vodtest.Played{Result: taken})
			p.count(vodtest.Played{Duplicate: true, Result: taken})
			p.count(vodtest.Played{Tampered: true})
		}
		time.Sleep(progressAfter - 1)
		synctest.Wait()
		require.Empty(t, shown(), "it may be over in a moment")
		time.Sleep(progressEvery)
		synctest.Wait()
		require.Equal(t, "\r\x1b[K1,000 of 2,000 events, 667 a second, 0:02 left", shown())
		p.stop()
		require.True(t, bytes.HasSuffix(out.Bytes(), []byte("left\r\x1b[K")), "nothing is left behind")
	})
}

func TestStoryTime(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0:                "0:00",
		83 * time.Second: "1:23",
		2*time.Hour + 4*time.Minute + 9*time.Second: "2:04:09",
		365 * 24 * time.Hour:                        "365d",
		26*time.Hour + 90*time.Second:               "1d 2:01",
	} {
		require.Equal(t, want, storyTime(d))
	}
	require.Equal(t, []string{"0", "999", "1,000", "1,234,567"}, []string{number(0), number(999), number(1000), number(1234567)})
}
