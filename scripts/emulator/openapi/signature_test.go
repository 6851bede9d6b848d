package openapi_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/openapi"
)

// The example that the description of the algorithm gives, with its signature
// (Alibaba Cloud SDK, "V3 request structure and signature", read 2026-11-23).
const (
	publishedQuery     = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai"
	publishedSignature = "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
	publishedHeaders   = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
)

var publishedTime = time.Date(2023, 10, 26, 10, 22, 32, 0, time.UTC)

// published returns the example as a request.
func published() *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://ecs.cn-shanghai.aliyuncs.com/?"+publishedQuery, nil)
	r.Header.Set("X-Acs-Action", "RunInstances")
	r.Header.Set("X-Acs-Content-Sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
	r.Header.Set("X-Acs-Date", "2023-10-26T10:22:32Z")
	r.Header.Set("X-Acs-Signature-Nonce", "3156853299f313e23d1673dc12e1703d")
	r.Header.Set("X-Acs-Version", "2014-05-26")
	authorize(r, publishedHeaders, publishedSignature)
	return r
}

func authorize(r *http.Request, signed, signature string) {
	r.Header.Set("Authorization", "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders="+signed+",Signature="+signature)
}

// codeOf returns the code with which the server answers a request, and its status.
func codeOf(t *testing.T, s *openapi.Server, r *http.Request) (code string, status int) {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var said struct{ Code, Message, RequestID, HostID string }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &said), w.Body)
	require.NotEmpty(t, said.Message)
	require.NotEmpty(t, said.RequestID)
	require.Equal(t, r.Host, said.HostID)
	return said.Code, w.Code
}

func TestSignature(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(*http.Request)
		token  string // of the key
		late   time.Duration
		want   string
	}{
		// Who gets past the signature asks for what is not emulated.
		{name: "as published", want: "InvalidApi.NotFound"},
		{name: "15 minutes old", late: 15 * time.Minute, want: "InvalidApi.NotFound"},
		{name: "15 minutes ahead", late: -15 * time.Minute, want: "InvalidApi.NotFound"},
		{name: "headers that need not be signed", change: func(r *http.Request) { r.Header.Set("Accept", "application/json") }, want: "InvalidApi.NotFound"},
		{name: "query in another order", change: func(r *http.Request) {
			image, region, _ := strings.Cut(publishedQuery, "&")
			r.URL.RawQuery = region + "&" + image
		}, want: "InvalidApi.NotFound"},

		{name: "older", late: 15*time.Minute + time.Second, want: "InvalidTimeStamp.Expired"},
		{name: "further ahead", late: -15*time.Minute - time.Second, want: "InvalidTimeStamp.Expired"},
		{name: "date in another form", change: func(r *http.Request) { r.Header.Set("X-Acs-Date", "Thu, 26 Oct 2023 10:22:32 GMT") }, want: "InvalidTimeStamp.Format"},
		{name: "other date", change: func(r *http.Request) { r.Header.Set("X-Acs-Date", "2023-10-26T10:22:33Z") }, want: "SignatureDoesNotMatch"},
		{name: "other nonce", change: func(r *http.Request) { r.Header.Set("X-Acs-Signature-Nonce", "x") }, want: "SignatureDoesNotMatch"},
		{name: "other action", change: func(r *http.Request) { r.Header.Set("X-Acs-Action", "StopInstances") }, want: "SignatureDoesNotMatch"},
		{name: "other host", change: func(r *http.Request) { r.Host = "ecs.cn-beijing.aliyuncs.com" }, want: "SignatureDoesNotMatch"},
		{name: "other method", change: func(r *http.Request) { r.Method = http.MethodGet }, want: "SignatureDoesNotMatch"},
		{name: "other path", change: func(r *http.Request) { r.URL.Path = "/x" }, want: "SignatureDoesNotMatch"},
		{name: "other query", change: func(r *http.Request) { r.URL.RawQuery += "&Amount=2" }, want: "SignatureDoesNotMatch"},
		{name: "other body", change: func(r *http.Request) { r.Body = http.NoBody; *r = *withBody(r, "x") }, want: "SignatureDoesNotMatch"},
		{name: "other signature", change: func(r *http.Request) { authorize(r, publishedHeaders, strings.Repeat("0", 64)) }, want: "SignatureDoesNotMatch"},
		{name: "none", change: func(r *http.Request) { r.Header.Del("Authorization") }, want: "IncompleteSignature"},
		{name: "another algorithm", change: func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "SHA256", "SM3", 1))
		}, want: "IncompleteSignature"},
		{name: "host not signed", change: func(r *http.Request) {
			authorize(r, strings.TrimPrefix(publishedHeaders, "host;"), publishedSignature)
		}, want: "IncompleteSignature"},
		{name: "a header that has to be signed and is not", change: func(r *http.Request) { r.Header.Set("X-Acs-Security-Token", "t") }, want: "IncompleteSignature"},
		{name: "content type not signed", change: func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, want: "IncompleteSignature"},
		{name: "headers not in order", change: func(r *http.Request) {
			authorize(r, "x-acs-version;"+strings.TrimSuffix(publishedHeaders, ";x-acs-version"), publishedSignature)
		}, want: "IncompleteSignature"},
		{name: "no nonce", change: func(r *http.Request) { r.Header.Del("X-Acs-Signature-Nonce") }, want: "IncompleteSignature"},
		{name: "key that is not known", change: func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "YourAccessKeyId", "mine", 1))
		}, want: "InvalidAccessKeyId.NotFound"},
		{name: "key of a role without its token", token: "token", want: "InvalidSecurityToken.MismatchWithAccessKey"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := openapi.New("cn-shanghai")
			s.Now = func() time.Time { return publishedTime.Add(tc.late) }
			s.AddKey(openapi.AccessKey{ID: "YourAccessKeyId", Secret: "YourAccessKeySecret", Token: tc.token})
			r := published()
			if tc.change != nil {
				tc.change(r)
			}
			code, status := codeOf(t, s, r)
			require.Equal(t, tc.want, code)
			require.Equal(t, strings.HasSuffix(code, "NotFound"), status == http.StatusNotFound)
		})
	}
}

