package openapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// DefaultAppID is the application that everything belongs to unless something else is
// said (ApsaraVideo VOD, SetMessageCallback, read 2026-11-23).
const DefaultAppID = "app-1000000"

// The ways in which VOD reports events.
const (
	HTTP = "HTTP" // it posts them to a URL
	MNS  = "MNS"  // it writes them into a queue of MNS
)

// Callback is how VOD reports the events of one application in one region.
type Callback struct {
	AppID string // empty means [DefaultAppID]
	Type  string // [HTTP] or [MNS]
	URL   string // for HTTP: at most 256 bytes
	// AuthKey is what VOD signs with: at most 32 characters, upper and lower case and
	// digits; empty: it does not sign. The API returns it in clear.
	AuthKey  string
	Endpoint string // for MNS: the public endpoint http://<account>.mns.<region>.aliyuncs.com/
	Queue    string // for MNS: its name
	// EventTypes are those that are reported. All AI types are called AIComplete, ALL
	// stands for all; none at all switches every notification off.
	EventTypes []string
}

// callbackDocument is what the API calls a callback.
type callbackDocument struct {
	AppID         string `json:"AppId"`
	CallbackType  string `json:"CallbackType"`
	CallbackURL   string `json:"CallbackURL"`
	AuthSwitch    string `json:"AuthSwitch"` // on or off
	AuthKey       string `json:"AuthKey"`
	MnsEndpoint   string `json:"MnsEndpoint"`
	MnsQueueName  string `json:"MnsQueueName"`
	EventTypeList string `json:"EventTypeList"`
}

// getCallback is the operation that may find nothing.
const getCallback = "GetMessageCallback"

// MessageCallback returns the callback of an application; an empty id means
// [DefaultAppID]. If none is set, the error is [ErrNoCallback], and an [*Error] as well if
// VOD has answered with one. It needs the RAM action vod:GetMessageCallback.
func (c *Client) MessageCallback(ctx context.Context, appID string) (Callback, error) {
	got, err := c.vodCall(ctx, getCallback, url.Values{"AppId": {appIDOr(appID)}}, "")
	if err != nil {
		return Callback{}, err
	}
	var said struct {
		MessageCallback callbackDocument `json:"MessageCallback"`
	}
	if json.Unmarshal(got.body, &said) != nil {
		return Callback{}, errUnreadable(getCallback)
	}
	d := said.MessageCallback
	if d.CallbackType == "" && d.CallbackURL == "" && d.MnsQueueName == "" {
		return Callback{}, ErrNoCallback
	}
	cb := Callback{
		AppID: appIDOr(d.AppID), Type: strings.ToUpper(d.CallbackType), URL: d.CallbackURL, Endpoint: d.MnsEndpoint, Queue: d.MnsQueueName,
		EventTypes: strings.FieldsFunc(d.EventTypeList, func(r rune) bool { return r == ',' || r == ' ' }),
	}
	if !strings.EqualFold(d.AuthSwitch, "off") {
		cb.AuthKey = d.AuthKey
	}
	return cb, nil
}

// SetMessageCallback sets the callback of an application in place of the one that is set.
// It needs the RAM action vod:SetMessageCallback. After an error that is no [*Error]
// with [Error.Refused] it may have been set all the same.
func (c *Client) SetMessageCallback(ctx context.Context, cb Callback) error {
	q := url.Values{
		"AppId": {appIDOr(cb.AppID)}, "CallbackType": {cb.Type}, "EventTypeList": {strings.Join(cb.EventTypes, ",")},
	}
	if cb.Type == MNS {
		q.Set("MnsEndpoint", cb.Endpoint)
		q.Set("MnsQueueName", cb.Queue)
	} else {
		q.Set("CallbackURL", cb.URL)
		q.Set("AuthSwitch", "off")
		if cb.AuthKey != "" {
			q.Set("AuthSwitch", "on")
			q.Set("AuthKey", cb.AuthKey)
		}
	}
	_, err := c.vodCall(ctx, "SetMessageCallback", q, cb.AuthKey)
	return err
}

// DeleteMessageCallback removes the callback of an application: VOD reports nothing any
// more. An empty id means [DefaultAppID]. It needs the RAM action
// vod:DeleteMessageCallback. After an error that is no [*Error] with [Error.Refused] it may
// have been removed all the same.
func (c *Client) DeleteMessageCallback(ctx context.Context, appID string) error {
	_, err := c.vodCall(ctx, "DeleteMessageCallback", url.Values{"AppId": {appIDOr(appID)}}, "")
	return err
}

func (c *Client) vodCall(ctx context.Context, action string, q url.Values, secret string) (answer, error) {
	s, err := c.vod()
	if err != nil {
		return answer{}, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, callTimeout, errSlow)
	defer cancel()
	return c.call(ctx, request{service: s, action: action, method: http.MethodPost, query: q, secrets: []string{secret}})
}

func appIDOr(id string) string {
	if id == "" {
		return DefaultAppID
	}
	return id
}

func errUnreadable(operation string) error {
	return fmt.Errorf("openapi: %s: the answer cannot be read", operation)
}
