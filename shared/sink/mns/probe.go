package mns

import (
	"context"
	"errors"
	"fmt"

	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/sink"
)

var _ sink.Prober = (*Sink)(nil)

// Probe asks for the attributes of the queue or topic, see [sink.Prober]. That needs
// mns:GetQueueAttributes or mns:GetTopicAttributes; without it the error wraps
// [sink.ErrUnsure].
func (s *Sink) Probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, s.timeout, fmt.Errorf("no answer within %s", s.timeout))
	defer cancel()
	var err error
	if s.topic != nil {
		_, err = s.topic.MaxMessage(ctx)
	} else {
		_, err = s.queue.Attributes(ctx)
	}
	if refusal, ok := errors.AsType[*mns.Error](err); ok && refusal.Code == mns.AccessDenied {
		return fmt.Errorf("%w: %w", sink.ErrUnsure, err)
	}
	return err
}
