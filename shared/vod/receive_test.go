package vod_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

func TestReceive(t *testing.T) {
	t.Parallel()
	const body = `{"EventType":"FileUploadComplete","VideoId":"v1"}`
	errRead := errors.New("connection reset")
	pad := func(size int) string { return body + strings.Repeat(" ", size-len(body)) }
	for _, tc := range []struct {
		name   string
		method string
		body   io.Reader
		change func(r *http.Request)
		want   error
	}{
		{name: "event", body: strings.NewReader(body)},
		{name: "as large as may be", body: strings.NewReader(pad(vod.MaxBody))},
		{name: "as large as may be, in chunks", body: io.MultiReader(strings.NewReader(pad(vod.MaxBody)))},
		{name: "wrong method", method: http.MethodGet, want: vod.ErrMethod},
		{name: "unsigned", body: iotest.ErrReader(errRead), change: func(r *http.Request) { clear(r.Header) }, want: vod.ErrUnsigned},
		{name: "wrong signature", body: iotest.ErrReader(errRead), change: func(r *http.Request) {
			r.Header = vod.Sign(callbackURL, "other", sentAt())
		}, want: vod.ErrSignature},
		{name: "too large", body: strings.NewReader(pad(vod.MaxBody + 1)), want: vod.ErrTooLarge},
		{name: "too large, in chunks", body: io.MultiReader(strings.NewReader(pad(vod.MaxBody + 1))), want: vod.ErrTooLarge},
		{name: "says that it is too large", body: iotest.ErrReader(errRead), change: func(r *http.Request) {
			r.ContentLength = vod.MaxBody + 1
		}, want: vod.ErrTooLarge},
		{name: "breaks off", body: io.MultiReader(strings.NewReader(body[:9]), iotest.ErrReader(errRead)), want: errRead},
		{name: "no JSON", body: strings.NewReader("hello"), want: vod.ErrMalformed},
		{name: "no body", body: http.NoBody, want: vod.ErrMalformed},
		{name: "nil body", change: func(r *http.Request) { r.Body = nil }, want: vod.ErrMalformed},
		{name: "foreign", body: strings.NewReader(`{"EventType":"FileUploadComplete","MessageBody":{}}`), want: vod.ErrForeign},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			method := http.MethodPost
			if tc.method != "" {
				method = tc.method
			}
			r := httptest.NewRequestWithContext(t.Context(), method, "/anything", tc.body)
			r.Header = vod.Sign(callbackURL, callbackKey, sentAt())
			if tc.change != nil {
				tc.change(r)
			}
			v := vod.Verifier{URLs: []string{callbackURL}, Keys: []string{callbackKey}, Now: clock(sentAt())}
			e, err := vod.Receive(r, &v)
			require.ErrorIs(t, err, tc.want)
			if tc.want == nil {
				require.Equal(t, "v1", e.Head().Subject)
				return
			}
			require.Nil(t, e)
		})
	}
}

func TestReceiveWithoutVerifier(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`{"EventType":"A"}`))
	_, err := vod.Receive(r, nil)
	require.ErrorIs(t, err, vod.ErrUnsigned)
}
