package dev

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"
)

// NewKey returns a random key that satisfies VOD's rule: at most 32 characters,
// with upper case, lower case and digits.
//
// Source: ApsaraVideo VOD, SetMessageCallback, AuthKey (read 2026-11-23).
func NewKey() string {
	text := rand.Text() // 26 characters, A-Z and 2-7
	return "Dev0" + text[:10] + strings.ToLower(text[10:20])
}

// NewWebhookSecret returns a secret that webhooks are signed with, as Standard
// Webhooks writes it: 32 random bytes.
func NewWebhookSecret() string {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // it never fails
	return "whsec_" + base64.StdEncoding.EncodeToString(secret)
}

// CheckKey says what is wrong with a key that somebody chose. Keys from before
// VOD's present rule are fine.
func CheckKey(key string) error {
	switch {
	case key == "" || len(key) > 32:
		return errors.New("a key has 1 to 32 characters")
	case strings.ContainsAny(key, " \t\r\n\v\f"):
		return errors.New("a key holds no white space")
	default:
		return nil
	}
}
