package oss

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Parts of a signature of version 4.
const (
	algorithm  = "OSS4-HMAC-SHA256"
	product    = "oss"
	terminator = "aliyun_v4_request"
	unsigned   = "UNSIGNED-PAYLOAD" // the only value of x-oss-content-sha256 there is
	timeLayout = "20060102T150405Z"
	maxSkew    = 15 * time.Minute
)

// authenticate returns the access key that signed the request.
//
// Source: Object Storage Service, "Include a V4 signature in the Authorization
// header" (read 2026-11-23).
func (s *Server) authenticate(r *http.Request, c Call) (AccessKey, *failure) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return AccessKey{}, newFailure(http.StatusForbidden, "AccessDenied", "Anonymous access is forbidden for this operation.")
	}
	a, ok := parseAuthorization(header)
	if !ok {
		return AccessKey{}, newFailure(http.StatusBadRequest, "InvalidArgument", "The Authorization header is not valid.")
	}
	stamp := r.Header.Get("X-Oss-Date")
	at, err := time.Parse(timeLayout, stamp)
	switch {
	case err != nil:
		return AccessKey{}, newFailure(http.StatusForbidden, "AccessDenied", "OSS authentication requires a valid Date.")
	case a.date != at.Format("20060102"):
		return AccessKey{}, newFailure(http.StatusBadRequest, "InvalidArgument", "Invalid signing date in Authorization header.")
	case a.region != s.region || a.product != product || a.terminator != terminator:
		return AccessKey{}, newFailure(http.StatusBadRequest, "InvalidArgument", "Invalid signing scope in Authorization header.")
	case r.Header.Get("X-Oss-Content-Sha256") != unsigned:
		return AccessKey{}, newFailure(http.StatusBadRequest, "InvalidArgument", "The x-oss-content-sha256 header is not valid.")
	case s.now().Sub(at).Abs() > maxSkew:
		return AccessKey{}, newFailure(http.StatusForbidden, "RequestTimeTooSkewed",
			"The difference between the request time and the current time is too large.")
	}

	s.mu.Lock()
	key, known := s.keys[a.id]
	s.mu.Unlock()
	if !known {
		return AccessKey{}, newFailure(http.StatusForbidden, "InvalidAccessKeyId", "The OSS Access Key Id you provided does not exist in our records.")
	}
	if r.Header.Get("X-Oss-Security-Token") != key.Token {
		return AccessKey{}, newFailure(http.StatusForbidden, "InvalidSecurityToken", "The security token you provided is invalid.")
	}
	digest := sha256.Sum256([]byte(canonicalRequest(r, c, a.additional)))
	toSign := strings.Join([]string{algorithm, stamp, a.scope(), hex.EncodeToString(digest[:])}, "\n")
	if !hmac.Equal([]byte(a.signature), []byte(a.sign(key.Secret, toSign))) {
		f := newFailure(http.StatusForbidden, "SignatureDoesNotMatch",
			"The request signature we calculated does not match the signature you provided. Check your key and signing method.")
		f.StringToSign = toSign
		return AccessKey{}, f
	}
	return key, nil
}

// authorization is the header of that name.
type authorization struct {
	id, date, region, product, terminator string   // the credential
	additional                            []string // names of further headers that are signed
	signature                             string   // 64 hexadecimal digits
}

// parseAuthorization reads a header such as
//
//	OSS4-HMAC-SHA256 Credential=id/20261123/cn-shanghai/oss/aliyun_v4_request,AdditionalHeaders=host;range,Signature=4b66…
func parseAuthorization(header string) (authorization, bool) {
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	fields := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, found := strings.Cut(strings.TrimSpace(part), "=")
		ok = ok && found && value != "" && fields[name] == ""
		fields[name] = value
	}
	credential := strings.Split(fields["Credential"], "/")
	if !ok || len(credential) != 5 || fields["Signature"] == "" {
		return authorization{}, false
	}
	a := authorization{
		id: credential[0], date: credential[1], region: credential[2], product: credential[3], terminator: credential[4],
		signature: fields["Signature"],
	}
	if names := fields["AdditionalHeaders"]; names != "" {
		a.additional = strings.Split(names, ";")
	}
	return a, true
}

func (a authorization) scope() string {
	return strings.Join([]string{a.date, a.region, a.product, a.terminator}, "/")
}

// sign returns the signature of a text: the secret is first turned into a key for
// the day, the region and the service.
func (a authorization) sign(secret, text string) string {
	key := []byte("aliyun_v4" + secret)
	for _, part := range []string{a.date, a.region, a.product, a.terminator, text} {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(part))
		key = mac.Sum(nil)
	}
	return hex.EncodeToString(key)
}

// canonicalRequest is the text that stands for a request.
func canonicalRequest(r *http.Request, c Call, additional []string) string {
	path := "/"
	if c.Bucket != "" {
		path += c.Bucket + "/" + c.Key
	}
	return strings.Join([]string{
		r.Method,
		strings.ReplaceAll(escape(path), "%2F", "/"),
		canonicalQuery(r.URL.Query()),
		canonicalHeaders(r.Header, additional),
		strings.Join(additional, ";"),
		unsigned,
	}, "\n")
}

// canonicalQuery has parameters in the order of their escaped names, without = if
// they have no value.
func canonicalQuery(q url.Values) string {
	parameters := map[string]string{}
	for name, values := range q {
		parameters[escape(name)] = escape(values[0])
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if value := parameters[name]; value != "" {
			name += "=" + value
		}
		all = append(all, name)
	}
	return strings.Join(all, "&")
}

// canonicalHeaders has those headers that are always signed, and the additional ones.
func canonicalHeaders(h http.Header, additional []string) string {
	values := map[string]string{}
	for name, all := range h {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-oss-") || name == "content-type" || name == "content-md5" || slices.Contains(additional, name) {
			values[name] = strings.TrimSpace(strings.Join(all, ","))
		}
	}
	var lines strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		lines.WriteString(name + ":" + values[name] + "\n")
	}
	return lines.String()
}

// escape escapes all but letters, digits and - . _ ~ in a text.
func escape(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
