package vodtest_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// story has n events, a second apart, whose bodies are their numbers.
func story(n int) iter.Seq[vodtest.Happening] {
	return func(yield func(vodtest.Happening) bool) {
		for i := range n {
			h := vodtest.Happening{
				Step: vodtest.Step{Type: vod.TypeFileUploadComplete},
				At:   time.Unix(1770091912, 0).Add(time.Duration(i) * time.Second),
				Body: []byte(strconv.Itoa(i + 1)),
			}
			if !yield(h) {
				return
			}
		}
	}
}

// verifying answers as a receiver with these keys does.
func verifying(keys ...string) http.HandlerFunc {
	v := vod.Verifier{URLs: []string{hook}, Keys: keys}
	return func(w http.ResponseWriter, r *http.Request) {
		if v.Verify(r.Header) != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
}

func platform(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Fc-Error-Type", "FunctionUnhandledError")
		w.WriteHeader(code)
	}
}

func TestPlayerCountsEveryEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		rc, client := serve(t,
			status(200),
			status(503), status(200),
			reset, status(503), status(200),
			status(500), status(204), hang(time.Hour),
			platform(200),
			status(503), platform(200),
			status(200),
		)
		var played []vodtest.Played
		player := vodtest.Player{
			Sender: vodtest.Sender{URL: hook, Key: key, Client: client}, OnPlayed: func(p vodtest.Played) { played = append(played, p) },
		}
		tally, err := player.Play(t.Context(), story(7))
		require.NoError(t, err)
		want := vodtest.Counts{Sent: 7, Acknowledged: [3]int{2, 1, 1}, Discarded: 1, PlatformErrors: 2}
		require.Equal(t, want, tally.Counts)
		require.Equal(t, map[vod.Type]vodtest.Counts{vod.TypeFileUploadComplete: want}, tally.Types)
		require.False(t, tally.Kept())
		require.Equal(t, 11*time.Second, tally.Duration, "six pauses of a second, one attempt of five")
		require.Equal(t, vodtest.Latency{P50: 0, P99: 5 * time.Second, Max: 5 * time.Second}, tally.Latency)
		require.Len(t, rc.requests(), 13)
		require.Len(t, played, 7)
		for i, p := range played {
			require.Equal(t, i+1, p.Number)
			require.Equal(t, strconv.Itoa(i+1), string(p.Body))
		}
	})
}

func TestPlayerCanBeRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		play := func(seed int) (string, vodtest.Tally) {
			rc, client := serve(t, verifying(key))
			player := vodtest.Player{
				Sender: vodtest.Sender{URL: hook, Key: key, Client: client}, Seed: seed,
				Faults: vodtest.Faults{Duplicate: 0.2, Reorder: 0.3, Delay: time.Second, DropReply: 0.1, Tamper: 0.2},
			}
			tally, err := player.Play(t.Context(), story(100))
			require.NoError(t, err)
			require.True(t, tally.Kept(), "no fault makes a receiver that is right lose an event")
			var order []string
			for _, r := range rc.requests() {
				order = append(order, r.body+" after "+r.after.String())
			}
			return strings.Join(order, "\n"), tally
		}
		first, tally := play(1)
		again, same := play(1)
		require.Equal(t, first, again)
		require.Equal(t, tally, same)
		other, _ := play(2)
		require.NotEqual(t, first, other)
	})
}

// received by number, in the order of their arrival.
func numbers(t *testing.T, requests []received) []int {
	t.Helper()
	var all []int
	for _, r := range requests {
		n, err := strconv.Atoi(r.body)
		require.NoError(t, err)
		all = append(all, n)
	}
	return all
}

