package functions_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/vod"
)

const webhookSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

// receiver is somebody's own server that takes webhooks, and verifies them with
// the library that Standard Webhooks offers.
type receiver struct {
	url string

	mu     sync.Mutex
	copies map[vod.ID]int
	asked  int
	answer func(w http.ResponseWriter, r *http.Request) // nil takes everything
}

func newReceiver(t testing.TB) *receiver {
	t.Helper()
	hook, err := standardwebhooks.NewWebhook(webhookSecret)
	require.NoError(t, err)
	rec := &receiver{copies: map[vod.ID]int{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec.mu.Lock()
		rec.asked++
		answer := rec.answer
		rec.mu.Unlock()
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = hook.Verify(body, r.Header)
		}
		var e struct{ ID vod.ID }
		if err == nil {
			err = json.Unmarshal(body, &e)
		}
		if err != nil || e.ID.String() != r.Header.Get("webhook-id") {
			t.Errorf("a webhook that cannot be read: %v: %s", err, body)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if answer != nil {
			answer(w, r)
			return
		}
		rec.mu.Lock()
		defer rec.mu.Unlock()
		rec.copies[e.ID]++
	}))
	t.Cleanup(server.Close)
	t.Cleanup(server.CloseClientConnections)
	rec.url = server.URL
	return rec
}

// sink is the URL of a sink of that name.
func (r *receiver) sink(name string, settings ...string) string {
	return r.url + "/hook#" + strings.Join(append(settings, "private=allow", "name="+name), "&")
}

func (r *receiver) answers(answer func(w http.ResponseWriter, r *http.Request)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = answer
}

// got returns how many copies of each event were taken.
func (r *receiver) got() map[vod.ID]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.copies)
}

func (r *receiver) requests() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked
}
