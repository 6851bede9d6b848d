package demo

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// receiver is a system of somebody's that gets its copies as webhooks. It refuses
// everything once, as if it were down, and checks signatures for itself.
type receiver struct {
	url    string
	server *http.Server
	served sync.WaitGroup

	mu     sync.Mutex
	secret []byte
	down   bool           // has refused something
	copies map[vod.ID]int // taken
	forged int            // not signed with the secret
}

// newReceiver starts a receiver on loopback.
func newReceiver(ctx context.Context) (*receiver, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &receiver{url: "http://" + l.Addr().String(), copies: map[vod.ID]int{}}
	r.server = &http.Server{Handler: r, ReadHeaderTimeout: 10 * time.Second}
	r.served.Go(func() { _ = r.server.Serve(l) }) // it ends with the server
	return r, nil
}

func (r *receiver) close() error {
	err := r.server.Close()
	r.served.Wait()
	return err
}

// sink is the setting that sends copies here.
func (r *receiver) sink() string { return r.url + "/webhook#name=crm&private=allow" }

// signedWith says which secret the requests are signed with (whsec_…).
func (r *receiver) signedWith(secret string) error {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret = key
	return err
}

// ServeHTTP takes a webhook.
func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	var event struct {
		ID vod.ID `json:"id"`
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case !r.down:
		r.down = true
		w.WriteHeader(http.StatusServiceUnavailable)
	case err != nil || !r.signed(req.Header, body) || json.Unmarshal(body, &event) != nil:
		r.forged++
		w.WriteHeader(http.StatusUnauthorized)
	default:
		r.copies[event.ID]++
	}
}

// signed reports whether the body is signed as Standard Webhooks says.
func (r *receiver) signed(h http.Header, body []byte) bool {
	mac := hmac.New(sha256.New, r.secret)
	mac.Write([]byte(h.Get("webhook-id") + "." + h.Get("webhook-timestamp") + "."))
	mac.Write(body)
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return len(r.secret) > 0 && hmac.Equal([]byte(want), []byte(h.Get("webhook-signature")))
}

// await waits until the receiver has so many different events.
func (r *receiver) await(ctx context.Context, n int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 2*patience, errors.New("not all copies arrived in "+(2*patience).String()))
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		r.mu.Lock()
		arrived := len(r.copies)
		r.mu.Unlock()
		if arrived >= n {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-look.C:
		}
	}
}

// check checks that the receiver has exactly the events with these ids, each once.
func (r *receiver) check(c *checks, want map[vod.ID][]byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id := range want {
		c.that(r.copies[id] == 1, "event %s arrived at the webhook %d times", id, r.copies[id])
	}
	c.that(len(r.copies) == len(want), "%d events arrived at the webhook, %d must", len(r.copies), len(want))
	c.that(r.forged == 0, "%d requests to the webhook were not signed right", r.forged)
}
