package mns_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/alicloud"
	"github.com/vodevents/vodevents/shared/mns"
)

// The expected signature is that of
//
//	printf 'POST\n<Content-MD5>\napplication/xml\n<Date>\nx-mns-prefix:vod\nx-mns-version:2015-06-06\n<resource>' |
//	  openssl dgst -sha1 -hmac secret -binary | base64
func TestSign(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 16, 0, 0, 999, time.FixedZone("", 8*60*60))
	sign := func(h http.Header, token string) http.Header {
		mns.Sign(h, http.MethodPost, "/queues/vod-events/messages?numOfMessages=16&waitseconds=30", []byte("<Message/>"),
			alicloud.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: token}, at)
		return h
	}
	h := sign(http.Header{"X-Mns-Prefix": {" vod "}, "Accept": {"x"}}, "")
	require.Equal(t, http.Header{
		"Accept":        {"x"},
		"Authorization": {"MNS id:1MaKi4n7g8WX5XyUTQwBmzAewyU="},
		"Content-Md5":   {"ZmJjNTU0M2M2YTY0OGM3NzAxNTg4Y2Y2NGY0YTUyZTU="},
		"Content-Type":  {"application/xml"},
		"Date":          {"Mon, 23 Nov 2026 08:00:00 GMT"},
		"X-Mns-Prefix":  {" vod "},
		"X-Mns-Version": {"2015-06-06"},
	}, h)

	h = sign(h, "token")
	require.Equal(t, "token", h.Get("Security-Token"))
	require.Equal(t, "MNS id:1MaKi4n7g8WX5XyUTQwBmzAewyU=", h.Get("Authorization"), "the token is not covered")
	require.Empty(t, sign(h, "").Get("Security-Token"), "nothing is left of other credentials")
}
