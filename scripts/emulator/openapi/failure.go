package openapi

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
)

// failure is an error of an API.
type failure struct {
	Code      string        `json:"Code"`
	Message   string        `json:"Message"`
	RequestID string        `json:"RequestId"`
	HostID    string        `json:"HostId,omitempty"`
	Recommend string        `json:"Recommend,omitempty"`
	Denied    *accessDenied `json:"AccessDeniedDetail,omitempty"`
	status    int
}

// accessDenied says which right is missing.
type accessDenied struct {
	AuthAction   string `json:"AuthAction"`
	NoPermission string `json:"NoPermissionType"`
}

func newFailure(status int, code, message string) *failure {
	return &failure{status: status, Code: code, Message: message}
}

// denied is the answer to a call for which the right is missing.
func (s *Server) denied(c Call) *failure {
	if c.Function != "" {
		return newFailure(http.StatusForbidden, "AccessDenied", "the caller is not authorized to perform '"+c.action()+
			"' on resource 'acs:fc:"+s.region+":*:functions/"+c.Function+"'")
	}
	f := newFailure(http.StatusForbidden, "NoPermission", "You are not authorized to do this action.")
	f.Denied = &accessDenied{AuthAction: c.action(), NoPermission: "ImplicitDeny"}
	return f
}

// writeError answers with an error.
func writeError(w http.ResponseWriter, r *http.Request, f *failure) {
	f.RequestID = w.Header().Get("X-Acs-Request-Id")
	if r.Header.Get("X-Acs-Version") != fcVersion {
		f.HostID, f.Recommend = r.Host, "https://api.alibabacloud.com/troubleshoot?q="+f.Code
	}
	writeJSON(w, f.status, f)
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

// requestID makes an id of the form that the services' have.
func requestID() string {
	var id [16]byte
	_, _ = rand.Read(id[:])
	text := strings.ToUpper(hex.EncodeToString(id[:]))
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}
