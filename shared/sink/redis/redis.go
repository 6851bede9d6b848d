// Package redis copies events into Redis or Tair (Redis OSS-compatible), from
// version 6: each one into a stream, and what it says about its medium into a hash,
// in which the newest fact of every facet stands.
//
// # URL
//
//	redis://user:password@host:6379/0?prefix=vod:&maxlen=100000#name=cache
//	rediss://…?ca=/code/ca.pem           the same with TLS
//
// Without a user it is the user default; port and database are 6379 and 0 if left
// out. The parameters:
//
//	prefix   what the names of all keys begin with; default vod:
//	maxlen   how many events the stream keeps, about; default all, see Memory
//	ca       with rediss: file of the certificates to trust, in PEM, instead of the system's
//
// A user of its own needs the commands and keys of
//
//	ACL SETUSER vodevents on >password ~vod:* +eval +evalsha +exists +set +hget +hset +xadd +select
//
// # Keys
//
// vod:events is a stream with an entry for each event. Its fields are id, type,
// subject (empty if there is none) and event: the JSON of [sink.Event.JSON].
//
//	XREADGROUP GROUP crm worker-1 COUNT 100 BLOCK 5000 STREAMS vod:events >
//
// vod:media:<id of the medium> is a hash with a field for each facet, such as
// base/Title or stream/<JobId>:
//
//	HGET vod:media:93ab850b4f6f44eab54b6e91d24d81d4 base/Title
//	{"version":"2026-03-17T10:30:05.000Z 12 0190b7a4-7c00-8000-8000-000000000001",
//	 "kind":"video","status":"succeeded","value":"Ferry at dawn","data":{"Title":"Ferry at dawn"}}
//
// The version is time, rank and event of the [media.Fact], in fixed widths, so that
// of two texts the greater one is that of the fact that counts ([media.Fact.Newer]).
// A field is replaced by one of a greater version only, and never removed: neither
// order nor repetition of the events matters, and what [media.Fold] needs is there.
//
// vod:seen:<id of the event> is a mark that lasts for 8 days, see Idempotence.
//
// # Idempotence
//
// A script does all of an event at once, or nothing. It leaves a mark, and an event
// with a mark leaves no second trace, even if it was trimmed from the stream: a
// delivery is tried for 7 days, the mark lasts longer. A replay is sent again on
// purpose: it is added to the stream once per id of the replay, with that id in its
// JSON, and mends the hash if that was lost.
//
// # Durability
//
// An event counts as delivered when the server has answered. What that is worth is
// the server's setting: with appendfsync always it is on the disk, with everysec (as
// in Tair and most others) a crash of the machine may lose the last second, and a
// failover what the replica had not got. It can be sent again from the store, as a
// replay.
//
// # Memory
//
// An event takes some kilobytes in the stream, which keeps all of them if nobody
// sets maxlen, or deletes them with XTRIM; its mark takes some 150 bytes for 8 days.
// A server that evicts keys when its memory is full (maxmemory-policy) loses what it
// took: use noeviction.
//
// # Clusters
//
// All keys of an event have to be in one slot. With the proxy of a cluster use
// prefix={vod}: which puts all keys into one; nodes of a cluster are not addressed
// directly.
package redis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"github.com/vodevents/vodevents/shared/sink"
)

func init() {
	open := func(s sink.Spec) (sink.Sink, error) { return Open(s) }
	sink.Register("redis", open)
	sink.Register("rediss", open)
}

// Sink is a database of a Redis server.
type Sink struct {
	address address
	timeout time.Duration
	now     func() time.Time

	slots  chan struct{} // holds one for each connection that is in use
	mu     sync.Mutex
	idle   []*connection // the last one was used last
	closed bool
}

var _ sink.Sink = (*Sink)(nil)

// maxConnections limits how many connections one sink has: servers limit those of
// all instances together.
const maxConnections = 4

// Open returns the sink with the given address. It reads the file of ca, and does
// not dial.
func Open(s sink.Spec) (*Sink, error) {
	if err := s.Only(); err != nil {
		return nil, err
	}
	a, err := parse(s.URL)
	if err != nil {
		return nil, err
	}
	return &Sink{
		address: a,
		timeout: cmp.Or(s.Timeout, sink.DefaultTimeout),
		now:     time.Now,
		slots:   make(chan struct{}, maxConnections),
	}, nil
}

