package oss

import (
	"context"

	"github.com/vodevents/vodevents/shared/sink"
)

var _ sink.Prober = (*Sink)(nil)

// Probe asks for the state of the bucket, as every delivery does after an hour, see
// [sink.Prober]. It needs no right that deliveries do not need.
func (s *Sink) Probe(ctx context.Context) error {
	s.askAgain()
	return s.checkVersioning(ctx)
}
