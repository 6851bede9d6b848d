package kafka

import (
	"context"
	"errors"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// producer is a client of the brokers, with its connections, its producer id and
// what it has not sent yet.
type producer struct {
	client  *kgo.Client
	cancel  context.CancelFunc // ends whatever the client waits for
	users   int                // deliveries that use it now
	used    time.Time          // by the wall clock, which goes on while an instance is frozen
	retired bool               // is closed when nobody uses it any more
}

// trust is how long connections may rest: brokers and firewalls forget them after
// minutes, and some without a word.
const trust = 30 * time.Second

var errClosed = errors.New("the sink is closed")

// acquire returns a producer that is in use until released: the one that is there, if
// it is to be trusted.
func (s *Sink) acquire(ctx context.Context) (*producer, error) {
	p, old, made, err := s.take() //nolint:contextcheck // The client outlives the delivery.
	if old != nil {
		old.close()
	}
	if err != nil || !made {
		return p, err
	}
	if err := p.prepare(ctx, s.address.notIdempotent); err != nil {
		s.retire(p)
		s.release(p)
		return nil, err
	}
	return p, nil
}

// prepare finds out at once whether brokers can be reached, and let the client in:
// for its records the client would try for ever.
func (p *producer) prepare(ctx context.Context, notIdempotent bool) error {
	stop := context.AfterFunc(ctx, p.cancel) // ctx is not heeded while a connection is made
	defer stop()
	if err := p.client.Ping(ctx); err != nil || notIdempotent {
		return err
	}
	if _, _, err := p.client.ProducerID(ctx); err != nil && !kgo.IsRetryableBrokerErr(err) {
		return err
	}
	return nil
}

// take returns a producer, whether it was made just now, and an old one to close.
func (s *Sink) take() (p, old *producer, made bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, nil, false, errClosed
	}
	if p := s.current; p != nil {
		rested := s.now().Round(0).Sub(p.used)
		if p.users > 0 || 0 <= rested && rested < trust {
			p.users++
			return p, nil, false, nil
		}
		old, s.current = p, nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	client, err := kgo.NewClient(append(s.address.options(s.timeout), kgo.WithContext(ctx))...)
	if err != nil {
		cancel()
		return nil, old, false, err
	}
	s.current = &producer{client: client, cancel: cancel, users: 1}
	return s.current, old, true, nil
}

// release says that a delivery does not use the producer any more.
func (s *Sink) release(p *producer) {
	s.mu.Lock()
	p.users--
	p.used = s.now().Round(0)
	last := p.retired && p.users == 0
	s.mu.Unlock()
	if last {
		p.close()
	}
}

// close gives up what is not sent, and the connections.
func (p *producer) close() {
	p.cancel()
	p.client.Close()
}

// retire keeps the producer from being used by further deliveries.
func (s *Sink) retire(p *producer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.retired = true
	if s.current == p {
		s.current = nil
	}
}

// produce sends the records and returns one error for each when all are acknowledged
// or ctx ends.
func (p *producer) produce(ctx context.Context, records []*kgo.Record) []error {
	type outcome struct {
		record int
		err    error
	}
	outcomes := make(chan outcome, len(records)) // those that come too late find their place
	for i, r := range records {
		p.client.Produce(ctx, r, func(_ *kgo.Record, err error) { outcomes <- outcome{i, err} })
	}
	errs := make([]error, len(records))
	missing := make(map[int]bool, len(records))
	for i := range records {
		missing[i] = true
	}
	for len(missing) > 0 {
		select {
		case o := <-outcomes:
			errs[o.record] = o.err
			delete(missing, o.record)
		case <-ctx.Done():
			for i := range missing {
				errs[i] = context.Cause(ctx)
			}
			return errs
		}
	}
	return errs
}
