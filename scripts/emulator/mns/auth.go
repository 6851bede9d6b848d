package mns

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // The protocol's digest of a request is MD5.
	"crypto/sha1" //nolint:gosec // The protocol's signature is HMAC-SHA1.
	"encoding/base64"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// Key is an AccessKey pair that the server knows.
type Key struct {
	ID     string
	Secret string
	// Token is the security token that has to come with it; empty for the pair of a
	// RAM user.
	Token string
	// Actions are the RAM actions that it may call, such as mns:SendMessage or mns:*;
	// none means all of them.
	Actions []string
}

// maxSkew is how far the date of a request may be from now.
const maxSkew = 15 * time.Minute

// version is that of the protocol.
const version = "2015-06-06"

// authenticate checks a request as the service does. Without ok the reply says why
// it is refused.
//
// It is written from the documentation on its own, so that it shares no mistake with
// the client.
func (s *Server) authenticate(c *call, action string) (refusal reply, ok bool) {
	r := c.r
	no := func(p problem, message string) (reply, bool) { return fail(p, message), false }
	switch r.Header.Get("X-Mns-Version") {
	case version:
	case "":
		return no(missingVersionHeader, "x-mns-version header is required.")
	default:
		return no(invalidVersionHeader, "The value of x-mns-version header is not supported.")
	}
	if r.Header.Get("Date") == "" {
		return no(missingDateHeader, "Date header is required.")
	}
	date, err := http.ParseTime(r.Header.Get("Date"))
	if err != nil {
		return no(invalidDateHeader, "The Date header format is invalid.")
	}
	if time.Since(date).Abs() > maxSkew {
		return no(timeExpired, "The http request you sent is expired.")
	}
	if digest := r.Header.Get("Content-Md5"); digest != "" {
		hexadecimal := fmt.Sprintf("%x", md5.Sum(c.body)) //nolint:gosec // see the import
		if digest != base64.StdEncoding.EncodeToString([]byte(hexadecimal)) {
			return no(invalidDigest, "The Content-MD5 you specified is invalid.")
		}
	}
	authorization := r.Header.Get("Authorization")
	if authorization == "" {
		return no(missingAuthorizationHeader, "Authorization header is required.")
	}
	scheme, rest, _ := strings.Cut(authorization, " ")
	id, signature, found := strings.Cut(rest, ":")
	if scheme != "MNS" || !found {
		return no(invalidAuthorizationHeader, "The Authorization header format is invalid.")
	}
	s.mu.Lock()
	key, known := s.keys[id]
	s.mu.Unlock()
	if !known {
		return no(invalidAccessKeyID, "The AccessKey Id you provided is not exist.")
	}
	if r.Header.Get("Security-Token") != key.Token {
		return no(invalidSecurityToken, "The security token you provided is invalid.")
	}
	if !hmac.Equal([]byte(signature), []byte(sign(r, c.resource, key.Secret))) {
		return no(signatureDoesNotMatch, "The request signature we calculated does not match the signature you provided.")
	}
	if len(key.Actions) > 0 && !slices.ContainsFunc(key.Actions, func(pattern string) bool {
		matched, err := path.Match(pattern, action)
		return matched && err == nil
	}) {
		return no(accessDenied, "The OwnerId that your Access Key Id associated to is forbidden for this operation.")
	}
	return reply{}, true
}

// sign returns the signature that a request must have.
func sign(r *http.Request, resource, secret string) string {
	var extra []string
	for name := range r.Header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-mns-") {
			extra = append(extra, lower+":"+strings.TrimSpace(r.Header.Get(name))+"\n")
		}
	}
	slices.Sort(extra)
	mac := hmac.New(sha1.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%s\n%s\n%s\n%s\n%s%s", r.Method, r.Header.Get("Content-Md5"), r.Header.Get("Content-Type"),
		r.Header.Get("Date"), strings.Join(extra, ""), resource)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
