package handover_test

import (
	"context"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/fallback/internal/handover"
)

// panicky is a place with one item, in which one of the methods panics.
type panicky struct{ read, remove bool }

func (panicky) List(context.Context) iter.Seq2[[]handover.Entry, error] {
	return func(yield func([]handover.Entry, error) bool) {
		yield([]handover.Entry{{Name: handover.Name(nil)}}, nil)
	}
}

func (p panicky) Read(context.Context, string) (fallback.Item, error) {
	if p.read {
		panic("s3cret")
	}
	return fallback.Item{}, nil
}

func (p panicky) Remove(context.Context, string) error {
	if p.remove {
		panic("s3cret")
	}
	return nil
}

// A panic of a library, in a goroutine of ours, would end the process.
func TestDrainOfAPlaceThatPanics(t *testing.T) {
	t.Parallel()
	for name, place := range map[string]panicky{"read": {read: true}, "remove": {remove: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, err := handover.Drain(t.Context(), place, func(context.Context, []fallback.Item) []error { return []error{nil} })
			require.Zero(t, n)
			require.ErrorContains(t, err, name)
			require.ErrorContains(t, err, "panic of type string")
			require.NotContains(t, err.Error(), "s3cret")
		})
	}
}
