package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/sink"
)

// The form of a secret (Standard Webhooks, signature scheme, read 2026-11-23).
const (
	secretPrefix  = "whsec_"
	leastSecret   = 24 // bytes
	longestSecret = 64 // bytes
)

// secretsOf returns the secrets to sign with; none if the sink is not to sign.
func secretsOf(spec sink.Spec) ([][]byte, error) {
	unsigned, err := allowed(spec, "unsigned")
	if err != nil {
		return nil, err
	}
	own, ok := spec.Settings["secret"]
	switch {
	case ok && unsigned:
		return nil, errors.New("webhook: settings secret and unsigned=allow contradict each other")
	case unsigned:
		return nil, nil
	case ok:
		return parseSecrets("setting secret", strings.Split(own, ","))
	case len(spec.Secrets) > 0:
		return parseSecrets("VOD_WEBHOOK_SECRET", spec.Secrets)
	}
	return nil, errors.New("webhook: no secret to sign with: set VOD_WEBHOOK_SECRET or #secret= to whsec_ and Base64 of 32 random bytes, " +
		"or write #unsigned=allow")
}

// parseSecrets decodes secrets. Its errors say which one is wrong and quote none.
func parseSecrets(where string, texts []string) ([][]byte, error) {
	var secrets [][]byte
	for i, text := range texts {
		encoded, ok := strings.CutPrefix(text, secretPrefix)
		secret, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil || len(secret) < leastSecret || len(secret) > longestSecret {
			return nil, fmt.Errorf("webhook: %s: number %d is not %s followed by Base64 of %d to %d bytes",
				where, i+1, secretPrefix, leastSecret, longestSecret)
		}
		secrets = append(secrets, secret)
	}
	return secrets, nil
}

// sign returns the value of webhook-signature: one signature for each secret.
func sign(secrets [][]byte, id string, at time.Time, body []byte) string {
	var signatures []string
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(signatures, " ")
}
