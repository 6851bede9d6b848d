package oss

import (
	"encoding/base64"
	"encoding/xml"
	"net/http"
)

// failure is an error of OSS.
type failure struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string   `xml:"Code"`
	Message   string   `xml:"Message"`
	RequestID string   `xml:"RequestId"`
	HostID    string   `xml:"HostId"`
	// StringToSign is what the server signed, after a wrong signature.
	StringToSign string `xml:"StringToSign,omitempty"`
	status       int    `xml:"-"`
}

func newFailure(status int, code, message string) *failure {
	return &failure{status: status, Code: code, Message: message}
}

// writeError answers with an error. An answer to HEAD has no body, so that it
// stands in a header.
func writeError(w http.ResponseWriter, r *http.Request, f *failure) {
	f.RequestID, f.HostID = w.Header().Get("X-Oss-Request-Id"), r.Host
	if r.Method == http.MethodHead {
		if text, err := xml.Marshal(f); err == nil {
			w.Header().Set("X-Oss-Err", base64.StdEncoding.EncodeToString(text))
		}
		w.WriteHeader(f.status)
		return
	}
	writeXML(w, f.status, f)
}

func writeXML(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(xml.Header))
	_ = xml.NewEncoder(w).Encode(value)
}
