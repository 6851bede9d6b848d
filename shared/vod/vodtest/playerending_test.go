package vodtest_test

import (
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// TestForgedEvents has receivers that do not look at the signature, or are not there.
func TestForgedEvents(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		handler http.HandlerFunc
		drop    float64
		want    vodtest.Counts
	}{
		{name: "taken by the function", handler: status(200), want: vodtest.Counts{Sent: 1, Acknowledged: [3]int{1}, Taken: 1}},
		{name: "taken unheard", handler: status(200), drop: 1, want: vodtest.Counts{Sent: 1, Unheard: 1, Taken: 1, RepliesDropped: 4}},
		{name: "refused", handler: status(401), want: vodtest.Counts{Sent: 1, Discarded: 1, Refused: 1}},
		{name: "refused unheard", handler: status(403), drop: 1, want: vodtest.Counts{Sent: 1, Discarded: 1, Refused: 1, RepliesDropped: 4}},
		{name: "answered by the platform", handler: platform(200), want: vodtest.Counts{Sent: 1, PlatformErrors: 1, Unclear: 1}},
		{name: "refused by the platform", handler: platform(429), want: vodtest.Counts{Sent: 1, Discarded: 1, Unclear: 1}},
		{name: "unheard of the platform", handler: platform(200), drop: 1, want: vodtest.Counts{Sent: 1, Discarded: 1, Unclear: 1, RepliesDropped: 4}},
		{name: "no answer", handler: reset, want: vodtest.Counts{Sent: 1, Discarded: 1, Unclear: 1}},
		{name: "no answer in time", handler: hang(time.Hour), want: vodtest.Counts{Sent: 1, Discarded: 1, Unclear: 1}},
		{name: "failed", handler: status(503), want: vodtest.Counts{Sent: 1, Discarded: 1, Unclear: 1}},
		{name: "led away", handler: status(302), want: vodtest.Counts{Sent: 1, Discarded: 1, Unclear: 1}},
		{name: "acknowledged in a way that VOD does not know", handler: status(204), want: vodtest.Counts{Sent: 1, Discarded: 1, Unclear: 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				_, client := serve(t, tc.handler)
				player := vodtest.Player{
					Sender: vodtest.Sender{URL: hook, Key: key, Client: client}, Faults: vodtest.Faults{Tamper: 1, DropReply: tc.drop},
				}
				tally, err := player.Play(t.Context(), story(1))
				require.NoError(t, err)
				require.Equal(t, tc.want, tally.Counts)
				require.False(t, tally.Kept())
			})
		})
	}
}

func TestTakenThoughNobodyHeardOfIt(t *testing.T) {
	t.Parallel()
	taken := vodtest.Attempt{Number: 1, Dropped: 200}
	crashed := vodtest.Attempt{Number: 2, Status: 200, Header: http.Header{"X-Fc-Error-Type": {"FunctionUnhandledError"}}}
	r := vodtest.Result{Acknowledged: true, PlatformError: crashed.PlatformError(), Attempts: []vodtest.Attempt{taken, crashed}}
	require.Equal(t, vodtest.EndingUnheard, vodtest.Played{Result: r}.Ending(), "it has the event since the first attempt")
	r.Attempts = r.Attempts[1:]
	require.Equal(t, vodtest.EndingByPlatform, vodtest.Played{Result: r}.Ending())
}

// TestCountsAddUp plays every combination of faults to a receiver that answers in
// every way.
func TestCountsAddUp(t *testing.T) {
	t.Parallel()
	answers := []http.HandlerFunc{status(200), status(200), status(503), status(401), platform(200), platform(429), reset, hang(time.Hour), status(204)}
	var all vodtest.Counts
	for combination := range 1 << 7 {
		faults := vodtest.Faults{}
		for i, on := range []func(){
			func() { faults.Duplicate = 0.4 },
			func() { faults.Reorder = 0.4 },
			func() { faults.Delay = time.Second },
			func() { faults.DropReply = 0.4 },
			func() { faults.Tamper = 0.4 },
			func() { faults.ClockSkew = time.Hour },
			func() { faults.NextKey = "Next1Key" },
		} {
			if combination&(1<<i) != 0 {
				on()
			}
		}
		synctest.Test(t, func(t *testing.T) {
			var requests atomic.Uint64
			_, client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				dice := rand.New(rand.NewPCG(uint64(combination), requests.Add(1)))
				answers[dice.IntN(len(answers))](w, r)
			})
			const n = 20
			ended := map[vodtest.Ending]int{}
			twice := 0
			player := vodtest.Player{
				Sender: vodtest.Sender{URL: hook, Key: key, Client: client}, Faults: faults, Seed: combination, Count: n,
				OnPlayed: func(x vodtest.Played) {
					ended[x.Ending()]++
					if x.Duplicate {
						twice++
					}
				},
			}
			c, err := player.Play(t.Context(), story(n))
			require.NoError(t, err)
			require.Equal(t, n+twice, c.Sent)
			require.Equal(t, twice, c.Duplicates)
			require.Equal(t, c.Sent, c.Acknowledged[0]+c.Acknowledged[1]+c.Acknowledged[2]+c.Unheard+c.Discarded+c.PlatformErrors, "%+v", faults)
			for ending, count := range map[vodtest.Ending]int{
				vodtest.EndingAcknowledged:  c.Acknowledged[0] + c.Acknowledged[1] + c.Acknowledged[2],
				vodtest.EndingUnheard:       c.Unheard,
				vodtest.EndingLost:          c.Discarded,
				vodtest.EndingByPlatform:    c.PlatformErrors,
				vodtest.EndingForgedRefused: c.Refused,
				vodtest.EndingForgedTaken:   c.Taken,
				vodtest.EndingForgedUnclear: c.Unclear,
				vodtest.EndingInterrupted:   c.Interrupted,
			} {
				require.Equal(t, count, ended[ending], ending)
			}
			require.Zero(t, c.Interrupted)
			all.Unheard += c.Unheard
			all.PlatformErrors += c.PlatformErrors
			all.Unclear += c.Unclear
		})
	}
	require.NotZero(t, all.Unheard)
	require.NotZero(t, all.PlatformErrors)
	require.NotZero(t, all.Unclear)
}
