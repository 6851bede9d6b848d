// Package oss is a fallback that keeps bodies as objects in a bucket of Alibaba Cloud's
// Object Storage Service, below a prefix that is its own.
//
// # URL
//
//	oss://bucket/fallback?region=cn-shanghai
//	oss://bucket/fallback?region=cn-shanghai&endpoint=oss-cn-shanghai-internal.aliyuncs.com
//	oss://id:secret@bucket/fallback?region=cn-shanghai
//
// See [oss.ParseURL]. A function in the bucket's region does better with the internal
// endpoint, which is faster and whose traffic is free. Requests are signed with the
// credentials of the invocation, the role of the function; else with those of the
// environment, else with the AccessKey pair in the URL.
//
// Give it a prefix that nothing else uses: Drain and Waiting list all that is below it,
// and leave alone what does not have a name of theirs.
//
// # Rights
//
// The role needs these RAM actions on acs:oss:*:*:bucket/prefix/*, the last one on
// acs:oss:*:*:bucket:
//
//	Put        oss:PutObject
//	Drain      oss:GetObject, oss:DeleteObject, and
//	Waiting    oss:ListObjects
//
// # Objects
//
// Each body is an object, whose name is the SHA-256 of the body in hexadecimal digits; a
// body that is put again replaces its own copy. A body has up to [fallback.MaxBody] bytes.
// Landed is when OSS got it, to the second.
//
// Put is done when OSS has answered that it has the object; Content-MD5 keeps it from
// taking one that was damaged on the way. OSS keeps objects until they are deleted. Drain
// lists them by the thousand, reads and deletes eight at a time, and deletes what was
// taken.
//
// A bucket may have versioning. What was drained then stays, as an older version behind a
// delete marker, of which Drain sees nothing; have a lifecycle rule for the prefix remove
// old versions and delete markers. In a bucket whose retention policy forbids deleting,
// what was drained comes again each time.
//
// # Failures
//
// A request that OSS fails or does not answer to is repeated up to twice, after pauses
// of 100 ms at most, as long as the context lets it: a Put has little time. An object
// that cannot be read, or whose content is not that of its name, is reported by each
// Drain, stays, and holds up no other; but when nothing of a batch can be read because
// OSS is away, Drain ends. Errors give OSS's code, message (as far as it is in plain
// words) and request id.
//
// Sources: Object Storage Service, API reference, PutObject, GetObject, DeleteObject and
// ListObjectsV2; "Versioning" (read 2026-11-23).
package oss

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"time"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/fallback/internal/handover"
	"github.com/vodevents/vodevents/shared/oss"
)

func init() {
	fallback.Register("oss", func(u *url.URL) (fallback.Fallback, error) { return Open(u) })
}

// Fallback is what is below a prefix of a bucket.
type Fallback struct{ bucket *oss.Bucket }

var _ fallback.Fallback = (*Fallback)(nil)

// Open returns the fallback with the given URL. It never dials.
func Open(u *url.URL) (*Fallback, error) {
	if u.Fragment != "" {
		return nil, errors.New("oss: URL: no fragment expected")
	}
	// As many connections as Drain has requests under way; pauses that fit into the
	// second that a Put has.
	bucket, err := oss.Open(u, oss.Options{Connections: handover.AtOnce, LongestPause: 100 * time.Millisecond})
	if err != nil {
		return nil, err
	}
	return &Fallback{bucket: bucket}, nil
}

// Put keeps a body as an object, see [fallback.Fallback].
func (f *Fallback) Put(ctx context.Context, body []byte) error {
	if len(body) > fallback.MaxBody {
		return fmt.Errorf("%w: oss: over %d bytes", fallback.ErrRefused, fallback.MaxBody)
	}
	_, err := f.bucket.Put(ctx, oss.Put{Name: handover.Name(body), Body: body})
	return err
}

// Drain hands over what waits, see [fallback.Fallback].
func (f *Fallback) Drain(ctx context.Context, take fallback.Take) (int, error) {
	n, err := handover.Drain(ctx, place{f.bucket}, take)
	if err != nil {
		err = fmt.Errorf("oss: drain %s: %w", f.bucket, err)
	}
	return n, err
}

// Waiting counts the objects, see [fallback.Fallback].
func (f *Fallback) Waiting(ctx context.Context) (int, error) {
	n := 0
	for page, err := range (place{f.bucket}).List(ctx) {
		if err != nil {
			return n, err
		}
		if n += len(page); n >= enough {
			break
		}
	}
	return n, nil
}

// enough is where counting ends: each thousand is a request that costs money.
const enough = 10_000

// Close closes the connections that nobody uses.
func (f *Fallback) Close() error { return f.bucket.Close() }

// place is the bucket as [handover] sees it.
type place struct{ bucket *oss.Bucket }

var _ handover.Place = place{}

// List returns the objects that have names of ours.
func (p place) List(ctx context.Context) iter.Seq2[[]handover.Entry, error] {
	return func(yield func([]handover.Entry, error) bool) {
		for objects, err := range p.bucket.List(ctx) {
			var page []handover.Entry
			for _, o := range objects {
				if handover.IsName(o.Name) {
					page = append(page, handover.Entry{Name: o.Name, Size: o.Size})
				}
			}
			if !yield(page, err) {
				return
			}
		}
	}
}

// Read reads an object.
func (p place) Read(ctx context.Context, name string) (fallback.Item, error) {
	o, err := p.bucket.Get(ctx, name, fallback.MaxBody+1)
	if errors.Is(err, oss.ErrAbsent) {
		return fallback.Item{}, handover.ErrGone
	}
	if failed, ok := errors.AsType[*oss.Error](err); ok && (failed.Status == 0 || failed.Status >= http.StatusInternalServerError) {
		return fallback.Item{}, fmt.Errorf("%w: %w", handover.ErrAway, err)
	}
	return fallback.Item{Body: o.Body, ID: p.bucket.Prefix + name, Landed: o.Modified}, err
}

// Remove deletes an object.
func (p place) Remove(ctx context.Context, name string) error { return p.bucket.Delete(ctx, name) }
