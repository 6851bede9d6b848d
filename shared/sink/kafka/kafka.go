// Package kafka copies events into a topic of Apache Kafka or ApsaraMQ for Kafka,
// from version 0.11.
//
// # URL
//
//	kafka://host1:9092,host2:9092/topic#name=analytics
//	kafka://user:password@host1:9093,host2:9093/topic?tls=true&ca=/code/ca.pem
//
// Some of the brokers are enough. If one has a port, give all of them theirs; it is
// 9092 if none has one. An IPv6 address stands alone, as in kafka://[2001:db8::1]:9092/topic.
// The topic has to exist. The parameters:
//
//	tls                true: connections are encrypted
//	ca                 with tls: file of the certificates to trust, in PEM, instead of the system's
//	verify             with tls: ca for brokers whose certificate bears another name than
//	                   they have; the authority is checked all the same. Default full
//	sasl               plain, scram-sha-256 or scram-sha-512; default plain if there is a user
//	idempotent         false for topics that refuse idempotent producers, see Idempotence
//	max_message_bytes  the topic's max.message.bytes; default 1000012
//	client_id          what brokers log the client as; default vodevents
//
// ApsaraMQ for Kafka: the SSL endpoint wants tls=true, its ca and sasl=plain; topics
// with cloud storage want idempotent=false.
//
// # Records
//
// The value is the JSON of [sink.Event.JSON], a CloudEvent in structured mode. The
// key is the id of the medium, or that of the event if it is about none: what is
// known about a medium is in one partition, the one that Java's client chooses. The
// headers are
//
//	content-type  application/cloudevents+json; charset=utf-8
//	ce_id         the event's id, to de-duplicate by
//	ce_type       such as TranscodeComplete
//
// A replay says so in its JSON. The timestamp is that of the delivery and not that
// of the event, or retention would remove an old event at once.
//
// An event whose record is larger than max_message_bytes, or than the topic takes,
// is [sink.ErrRejected]; nothing else is, since the rest can be mended.
//
// # Idempotence
//
// An event counts as delivered when all in-sync replicas have it (acks=all; the
// topic's min.insync.replicas says how many that are). What a broker may or may not
// have got is sent again with the same sequence number, so that it is there once. If
// the time ends before the answer comes, it is an error and the event is delivered
// again, maybe by another instance: that may leave a second record with the same id.
//
// Topics with cloud storage of ApsaraMQ for Kafka, and users without the right
// IdempotentWrite before Kafka 3, refuse sequence numbers: idempotent=false, with
// which a broken connection may leave a second record too. Source: ApsaraMQ for
// Kafka, why "Cluster authorization failed" is reported (read 2026-11-23).
//
// # Time
//
// When a delivery ends nothing of it is waiting to be sent: records that are not
// acknowledged in time are given up together with their connections. So deliveries that
// are in progress at the same time, four of a sink at most, have their own. After a
// failure, and after 30 s of rest, like those of an instance that was frozen,
// connections are made anew.
package kafka

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/vodevents/vodevents/shared/sink"
)

func init() {
	sink.Register("kafka", func(s sink.Spec) (sink.Sink, error) { return Open(s) })
}

// Sink is a topic.
type Sink struct {
	address address
	timeout time.Duration
	now     func() time.Time

	slots  chan struct{} // holds one for each producer that is in use
	mu     sync.Mutex
	idle   []*producer // the last one was used last
	closed bool
}

var _ sink.Sink = (*Sink)(nil)

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
		slots:   make(chan struct{}, maxProducers),
	}, nil
}

// Deliver implements [sink.Sink].
func (s *Sink) Deliver(ctx context.Context, batch []sink.Event) []error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	p, err := s.acquire(ctx)
	if err != nil {
		return sink.All(len(batch), s.explain(ctx, err))
	}
	again := true
	defer func() { s.release(p, again) }()
	errs := p.produce(ctx, s.address.records(batch))
	for i, err := range errs {
		// A topic that takes less than max_message_bytes refuses records together that
		// it takes one by one.
		if errors.Is(err, kerr.MessageTooLarge) {
			err = p.produce(ctx, s.address.records(batch[i:i+1]))[0]
		}
		errs[i] = s.explain(ctx, err)
		if err != nil && !errors.Is(errs[i], sink.ErrRejected) {
			again = false // some failures stay with the client, and so do records that wait
		}
	}
	return errs
}

// Close closes the connections; those in use when they are not any more.
func (s *Sink) Close() error {
	s.mu.Lock()
	idle := s.idle
	s.closed, s.idle = true, nil
	s.mu.Unlock()
	for _, p := range idle {
		p.close()
	}
	return nil
}

// records returns the records of events.
func (a *address) records(events []sink.Event) []*kgo.Record {
	records := make([]*kgo.Record, len(events))
	for i, e := range events {
		id := e.ID.String()
		records[i] = &kgo.Record{
			Topic: a.topic, Key: []byte(cmp.Or(e.Subject, id)), Value: e.JSON(),
			Headers: []kgo.RecordHeader{
				{Key: "content-type", Value: []byte(sink.MediaType)},
				{Key: "ce_id", Value: []byte(id)},
				{Key: "ce_type", Value: []byte(e.Type)},
			},
		}
	}
	return records
}
