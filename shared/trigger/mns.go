package trigger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/pipeline"
	"github.com/vodevents/vodevents/shared/store"
)

// MNS answers invocations by an MNS topic, by an MNS queue (through EventBridge),
// by a timer, which drains and redrives, and direct ones that name an operation.
//
// It returns an error if any message could not be stored. There is no partial
// answer, so the platform brings the whole batch back, of which the committed
// part is known then.
type MNS struct {
	Pipeline *pipeline.Pipeline
	// Doctor examines the function's set-up for the operation doctor and returns its
	// report, which is answered as JSON; nil if there is none.
	Doctor func(context.Context) any
	// Broken is what is wrong with the configuration: every invocation fails but the
	// operation doctor, which says why.
	Broken error
	Log    *slog.Logger
}

// Invoke answers an invocation. The answer counts the messages by outcome.
func (m *MNS) Invoke(ctx context.Context, payload []byte) (out []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			m.Log.ErrorContext(ctx, "panic", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			out, err = nil, errors.New("trigger: internal error: see the function's log")
		}
	}()
	ctx, cancel := withinDeadline(ctx)
	defer cancel()
	p := mns.Parse(payload)
	examined := p.Kind == mns.KindOperation && p.Operation.Name == "doctor" && m.Doctor != nil
	if m.Broken != nil && !examined {
		m.Log.ErrorContext(ctx, "not configured", "error", m.Broken)
		return nil, fmt.Errorf("trigger: not configured: %w", m.Broken)
	}
	switch p.Kind {
	case mns.KindTimer:
		// What is wrong is logged, and comes again with the next tick: an error would
		// only make the platform repeat this one.
		tally, _ := m.Pipeline.Tick(ctx)
		return json.Marshal(tally)
	case mns.KindOperation:
		return m.operate(ctx, p.Operation.Name)
	default:
		return m.take(ctx, p.Messages)
	}
}

// take processes a batch of messages.
func (m *MNS) take(ctx context.Context, in []mns.Message) ([]byte, error) {
	messages := make([]pipeline.Message, len(in))
	for i, msg := range in {
		messages[i] = pipeline.Message{Body: msg.Body, Source: source(msg.Channel), SourceID: msg.ID}
		if msg.MD5Mismatch {
			m.Log.WarnContext(ctx, "message digest differs", "message_id", msg.ID)
		}
	}
	counts := map[pipeline.Outcome]int{}
	var first error
	results := m.Pipeline.Process(ctx, messages)
	for _, r := range results {
		counts[r.Outcome]++
		if r.Outcome == pipeline.Failed && first == nil {
			first = r.Err
		}
	}
	if first != nil {
		m.Log.ErrorContext(ctx, "not stored", "failed", counts[pipeline.Failed], "messages", len(in), "error", first)
		return nil, fmt.Errorf("trigger: %d of %d messages not stored: %w", counts[pipeline.Failed], len(in), first)
	}
	m.Pipeline.Deliver(ctx, patience, results)
	return json.Marshal(counts)
}

// Stop ends what a tick or a redrive is at, after what it has in hand.
func (m *MNS) Stop() { m.Pipeline.Stop() }

// Tick does what the timer does, for servers that have none.
func (m *MNS) Tick(ctx context.Context) {
	if m.Broken != nil {
		m.Log.ErrorContext(ctx, "not configured", "error", m.Broken)
		return
	}
	_, _ = m.Pipeline.Tick(ctx) // it has logged what is wrong
}

func source(c mns.Channel) store.Source {
	if c == mns.ChannelQueue {
		return store.SourceQueue
	}
	return store.SourceTopic
}

// operate does what an operator asks of the function that he could not do from
// outside: the store may be reachable from inside the VPC only.
func (m *MNS) operate(ctx context.Context, name string) ([]byte, error) {
	done := func(result map[string]any, err error) ([]byte, error) {
		if err != nil {
			m.Log.ErrorContext(ctx, "operation failed", "operation", name, "error", err)
			return nil, err
		}
		m.Log.InfoContext(ctx, "operation done", "operation", name)
		return json.Marshal(result)
	}
	switch name {
	case "migrate":
		s, ok := m.Pipeline.Store.(store.Migrator)
		if !ok {
			return done(map[string]any{"operation": name}, nil) // it has no tables to make
		}
		return done(map[string]any{"operation": name}, s.Migrate(ctx))
	case "doctor":
		if m.Doctor == nil {
			return done(nil, errors.New("trigger: there is nobody who could examine this function"))
		}
		return done(map[string]any{"operation": name, "report": m.Doctor(ctx)}, nil)
	case "rebuild":
		n, err := m.Pipeline.Rebuild(ctx)
		return done(map[string]any{"operation": name, "events": n}, err)
	case "redrive":
		tally, err := m.Pipeline.Redrive(ctx)
		return done(map[string]any{"operation": name, "delivered": tally.Delivered, "failed": tally.Failed, "parked": tally.Parked}, err)
	case "drain":
		d, err := m.Pipeline.Drain(ctx)
		return done(map[string]any{"operation": name, "drained": d}, err)
	default:
		return nil, fmt.Errorf("trigger: no operation %q: there are migrate, doctor, redrive, drain and rebuild", name)
	}
}

// patience is how long a batch is offered to the store if the runtime sets no
// deadline.
const patience = 30 * time.Second

// withinDeadline ends the context a little before the runtime's deadline, so that
// the error is ours and the function is not killed.
func withinDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	left := patience
	if deadline, ok := ctx.Deadline(); ok {
		left = time.Until(deadline) - reserve
	}
	return context.WithTimeoutCause(ctx, left, errors.New("trigger: the time for the batch is used up"))
}
