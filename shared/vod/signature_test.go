package vod_test

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

const (
	callbackURL = "https://hooks.example.com/vod/s3cr3t-path"
	callbackKey = "Kq4vJ8sYp1"
)

func sentAt() time.Time { return time.Unix(1770091912, 0) }

func clock(t time.Time) func() time.Time { return func() time.Time { return t } }

func TestSignatureVectors(t *testing.T) {
	t.Parallel()
	const url = "https://hooks.harbor-media.example/vod/events"
	for _, tc := range []struct{ url, key, timestamp, want string }{
		// Computed with md5sum.
		{url, "Nk7rTq2Zb9", "1770091912", "d9f666e16b804761350edc121376d921"},
		{url + "?tenant=blue&v=2", "Nk7rTq2Zb9", "1770091912", "a1249294772cfe8e50f8012c1e32a5b1"},
		{url + "/", "Nk7rTq2Zb9", "1770091912", "1af9e47f6b75e30a30be8f1522ac9dd6"},
		{strings.Replace(url, "https", "http", 1), "Nk7rTq2Zb9", "1770091912", "9c693d20d34d9c2ee3d59362322c9ac3"},
		{url, "Vw3pXs8Ld1", "1770091912", "2d12777fd078ea743dc2f2e0eb5e080e"},
		// The example of VOD's page of 2021, and with the key of newer pages, which print the old digest.
		{"https://www.example.com/your/callback", "test123", "1519375990", "c72b60894140fa98920f1279219b7ed4"},
		{"https://www.example.com/your/callback", "Test123", "1519375990", "c587b80d2d0ede300e8967937da7219b"},
	} {
		v := vod.Verifier{URLs: []string{tc.url}, Keys: []string{tc.key}, Tolerance: -1}
		h := http.Header{}
		h.Set(vod.HeaderTimestamp, tc.timestamp)
		h.Set(vod.HeaderSignature, tc.want)
		require.NoError(t, v.Verify(h), tc.want)
		v.URLs[0] += "x"
		require.ErrorIs(t, v.Verify(h), vod.ErrSignature)
	}
	h := vod.Sign(url, "Nk7rTq2Zb9", sentAt())
	require.Equal(t, "1770091912", h.Get(vod.HeaderTimestamp))
	require.Equal(t, "d9f666e16b804761350edc121376d921", h.Get(vod.HeaderSignature))
}