func TestFaults(t *testing.T) {
	t.Parallel()
	const n = 1000
	for _, tc := range []struct {
		name   string
		faults vodtest.Faults
		check  func(*testing.T, []received, vodtest.Tally)
	}{
		{
			name: "none",
			check: func(t *testing.T, got []received, tally vodtest.Tally) {
				require.True(t, slices.IsSorted(numbers(t, got)))
				require.Equal(t, vodtest.Counts{Sent: n, Acknowledged: [3]int{n}}, tally.Counts)
				require.Zero(t, tally.Duration)
			},
		},
		{
			name: "duplicate", faults: vodtest.Faults{Duplicate: 0.2},
			check: func(t *testing.T, got []received, tally vodtest.Tally) {
				require.InDelta(t, n/5, tally.Duplicates, 50)
				require.Equal(t, n+tally.Duplicates, tally.Sent)
				require.Equal(t, tally.Sent, tally.Acknowledged[0])
				require.Len(t, got, tally.Sent)
				require.Len(t, slices.Compact(numbers(t, got)), n, "each copy comes right behind the other")
			},
		},
		{
			name: "reorder", faults: vodtest.Faults{Reorder: 0.1},
			check: func(t *testing.T, got []received, tally vodtest.Tally) {
				order := numbers(t, got)
				require.Len(t, order, n)
				late := 0
				for i, number := range order {
					before := slices.Max(order[:i+1])
					if number < before {
						late++
						require.LessOrEqual(t, before-number, 10)
					}
				}
				require.InDelta(t, n/10, late, 40)
				slices.Sort(order)
				require.Len(t, slices.Compact(order), n, "none is left out")
				require.Equal(t, vodtest.Counts{Sent: n, Acknowledged: [3]int{n}}, tally.Counts)
			},
		},
		{
			name: "reorder all, also the last ones", faults: vodtest.Faults{Reorder: 1},
			check: func(t *testing.T, got []received, tally vodtest.Tally) {
				order := numbers(t, got)
				require.False(t, slices.IsSorted(order))
				slices.Sort(order)
				require.Len(t, slices.Compact(order), n)
				require.Equal(t, n, tally.Sent)
			},
		},
		{
			name: "delay", faults: vodtest.Faults{Delay: 2 * time.Second},
			check: func(t *testing.T, got []received, tally vodtest.Tally) {
				require.InDelta(t, n, tally.Duration.Seconds(), 100)
				var last time.Duration
				for _, r := range got {
					require.Less(t, r.after-last, 2*time.Second)
					last = r.after
				}
			},
		},
		{
			name: "drop the reply", faults: vodtest.Faults{DropReply: 0.5},
			check: func(t *testing.T, got []received, tally vodtest.Tally) {
				require.InDelta(t, n/2, tally.Acknowledged[0], 70)
				require.InDelta(t, n/8, tally.Unheard, 50)
				require.Equal(t, n, tally.Acknowledged[0]+tally.Acknowledged[1]+tally.Acknowledged[2]+tally.Unheard)
				require.Len(t, got, n+tally.RepliesDropped-tally.Unheard, "it has each, more than once")
			},
		},
		{
			name: "tamper", faults: vodtest.Faults{Tamper: 0.1},
			check: func(t *testing.T, got []received, tally vodtest.Tally) {
				require.InDelta(t, n/10, tally.Refused, 40)
				require.Len(t, got, n+tally.Refused)
				require.Equal(t, vodtest.Counts{Sent: n, Acknowledged: [3]int{n}, Refused: tally.Refused}, tally.Counts)
			},
		},
		{
			name: "clock ahead within the tolerance", faults: vodtest.Faults{ClockSkew: 4 * time.Minute},
			check: func(t *testing.T, got []received, tally vodtest.Tally) {
				require.True(t, tally.Kept())
				require.Equal(t, vod.Sign(hook, key, time.Now().Add(4*time.Minute)), signature(got[0]))
			},
		},
		{
			name: "clock behind, beyond the tolerance", faults: vodtest.Faults{ClockSkew: -10 * time.Minute},
			check: func(t *testing.T, _ []received, tally vodtest.Tally) {
				require.Equal(t, vodtest.Counts{Sent: n, Discarded: n}, tally.Counts)
			},
		},
		{
			name: "next key", faults: vodtest.Faults{NextKey: "Next1Key"},
			check: func(t *testing.T, got []received, tally vodtest.Tally) {
				require.True(t, tally.Kept())
				require.Equal(t, vod.Sign(hook, key, time.Now()), signature(got[n/2-1]))
				require.Equal(t, vod.Sign(hook, "Next1Key", time.Now()), signature(got[n/2]))
			},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				rc, client := serve(t, verifying(key, "Next1Key"))
				player := vodtest.Player{Sender: vodtest.Sender{URL: hook, Key: key, Client: client}, Faults: tc.faults, Seed: 3, Count: n}
				tally, err := player.Play(t.Context(), story(n))
				require.NoError(t, err)
				tc.check(t, rc.requests(), tally)
			})
		})
	}
}

