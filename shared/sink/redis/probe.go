package redis

import (
	"context"

	"github.com/vodevents/vodevents/shared/sink"
)

var _ sink.Prober = (*Sink)(nil)

// Probe logs in and looks whether there is the mark of an event that never is, see
// [sink.Prober]. It needs no right that deliveries do not need.
func (s *Sink) Probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	results, err := s.do(ctx, [][]string{{"EXISTS", s.address.prefix + "seen:probe"}})
	if err != nil {
		return explain(ctx, err)
	}
	return explain(ctx, results[0].Error())
}
