package openapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	algorithm = "ACS3-HMAC-SHA256"
	// maxSkew is how far the time of a request may be from the server's, and how long a
	// nonce counts as used.
	maxSkew = 15 * time.Minute
)

// authenticate returns the access key that signed the request.
//
// Source: Alibaba Cloud SDK, "V3 request structure and signature" (read 2026-11-23).
func (s *Server) authenticate(r *http.Request, body []byte) (AccessKey, *failure) {
	a, ok := parseAuthorization(r.Header.Get("Authorization"))
	if !ok || !a.covers(r) {
		return AccessKey{}, newFailure(http.StatusBadRequest, "IncompleteSignature", "The request signature does not conform to Aliyun standards.")
	}
	at, err := time.Parse("2006-01-02T15:04:05Z", r.Header.Get("X-Acs-Date"))
	switch {
	case err != nil:
		return AccessKey{}, newFailure(http.StatusBadRequest, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.")
	case s.now().Sub(at).Abs() > maxSkew:
		return AccessKey{}, newFailure(http.StatusBadRequest, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
	}
	s.mu.Lock()
	key, known := s.keys[a.id]
	s.mu.Unlock()
	switch {
	case !known:
		return AccessKey{}, newFailure(http.StatusNotFound, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
	case r.Header.Get("X-Acs-Security-Token") != key.Token:
		return AccessKey{}, newFailure(http.StatusBadRequest, "InvalidSecurityToken.MismatchWithAccessKey",
			"Specified SecurityToken mismatch with the AccessKey.")
	}
	canonical := canonicalRequest(r, body, a.signed)
	toSign := algorithm + "\n" + hexSHA256([]byte(canonical))
	if !hmac.Equal([]byte(a.signature), []byte(sign(key.Secret, toSign))) {
		return AccessKey{}, newFailure(http.StatusBadRequest, "SignatureDoesNotMatch",
			"Specified signature does not match our calculation. server string to sign is:["+toSign+"], server CanonicalRequest is:["+canonical+"]")
	}
	if !s.firstUse(r.Header.Get("X-Acs-Signature-Nonce")) {
		return AccessKey{}, newFailure(http.StatusBadRequest, "SignatureNonceUsed", "Specified signature nonce was used already.")
	}
	return key, nil
}

// firstUse notes a nonce and reports whether it is new.
func (s *Server) firstUse(nonce string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if used, ok := s.nonces[nonce]; ok && now.Sub(used) <= maxSkew {
		return false
	}
	s.nonces[nonce] = now
	return true
}

// authorization is the header of that name.
type authorization struct {
	id        string
	signed    []string // names of headers, in lower case
	signature string   // 64 hexadecimal digits
}

// parseAuthorization reads a header such as
//
//	ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host;x-acs-action,Signature=0656…
func parseAuthorization(header string) (authorization, bool) {
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(part), "=")
		ok = ok && found && value != "" && fields[name] == ""
		fields[name] = value
	}
	a := authorization{id: fields["Credential"], signed: strings.Split(fields["SignedHeaders"], ";"), signature: fields["Signature"]}
	return a, ok && len(fields) == 3 && a.id != "" && a.signature != "" && slices.IsSorted(a.signed)
}

// covers reports whether all headers are there and signed that have to be.
func (a authorization) covers(r *http.Request) bool {
	for _, name := range []string{"x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"} {
		if r.Header.Get(name) == "" {
			return false
		}
	}
	for name := range r.Header {
		name = strings.ToLower(name)
		if (strings.HasPrefix(name, "x-acs-") || name == "content-type") && !slices.Contains(a.signed, name) {
			return false
		}
	}
	return slices.Contains(a.signed, "host")
}

// canonicalRequest is the text that stands for a request.
func canonicalRequest(r *http.Request, body []byte, signed []string) string {
	var headers strings.Builder
	for _, name := range signed {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = r.Host
		}
		headers.WriteString(name + ":" + strings.TrimSpace(value) + "\n")
	}
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	return strings.Join([]string{
		r.Method, path, canonicalQuery(r.URL.Query()), headers.String(), strings.Join(signed, ";"), hexSHA256(body),
	}, "\n")
}

// canonicalQuery has the parameters in the order of their names.
func canonicalQuery(q url.Values) string {
	var all []string
	for name, values := range q {
		for _, value := range values {
			all = append(all, escape(name)+"="+escape(value))
		}
	}
	slices.Sort(all)
	return strings.Join(all, "&")
}

// escape escapes all but letters, digits and - _ . ~ in a text.
func escape(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', strings.IndexByte("-_.~", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func sign(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