// signature returns the headers of a signature.
func signature(r received) http.Header {
	h := http.Header{}
	for _, name := range []string{vod.HeaderTimestamp, vod.HeaderSignature} {
		h.Set(name, r.header.Get(name))
	}
	return h
}

func TestPlayerKeepsTime(t *testing.T) {
	t.Parallel()
	const s = time.Second
	for _, tc := range []struct {
		name    string
		player  vodtest.Player
		handler http.HandlerFunc
		want    []time.Duration
	}{
		{name: "as fast as it goes", handler: hang(s), want: []time.Duration{0, s, 2 * s, 3 * s}},
		{name: "in parallel", player: vodtest.Player{Parallel: 2}, handler: hang(s), want: []time.Duration{0, 0, s, s}},
		{name: "at a rate", player: vodtest.Player{Rate: 0.5}, want: []time.Duration{0, 2 * s, 4 * s, 6 * s}},
		{name: "in the story's time", player: vodtest.Player{Speed: 1}, want: []time.Duration{0, s, 2 * s, 3 * s}},
		{name: "four times as fast", player: vodtest.Player{Speed: 4}, want: []time.Duration{0, s / 4, s / 2, 3 * s / 4}},
		{
			name: "but no pause is long", player: vodtest.Player{Speed: 0.25, LongestPause: s},
			want: []time.Duration{0, s, 2 * s, 3 * s},
		},
		{name: "the slower of both", player: vodtest.Player{Speed: 4, Rate: 1}, want: []time.Duration{0, s, 2 * s, 3 * s}},
		{
			name: "copies count for the rate", player: vodtest.Player{Rate: 1, Faults: vodtest.Faults{Duplicate: 1}},
			want: []time.Duration{0, s, 2 * s, 3 * s, 4 * s, 5 * s, 6 * s, 7 * s},
		},
		{name: "at a rate, after a slow answer", player: vodtest.Player{Rate: 1}, handler: slowFirst(3 * s), want: []time.Duration{0, 3 * s, 4 * s, 5 * s}},
		{name: "at a rate, late by a moment", player: vodtest.Player{Rate: 500}, handler: slowFirst(s / 250), want: []time.Duration{0, s / 250, s / 250, 3 * s / 500}},
		{name: "in the story's time, after a slow answer", player: vodtest.Player{Speed: 1}, handler: slowFirst(3 * s), want: []time.Duration{0, 3 * s, 4 * s, 5 * s}},
		{name: "with a rate that is next to none", player: vodtest.Player{Rate: math.MaxFloat64, Speed: math.MaxFloat64}, want: []time.Duration{0, 0, 0, 0}},
		{name: "next to no speed", player: vodtest.Player{Speed: 1e-12, LongestPause: s}, want: []time.Duration{0, s, 2 * s, 3 * s}},
		{
			name: "without waiting for answers", player: vodtest.Player{Speed: 1, Parallel: 4}, handler: hang(4 * s),
			want: []time.Duration{0, s, 2 * s, 3 * s},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				if tc.handler == nil {
					tc.handler = status(200)
				}
				rc, client := serve(t, tc.handler)
				tc.player.Sender = vodtest.Sender{URL: hook, Client: client}
				tally, err := tc.player.Play(t.Context(), story(4))
				require.NoError(t, err)
				require.True(t, tally.Kept())
				require.Equal(t, tc.want, rc.times())
			})
		})
	}
}

// slowFirst takes its time for the first answer only.
func slowFirst(d time.Duration) http.HandlerFunc {
	var first sync.Once
	return func(w http.ResponseWriter, r *http.Request) { first.Do(func() { hang(d)(w, r) }) }
}

// TestNextToNoRate would wrap around if it were taken for what it is.
func TestNextToNoRate(t *testing.T) {
	t.Parallel()
	for _, player := range []vodtest.Player{{Rate: 1e-12}, {Speed: 1e-12}} {
		synctest.Test(t, func(t *testing.T) {
			rc, client := serve(t, status(200))
			player.Sender = vodtest.Sender{URL: hook, Client: client}
			ctx, cancel := context.WithTimeout(t.Context(), 100*24*time.Hour)
			defer cancel()
			_, err := player.Play(ctx, story(4))
			require.ErrorIs(t, err, context.DeadlineExceeded)
			require.Equal(t, []time.Duration{0}, rc.times())
		})
	}
}