func TestVerify(t *testing.T) {
	t.Parallel()
	const timestamp, signature = "X-Vod-Timestamp", "X-Vod-Signature"
	for _, tc := range []struct {
		name      string
		urls      []string
		keys      []string
		tolerance time.Duration
		late      time.Duration
		change    func(h http.Header)
		match     vod.Match
		says      string
		want      error
	}{
		{name: "signed now"},
		{name: "second key", keys: []string{"New1", callbackKey}, match: vod.Match{Key: 1}},
		{name: "second URL", urls: []string{"https://old.example.com", callbackURL}, match: vod.Match{URL: 1}},
		{name: "two of the same", urls: []string{callbackURL, callbackURL}, keys: []string{callbackKey, callbackKey}},
		{name: "at the end of the tolerance", late: 5 * time.Minute},
		{name: "at its beginning", late: -5 * time.Minute},
		{name: "wide tolerance", late: 10 * time.Minute, tolerance: time.Hour},
		{name: "no tolerance", late: 1000 * time.Hour, tolerance: -1},
		{name: "upper case", change: func(h http.Header) { h.Set(signature, strings.ToUpper(h.Get(signature))) }},
		{name: "blanks", change: func(h http.Header) {
			h.Set(signature, " "+h.Get(signature)+"\t")
			h.Set(timestamp, " "+h.Get(timestamp)+" ")
		}},
		{name: "names in lower case", change: func(h http.Header) {
			for _, name := range []string{timestamp, signature} {
				h[strings.ToLower(name)] = h[name]
				delete(h, name)
			}
		}},

		{name: "clock ten minutes fast", late: 10 * time.Minute, want: vod.ErrExpired, says: "10m0s behind the clock here, more than 5m0s"},
		{name: "clock ten minutes slow", late: -10 * time.Minute, want: vod.ErrExpired, says: "10m0s ahead of the clock here, more than 5m0s"},
		{name: "past the tolerance", late: 5*time.Minute + time.Second, want: vod.ErrExpired, says: "behind"},
		{name: "past its beginning", late: -5*time.Minute - time.Second, want: vod.ErrExpired, says: "ahead"},
		{name: "just past the tolerance", late: 5*time.Minute + 300*time.Millisecond, want: vod.ErrExpired, says: "5m0.3s behind the clock here, more than 5m0s"},
		{name: "just past its beginning", late: -5*time.Minute - time.Nanosecond, want: vod.ErrExpired, says: "5m0.000000001s ahead of the clock here, more than 5m0s"},
		{name: "narrow tolerance", late: 2 * time.Second, tolerance: time.Second, want: vod.ErrExpired},
		{name: "expired under the second key", late: time.Hour, keys: []string{"New1", callbackKey}, want: vod.ErrExpired, match: vod.Match{Key: 1}},

		{name: "other key", keys: []string{"New1"}, want: vod.ErrSignature, says: "exactly as configured"},
		{name: "key in another case", keys: []string{strings.ToLower(callbackKey)}, want: vod.ErrSignature},
		{name: "other URL", urls: []string{callbackURL + "/"}, want: vod.ErrSignature},
		{name: "no keys", keys: []string{}, want: vod.ErrSignature, says: "configured"},
		{name: "no URLs", urls: []string{}, want: vod.ErrSignature, says: "configured"},
		{name: "empty key", keys: []string{""}, want: vod.ErrSignature, says: "configured", change: func(h http.Header) {
			h.Set(signature, md5Hex(callbackURL+"|1770091912|"))
		}},
		{name: "empty URL", urls: []string{""}, want: vod.ErrSignature, says: "configured", change: func(h http.Header) {
			h.Set(signature, md5Hex("|1770091912|"+callbackKey))
		}},
		{name: "wrong and late", keys: []string{"New1"}, late: time.Hour, want: vod.ErrSignature},
		{name: "other time", change: func(h http.Header) { h.Set(timestamp, "1770091913") }, want: vod.ErrSignature},
		{name: "cut signature", change: func(h http.Header) { h.Set(signature, h.Get(signature)[:31]) }, want: vod.ErrSignature, says: "32 hexadecimal"},
		{name: "long signature", change: func(h http.Header) { h.Set(signature, h.Get(signature)+"00") }, want: vod.ErrSignature, says: "32 hexadecimal"},
		{name: "no hexadecimals", change: func(h http.Header) { h.Set(signature, strings.Repeat("g", 32)) }, want: vod.ErrSignature, says: "32 hexadecimal"},
		{name: "time is no number", change: resign("now"), want: vod.ErrSignature, says: "Unix seconds"},
		{name: "time has a sign", change: resign("+1770091912"), want: vod.ErrSignature, says: "Unix seconds"},
		{name: "time in other digits", change: resign("１７７００９１９１２"), want: vod.ErrSignature, says: "Unix seconds"},
		{name: "time of 20 digits", change: resign("00000000001770091912"), want: vod.ErrSignature, says: "Unix seconds"},
		{name: "time of 19 digits", change: resign("0000000001770091912")},
		{name: "time in milliseconds", change: resign("1770091912000"), want: vod.ErrExpired, says: "ahead"},
		{name: "time beyond int64", change: resign("9999999999999999999"), want: vod.ErrExpired, says: "ahead"},
		{name: "time of long ago", change: resign("0"), want: vod.ErrExpired, says: "behind"},

		{name: "no timestamp", change: func(h http.Header) { h.Del(timestamp) }, want: vod.ErrUnsigned, says: "no X-VOD-TIMESTAMP"},
		{name: "no signature", change: func(h http.Header) { h.Del(signature) }, want: vod.ErrUnsigned, says: "no X-VOD-SIGNATURE"},
		{name: "neither", change: func(h http.Header) { clear(h) }, want: vod.ErrUnsigned, says: "no X-VOD-TIMESTAMP and no X-VOD-SIGNATURE"},
		{name: "blank signature", change: func(h http.Header) { h.Set(signature, " ") }, want: vod.ErrUnsigned},
		{name: "no values", change: func(h http.Header) { h[signature] = nil }, want: vod.ErrUnsigned},
		{name: "unsigned and no keys", keys: []string{}, change: func(h http.Header) { clear(h) }, want: vod.ErrUnsigned},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v := vod.Verifier{URLs: []string{callbackURL}, Keys: []string{callbackKey}, Tolerance: tc.tolerance, Now: clock(sentAt().Add(tc.late))}
			if tc.urls != nil {
				v.URLs = tc.urls
			}
			if tc.keys != nil {
				v.Keys = tc.keys
			}
			h := vod.Sign(callbackURL, callbackKey, sentAt())
			if tc.change != nil {
				tc.change(h)
			}
			m, err := v.Match(h)
			require.Equal(t, tc.match, m)
			require.ErrorIs(t, v.Verify(h), tc.want)
			if tc.want == nil {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, tc.want)
			require.ErrorContains(t, err, tc.says)
			require.NotContains(t, err.Error(), callbackKey)
			require.NotContains(t, err.Error(), "s3cr3t-path")
			require.NotContains(t, err.Error(), vod.Sign(callbackURL, callbackKey, sentAt()).Get(signature))
		})
	}
}

