// Package oss writes events as objects into a bucket of Object Storage Service: an
// archive that costs little and that data lakes read.
//
// # URL
//
//	oss://bucket/prefix?region=cn-shanghai#name=archive
//	oss://bucket/prefix?region=cn-shanghai&endpoint=oss-cn-shanghai-internal.aliyuncs.com#name=archive
//
// The region is that of the bucket; it is part of the signature. The endpoint is
// the region's public one if the URL names none; a function in the same region does
// better with the internal one, whose traffic is free. It is called by https; http://
// is for loopback addresses alone. There are no settings besides those of
// [sink.Route].
//
// Requests are signed with the credentials of the invocation, which are asked for
// anew for each of them, see [alicloud.From]. Where there are none, as on a server,
// an AccessKey pair may stand in the URL: oss://id:secret@bucket/prefix. It needs
// the rights
//
//	oss:PutObject            on acs:oss:*:*:bucket/prefix/*
//	oss:GetBucketVersioning  on acs:oss:*:*:bucket
//
// # Objects
//
// Each event is one object, whose content is [sink.Event.JSON] and whose name
// depends on the event's ID alone:
//
//	prefix/2026/11/23/01a2076b-4400-8d41-9a3c-0f6f5f0e2a77.json
//	prefix/undated/00000000-0000-8d41-9a3c-0f6f5f0e2a77.json
//
// The day is that of the EventTime, in UTC; events without one are undated.
//
// # Once
//
// Objects are put with x-oss-forbid-overwrite, so that an event that comes again,
// also as a replay, leaves the object as it is; one that was deleted is made anew.
// Content-MD5 keeps OSS from taking a body that was damaged on the way.
//
// OSS ignores that header in a bucket whose versioning is enabled or suspended. Such
// a bucket is refused: its state is asked for before the first put and every hour,
// and at once when OSS answers a put with the id of a version. A bucket cannot go
// back to being unversioned; take another.
//
// # Failures
//
// All failures are tried again: none is about one event. Within an attempt the SDK
// repeats a request up to twice, as long as the route's timeout allows. Eight
// requests are under way at a time; once one has had no answer, or one of 500 or
// above, the rest of the batch is not sent now. Errors give OSS's code, message (as
// far as it is in plain words) and request id.
//
// Sources: Object Storage Service, API reference, PutObject and GetBucketVersioning;
// object naming conventions (read 2026-11-23).
package oss

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/vodevents/vodevents/shared/oss"
	"github.com/vodevents/vodevents/shared/sink"
)

func init() {
	sink.Register("oss", func(s sink.Spec) (sink.Sink, error) { return Open(s) })
}

// Sink is a bucket, or what is below a prefix in it.
type Sink struct {
	// Now is the clock by which the bucket's state is asked for again; nil means
	// [time.Now].
	Now func() time.Time

	bucket  *oss.Bucket
	timeout time.Duration
	slots   chan struct{} // one for each request under way

	mu    sync.Mutex
	asked time.Time // when the bucket was last found to be unversioned; zero: ask
}

var _ sink.Sink = (*Sink)(nil)

// atOnce is how many requests of a sink are under way at a time.
const atOnce = 8

// Open returns the sink with the given URL. It never dials.
func Open(spec sink.Spec) (*Sink, error) {
	if err := spec.Only(); err != nil {
		return nil, fmt.Errorf("oss: %w", err)
	}
	bucket, err := oss.Open(spec.URL, oss.Options{Connections: atOnce})
	if err != nil {
		return nil, err
	}
	return &Sink{bucket: bucket, timeout: spec.Timeout, slots: make(chan struct{}, atOnce)}, nil
}

// Deliver puts each event as an object, see [sink.Sink].
func (s *Sink) Deliver(ctx context.Context, events []sink.Event) []error {
	if ctx.Err() != nil {
		return sink.All(len(events), tooLate(ctx))
	}
	if err := s.checkVersioning(ctx); err != nil {
		return sink.All(len(events), err)
	}
	errs := make([]error, len(events))
	var b batch
	var wg sync.WaitGroup
	for i, e := range events {
		select {
		case s.slots <- struct{}{}:
		case <-ctx.Done():
			errs[i] = tooLate(ctx)
			continue
		}
		wg.Go(func() {
			defer func() { <-s.slots }()
			if errs[i] = b.halted(ctx); errs[i] == nil {
				errs[i] = b.note(s.put(ctx, e))
			}
		})
	}
	wg.Wait()
	return errs
}

// Close closes the connections that are idle.
func (s *Sink) Close() error { return s.bucket.Close() }

func (s *Sink) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}
