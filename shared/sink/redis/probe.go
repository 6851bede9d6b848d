package redis

import (
	"context"
	"strings"

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
	err = results[0].Error()
	if err != nil && strings.Contains(err.Error(), "NOPERM ") {
		err = nil // it may run the script, perhaps, in which alone it is asked for
	}
	return explain(ctx, err)
}