// resign signs another timestamp.
func resign(timestamp string) func(http.Header) {
	return func(h http.Header) {
		h.Set(vod.HeaderTimestamp, timestamp)
		h.Set(vod.HeaderSignature, md5Hex(callbackURL+"|"+timestamp+"|"+callbackKey))
	}
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func TestVerifyWithoutAnything(t *testing.T) {
	t.Parallel()
	var none *vod.Verifier
	require.ErrorIs(t, none.Verify(nil), vod.ErrUnsigned)
	require.ErrorIs(t, none.Verify(vod.Sign("", "", time.Now())), vod.ErrSignature)
	require.ErrorIs(t, new(vod.Verifier).Verify(vod.Sign("", "", time.Now())), vod.ErrSignature)
	v := vod.Verifier{URLs: []string{callbackURL}, Keys: []string{callbackKey}}
	require.NoError(t, v.Verify(vod.Sign(callbackURL, callbackKey, time.Now())), "nil Now means time.Now")
}

// A clock that is far off does not overflow.
func TestVerifyWithOddClocks(t *testing.T) {
	t.Parallel()
	for _, now := range []time.Time{{}, time.Unix(0, 0), time.Unix(1<<40, 0), time.Unix(-1<<40, 0), time.Unix(math.MaxInt32, 0)} {
		v := vod.Verifier{URLs: []string{callbackURL}, Keys: []string{callbackKey}, Now: clock(now)}
		require.ErrorIs(t, v.Verify(vod.Sign(callbackURL, callbackKey, sentAt())), vod.ErrExpired, now)
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("1770091912", md5Hex(callbackURL+"|1770091912|"+callbackKey))
	f.Add("1770092912", md5Hex(callbackURL+"|1770092912|"+callbackKey))
	f.Add("", "")
	f.Add("9999999999999999999", strings.Repeat("0", 32))
	f.Add("-1", "é")
	f.Fuzz(func(t *testing.T, timestamp, signature string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		v := vod.Verifier{URLs: []string{"https://a.example.com", callbackURL}, Keys: []string{"Old1", callbackKey}, Now: clock(sentAt())}
		h := http.Header{}
		h.Set(vod.HeaderTimestamp, timestamp)
		h.Set(vod.HeaderSignature, signature)
		err := v.Verify(h)
		timestamp, signature = strings.TrimSpace(timestamp), strings.ToLower(strings.TrimSpace(signature))
		signed := false
		for _, url := range v.URLs {
			for _, key := range v.Keys {
				signed = signed || signature == md5Hex(url+"|"+timestamp+"|"+key)
			}
		}
		switch {
		case timestamp == "" || signature == "":
			require.ErrorIs(t, err, vod.ErrUnsigned)
		case !signed:
			require.ErrorIs(t, err, vod.ErrSignature)
		case err != nil:
			require.NotErrorIs(t, err, vod.ErrUnsigned)
		default:
			var seconds int64
			_, scanErr := fmt.Sscan(strings.TrimLeft(timestamp, "0"), &seconds)
			require.NoError(t, scanErr)
			require.InDelta(t, sentAt().Unix(), seconds, vod.DefaultTolerance.Seconds())
		}
	})
}
