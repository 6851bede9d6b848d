package webhook_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/sinktest"
	"github.com/vodevents/vodevents/shared/sink/webhook"
	"github.com/vodevents/vodevents/shared/vod"
)

// absent is an address at which nobody listens.
const absent = "http://127.0.0.1:1/vod"

func TestConformance(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	places := map[string]*inbox{} // by URL
	sinktest.Run(t, sinktest.Harness{
		URL: func(t *testing.T) string {
			t.Helper()
			in := &inbox{}
			u := serve(t, in.ServeHTTP)
			mu.Lock()
			defer mu.Unlock()
			places[u] = in
			return u
		},
		Settings: "private=allow",
		Copies: func(t *testing.T, u string) [][]byte {
			t.Helper()
			mu.Lock()
			defer mu.Unlock()
			return places[u].bodies()
		},
		Absent: absent,
		SecretURLs: []string{
			"http://vod:" + sinktest.Secret + "@127.0.0.1:1/" + sinktest.Secret + "?token=" + sinktest.Secret + "#name=test&private=allow&unsigned=allow",
			"https://" + sinktest.Secret + ":" + sinktest.Secret + "@/vod",
			"https:" + sinktest.Secret,
			"https://vod:" + sinktest.Secret + "@hooks.example.com/vod",
			"http://hooks.example.com/" + sinktest.Secret + "#name=test",
			absent + "#name=test&private=" + sinktest.Secret,
			absent + "#name=test&private=allow&unsigned=" + sinktest.Secret,
			absent + "#name=test&private=allow&secret=" + sinktest.Secret,
			absent + "#name=test&private=allow&secret=whsec_" + sinktest.Secret,
			absent + "#name=test&private=allow&secret=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw," + sinktest.Secret,
			absent + "#name=test&private=allow&unsigned=allow&secret=" + sinktest.Secret,
		},
	})
}

// inbox is a receiver that verifies what it gets, with the official library, and
// keeps it.
type inbox struct {
	mu   sync.Mutex
	kept [][]byte
}

func (in *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, "cut off", http.StatusBadRequest)
		return
	}
	verifier, err := standardwebhooks.NewWebhook(secret)
	if err == nil {
		err = verifier.Verify(body, r.Header)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	in.kept = append(in.kept, body)
}

func (in *inbox) bodies() [][]byte {
	in.mu.Lock()
	defer in.mu.Unlock()
	return append([][]byte(nil), in.kept...)
}

// secret is what the suite and these tests sign with.
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// serve starts an HTTP server for the test and returns the URL of a path on it.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL + "/vod"
}

// spec returns what a sink is made from: private=allow, and a timeout that no test
// waits for.
func spec(t *testing.T, rawURL string) sink.Spec {
	t.Helper()
	u, err := url.Parse(rawURL)
	require.NoError(t, err)
	return sink.Spec{
		URL: u, Timeout: 10 * time.Second, Secrets: []string{secret},
		Settings: map[string]string{"private": "allow"},
	}
}

func open(t *testing.T, s sink.Spec) *webhook.Sink {
	t.Helper()
	w, err := webhook.Open(s)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.Close()) })
	return w
}

// deliver delivers one event and returns its error.
func deliver(t *testing.T, s *webhook.Sink) error {
	t.Helper()
	errs := s.Deliver(t.Context(), events(1))
	require.Len(t, errs, 1)
	return errs[0]
}

// events returns n events, each with a text in its body that no error may hold.
func events(n int) []sink.Event {
	all := make([]sink.Event, n)
	for i := range all {
		all[i] = sink.Event{
			ID: vod.ID{0: 1, 15: byte(i)}, Type: "FileUploadComplete", Received: time.Now(),
			Body: []byte(`{"EventType":"FileUploadComplete","Title":"confidential"}`),
		}
	}
	return all
}

func TestOpen(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		url      string
		settings map[string]string
		secrets  []string
		err      string // a part of it
	}{
		{name: "https", url: "https://hooks.example.com/vod?a=b", secrets: []string{secret}},
		{name: "several secrets", url: "https://hooks.example.com", secrets: []string{secret, secret}},
		{name: "own secret", url: "https://hooks.example.com", settings: map[string]string{"secret": secret}},
		{
			name: "own secret in place of a wrong one", url: "https://hooks.example.com",
			settings: map[string]string{"secret": secret + "," + secret}, secrets: []string{"wrong"},
		},
		{name: "unsigned", url: "https://hooks.example.com", settings: map[string]string{"unsigned": "allow"}},
		{name: "user without password", url: "https://token@hooks.example.com", secrets: []string{secret}},
		{name: "public address", url: "https://[2606:4700::1111]:8443/", secrets: []string{secret}},
		{name: "private address", url: "https://10.0.0.7/", settings: map[string]string{"private": "allow"}, secrets: []string{secret}},
		{name: "plain http inside", url: "http://vod.internal/", settings: map[string]string{"private": "allow"}, secrets: []string{secret}},

		{name: "no secret", url: "https://hooks.example.com", err: "VOD_WEBHOOK_SECRET or #secret="},
		{name: "wrong common secret", url: "https://hooks.example.com", secrets: []string{secret, "whsec_"}, err: "VOD_WEBHOOK_SECRET: number 2"},
		{name: "wrong own secret", url: "https://hooks.example.com", settings: map[string]string{"secret": ""}, err: "setting secret: number 1"},
		{
			name: "secret and unsigned", url: "https://hooks.example.com", err: "contradict",
			settings: map[string]string{"secret": secret, "unsigned": "allow"},
		},
		{name: "unsigned is yes", url: "https://hooks.example.com", settings: map[string]string{"unsigned": "yes"}, err: "unsigned=allow"},
		{name: "private is true", url: "https://10.0.0.7/", settings: map[string]string{"private": "true"}, err: "private=allow"},
		{name: "unknown setting", url: "https://hooks.example.com", settings: map[string]string{"retries": "3"}, err: `"retries"`},
		{name: "no host", url: "https:///vod", secrets: []string{secret}, err: "host is missing"},
		{name: "no host but a port", url: "https://:443/vod", secrets: []string{secret}, err: "host is missing"},
		{name: "no slashes", url: "https:hooks.example.com", secrets: []string{secret}, err: "host is missing"},
		{name: "plain http", url: "http://hooks.example.com", secrets: []string{secret}, err: "private=allow"},
		{
			name: "plain http to a public address", url: "http://8.8.8.8/", err: "write https",
			settings: map[string]string{"private": "allow"}, secrets: []string{secret},
		},
		{name: "private address without leave", url: "https://10.0.0.7/", secrets: []string{secret}, err: "private=allow"},
		{
			name: "metadata service", url: "https://100.100.100.200/", err: "no receiver",
			settings: map[string]string{"private": "allow"}, secrets: []string{secret},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := spec(t, tc.url)
			s.Settings, s.Secrets = tc.settings, tc.secrets
			w, err := webhook.Open(s)
			if tc.err != "" {
				require.ErrorContains(t, err, tc.err)
				require.True(t, strings.HasPrefix(err.Error(), "webhook: "), err)
				return
			}
			require.NoError(t, err)
			require.NoError(t, w.Close())
		})
	}
}
