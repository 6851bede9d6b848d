package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/vodevents/vodevents/shared/sink"
)

// producer is a client of the brokers, with its connections, its producer id and what
// it has not sent yet. One delivery at a time uses it: the client gives up records
// together, and so the end of one delivery would be that of another.
type producer struct {
	client *kgo.Client
	cancel context.CancelFunc // ends whatever the client waits for
	used   time.Time          // by the wall clock, which goes on while an instance is frozen
}

// maxProducers limits how many deliveries are in progress at a time: brokers limit the
// connections of all instances together.
const maxProducers = 4

// trust is how long connections may rest: brokers and firewalls forget them after
// minutes, and some without a word.
const trust = 30 * time.Second

var errClosed = errors.New("the sink is closed")

// acquire returns a producer that is the caller's until released: the one that was used
// last, if it is to be trusted.
func (s *Sink) acquire(ctx context.Context) (*producer, error) {
	if ctx.Err() != nil {
		return nil, tooLate(ctx)
	}
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, tooLate(ctx)
	}
	p, old, err := s.take()
	for _, o := range old {
		o.close()
	}
	if p == nil && err == nil {
		p, err = s.connect(ctx)
	}
	if err != nil {
		<-s.slots
		return nil, err
	}
	return p, nil
}

// tooLate makes the error of events whose turn did not come before ctx ended.
func tooLate(ctx context.Context) error {
	return fmt.Errorf("%w: %w", sink.ErrNotSent, context.Cause(ctx))
}

// take returns an idle producer, or nil and the old ones to close.
func (s *Sink) take() (p *producer, old []*producer, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.idle) - 1
	switch {
	case s.closed:
		return nil, nil, errClosed
	case last < 0:
		return nil, nil, nil
	}
	if rested := s.now().Round(0).Sub(s.idle[last].used); rested < 0 || rested >= trust {
		old, s.idle = s.idle, nil // the others have rested for longer
		return nil, old, nil
	}
	p, s.idle = s.idle[last], s.idle[:last]
	return p, nil, nil
}

// connect makes a producer and finds out at once whether brokers can be reached, and
// let it in: for its records the client would try for ever.
func (s *Sink) connect(ctx context.Context) (*producer, error) {
	p, err := s.newProducer() //nolint:contextcheck // It outlives the delivery.
	if err != nil {
		return nil, err
	}
	if err := p.prepare(ctx, s.address.notIdempotent); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func (s *Sink) newProducer() (*producer, error) {
	ctx, cancel := context.WithCancel(context.Background())
	client, err := kgo.NewClient(append(s.address.options(s.timeout), kgo.WithContext(ctx))...)
	if err != nil {
		cancel()
		return nil, err
	}
	return &producer{client: client, cancel: cancel}, nil
}

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

// release gives a producer back, to be used again or not.
func (s *Sink) release(p *producer, again bool) {
	s.mu.Lock()
	<-s.slots
	again = again && !s.closed
	if again {
		p.used = s.now().Round(0)
		s.idle = append(s.idle, p)
	}
	s.mu.Unlock()
	if !again {
		p.close()
	}
}

// close gives up what is not sent, and the connections.
func (p *producer) close() {
	p.cancel()
	p.client.Close()
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
