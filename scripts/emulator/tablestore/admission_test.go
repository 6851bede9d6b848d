package tablestore_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	sdk "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"
	"github.com/aliyun/aliyun-tablestore-go-sdk/tablestore/otsprotocol"
	"github.com/golang/protobuf/proto"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/emulator/tablestore"
)

// tamper changes the SDK's requests, signed as they are, on their way.
type tamper func(*http.Request)

func (f tamper) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	f(r)
	return http.DefaultTransport.RoundTrip(r)
}

func body(text string) tamper {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	}
}

func header(name, value string) tamper {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func TestAdmission(t *testing.T) {
	t.Parallel()
	s := start(t, tablestore.Options{})
	const missing, auth = "OTSMissingHeader", "OTSAuthFailed"
	for _, tc := range []struct {
		name    string
		tamper  tamper
		status  int
		code    string
		message string
	}{
		{name: "body", tamper: body("x"), status: 403, code: auth, message: "Mismatch between MD5 value of request body and x-ots-contentmd5 in header."},
		{name: "body and its digest", tamper: func(r *http.Request) {
			body("x")(r)
			header("x-ots-contentmd5", "ndTkYSaMgDT1yFZOFVxnpg==")(r)
		}, status: 403, code: auth, message: "Signature mismatch."},
		{name: "signature", tamper: header("x-ots-signature", "nonsense"), status: 403, code: auth, message: "Signature mismatch."},
		{name: "header that was not signed", tamper: header("x-ots-extra", "1"), status: 403, code: auth, message: "Signature mismatch."},
		{name: "operation", tamper: func(r *http.Request) { r.URL.Path = "/DeleteTable" }, status: 403, code: auth, message: "Signature mismatch."},
		{name: "token that is none of the owner's", tamper: header("x-ots-ststoken", "x"), status: 403, code: auth, message: "The security token is invalid."},
		{name: "access key", tamper: header("x-ots-accesskeyid", "LTAInobody"), status: 403, code: auth, message: "The AccessKeyID does not exist."},
		{name: "instance", tamper: header("x-ots-instancename", "nowhere"), status: 403, code: auth, message: "The instance is not found."},
		{name: "old date", tamper: header("x-ots-date", "2014-06-07T14:25:40Z"), status: 403, code: auth, message: "Mismatch between system time and x-ots-date: 2014-06-07T14:25:40Z."},
		{name: "no date", tamper: header("x-ots-date", "today"), status: 400, code: "OTSParameterInvalid", message: "Invalid date format: today."},
		{name: "version", tamper: header("x-ots-apiversion", "2014-08-08"), status: 400, code: "OTSParameterInvalid", message: "Invalid API version: '2014-08-08'."},
		{name: "method", tamper: func(r *http.Request) { r.Method = http.MethodPut }, status: 405, code: "OTSMethodNotAllowed", message: "Only POST method for requests is supported."},
		{name: "without date", tamper: header("x-ots-date", ""), status: 400, code: missing, message: "Missing header: 'x-ots-date'."},
		{name: "without digest", tamper: header("x-ots-contentmd5", ""), status: 400, code: missing, message: "Missing header: 'x-ots-contentmd5'."},
		{name: "without access key", tamper: header("x-ots-accesskeyid", ""), status: 400, code: missing, message: "Missing header: 'x-ots-accesskeyid'."},
		{name: "without instance", tamper: header("x-ots-instancename", ""), status: 400, code: missing, message: "Missing header: 'x-ots-instancename'."},
		{name: "without version", tamper: header("x-ots-apiversion", ""), status: 400, code: missing, message: "Missing header: 'x-ots-apiversion'."},
		{name: "without signature", tamper: header("x-ots-signature", ""), status: 400, code: missing, message: "Missing header: 'x-ots-signature'."},
		{name: "too large", tamper: body(strings.Repeat("x", 8<<20+1)), status: 413, code: "OTSRequestBodyTooLarge", message: "The size of POST data is too large."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			config := sdk.NewDefaultTableStoreConfig()
			config.RetryTimes, config.Transport = 0, tc.tamper
			c := sdk.NewClientWithConfig(s.Endpoint, s.Instance, s.AccessKeyID, s.AccessKeySecret, "", config)
			_, err := c.ListTable()
			refused(t, err, tc.status, tc.code, tc.message)
		})
	}
}

