package openapi

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/alicloud"
)

// algorithm is the only one that requests are signed with.
const algorithm = "ACS3-HMAC-SHA256"

// Sign signs a request with this body, whose query must be escaped as the algorithm
// wants it: all but letters, digits and - _ . ~. The nonce has to be another for each
// request of the 15 minutes in which its time counts. Signed are the method, the path,
// the query, the body, and of the headers Host, Content-Type and X-Acs-*; they must not
// change any more.
//
// Source: Alibaba Cloud SDK, "V3 request structure and signature" (read 2026-11-23).
func Sign(r *http.Request, body []byte, c alicloud.Credentials, at time.Time, nonce string) {
	digest := hexSHA256(body)
	r.Header.Set("X-Acs-Content-Sha256", digest)
	r.Header.Set("X-Acs-Date", at.UTC().Format(time.RFC3339))
	r.Header.Set("X-Acs-Signature-Nonce", nonce)
	if c.SecurityToken != "" {
		r.Header.Set("X-Acs-Security-Token", c.SecurityToken)
	}
	signed := map[string]string{"host": r.URL.Host}
	if r.Host != "" {
		signed["host"] = r.Host
	}
	for name, values := range r.Header {
		name = strings.ToLower(name)
		if name == "content-type" || strings.HasPrefix(name, "x-acs-") {
			signed[name] = strings.TrimSpace(strings.Join(values, ","))
		}
	}
	names := slices.Sorted(maps.Keys(signed))
	var headers strings.Builder
	for _, name := range names {
		headers.WriteString(name + ":" + signed[name] + "\n")
	}
	path := r.URL.EscapedPath()
	if path == "" {
		path = "/"
	}
	list := strings.Join(names, ";")
	canonical := strings.Join([]string{r.Method, path, r.URL.RawQuery, headers.String(), list, digest}, "\n")
	mac := hmac.New(sha256.New, []byte(c.AccessKeySecret))
	mac.Write([]byte(algorithm + "\n" + hexSHA256([]byte(canonical))))
	r.Header.Set("Authorization",
		algorithm+" Credential="+c.AccessKeyID+",SignedHeaders="+list+",Signature="+hex.EncodeToString(mac.Sum(nil)))
}

// canonicalQuery returns the query as it is signed, and sent: sorted, and escaped.
func canonicalQuery(q url.Values) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(q)) {
		for _, value := range q[name] {
			parts = append(parts, escape(name)+"="+escape(value))
		}
	}
	return strings.Join(parts, "&")
}

// escape escapes all but letters, digits and - _ . ~ in a text.
func escape(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

func hexSHA256(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
