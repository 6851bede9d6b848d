package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/webhook"
)

// receive is what the specification asks of a receiver, written from its text: the
// content "id.timestamp.payload", HMAC-SHA256, any one signature, a tolerance of
// five minutes either way.
func receive(secret string, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	id, stamp := r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp")
	if id == "" || strings.Contains(id, ".") {
		return errors.New("bad webhook-id")
	}
	sent, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return err
	}
	if age := time.Since(time.Unix(sent, 0)); age.Abs() > 5*time.Minute {
		return errors.New("too old, or too new")
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil {
		return err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + stamp + "." + string(body)))
	for signature := range strings.SplitSeq(r.Header.Get("webhook-signature"), " ") {
		version, text, _ := strings.Cut(signature, ",")
		got, err := base64.StdEncoding.DecodeString(text)
		if version == "v1" && err == nil && hmac.Equal(got, mac.Sum(nil)) {
			return nil
		}
	}
	return errors.New("no signature matches")
}

// The secrets of a rotation.
const (
	oldSecret = "whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xkLW9sZA=="
	newSecret = "whsec_bmV3K25ldy9uZXcrbmV3L25ldytuZXcvbmV3K25ldy8="
)

func TestSignature(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		settings string // secret=
		common   []string
		receiver string // the secret that it knows
		refused  bool
	}{
		{name: "common secret", common: []string{oldSecret}, receiver: oldSecret},
		{name: "own secret", settings: oldSecret, common: []string{newSecret}, receiver: oldSecret},
		{name: "rotation, receiver has the old one", common: []string{newSecret, oldSecret}, receiver: oldSecret},
		{name: "rotation, receiver has the new one", common: []string{newSecret, oldSecret}, receiver: newSecret},
		{name: "rotation of the own secret, old", settings: newSecret + "," + oldSecret, receiver: oldSecret},
		{name: "rotation of the own secret, new", settings: newSecret + "," + oldSecret, receiver: newSecret},
		{name: "other secret", common: []string{newSecret}, receiver: oldSecret, refused: true},
		{name: "own secret shuts out the common one", settings: newSecret, common: []string{oldSecret}, receiver: oldSecret, refused: true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := spec(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
				if receive(tc.receiver, r) != nil {
					w.WriteHeader(http.StatusUnauthorized)
				}
			}))
			s.Secrets = tc.common
			if tc.settings != "" {
				s.Settings["secret"] = tc.settings
			}
			err := deliver(t, open(t, s))
			if tc.refused {
				require.ErrorContains(t, err, "401")
				return
			}
			require.NoError(t, err)
		})
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	encode := func(n int) string {
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", n)))
	}
	for _, tc := range []struct {
		name   string
		secret string
		ok     bool
	}{
		{name: "24 bytes", secret: encode(24), ok: true},
		{name: "64 bytes", secret: encode(64), ok: true},
		{name: "23 bytes", secret: encode(23)},
		{name: "65 bytes", secret: encode(65)},
		{name: "empty", secret: ""},
		{name: "prefix alone", secret: "whsec_"},
		{name: "no prefix", secret: strings.TrimPrefix(encode(32), "whsec_")},
		{name: "prefix of an asymmetric key", secret: strings.Replace(encode(32), "whsec_", "whsk_", 1)},
		{name: "no Base64", secret: "whsec_" + strings.Repeat("-", 44)},
		{name: "no padding", secret: strings.TrimRight(encode(32), "=")},
		{name: "white space before it", secret: " " + encode(32)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			keys, err := webhook.ParseSecrets([]string{encode(32), tc.secret})
			if !tc.ok {
				require.ErrorContains(t, err, "number 2")
				require.True(t, tc.secret == "" || tc.secret == "whsec_" || !strings.Contains(err.Error(), tc.secret))
				return
			}
			require.NoError(t, err)
			require.Len(t, keys, 2)
		})
	}
}

func FuzzSecrets(f *testing.F) {
	f.Add(oldSecret)
	f.Add("whsec_")
	f.Add("whsec_AAAA\nAAAA")
	f.Fuzz(func(t *testing.T, text string) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		keys, err := webhook.ParseSecrets([]string{text})
		if err != nil {
			require.True(t, len(text) < 12 || !strings.Contains(err.Error(), text), "it is quoted")
			return
		}
		require.Len(t, keys, 1)
		require.True(t, len(keys[0]) >= 24 && len(keys[0]) <= 64)
		verifier, err := standardwebhooks.NewWebhook(text)
		require.NoError(t, err, "the official library takes it too")
		at := time.Unix(1764000000, 0)
		want, err := verifier.Sign("id", at, []byte("{}"))
		require.NoError(t, err)
		mac := hmac.New(sha256.New, keys[0])
		mac.Write([]byte("id.1764000000.{}"))
		require.Equal(t, want, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)), "and means the same key")
	})
}

// TestSecretsInTheFragment: Base64 has + and / and =, which mean something in URLs.
func TestSecretsInTheFragment(t *testing.T) {
	t.Parallel()
	place := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if receive(oldSecret, r) != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	for _, fragment := range []string{
		"#name=a&private=allow&secret=" + newSecret + "," + oldSecret,
		"#secret=" + url.QueryEscape(oldSecret) + "&name=a&private=allow",
	} {
		routes, err := sink.Open([]string{place + fragment}, sink.Options{})
		require.NoError(t, err)
		require.NoError(t, routes[0].Sink.Deliver(t.Context(), events(1))[0])
		require.NoError(t, routes[0].Sink.Close())
	}
}
