package oss

import (
	"context"
	"net/http"
	"time"

	alioss "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"
	"github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss/credentials"

	"github.com/vodevents/vodevents/shared/alicloud"
)

// attempts is how often the SDK sends a request at most, within the timeout.
const attempts = 3

// newClient makes the SDK's client and what holds its connections.
func newClient(a address) (*alioss.Client, *http.Client) {
	connections := &http.Client{
		Transport: &http.Transport{MaxIdleConnsPerHost: atOnce, IdleConnTimeout: time.Minute},
		// A redirect is an error of OSS that says so: a bucket elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	config := &alioss.Config{
		Region:           new(a.region),
		UsePathStyle:     new(a.pathStyle),
		HttpClient:       connections,
		RetryMaxAttempts: new(attempts),
		UserAgent:        new("vodevents"),
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
	}), connections
}
