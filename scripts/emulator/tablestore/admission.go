package tablestore

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // The protocol states the digest of a body as MD5.
	"crypto/sha1" //nolint:gosec // The protocol signs with HMAC-SHA1.
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The headers of the protocol.
const (
	headerPrefix    = "x-ots-"
	headerDate      = "x-ots-date"
	headerVersion   = "x-ots-apiversion"
	headerAccessKey = "x-ots-accesskeyid"
	headerDigest    = "x-ots-contentmd5"
	headerInstance  = "x-ots-instancename"
	headerSignature = "x-ots-signature"
	headerToken     = "x-ots-ststoken"
	headerRequestID = "x-ots-requestid"
)

// apiVersion is the only one there is.
const apiVersion = "2015-12-31"

// maxBody is how large a request may be. The service does not say; a batch may
// hold 4 MiB of data, and the names, lengths and conditions around it.
const maxBody = 8 << 20

// maxSkew is how far the date of a request may be off. The service says only
// that there is a limit.
const maxSkew = 15 * time.Minute

// admit checks what is true of all requests, and who sent it.
func (s *Server) admit(r *http.Request, op Operation, body []byte) error {
	if r.Method != http.MethodPost {
		return errorOf("OTSMethodNotAllowed")
	}
	for _, name := range []string{headerDate, headerVersion, headerAccessKey, headerDigest, headerInstance, headerSignature} {
		if r.Header.Get(name) == "" {
			return &serviceError{http.StatusBadRequest, "OTSMissingHeader", "Missing header: '" + name + "'."}
		}
	}
	digest := md5.Sum(body) //nolint:gosec // The protocol states the digest of a body as MD5.
	switch {
	case r.Header.Get(headerVersion) != apiVersion:
		return invalid("Invalid API version: '%s'.", r.Header.Get(headerVersion))
	case r.Header.Get(headerDigest) != base64.StdEncoding.EncodeToString(digest[:]):
		return authFailed("Mismatch between MD5 value of request body and x-ots-contentmd5 in header.")
	case r.Header.Get(headerInstance) != s.Instance:
		return authFailed("The instance is not found.")
	}
	if err := s.checkDate(r.Header.Get(headerDate)); err != nil {
		return err
	}
	return s.authenticate(r, op)
}

func (s *Server) checkDate(text string) error {
	date, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return invalid("Invalid date format: %s.", text)
	}
	if s.options.Now().Sub(date).Abs() > maxSkew {
		return authFailed("Mismatch between system time and x-ots-date: %s.", text)
	}
	return nil
}

// authenticate checks the access key, its token and the signature.
func (s *Server) authenticate(r *http.Request, op Operation) error {
	k, ok := s.keys.find(r.Header.Get(headerAccessKey))
	switch {
	case !ok:
		return authFailed("The AccessKeyID does not exist.")
	case k.SecurityToken != r.Header.Get(headerToken):
		return authFailed("The security token is invalid.") // not the service's words
	case !k.expires.IsZero() && !s.options.Now().Before(k.expires):
		return authFailed("The security token is expired.") // not the service's words
	case !hmac.Equal([]byte(r.Header.Get(headerSignature)), []byte(signature(r.Header, op, k.AccessKeySecret))):
		return authFailed("Signature mismatch.")
	}
	return nil
}

// signature returns what the request should have been signed with: path, method,
// an empty query, and all headers of the protocol but itself, sorted.
//
// Source: Tablestore, API reference, "HTTP" (signature version 2), and the SDK.
func signature(h http.Header, op Operation, secret string) string {
	signed := map[string]string{}
	for name, values := range h {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, headerPrefix) && name != headerSignature {
			signed[name] = strings.TrimSpace(strings.Join(values, ","))
		}
	}
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte("/" + string(op) + "\n" + http.MethodPost + "\n\n"))
	for _, name := range slices.Sorted(maps.Keys(signed)) {
		mac.Write([]byte(name + ":" + signed[name] + "\n"))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
