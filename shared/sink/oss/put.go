package oss

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // OSS defines Content-MD5 by it.
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	alioss "github.com/aliyun/alibabacloud-oss-go-sdk-v2/oss"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/vod"
)

// put makes one attempt for one event.
func (s *Sink) put(ctx context.Context, e sink.Event) error {
	ctx, cancel := s.withTimeout(ctx)
	defer cancel()
	body := e.JSON()
	sum := md5.Sum(body) //nolint:gosec // OSS defines Content-MD5 by it.
	result, err := s.client.PutObject(ctx, &alioss.PutObjectRequest{
		Bucket:          new(s.bucket),
		Key:             new(s.key(e.ID)),
		Body:            bytes.NewReader(body),
		ContentType:     new(sink.MediaType),
		ContentMD5:      new(base64.StdEncoding.EncodeToString(sum[:])),
		ForbidOverwrite: new("true"),
	})
	if se, ok := errors.AsType[*alioss.ServiceError](err); ok && se.Code == "FileAlreadyExists" {
		return nil
	}
	if err != nil {
		return s.failure(ctx, "put", err)
	}
	if result.VersionId != nil {
		s.askAgain()
	}
	return nil
}

// key returns the name of the event's object.
func (s *Sink) key(id vod.ID) string {
	day := "undated"
	if t := id.Time(); !t.IsZero() {
		day = t.Format("2006/01/02")
	}
	return s.prefix + day + "/" + id.String() + ".json"
}

func (s *Sink) withTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.timeout, fmt.Errorf("no answer within %s", s.timeout))
}

// recheck is how long a bucket that was unversioned is taken to be.
const recheck = time.Hour

// checkVersioning returns an error unless the bucket is known to be unversioned.
func (s *Sink) checkVersioning(ctx context.Context) error {
	s.mu.Lock()
	known := !s.asked.IsZero() && s.now().Sub(s.asked) < recheck
	s.mu.Unlock()
	if known {
		return nil
	}
	ctx, cancel := s.withTimeout(ctx)
	defer cancel()
	result, err := s.client.GetBucketVersioning(ctx, &alioss.GetBucketVersioningRequest{Bucket: new(s.bucket)})
	if err != nil {
		return s.failure(ctx, "get versioning of the bucket", err)
	}
	if status := alioss.ToString(result.VersionStatus); status != "" {
		return fmt.Errorf("oss: bucket %s has versioning, %q: OSS would then take every event as often as it comes; "+
			"use a bucket whose versioning was never switched on", s.bucket, plain(status, 1))
	}
	s.mu.Lock()
	s.asked = s.now()
	s.mu.Unlock()
	return nil
}

// askAgain has the next delivery ask for the bucket's state.
func (s *Sink) askAgain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = time.Time{}
}
