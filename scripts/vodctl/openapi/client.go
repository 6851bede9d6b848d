// Package openapi is a small client of those APIs of Alibaba Cloud that a deployment
// needs: the callback settings of ApsaraVideo VOD, and of Function Compute what its
// functions are, how they are called, and calling one.
//
// Requests are signed with version 3 of Alibaba Cloud's algorithm (ACS3-HMAC-SHA256),
// see [Sign]. No request is repeated, no redirect followed and no proxy of the
// environment used. Errors say what to do, and hold no secret.
//
// Sources: Alibaba Cloud SDK, "V3 request structure and signature"; ApsaraVideo VOD,
// API reference 2017-03-21; Function Compute 3.0, API reference 2023-03-30 (read
// 2026-11-23).
package openapi

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/vodevents/vodevents/shared/alicloud"
)

// Client asks the APIs of one region. The zero value of each field but Region and
// Credentials works, as far as the methods need no more. All methods may be called
// concurrently; they return errors that are [*Error]s, [*FunctionError]s, or say why
// there was no answer.
type Client struct {
	Region      string // such as cn-shanghai
	AccountID   string // digits; needed for Function Compute's public endpoint
	Credentials alicloud.Credentials
	// VODEndpoint and FCEndpoint are URLs without a path: https, or http on this
	// machine. Empty means the public endpoint of the region.
	VODEndpoint, FCEndpoint string
	// Now is the clock that requests are signed by; nil means [time.Now].
	Now func() time.Time
}

// ErrNoCredentials means that there is nothing to sign with.
var ErrNoCredentials = errors.New("openapi: no credentials: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET" +
	" (and ALIBABA_CLOUD_SECURITY_TOKEN, if they are short-lived)")

const (
	// callTimeout is how long any call but that of a function may take.
	callTimeout = 30 * time.Second
	// dialTimeout bounds the way to a connection, and the handshake on it.
	dialTimeout = 10 * time.Second
	// maxAnswer is how many bytes of an answer are read: what a function can return to
	// a synchronous call (Function Compute 3.0, "Limits", February 2026).
	maxAnswer = 32 << 20
)

// errSlow is why a call ends that takes too long.
var errSlow = fmt.Errorf("no answer within %v", callTimeout)

// service is one API in one version.
type service struct {
	name     string // also the prefix of its actions in RAM
	version  string
	endpoint string // URL
}

var (
	validRegion  = regexp.MustCompile(`^[a-z]{2,}-[a-z0-9-]{1,30}$`)
	validAccount = regexp.MustCompile(`^[0-9]{6,20}$`)
)

// vod returns ApsaraVideo VOD.
func (c *Client) vod() (service, error) {
	endpoint, err := c.endpoint(c.VODEndpoint, "https://vod."+c.Region+".aliyuncs.com")
	return service{name: "vod", version: "2017-03-21", endpoint: endpoint}, err
}

// fc returns Function Compute.
func (c *Client) fc() (service, error) {
	if c.FCEndpoint == "" && !validAccount.MatchString(c.AccountID) {
		return service{}, errors.New("openapi: which account? its id is needed, digits, as ALIBABA_CLOUD_ACCOUNT_ID has it")
	}
	endpoint, err := c.endpoint(c.FCEndpoint, "https://"+c.AccountID+"."+c.Region+".fc.aliyuncs.com")
	return service{name: "fc", version: "2023-03-30", endpoint: endpoint}, err
}

// endpoint returns the chosen endpoint, or the public one.
func (c *Client) endpoint(chosen, public string) (string, error) {
	if chosen == "" {
		if !validRegion.MatchString(c.Region) {
			return "", fmt.Errorf("openapi: %q is no region: want one such as cn-shanghai", c.Region)
		}
		return public, nil
	}
	u, err := url.Parse(chosen)
	if err != nil || u.Host == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" ||
		u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return "", errors.New("openapi: the endpoint is no URL such as https://vod.cn-shanghai.aliyuncs.com (http only on this machine)")
	}
	return u.Scheme + "://" + u.Host, nil
}

// loopback reports whether a host is this machine.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// request is one call of an API.
type request struct {
	service

	action string
	method string
	path   string // escaped; empty means /
	query  url.Values
	body   []byte // of an invocation
	// secrets are values of the query that an answer might repeat.
	secrets []string
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// call sends the request and returns the answer. One that is no success is an [*Error].
func (c *Client) call(ctx context.Context, r request) (answer, error) {
	if c.Credentials.AccessKeyID == "" || c.Credentials.AccessKeySecret == "" {
		return answer{}, ErrNoCredentials
	}
	got, err := c.roundTrip(ctx, r)
	if err != nil {
		return answer{}, fmt.Errorf("openapi: %s: %w", r.action, err)
	}
	if got.status/100 != 2 {
		return answer{}, newError(r, got, append(r.secrets, c.Credentials.AccessKeySecret, c.Credentials.SecurityToken))
	}
	return got, nil
}

func (c *Client) roundTrip(ctx context.Context, r request) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, r.endpoint+"/"+strings.TrimPrefix(r.path, "/"), bytes.NewReader(r.body))
	if err != nil {
		return answer{}, errors.New("the request cannot be made") // the error quotes the URL
	}
	req.URL.RawQuery = canonicalQuery(r.query)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "vodevents")
	if len(r.body) > 0 {
		req.Header.Set("Content-Type", "application/octet-stream")
	}
	req.Header.Set("X-Acs-Action", r.action)
	req.Header.Set("X-Acs-Version", r.version)
	Sign(req, r.body, c.Credentials, c.now(), rand.Text())
	resp, err := newHTTPClient().Do(req)
	if err != nil {
		return answer{}, reason(ctx, err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return answer{}, fmt.Errorf("the answer broke off: %w", reason(ctx, err))
	}
	if len(body) > maxAnswer {
		return answer{}, errors.New("the answer is over 32 MiB")
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

// newHTTPClient returns a client for one request, with a connection of its own: there is
// nothing to close, and nothing that the transport would send twice.
func newHTTPClient() *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout}
	return &http.Client{
		// No Proxy: a variable of the environment must not decide who reads the key.
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: dialTimeout, DisableKeepAlives: true},
		// The services do not redirect, and whoever does must not get the token.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}
