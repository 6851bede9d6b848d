package oss_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/oss"
)

// vector is a signed request as the tests of the official SDKs have it.
//
// Source: github.com/aliyun/alibabacloud-oss-go-sdk-v2 v1.6.1, oss/signer/signer_test.go.
func vector(t *testing.T, authorization string, unix int64) *http.Request {
	t.Helper()
	query := url.Values{
		"param1": {"value1"}, "+param1": {"value3"}, "|param1": {"value4"}, "+param2": {""}, "|param2": {""}, "param2": {""},
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPut, "/bucket/1234+-/123/1.txt?"+query.Encode(), http.NoBody)
	for name, value := range map[string]string{
		"x-oss-head1": "value", "abc": "value", "ZAbc": "value", "XYZ": "value", "content-type": "text/plain",
		"x-oss-content-sha256": "UNSIGNED-PAYLOAD", "x-oss-date": time.Unix(unix, 0).UTC().Format("20060102T150405Z"),
		"Authorization": "OSS4-HMAC-SHA256 Credential=ak/" + authorization,
	} {
		r.Header.Set(name, value)
	}
	return r
}

const (
	plain      = "20231216/cn-hangzhou/oss/aliyun_v4_request,Signature=e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe"
	temporary  = "20231217/cn-hangzhou/oss/aliyun_v4_request,Signature=b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea"
	additional = "20231216/cn-hangzhou/oss/aliyun_v4_request,AdditionalHeaders=abc;zabc,Signature=4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f"

	plainTime, temporaryTime, additionalTime = 1702743657, 1702784856, 1702747512
)

