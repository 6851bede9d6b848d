package verify_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/verify"
	"github.com/vodevents/vodevents/shared/vod"
)

const (
	url = "https://hooks.example.com/vod/events"
	key = "Kd83hfGq02mZ"
)

func ExampleCheck() {
	sent := time.Unix(1770091912, 0)
	signed := vod.Sign("http://hooks.example.com/vod", "Key1", sent)
	v := verify.Check(verify.Request{
		URL: "https://hooks.example.com/vod/", Keys: []string{"Key0", "Key1"}, At: sent,
		Timestamp: signed.Get(vod.HeaderTimestamp), Signature: signed.Get(vod.HeaderSignature),
	})
	fmt.Println(v.Valid, v.Reason)
	for _, variant := range v.Variants {
		fmt.Println(variant.Changes, variant.URL, "key", variant.Key)
	}
	// Output:
	// false signature
	// [http instead of https without the slash at the end] http://hooks.example.com/vod key 2
}

func TestCheck(t *testing.T) {
	t.Parallel()
	sent := time.Unix(1770091912, 0)
	for _, tc := range []struct {
		name      string
		signedURL string
		url       string
		keys      []string
		late      time.Duration
		timestamp string
		signature string
		valid     bool
		reason    string
		key       int
		changes   string // of the only variant
	}{
		{name: "right", valid: true, key: 1},
		{name: "second key", keys: []string{"other", key}, valid: true, key: 2},
		{name: "signature in upper case", signature: "UPPER", valid: true, key: 1},
		{name: "too late", late: 10 * time.Minute, reason: "expired", key: 1},
		{name: "too early", late: -10 * time.Minute, reason: "expired", key: 1},
		{name: "no signature", signature: " ", reason: "unsigned"},
		{name: "no timestamp", timestamp: " ", reason: "unsigned"},
		{name: "another key", keys: []string{"other"}, reason: "signature"},
		{name: "no hexadecimals", signature: "zz", reason: "signature"},
		{name: "scheme", url: "http://hooks.example.com/vod/events", reason: "signature", changes: "https instead of http"},
		{name: "no scheme", url: "hooks.example.com/vod/events", reason: "signature", changes: "with https:// in front"},
		{name: "slash", url: url + "/", reason: "signature", changes: "without the slash at the end"},
		{name: "no slash", signedURL: url + "/", reason: "signature", changes: "with a slash at the end"},
		{name: "slash before the query", signedURL: url + "/?a=b", url: url + "?a=b", reason: "signature", changes: "with a slash at the end"},
		{name: "port", url: "https://hooks.example.com:443/vod/events", reason: "signature", changes: "without the port"},
		{name: "port was signed", signedURL: "https://hooks.example.com:443/vod/events", reason: "signature", changes: "with the port 443"},
		{name: "query", url: url + "?tenant=1", reason: "signature", changes: "without the query"},
		{name: "host in upper case", url: "https://Hooks.Example.com/vod/events", reason: "signature", changes: "with the host in lower case"},
		{name: "escapes", url: "https://hooks.example.com/vod%2Fevents", reason: "signature", changes: "with escapes such as %2F resolved"},
		{name: "blanks", url: "'" + url + "'\n", reason: "signature", changes: "without the blanks or quotes around the URL"},
		{name: "blank key", keys: []string{key + "\n"}, reason: "signature", changes: "without the blanks or quotes around the key"},
		{name: "milliseconds", timestamp: "1770091912000", reason: "signature", changes: "with the timestamp in seconds"},
		{name: "three at once", url: "http://HOOKS.example.com/vod/events/", reason: "signature", changes: "https instead of http, with the host in lower case, without the slash at the end"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			or := func(a, b string) string {
				if a == "" {
					return b
				}
				return a
			}
			h := vod.Sign(or(tc.signedURL, url), key, sent)
			right := h.Get(vod.HeaderSignature)
			signature := or(tc.signature, right)
			if signature == "UPPER" {
				signature = strings.ToUpper(right)
			}
			keys := tc.keys
			if keys == nil {
				keys = []string{key}
			}
			v := verify.Check(verify.Request{
				URL: or(tc.url, url), Keys: keys, At: sent.Add(tc.late),
				Timestamp: or(tc.timestamp, h.Get(vod.HeaderTimestamp)), Signature: signature,
			})
			require.Equal(t, tc.valid, v.Valid)
			require.Equal(t, tc.reason, v.Reason)
			require.Equal(t, tc.key, v.Key)
			if tc.key != 0 {
				require.Equal(t, tc.late, v.Late)
			}
			if tc.changes == "" {
				require.Empty(t, v.Variants)
				return
			}
			require.Len(t, v.Variants, 1)
			require.Equal(t, tc.changes, strings.Join(v.Variants[0].Changes, ", "))
			if signature != right {
				require.NotContains(t, fmt.Sprint(v), right, "the right signature is a secret")
			}
		})
	}
}

func TestCheckExchangedHeaders(t *testing.T) {
	t.Parallel()
	sent := time.Unix(1770091912, 0)
	h := vod.Sign(url, key, sent)
	v := verify.Check(verify.Request{
		URL: url, Keys: []string{key}, At: sent,
		Timestamp: h.Get(vod.HeaderSignature), Signature: h.Get(vod.HeaderTimestamp),
	})
	require.Len(t, v.Variants, 1)
	require.Equal(t, []string{"with timestamp and signature exchanged"}, v.Variants[0].Changes)
}

// TestCheckMilliseconds has a sender sign the time in milliseconds.
func TestCheckMilliseconds(t *testing.T) {
	t.Parallel()
	sent := time.Unix(1770091912, 0)
	h := vod.Sign(url, key, time.Unix(sent.UnixMilli(), 0))
	v := verify.Check(verify.Request{
		URL: url, Keys: []string{"other", key}, At: sent,
		Timestamp: h.Get(vod.HeaderTimestamp), Signature: h.Get(vod.HeaderSignature),
	})
	require.Equal(t, verify.Verdict{Reason: "milliseconds", Key: 2}, v)
}

// FuzzCheck compares the verdict to that of a receiver, and proves that what is
// called a variant is one.
func FuzzCheck(f *testing.F) {
	f.Add(url, url+"/", key, int64(1770091912), int64(0))
	f.Add("", "", "", int64(0), int64(-1))
	f.Add("HTTP://x:1/?#", "http://x", "k k", int64(99999999999), int64(600))
	f.Fuzz(func(t *testing.T, configured, signed, key string, unix, late int64) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		sent := time.Unix(unix, 0)
		at := sent.Add(time.Duration(late%100_000) * time.Second)
		h := vod.Sign(signed, key, sent)
		v := verify.Check(verify.Request{
			URL: configured, Keys: []string{key}, At: at,
			Timestamp: h.Get(vod.HeaderTimestamp), Signature: h.Get(vod.HeaderSignature),
		})
		receiver := vod.Verifier{URLs: []string{configured}, Keys: []string{key}, Now: func() time.Time { return at }}
		require.Equal(t, receiver.Verify(h) == nil, v.Valid)
		require.Equal(t, v.Valid, v.Reason == "", strconv.Quote(v.Reason))
		for _, variant := range v.Variants {
			require.NotEmpty(t, variant.Changes)
			require.Equal(t, signed, variant.URL)
		}
	})
}
