package openapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/vodctl/openapi"
	"github.com/vodevents/vodevents/shared/alicloud"
)

// TestSignPublished signs the example that the description of the algorithm gives
// (Alibaba Cloud SDK, "V3 request structure and signature", read 2026-11-23).
func TestSignPublished(t *testing.T) {
	t.Parallel()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
		"https://ecs.cn-shanghai.aliyuncs.com/?ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai", http.NoBody)
	require.NoError(t, err)
	r.Header.Set("X-Acs-Action", "RunInstances")
	r.Header.Set("X-Acs-Version", "2014-05-26")
	openapi.Sign(r, nil, alicloud.Credentials{AccessKeyID: "YourAccessKeyId", AccessKeySecret: "YourAccessKeySecret"},
		time.Date(2023, 10, 26, 10, 22, 32, 0, time.UTC), "3156853299f313e23d1673dc12e1703d")
	require.Equal(t, "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,"+
		"SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"+
		"Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0", r.Header.Get("Authorization"))
}

func TestSignCoversAllThatCounts(t *testing.T) {
	t.Parallel()
	signed := func(change func(*http.Request), body string, c alicloud.Credentials) string {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://vod.cn-shanghai.aliyuncs.com?a=1", http.NoBody)
		require.NoError(t, err)
		change(r)
		openapi.Sign(r, []byte(body), c, time.Unix(1, 0).In(time.FixedZone("", 3600)), "nonce")
		require.Equal(t, "1970-01-01T00:00:01Z", r.Header.Get("X-Acs-Date"), "UTC")
		_, signature, _ := strings.Cut(r.Header.Get("Authorization"), "Signature=")
		return signature
	}
	key := alicloud.Credentials{AccessKeyID: "id", AccessKeySecret: "secret"}
	same := func(*http.Request) {}
	usual := signed(same, "", key)
	require.Equal(t, usual, signed(func(r *http.Request) { r.URL.Path = "/" }, "", key), "the path that is always meant")
	require.Equal(t, usual, signed(func(r *http.Request) { r.Header.Set("Accept", "x") }, "", key), "a proxy may change it")
	for name, other := range map[string]string{
		"body":   signed(same, "x", key),
		"token":  signed(same, "", alicloud.Credentials{AccessKeyID: "id", AccessKeySecret: "secret", SecurityToken: "t"}),
		"secret": signed(same, "", alicloud.Credentials{AccessKeyID: "id", AccessKeySecret: "other"}),
		"method": signed(func(r *http.Request) { r.Method = http.MethodGet }, "", key),
		"host":   signed(func(r *http.Request) { r.Host = "x" }, "", key),
		"path":   signed(func(r *http.Request) { r.URL.Path = "/x" }, "", key),
		"query":  signed(func(r *http.Request) { r.URL.RawQuery = "a=2" }, "", key),
		"type":   signed(func(r *http.Request) { r.Header.Set("Content-Type", "x") }, "", key),
		"action": signed(func(r *http.Request) { r.Header.Set("X-Acs-Action", "x") }, "", key),
	} {
		require.NotEqual(t, usual, other, name)
	}
}
