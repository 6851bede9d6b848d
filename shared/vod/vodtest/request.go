package vodtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/vodevents/vodevents/shared/vod"
)

// NewRequest returns the request with which VOD posts body to url at the given
// time, with the headers that VOD sends. It is signed with key, or not signed if
// key is empty. The url is signed as it is written. Errors do not quote it.
func NewRequest(ctx context.Context, url, key string, body []byte, at time.Time) (*http.Request, error) {
	return newRequest(ctx, url, url, key, body, at)
}

func newRequest(ctx context.Context, dialled, signed, key string, body []byte, at time.Time) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, dialled, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("vodtest: request: %w", withoutURL(err))
	}
	// As captured from VOD in 2020.
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Apache-HttpClient/4.4.1 (Java/1.8.0_152)")
	req.Header.Set("Accept-Encoding", "gzip,deflate")
	req.Header.Set("Connection", "Keep-Alive")
	if key == "" {
		return req, nil
	}
	for name, values := range vod.Sign(signed, key, at) {
		for _, v := range values {
			req.Header.Add(name, v)
		}
	}
	return req, nil
}

// withoutURL returns what is below a [url.Error], which quotes the URL: it may
// hold a token.
func withoutURL(err error) error {
	if ue, ok := errors.AsType[*url.Error](err); ok {
		return ue.Err
	}
	return err
}
