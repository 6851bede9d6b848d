package vod_test

import (
	"errors"
	"fmt"
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
			got, err := vod.Receive(r, &v)
			require.ErrorIs(t, err, tc.want)
			if tc.want == nil {
				require.Equal(t, "v1", got.Event.Head().Subject)
				require.Equal(t, idOf(t, body), got.ID)
				require.Equal(t, body, strings.TrimSpace(string(got.Body)))
				return
			}
			require.Zero(t, got)
		})
	}
}

// What is authentic is never lost, however little it says.
func TestReceiveWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, body string
		want       error
	}{
		{name: "foreign", body: `{"EventType":"FileUploadComplete","MessageBody":{}}`, want: vod.ErrForeign},
		{name: "no JSON", body: "hello", want: vod.ErrMalformed},
		{name: "no event", body: `[]`, want: vod.ErrMalformed},
		{name: "too many values", body: `{"EventType":"A","X":` + zeros(vod.MaxValues) + `}`, want: vod.ErrMalformed},
		{name: "no body", want: vod.ErrMalformed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(tc.body))
			r.Header = vod.Sign(callbackURL, callbackKey, sentAt())
			v := vod.Verifier{URLs: []string{callbackURL}, Keys: []string{callbackKey}, Now: clock(sentAt())}
			got, err := vod.Receive(r, &v)
			require.ErrorIs(t, err, tc.want)
			require.Nil(t, got.Event)
			require.Equal(t, tc.body, string(got.Body))
			id, _ := vod.IDOf([]byte(tc.body)) // of what is no JSON, too
			require.Equal(t, id, got.ID)
			require.Equal(t, http.StatusOK, vod.StatusOf(err))
		})
	}
	t.Run("nil body", func(t *testing.T) {
		t.Parallel()
		r := &http.Request{Method: http.MethodPost, Header: vod.Sign(callbackURL, callbackKey, sentAt())}
		v := vod.Verifier{URLs: []string{callbackURL}, Keys: []string{callbackKey}, Now: clock(sentAt())}
		got, err := vod.Receive(r, &v)
		require.ErrorIs(t, err, vod.ErrMalformed)
		require.NotZero(t, got.ID)
	})
}

func TestStatusOf(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		err  error
		want int
	}{
		{nil, 200},
		{vod.ErrMalformed, 200},
		{vod.ErrForeign, 200},
		{vod.ErrMethod, 405},
		{vod.ErrUnsigned, 401},
		{vod.ErrSignature, 401},
		{vod.ErrExpired, 401},
		{vod.ErrTooLarge, 413},
		{io.ErrUnexpectedEOF, 400},
	} {
		require.Equal(t, tc.want, vod.StatusOf(tc.err), "%v", tc.err)
		if tc.err != nil {
			require.Equal(t, tc.want, vod.StatusOf(fmt.Errorf("a: %w", tc.err)), "%v", tc.err)
		}
	}
}

func TestReceiveWithoutVerifier(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`{"EventType":"A"}`))
	_, err := vod.Receive(r, nil)
	require.ErrorIs(t, err, vod.ErrUnsigned)
}
