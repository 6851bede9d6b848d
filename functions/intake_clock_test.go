package functions_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator"
	"github.com/vodevents/vodevents/shared/httpevent"
	"github.com/vodevents/vodevents/shared/vod"
	"github.com/vodevents/vodevents/shared/vod/vodtest"
)

// TestClocksDiffer signs with a clock that is not that of the function. How far apart
// they may be is a setting, and holds both ways.
func TestClocksDiffer(t *testing.T) {
	t.Parallel()
	const year = 365 * 24 * time.Hour
	for name, tc := range map[string]struct {
		setting       []string
		taken, denied time.Duration // this far apart
	}{
		"default":    {taken: 4 * time.Minute, denied: 10 * time.Minute},
		"wider":      {setting: []string{"VOD_AUTH_TOLERANCE=15m"}, taken: 10 * time.Minute, denied: 20 * time.Minute},
		"narrower":   {setting: []string{"VOD_AUTH_TOLERANCE=3m"}, taken: 2 * time.Minute, denied: 4 * time.Minute},
		"not looked": {setting: []string{"VOD_AUTH_TOLERANCE=0"}, taken: 50 * year},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase(t)
			url := serve(t, start(t, "http", emulator.Function{Env: db.settings(tc.setting...)}).HTTPTrigger())
			sent := 0
			require200 := func(apart time.Duration) {
				t.Helper()
				s := sender(url)
				s.Now = func() time.Time { return time.Now().Add(apart) }
				sent++
				require.Equal(t, "new", post(t, s, upload(sent)).Outcome)
			}
			require401 := func(apart time.Duration) {
				t.Helper()
				s := sender(url)
				s.Now = func() time.Time { return time.Now().Add(apart) }
				r := post(t, s, upload(1000))
				require.Equal(t, 401, r.Status)
				require.Contains(t, r.Error, "tolerance")
			}
			// The clock steps, and what was before it is of no matter.
			for range 3 {
				require200(0)
				require200(tc.taken)
				require200(-tc.taken)
				if tc.denied > 0 {
					require401(tc.denied)
					require401(-tc.denied)
				}
			}
			require.Len(t, db.rows(t), sent)
		})
	}
}

// TestThePlatformsClockDiffers has requests that came in, by the platform's clock,
// at another time than now, or at none: they are taken all the same.
func TestThePlatformsClockDiffers(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	pool := start(t, "http", emulator.Function{Env: db.settings()})
	for i, stamp := range []time.Time{
		{},
		time.UnixMilli(1),
		time.Now().Add(-10 * time.Minute),
		time.Now().Add(-4 * time.Second),
		time.Now().Add(10 * time.Minute),
		time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC),
	} {
		h := vod.Sign(callbackURL, key, time.Now())
		h.Set("Content-Type", "application/json")
		res, err := pool.Invoke(t.Context(), httpevent.Request{
			Method: "POST", Path: "/vod/events", Header: h, Body: upload(i), RequestID: "r", Time: stamp,
		}.EncodeFC())
		require.NoError(t, err)
		require.NoError(t, res.Err())
		resp, err := httpevent.ParseResponse(res.Payload)
		require.NoError(t, err)
		require.Equal(t, 200, resp.Status, "%s: %s", stamp, resp.Body)
	}
}

// TestEventsOfAnyTime takes events whatever they say about when they happened: only
// the time of the signature is checked. A leap second is the second after it.
func TestEventsOfAnyTime(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	url := serve(t, start(t, "http", emulator.Function{Env: db.settings()}).HTTPTrigger())
	for i, tc := range []struct {
		text string
		want time.Time // zero: it says nothing
	}{
		{text: "2016-12-31T23:59:60Z", want: time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC)},
		{text: "2016-12-31T23:59:60:250Z", want: time.Date(2017, 1, 1, 0, 0, 0, 25e7, time.UTC)},
		{text: "1970-01-01T00:00:00Z", want: time.Unix(0, 0).UTC()},
		{text: "1601-01-01T00:00:00Z", want: time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)},
		{text: "9999-12-31T23:59:59Z", want: time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		{text: "2026-02-30T00:00:00Z"},
		{text: "yesterday"},
	} {
		body := vodtest.NewEvent(vod.TypeFileUploadComplete, vodtest.Medium(fmt.Sprint("v", i)), vodtest.Set("EventTime", tc.text))
		r := post(t, sender(url), body)
		require.Equal(t, "new", r.Outcome, tc.text)
		require.True(t, tc.want.Equal(db.rows(t)[r.ID].Time), "%s is stored as %s", tc.text, db.rows(t)[r.ID].Time)
	}
}
