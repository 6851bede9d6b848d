package webhook_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestProbe(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("nothing is sent") })
	plain, secure := httptest.NewServer(handler), httptest.NewTLSServer(handler)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	const path = "/s3cret?token=s3cret"
	trusting := open(t, spec(t, secure.URL+path))
	trusting.Trust(secure.Certificate())
	require.NoError(t, trusting.Probe(t.Context()))
	require.NoError(t, open(t, spec(t, plain.URL+path)).Probe(t.Context()))
	for _, tc := range []struct{ name, url, want string }{
		{name: "certificate of nobody", url: secure.URL + path, want: "certificate"},
		{name: "no TLS", url: "https" + plain.URL[len("http"):] + path, want: "does not speak TLS"},
		{name: "nobody", url: "http://127.0.0.1:1" + path, want: "refused"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			err := open(t, spec(t, tc.url)).Probe(t.Context())
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), "s3cret")
		})
	}
	inside := spec(t, "https://localhost:1"+path)
	inside.Settings = nil
	require.ErrorContains(t, open(t, inside).Probe(t.Context()), "set #private=allow")
}

// TestProbeEnds with its context, and with its timeout, if the other end says nothing.
func TestProbeEnds(t *testing.T) {
	t.Parallel()
	silent, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	sp := spec(t, "https://"+silent.Addr().String()+"/")
	sp.Timeout = 100 * time.Millisecond
	require.ErrorContains(t, open(t, sp).Probe(t.Context()), "no connection within 100ms")
	sp.Timeout = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, open(t, sp).Probe(ctx), context.DeadlineExceeded)
}