// maxRound limits how many bytes are sent before answers are read, and so the
// memory that a batch takes.
const maxRound = 4 << 20

// Deliver implements [sink.Sink]. Batches take one round trip for each 4 MiB. What
// the server refuses is refused event by event; none is [sink.ErrRejected], since
// whatever the server dislikes can be mended there.
func (s *Sink) Deliver(ctx context.Context, batch []sink.Event) []error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	errs := make([]error, 0, len(batch))
	var round [][]string
	size := 0
	for i, e := range batch {
		command, n := s.address.command(e, len(round) == 0)
		round, size = append(round, command), size+n
		if size < maxRound && i < len(batch)-1 {
			continue
		}
		results, err := s.do(ctx, round)
		if err != nil { // nor would the rest get through
			err = explain(ctx, err)
			errs = append(errs, sink.All(len(round), err)...)
			return append(errs, sink.All(len(batch)-len(errs), notSent(err))...)
		}
		for _, r := range results {
			errs = append(errs, explain(ctx, r.Error()))
		}
		round, size = nil, 0
	}
	return errs
}

// do sends the commands and returns their answers. Doing them again does no harm, so
// that it tries again when it was an old connection that broke: the server may have
// closed it long ago, or was restarted.
func (s *Sink) do(ctx context.Context, commands [][]string) ([]rueidis.RedisResult, error) {
	for {
		c, err := s.acquire(ctx)
		if err != nil {
			return nil, err
		}
		results, err := c.do(ctx, commands)
		s.release(c, err == nil && ctx.Err() == nil)
		if err == nil || !c.old || ctx.Err() != nil {
			return results, err
		}
	}
}

// Close closes the connections; those in use when they are not any more.
func (s *Sink) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, c := range s.idle {
		c.close()
	}
	s.idle = nil
	return nil
}

var errClosed = errors.New("the sink is closed")

// acquire returns a connection that is the caller's until released.
func (s *Sink) acquire(ctx context.Context) (*connection, error) {
	if ctx.Err() != nil {
		return nil, tooLate(ctx)
	}
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, tooLate(ctx)
	}
	c, err := s.take()
	if c == nil && err == nil {
		c, err = s.address.dial(ctx, s.timeout)
	}
	if err != nil {
		<-s.slots
		return nil, err
	}
	return c, nil
}

// take returns an idle connection, or nil if there is none to be trusted.
func (s *Sink) take() (*connection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	for len(s.idle) > 0 {
		c := s.idle[len(s.idle)-1]
		s.idle = s.idle[:len(s.idle)-1]
		if c.trusted(s.now()) {
			return c, nil
		}
		c.close()
	}
	return nil, nil //nolint:nilnil // no connection is no error
}

// release gives a connection back, to be used again or not.
func (s *Sink) release(c *connection, again bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	<-s.slots
	if !again || s.closed {
		c.close()
		return
	}
	c.rest(s.now())
	s.idle = append(s.idle, c)
}

// tooLate makes the error of events whose turn did not come before ctx ended.
func tooLate(ctx context.Context) error {
	return fmt.Errorf("%w: %w", sink.ErrNotSent, context.Cause(ctx))
}

// notSent makes the error of the events after those that failed with err.
func notSent(err error) error {
	if errors.Is(err, sink.ErrNotSent) {
		return err
	}
	return fmt.Errorf("%w; this one was %w", err, sink.ErrNotSent)
}

// explain says what err means to whoever set up the sink.
func explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sink.ErrNotSent) {
		return fmt.Errorf("redis: %w", err)
	}
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) { // what shows is the closed connection
		err = context.Cause(ctx)
	}
	if ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) { // which may show before ctx has ended
		return fmt.Errorf("redis: no answer in time: %w", err)
	}
	// The library's clock may be a little ahead of the context's.
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("redis: no answer in time: %w", context.DeadlineExceeded)
	}
	if refusal, ok := errors.AsType[*rueidis.RedisError](err); ok {
		return errors.New("redis: " + advice(refusal.Error()))
	}
	return fmt.Errorf("redis: %w", unreachable(err))
}
