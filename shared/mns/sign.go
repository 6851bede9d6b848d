package mns

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // MNS wants the digest of a request as MD5; the signature covers it.
	"crypto/sha1" //nolint:gosec // MNS defines its signature as HMAC-SHA1.
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/alicloud"
)

// apiVersion is the version of the protocol that the client speaks.
const apiVersion = "2015-06-06"

// Sign puts into h all headers that the service wants of a request: its version,
// Content-Type, Content-MD5, Date, security-token if the credentials have one, and
// Authorization, which covers all of these but the token, and every x-mns- header
// that is in h already. The resource is path and query, beginning with /queues or
// /topics, as they are sent. The service takes a request up to 15 minutes before and
// after the time at which it was signed.
//
// Source: Simple Message Queue, "Sign requests" (read 2026-11-23);
// github.com/aliyun/aliyun-mns-go-sdk v1.0.11, whose signatures are the same byte for byte.
func Sign(h http.Header, method, resource string, body []byte, c alicloud.Credentials, at time.Time) {
	digest := md5.Sum(body) //nolint:gosec // see the import
	h.Set("Content-Md5", base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(digest[:]))))
	h.Set("Content-Type", "application/xml")
	h.Set("Date", at.UTC().Format(http.TimeFormat))
	h.Set("X-Mns-Version", apiVersion)
	h.Del("Security-Token")
	if c.SecurityToken != "" {
		h.Set("Security-Token", c.SecurityToken)
	}
	mac := hmac.New(sha1.New, []byte(c.AccessKeySecret))
	mac.Write([]byte(stringToSign(h, method, resource)))
	h.Set("Authorization", "MNS "+c.AccessKeyID+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func stringToSign(h http.Header, method, resource string) string {
	var extra []string
	for name, values := range h {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-mns-") && len(values) > 0 {
			extra = append(extra, name+":"+strings.TrimSpace(values[0]))
		}
	}
	slices.Sort(extra)
	lines := append([]string{method, h.Get("Content-Md5"), h.Get("Content-Type"), h.Get("Date")}, extra...)
	return strings.Join(append(lines, resource), "\n")
}
