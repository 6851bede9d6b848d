package doctor_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/doctor"
	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
)

func TestMain(m *testing.M) {
	store.Register("distant", openDistant)
	sink.Register("deaf", func(sink.Spec) (sink.Sink, error) { return deaf{make(chan struct{})}, nil })
	sink.Register("panicky", func(sink.Spec) (sink.Sink, error) { return panicky{}, nil })
	sink.Register("untried", func(sink.Spec) (sink.Sink, error) { return untried{}, nil })
	os.Exit(m.Run())
}

// untried is a sink that cannot be tried.
type untried struct{}

func (untried) Deliver(context.Context, []sink.Event) []error { return nil }

func (untried) Close() error { return nil }

// deaf is a sink that goes on after the end of its context, until it is closed.
type deaf struct{ closed chan struct{} }

func (deaf) Deliver(context.Context, []sink.Event) []error { return nil }

func (d deaf) Probe(context.Context) error {
	<-d.closed
	return nil
}

func (d deaf) Close() error {
	close(d.closed)
	return nil
}

// panicky is a sink with a defect.
type panicky struct{ untried }

func (panicky) Probe(context.Context) error { panic(secret) }

func TestDefects(t *testing.T) {
	t.Parallel()
	s := start(t)
	report := examine(t, doctor.Subject{
		Getenv:  s.with("VOD_SINKS", "deaf:x#name=deaf panicky:x#name=panicky untried:x#name=untried "+s.url("queues/crm")+"#name=crm"),
		Timeout: 2 * time.Second, Inside: true,
	})
	require.Equal(t, "fail: no answer within 2s", of(report, "sink deaf"))
	require.Equal(t, "fail: the examination panicked, which is a defect of ours", of(report, "sink panicky"))
	require.Contains(t, of(report, "sink untried"), "skipped: ")
	require.Equal(t, "ok: it can be reached", of(report, "sink crm"))
}