func TestPlayerMeasures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := 0
		_, client := serve(t, func(w http.ResponseWriter, r *http.Request) {
			n++
			hang(time.Duration(n)*time.Millisecond)(w, r)
		})
		player := vodtest.Player{Sender: vodtest.Sender{URL: hook, Client: client}}
		tally, err := player.Play(t.Context(), story(1000))
		require.NoError(t, err)
		require.InEpsilon(t, 500*time.Millisecond, tally.Latency.P50, 0.032)
		require.InEpsilon(t, 990*time.Millisecond, tally.Latency.P99, 0.032)
		require.Equal(t, time.Second, tally.Latency.Max)
	})
}

func TestPlayerStops(t *testing.T) {
	t.Parallel()
	over := errors.New("the test is over")
	for _, tc := range []struct {
		name    string
		player  vodtest.Player
		handler http.HandlerFunc
		want    vodtest.Counts
	}{
		{
			name: "between events", player: vodtest.Player{Speed: 1}, handler: status(200),
			want: vodtest.Counts{Sent: 3, Acknowledged: [3]int{3}},
		},
		{name: "during an attempt", handler: hang(2 * time.Second), want: vodtest.Counts{Sent: 1, Acknowledged: [3]int{1}, Interrupted: 1}},
		{name: "before another attempt", handler: status(503), want: vodtest.Counts{Sent: 1, Discarded: 1, Interrupted: 1}},
		{name: "while they are held back", player: vodtest.Player{Parallel: 99, Faults: vodtest.Faults{Delay: time.Hour}}, handler: status(200)},
		{name: "while there is no place", player: vodtest.Player{Parallel: 2}, handler: hang(4 * time.Second), want: vodtest.Counts{Interrupted: 2}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, client := serve(t, tc.handler)
				tc.player.Sender = vodtest.Sender{URL: hook, Client: client}
				ended := map[vodtest.Ending]int{}
				tc.player.OnPlayed = func(x vodtest.Played) { ended[x.Ending()]++ }
				ctx, cancel := context.WithTimeoutCause(t.Context(), 2500*time.Millisecond, over)
				defer cancel()
				tally, err := tc.player.Play(ctx, story(9))
				require.ErrorIs(t, err, over)
				require.Equal(t, tc.want, tally.Counts, "what is under way is not lost")
				require.Equal(t, 2500*time.Millisecond, tally.Duration)
				require.Equal(t, tc.want.Interrupted, ended[vodtest.EndingInterrupted], "it is told of them, too")
				require.LessOrEqual(t, tally.Latency.Max, 2*time.Second, "nor is it known how long they would take")
			})
		})
	}
}

// TestPlayerTakesEventsAsItNeedsThem has a story without end.
func TestPlayerTakesEventsAsItNeedsThem(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, client := serve(t, hang(time.Hour))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		made := 0
		player := vodtest.Player{Sender: vodtest.Sender{URL: hook, Client: client}, Parallel: 3}
		_, err := player.Play(ctx, func(yield func(vodtest.Happening) bool) {
			for more := true; more; {
				made++
				more = yield(vodtest.Happening{})
			}
		})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, 4, made)
	})
}

func TestPlayerPublishes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		player := vodtest.Player{Publish: func(_ context.Context, body []byte) vodtest.Attempt {
			bodies = append(bodies, string(body))
			if string(body) == "2" {
				return vodtest.Attempt{Status: http.StatusNotFound}
			}
			return vodtest.Attempt{Status: http.StatusCreated}
		}, OnPlayed: func(p vodtest.Played) {
			require.Equal(t, string(p.Body) == "2", p.Result.Discarded())
			require.Len(t, p.Result.Attempts, 1)
		}}
		tally, err := player.Play(t.Context(), story(3))
		require.NoError(t, err)
		require.Equal(t, []string{"1", "2", "3"}, bodies)
		require.Equal(t, vodtest.Counts{Sent: 3, Acknowledged: [3]int{2}, Discarded: 1}, tally.Counts)

		over := errors.New("the test is over")
		ctx, cancel := context.WithCancelCause(t.Context())
		player = vodtest.Player{Publish: func(ctx context.Context, _ []byte) vodtest.Attempt {
			cancel(over)
			return vodtest.Attempt{Err: ctx.Err()}
		}}
		tally, err = player.Play(ctx, story(3))
		require.ErrorIs(t, err, over)
		require.Equal(t, vodtest.Counts{Interrupted: 1}, tally.Counts)
	})
}

