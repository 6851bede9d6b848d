package webhook_test

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/webhook"
)

// TestAnswers holds the package's table of answers against a server.
func TestAnswers(t *testing.T) {
	t.Parallel()
	const (
		delivered = "delivered"
		rejected  = "rejected"
		again     = "again"
		later     = "later" // and 2 minutes
	)
	for _, tc := range []struct {
		status int
		header [2]string
		want   string
	}{
		{status: 200, want: delivered},
		{status: 201, want: delivered},
		{status: 202, want: delivered},
		{status: 204, want: delivered},
		{status: 299, want: delivered},
		{status: 200, header: [2]string{"Retry-After", "120"}, want: delivered},

		{status: 410, want: rejected},
		{status: 413, want: rejected},
		{status: 422, want: rejected},
		{status: 413, header: [2]string{"Retry-After", "120"}, want: rejected},

		{status: 300, want: again},
		{status: 301, header: [2]string{"Location", "https://elsewhere.example.com/?token=secret"}, want: again},
		{status: 302, header: [2]string{"Location", "/login?token=secret"}, want: again},
		{status: 303, header: [2]string{"Location", ":"}, want: again},
		{status: 304, want: again},
		{status: 307, header: [2]string{"Location", "https://user:secret@elsewhere.example.com"}, want: again},
		{status: 308, header: [2]string{"Location", "https://elsewhere.example.com/"}, want: again},

		{status: 400, want: again},
		{status: 401, want: again},
		{status: 403, want: again},
		{status: 404, want: again},
		{status: 405, want: again},
		{status: 408, want: again},
		{status: 409, want: again},
		{status: 415, want: again},
		{status: 418, want: again},
		{status: 425, want: again},
		{status: 429, want: again},
		{status: 500, want: again},
		{status: 501, want: again},
		{status: 502, want: again},
		{status: 503, want: again},
		{status: 504, want: again},
		{status: 599, want: again},
		{status: 999, want: again},

		{status: 429, header: [2]string{"Retry-After", "120"}, want: later},
		{status: 503, header: [2]string{"Retry-After", "120"}, want: later},
		{status: 503, header: [2]string{"Retry-After", "date"}, want: later},
		{status: 500, header: [2]string{"Retry-After", "120"}, want: later},
		{status: 301, header: [2]string{"Retry-After", "120"}, want: later},
		{status: 429, header: [2]string{"Retry-After", "-120"}, want: again},
		{status: 429, header: [2]string{"Retry-After", "soon"}, want: again},
		{status: 429, header: [2]string{"Retry-After", "0"}, want: again},
		{status: 429, header: [2]string{"Retry-After", ""}, want: again},
	} {
		t.Run(strconv.Itoa(tc.status)+" "+tc.header[1], func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			w := open(t, spec(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
				requests.Add(1)
				value := tc.header[1]
				if value == "date" {
					value = time.Now().Add(2 * time.Minute).UTC().Format(http.TimeFormat)
				}
				if tc.header[0] != "" {
					w.Header().Set(tc.header[0], value)
				}
				w.WriteHeader(tc.status)
			})))
			err := deliver(t, w)
			require.EqualValues(t, 1, requests.Load(), "one attempt is one request")
			if tc.want == delivered {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "answered "+strconv.Itoa(tc.status))
			require.NotContains(t, err.Error(), "secret")
			require.Equal(t, tc.want == rejected, errors.Is(err, sink.ErrRejected))
			le, ok := errors.AsType[*sink.LaterError](err)
			require.Equal(t, tc.want == later, ok)
			if ok {
				require.InDelta(t, 2*time.Minute, le.After, float64(30*time.Second))
			}
		})
	}
}

func TestRedirectsSayWhereTo(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"https://elsewhere.example.com:8443/a?token=b": "this one is to https://elsewhere.example.com:8443",
		"/login": "this one is to http://127.0.0.1:",
		"":       "this one is to nowhere",
		":":      "this one is to what is no address",
	} {
		t.Run(location, func(t *testing.T) {
			t.Parallel()
			err := deliver(t, open(t, spec(t, serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", location)
				w.WriteHeader(http.StatusFound)
			}))))
			require.ErrorContains(t, err, want)
			require.NotContains(t, err.Error(), "token")
			require.NotContains(t, err.Error(), "login")
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"1":                              time.Second,
		"120":                            2 * time.Minute,
		"0120":                           2 * time.Minute,
		"3600":                           time.Hour,
		"3601":                           time.Hour,
		"2147483648":                     time.Hour,
		"99999999999999999999999999":     time.Hour,
		"Mon, 23 Nov 2026 08:05:00 GMT":  5 * time.Minute,
		"Mon, 23 Nov 2026 23:00:00 GMT":  time.Hour,
		"Monday, 23-Nov-26 08:05:00 GMT": 5 * time.Minute, // RFC 850
		"Mon Nov 23 08:05:00 2026":       5 * time.Minute, // asctime
		"Mon, 23 Nov 2026 07:59:59 GMT":  0,
		"Mon, 23 Nov 2026 08:00:00 GMT":  0,
		"":                               0,
		"0":                              0,
		"-1":                             0,
		"+1":                             0,
		"1.5":                            0,
		" 1":                             0,
		"1s":                             0,
		"tomorrow":                       0,
	} {
		require.Equal(t, want, webhook.RetryAfter(value, now), "%q", value)
	}
}

func FuzzRetryAfter(f *testing.F) {
	f.Add("120", int64(0))
	f.Add("-1", int64(math.MaxInt32))
	f.Add("Mon, 23 Nov 2026 08:05:00 GMT", int64(1763884800))
	f.Add("99999999999999999999", int64(math.MinInt32))
	f.Fuzz(func(t *testing.T, value string, unix int64) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		after := webhook.RetryAfter(value, time.Unix(unix, 0))
		require.True(t, after >= 0 && after <= time.Hour)
		if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
			require.Equal(t, time.Duration(min(seconds, 3600))*time.Second, after)
		}
	})
}
