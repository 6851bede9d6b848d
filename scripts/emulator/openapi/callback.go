package openapi

import (
	"cmp"
	"net/http"
	"strings"
	"unicode"
)

// Callback is how VOD reports the events of one application.
type Callback struct {
	AppID         string `json:"AppId"`
	CallbackType  string `json:"CallbackType"` // HTTP or MNS
	CallbackURL   string `json:"CallbackURL,omitempty"`
	EventTypeList string `json:"EventTypeList"`        // with commas between; empty: nothing is reported
	AuthSwitch    string `json:"AuthSwitch,omitempty"` // on or off
	AuthKey       string `json:"AuthKey,omitempty"`
	MnsEndpoint   string `json:"MnsEndpoint,omitempty"`
	MnsQueueName  string `json:"MnsQueueName,omitempty"`
}

// defaultAppID is the application that is meant if none is named.
const defaultAppID = "app-1000000"

// Callback returns what is set for an application, and whether anything is. An empty id
// means app-1000000.
func (s *Server) Callback(appID string) (Callback, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cb, ok := s.callbacks[cmp.Or(appID, defaultAppID)]
	return cb, ok
}

// SetCallback sets the callback of its application as somebody else would, in the console
// for example: no rule is checked.
func (s *Server) SetCallback(cb Callback) {
	s.mu.Lock()
	defer s.mu.Unlock()
	cb.AppID = cmp.Or(cb.AppID, defaultAppID)
	s.callbacks[cb.AppID] = cb
}

// AnswerEmpty has the server answer with an empty object if no callback is set, and not
// with an error.
func (s *Server) AnswerEmpty() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.empty = true
}

// callbackAnswer is the answer of GetMessageCallback.
type callbackAnswer struct {
	RequestID       string    `json:"RequestId"`
	MessageCallback *Callback `json:"MessageCallback,omitempty"`
}

func (s *Server) getCallback(w http.ResponseWriter, r *http.Request, c Call) {
	s.mu.Lock()
	cb, ok := s.callbacks[appID(c)]
	empty := s.empty
	s.mu.Unlock()
	answer := callbackAnswer{RequestID: w.Header().Get("X-Acs-Request-Id")}
	switch {
	case ok:
		answer.MessageCallback = &cb
	case empty:
		answer.MessageCallback = new(Callback)
	default:
		writeError(w, r, noCallback())
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

func (s *Server) setCallback(w http.ResponseWriter, r *http.Request, c Call) {
	cb := Callback{
		AppID: appID(c), CallbackType: c.Parameters.Get("CallbackType"), CallbackURL: c.Parameters.Get("CallbackURL"),
		EventTypeList: c.Parameters.Get("EventTypeList"), AuthSwitch: c.Parameters.Get("AuthSwitch"), AuthKey: c.Parameters.Get("AuthKey"),
		MnsEndpoint: c.Parameters.Get("MnsEndpoint"), MnsQueueName: c.Parameters.Get("MnsQueueName"),
	}
	if wrong := cb.wrong(); wrong != "" {
		writeError(w, r, newFailure(http.StatusBadRequest, "InvalidParameter", "The specified parameter \""+wrong+"\" is not valid."))
		return
	}
	s.mu.Lock()
	s.callbacks[cb.AppID] = cb
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, callbackAnswer{RequestID: w.Header().Get("X-Acs-Request-Id")})
}

func (s *Server) deleteCallback(w http.ResponseWriter, r *http.Request, c Call) {
	s.mu.Lock()
	_, ok := s.callbacks[appID(c)]
	delete(s.callbacks, appID(c))
	s.mu.Unlock()
	if !ok {
		writeError(w, r, noCallback())
		return
	}
	writeJSON(w, http.StatusOK, callbackAnswer{RequestID: w.Header().Get("X-Acs-Request-Id")})
}

func appID(c Call) string { return cmp.Or(c.Parameters.Get("AppId"), defaultAppID) }

func noCallback() *failure {
	return newFailure(http.StatusNotFound, "MessageCallback.NotFound", "The message callback does not exist.")
}

// Limits of a callback (ApsaraVideo VOD, SetMessageCallback, read 2026-11-23).
const (
	maxURL = 256 // bytes
	maxKey = 32  // characters
)

// wrong returns the first parameter that breaks a rule; empty if none does.
func (cb Callback) wrong() string {
	http, mns := cb.CallbackType == "HTTP", cb.CallbackType == "MNS"
	url := strings.HasPrefix(cb.CallbackURL, "http://") || strings.HasPrefix(cb.CallbackURL, "https://")
	switch {
	case !http && !mns:
		return "CallbackType"
	case http && (!url || len(cb.CallbackURL) > maxURL || strings.ContainsAny(cb.CallbackURL, " ,")):
		return "CallbackURL"
	case http && cb.AuthSwitch != "" && cb.AuthSwitch != "on" && cb.AuthSwitch != "off":
		return "AuthSwitch"
	case http && cb.AuthSwitch == "on" && !goodKey(cb.AuthKey):
		return "AuthKey"
	case mns && !strings.Contains(cb.MnsEndpoint, ".mns."):
		return "MnsEndpoint"
	case mns && cb.MnsQueueName == "":
		return "MnsQueueName"
	default:
		return ""
	}
}

// goodKey reports whether a key has upper case, lower case and digits.
func goodKey(key string) bool {
	return len(key) <= maxKey && strings.ContainsFunc(key, unicode.IsUpper) &&
		strings.ContainsFunc(key, unicode.IsLower) && strings.ContainsFunc(key, unicode.IsDigit)
}