func TestSignatures(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name          string
		authorization string // default plain
		unix          int64  // default plainTime
		token         string
		change        func(*http.Request)
		late          time.Duration
		want          string // code of the error; empty: accepted
	}{
		{name: "plain"},
		{name: "with a token", authorization: temporary, unix: temporaryTime, token: "token"},
		{name: "with additional headers", authorization: additional, unix: additionalTime},
		{name: "spaces after the commas", authorization: strings.ReplaceAll(additional, ",", ", "), unix: additionalTime},
		{name: "15 minutes late", late: 15 * time.Minute},
		{name: "15 minutes early", late: -15 * time.Minute},

		{name: "later than that", late: 15*time.Minute + time.Second, want: "RequestTimeTooSkewed"},
		{name: "earlier than that", late: -15*time.Minute - time.Second, want: "RequestTimeTooSkewed"},
		{name: "no signature", change: func(r *http.Request) { r.Header.Del("Authorization") }, want: "AccessDenied"},
		{name: "version 1", change: func(r *http.Request) { r.Header.Set("Authorization", "OSS ak:abc=") }, want: "InvalidArgument"},
		{name: "other digits", authorization: strings.Replace(plain, "284afe", "284aff", 1), want: "SignatureDoesNotMatch"},
		{name: "no digits", authorization: "20231216/cn-hangzhou/oss/aliyun_v4_request", want: "InvalidArgument"},
		{name: "empty additional headers", authorization: strings.Replace(additional, "abc;zabc", "", 1), unix: additionalTime, want: "InvalidArgument"},
		{name: "additional headers left out", authorization: strings.Replace(additional, "AdditionalHeaders=abc;zabc,", "", 1), unix: additionalTime, want: "SignatureDoesNotMatch"},
		{name: "other region", authorization: strings.Replace(plain, "hangzhou", "shanghai", 1), want: "InvalidArgument"},
		{name: "other service", authorization: strings.Replace(plain, "/oss/", "/sls/", 1), want: "InvalidArgument"},
		{name: "other day", authorization: strings.Replace(plain, "1216", "1217", 1), want: "InvalidArgument"},
		{name: "scope too short", authorization: strings.Replace(plain, "/oss", "", 1), want: "InvalidArgument"},
		{name: "other key", change: func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "ak", "ka", 1))
		}, want: "InvalidAccessKeyId"},
		{name: "no token", authorization: temporary, unix: temporaryTime, token: "token", want: "InvalidSecurityToken", change: func(r *http.Request) {
			r.Header.Del("X-Oss-Security-Token")
		}},
		{name: "other token", authorization: temporary, unix: temporaryTime, token: "token", want: "InvalidSecurityToken", change: func(r *http.Request) {
			r.Header.Set("X-Oss-Security-Token", "nekot")
		}},
		{name: "no time", change: func(r *http.Request) { r.Header.Del("X-Oss-Date") }, want: "AccessDenied"},
		{name: "signed payload", change: func(r *http.Request) { r.Header.Set("X-Oss-Content-Sha256", "e3b0c4") }, want: "InvalidArgument"},
		{name: "other method", change: func(r *http.Request) { r.Method = http.MethodDelete }, want: "SignatureDoesNotMatch"},
		{name: "other object", change: func(r *http.Request) { r.URL.Path += "t" }, want: "SignatureDoesNotMatch"},
		{name: "other bucket", change: func(r *http.Request) { r.URL.Path = "/tekcub" + r.URL.Path[7:] }, want: "SignatureDoesNotMatch"},
		{name: "other parameter", change: func(r *http.Request) { r.URL.RawQuery += "&a=b" }, want: "SignatureDoesNotMatch"},
		{name: "other value of a parameter", change: func(r *http.Request) {
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "value1", "value2", 1)
		}, want: "SignatureDoesNotMatch"},
		{name: "other header of OSS", change: func(r *http.Request) { r.Header.Set("X-Oss-Head1", "eulav") }, want: "SignatureDoesNotMatch"},
		{name: "another header of OSS", change: func(r *http.Request) { r.Header.Set("X-Oss-Object-Acl", "public-read") }, want: "SignatureDoesNotMatch"},
		{name: "other content type", change: func(r *http.Request) { r.Header.Set("Content-Type", "text/html") }, want: "SignatureDoesNotMatch"},
		{name: "another header", change: func(r *http.Request) { r.Header.Set("Range", "bytes=0-1") }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if tc.authorization == "" {
				tc.authorization = plain
			}
			if tc.unix == 0 {
				tc.unix = plainTime
			}
			s := oss.New("cn-hangzhou")
			s.Now = func() time.Time { return time.Unix(tc.unix, 0).Add(tc.late) }
			s.AddKey(oss.AccessKey{ID: "ak", Secret: "sk", Token: tc.token})
			s.AddBucket("bucket")
			s.AddBucket("tekcub")
			r := vector(t, tc.authorization, tc.unix)
			if tc.token != "" {
				r.Header.Set("X-Oss-Security-Token", tc.token)
			}
			if tc.change != nil {
				tc.change(r)
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if tc.want == "" {
				require.Equal(t, http.StatusOK, w.Code, w.Body)
				require.Len(t, s.Objects("bucket"), 1)
				return
			}
			require.Contains(t, w.Body.String(), "<Code>"+tc.want+"</Code>")
			require.Contains(t, w.Body.String(), "<RequestId>"+w.Header().Get("X-Oss-Request-Id")+"</RequestId>")
			require.Empty(t, s.Objects("bucket"))
			require.Empty(t, s.Calls(), "only authentic requests count")
		})
	}
}

// FuzzAuthorization holds that nobody gets in without the secret.
func FuzzAuthorization(f *testing.F) {
	f.Add("OSS4-HMAC-SHA256 Credential=ak/" + plain)
	f.Add("OSS4-HMAC-SHA256 Credential=ak/" + additional)
	f.Add("OSS4-HMAC-SHA256 Credential=////,Signature=")
	f.Add("OSS4-HMAC-SHA256 ,,,===")
	right := strings.ToLower(plain[strings.Index(plain, "Signature="):])
	f.Fuzz(func(t *testing.T, header string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		s := oss.New("cn-hangzhou")
		s.Now = func() time.Time { return time.Unix(plainTime, 0) }
		s.AddKey(oss.AccessKey{ID: "ak", Secret: "sk"})
		s.AddBucket("bucket")
		r := vector(t, plain, plainTime)
		r.Header.Set("Authorization", header)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code == http.StatusOK {
			require.Contains(t, strings.ToLower(header), right)
		}
	})
}
