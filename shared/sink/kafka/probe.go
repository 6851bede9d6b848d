package kafka

import (
	"context"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/vodevents/vodevents/shared/sink"
)

var _ sink.Prober = (*Sink)(nil)

// Probe has the brokers let it in and asks them for the topic, see [sink.Prober]. It needs
// no right that deliveries do not need.
func (s *Sink) Probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	p, err := s.acquire(ctx)
	if err != nil {
		return s.explain(ctx, err)
	}
	err = p.describe(ctx, s.address.topic)
	s.release(p, err == nil)
	return s.explain(ctx, err)
}

// describe asks the brokers for a topic, which they are not to make.
func (p *producer) describe(ctx context.Context, topic string) error {
	request := kmsg.NewPtrMetadataRequest()
	request.Topics = []kmsg.MetadataRequestTopic{{Topic: &topic}}
	metadata, err := request.RequestWith(ctx, p.client)
	if err != nil {
		return err
	}
	for _, t := range metadata.Topics {
		if err := kerr.ErrorForCode(t.ErrorCode); err != nil {
			return err
		}
	}
	return nil
}