// TestPlayerKeepsItsConnections has more of them than a transport keeps by default.
func TestPlayerKeepsItsConnections(t *testing.T) {
	t.Parallel()
	const parallel = 150
	var opened, arrived atomic.Int64
	var rounds [2]sync.WaitGroup // in which each request needs a connection of its own
	rounds[0].Add(parallel)
	rounds[1].Add(parallel)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		round := &rounds[(arrived.Add(1)-1)/parallel]
		round.Done()
		round.Wait()
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	ended := make(chan struct{}, 2*parallel)
	player := vodtest.Player{
		Sender: vodtest.Sender{URL: server.URL, Timeout: time.Minute}, Parallel: parallel,
		OnPlayed: func(vodtest.Played) { ended <- struct{}{} },
	}
	tally, err := player.Play(t.Context(), func(yield func(vodtest.Happening) bool) {
		for range rounds {
			for h := range story(parallel) {
				if !yield(h) {
					return
				}
			}
			for range parallel {
				<-ended
			}
		}
	})
	require.NoError(t, err)
	require.Equal(t, 2*parallel, tally.Acknowledged[0])
	require.Equal(t, int64(parallel), opened.Load())
}

func TestPlayerRefuses(t *testing.T) {
	t.Parallel()
	signed := vodtest.Sender{URL: hook, Key: key}
	publish := func(context.Context, []byte) vodtest.Attempt { return vodtest.Attempt{Status: http.StatusCreated} }
	for _, tc := range []struct {
		name   string
		player vodtest.Player
		want   string
	}{
		{name: "share above 1", player: vodtest.Player{Faults: vodtest.Faults{Duplicate: 5}}, want: "Duplicate is 5: want a share from 0 to 1"},
		{name: "share below 0", player: vodtest.Player{Faults: vodtest.Faults{Reorder: -0.1}}, want: "Reorder"},
		{name: "share that is no number", player: vodtest.Player{Faults: vodtest.Faults{DropReply: math.NaN()}}, want: "DropReply"},
		{name: "tamper", player: vodtest.Player{Sender: signed, Faults: vodtest.Faults{Tamper: 1.1}}, want: "Tamper"},
		{name: "delay", player: vodtest.Player{Faults: vodtest.Faults{Delay: -1}}, want: "Delay"},
		{name: "rate", player: vodtest.Player{Rate: -1}, want: "Rate"},
		{name: "rate that is no number", player: vodtest.Player{Rate: math.NaN()}, want: "Rate is NaN"},
		{name: "speed that is no number", player: vodtest.Player{Speed: math.NaN()}, want: "Speed NaN"},
		{name: "infinite speed", player: vodtest.Player{Speed: math.Inf(1)}, want: "Speed +Inf"},
		{name: "tampering with what is not signed", player: vodtest.Player{Faults: vodtest.Faults{Tamper: 1}}, want: "need the Key"},
		{name: "rotation without a middle", player: vodtest.Player{Sender: signed, Faults: vodtest.Faults{NextKey: "k2"}}, want: "needs Count"},
		{name: "faults of callbacks", player: vodtest.Player{Publish: publish, Faults: vodtest.Faults{ClockSkew: 1}}, want: "of callbacks"},
		{name: "URL", player: vodtest.Player{Sender: vodtest.Sender{URL: "http://[::1"}}, want: "vodtest: request"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tally, err := tc.player.Play(t.Context(), story(3))
			require.ErrorContains(t, err, tc.want)
			require.Zero(t, tally.Counts)
		})
	}
}

func TestDroppedReply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, client := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "taken") })
		player := vodtest.Player{
			Sender: vodtest.Sender{URL: hook, Client: client}, Faults: vodtest.Faults{DropReply: 1},
			OnPlayed: func(p vodtest.Played) {
				require.False(t, p.Result.Acknowledged)
				require.True(t, p.Result.Discarded(), "VOD does not know")
				for _, a := range p.Result.Attempts {
					require.ErrorContains(t, a.Err, "the reply was dropped")
					require.Equal(t, http.StatusOK, a.Dropped)
					require.Zero(t, a.Status)
					require.Empty(t, a.Body)
				}
			},
		}
		tally, err := player.Play(t.Context(), story(1))
		require.NoError(t, err)
		require.Equal(t, vodtest.Counts{Sent: 1, Unheard: 1, RepliesDropped: 3}, tally.Counts)
		require.True(t, tally.Kept())
		require.Equal(t, 2*time.Second, tally.Duration)
	})
}