func TestOptionalHeadersAreSigned(t *testing.T) {
	t.Parallel()
	s := start(t, tablestore.Options{})
	c := sdk.NewClientWithExternalHeader(s.Endpoint, s.Instance, s.AccessKeyID, s.AccessKeySecret, "", nil,
		map[string]string{"X-Ots-Sdk-Traceid": "not signed"})
	_, err := c.ListTable()
	refused(t, err, 403, "OTSAuthFailed", "Signature mismatch.")

	c = client(s)
	create(t, c, items)
	q := &sdk.DescribeTableRequest{TableName: "items"}
	q.SetTraceID("a-trace")
	_, err = c.DescribeTable(q)
	require.NoError(t, err)
}

func TestWrongSecret(t *testing.T) {
	t.Parallel()
	s := start(t, tablestore.Options{})
	c := clientFor(s, tablestore.Credentials{AccessKeyID: s.AccessKeyID, AccessKeySecret: "guess"})
	_, err := c.ListTable()
	refused(t, err, 403, "OTSAuthFailed", "Signature mismatch.")
	require.Equal(t, 1, s.Requests(tablestore.ListTable))
}

func TestUnsupportedOperation(t *testing.T) {
	t.Parallel()
	s := start(t, tablestore.Options{})
	_, err := client(s).ListStream(&sdk.ListStreamRequest{})
	refused(t, err, 400, "OTSUnsupportOperation", "Unsupported operation: 'ListStream'.")
}

// Replies have the headers of the protocol, and errors are protobuf messages.
func TestReplyHeaders(t *testing.T) {
	t.Parallel()
	s := start(t, tablestore.Options{})
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Endpoint+"/ListTable", bytes.NewReader(nil))
	require.NoError(t, err)
	a, err := http.DefaultClient.Do(q)
	require.NoError(t, err)
	defer func() { _ = a.Body.Close() }()
	content, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	require.Equal(t, 400, a.StatusCode)
	require.Regexp(t, `^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, a.Header.Get("x-ots-requestid"))
	require.NotEmpty(t, a.Header.Get("x-ots-date"))
	require.NotEmpty(t, a.Header.Get("x-ots-contentmd5"))
	e := new(otsprotocol.Error)
	require.NoError(t, proto.Unmarshal(content, e))
	require.Equal(t, "OTSMissingHeader", e.GetCode())
}

func TestTemporaryCredentials(t *testing.T) {
	now := newClock()
	s := start(t, tablestore.Options{Now: now.Now})
	issued := s.Issue(10 * time.Minute)
	c := clientFor(s, issued)
	_, err := c.ListTable()
	require.NoError(t, err)

	t.Run("without the token", func(t *testing.T) {
		bare := issued
		bare.SecurityToken = ""
		_, err := clientFor(s, bare).ListTable()
		refused(t, err, 403, "OTSAuthFailed", "The security token is invalid.")
	})
	t.Run("with the token of another", func(t *testing.T) {
		mixed := issued
		mixed.SecurityToken = s.Issue(time.Hour).SecurityToken
		_, err := clientFor(s, mixed).ListTable()
		refused(t, err, 403, "OTSAuthFailed", "The security token is invalid.")
	})
	t.Run("just valid", func(t *testing.T) {
		now.forward(10*time.Minute - time.Nanosecond)
		_, err := c.ListTable()
		require.NoError(t, err)
	})
	t.Run("expired", func(t *testing.T) {
		now.forward(time.Nanosecond)
		_, err := c.ListTable()
		refused(t, err, 403, "OTSAuthFailed", "The security token is expired.")
		_, err = client(s).ListTable()
		require.NoError(t, err, "the owner's never expire")
	})
	t.Run("revoked", func(t *testing.T) {
		fresh := s.Issue(time.Hour)
		s.Revoke(s.AccessKeyID)
		_, err := client(s).ListTable()
		refused(t, err, 403, "OTSAuthFailed", "The AccessKeyID does not exist.")
		_, err = clientFor(s, fresh).ListTable()
		require.NoError(t, err, "others still work")
	})
}