func withBody(r *http.Request, body string) *http.Request {
	changed := r.Clone(r.Context())
	changed.Body = httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)).Body
	return changed
}

// TestNonce: a request that comes twice is carried out once, and one that is not
// authentic uses up no nonce.
func TestNonce(t *testing.T) {
	t.Parallel()
	s := openapi.New("cn-shanghai")
	s.Now = func() time.Time { return publishedTime }
	s.AddKey(openapi.AccessKey{ID: "YourAccessKeyId", Secret: "YourAccessKeySecret"})
	forged := published()
	authorize(forged, publishedHeaders, strings.Repeat("0", 64))
	for _, step := range []struct {
		r    *http.Request
		want string
	}{
		{forged, "SignatureDoesNotMatch"}, {published(), "InvalidApi.NotFound"}, {published(), "SignatureNonceUsed"},
	} {
		code, _ := codeOf(t, s, step.r)
		require.Equal(t, step.want, code)
	}
}

func FuzzServeHTTP(f *testing.F) {
	f.Add("ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders="+publishedHeaders+",Signature="+publishedSignature, publishedQuery+"&x=1", "body")
	f.Add("ACS3-HMAC-SHA256 Credential=a,SignedHeaders=,Signature=", "%zz", "")
	f.Fuzz(func(t *testing.T, authorization, query, body string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		s := openapi.New("cn-shanghai")
		s.Now = func() time.Time { return publishedTime }
		s.AddKey(openapi.AccessKey{ID: "YourAccessKeyId", Secret: "YourAccessKeySecret"})
		r := withBody(published(), body)
		r.Header.Set("Authorization", authorization)
		r.URL.RawQuery = query
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		require.GreaterOrEqual(t, w.Code, 400, "nothing is authentic but the published request, which is not emulated")
		if query != publishedQuery || body != "" {
			require.NotContains(t, w.Body.String(), "InvalidApi.NotFound", "another request has the same signature")
		}
	})
}
