package oss

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"time"

	alioss "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/retry"

	"github.com/vodevents/vodevents/shared/alicloud"
)

// Bucket is a bucket, or what is below a prefix in it. Objects are named without the
// prefix. All methods may be called concurrently; they return errors that are
// [*Error]s.
//
// They need these RAM actions on acs:oss:*:*:bucket/prefix/*, List and Versioning on
// acs:oss:*:*:bucket:
//
//	Put           oss:PutObject
//	Get           oss:GetObject
//	Delete        oss:DeleteObject
//	List          oss:ListObjects
//	Versioning    oss:GetBucketVersioning
type Bucket struct {
	Address

	client *alioss.Client
	http   *http.Client
}

// Options are how a Bucket sends requests.
type Options struct {
	// Connections is how many connections are kept that nobody uses; 0 means 2.
	Connections int
	// LongestPause is the longest time between a request and its repetition, up to two
	// of which there are when OSS fails or cannot be reached; 0 means 20 s. Pauses grow
	// and are random, and end with the context.
	LongestPause time.Duration
}

const (
	// attempts is how often a request is sent at most.
	attempts = 3
	// firstPause is how long the first pause is at most, as far as the longest lets it.
	firstPause = 800 * time.Millisecond
)

// Open returns the bucket with the given URL, see [ParseURL]. It does not dial.
func Open(u *url.URL, o Options) (*Bucket, error) {
	a, err := ParseURL(u)
	if err != nil {
		return nil, err
	}
	b := &Bucket{Address: a, http: &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: o.Connections, IdleConnTimeout: time.Minute},
		// A redirect is an error of OSS that says so: a bucket elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	b.client = newClient(a, b.http, cmp.Or(o.LongestPause, retry.DefaultMaxBackoff))
	return b, nil
}

// newClient makes the SDK's client.
func newClient(a Address, connections *http.Client, longestPause time.Duration) *alioss.Client {
	config := &alioss.Config{
		Region:       new(a.Region),
		UsePathStyle: new(a.pathStyle),
		HttpClient:   connections,
		Retryer: retry.NewStandard(func(o *retry.RetryOptions) {
			o.MaxAttempts, o.MaxBackoff = attempts, longestPause
			o.BaseDelay = min(firstPause, longestPause) / 4 // the SDK doubles it twice before it uses it
		}),
		UserAgent: new("vodevents"),
		// Credentials are those of the invocation whose context it is.
		CredentialsProvider: credentials.CredentialsProviderFunc(func(ctx context.Context) (credentials.Credentials, error) {
			c, err := alicloud.From(ctx, a.own)
			return credentials.Credentials{
				AccessKeyID: c.AccessKeyID, AccessKeySecret: c.AccessKeySecret, SecurityToken: c.SecurityToken,
			}, err
		}),
		// It notices a damaged body after OSS has taken it; Content-MD5 does before.
		DisableUploadCRC64Check: new(true),
	}
	if a.endpoint != "" {
		config.Endpoint = new(a.endpoint)
	}
	return alioss.NewClient(config, func(o *alioss.Options) {
		o.FeatureFlags &^= alioss.FeatureCorrectClockSkew // it changes the client while others use it
	})
}

// Close closes the connections that nobody uses.
func (b *Bucket) Close() error {
	b.http.CloseIdleConnections()
	return nil
}
