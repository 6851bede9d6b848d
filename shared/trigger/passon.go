package trigger

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/pipeline"
)

// Publisher is a topic.
type Publisher interface {
	// Publish sends a body to the subscribers, and returns the id of the message.
	Publish(ctx context.Context, body []byte) (id string, err error)
}

// OpenTopic opens the MNS topic with the given URL, see [mns.ParseURL]; nil if there is
// none.
func OpenTopic(u *url.URL) (Publisher, error) {
	if u == nil {
		return nil, nil //nolint:nilnil // there is none
	}
	topic, err := mns.OpenTopic(u)
	if err != nil {
		return nil, err // and no topic, which would be a Publisher that is not nil
	}
	return topic, nil
}

// passing is how long passing an event on may hold up the answer.
const passing = 500 * time.Millisecond

// passOn sees to it that the event is delivered soon. The timer does it if this
// fails. Whoever goes on after the end of ctx, in spite of it, is left behind: the event
// is stored, and no answer may be late.
func (h *HTTP) passOn(ctx context.Context, body []byte, result pipeline.Result) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if p := recover(); p != nil {
				h.logPanic(ctx, p)
			}
		}()
		h.deliver(ctx, body, result)
	}()
	select {
	case <-done:
	case <-after(ctx):
	}
}

// deliver tries the deliveries, or publishes the event for somebody else to do so.
func (h *HTTP) deliver(ctx context.Context, body []byte, result pipeline.Result) {
	if h.Topic == nil {
		h.Pipeline.Deliver(ctx, passing, []pipeline.Result{result})
		return
	}
	ctx, cancel := context.WithTimeoutCause(ctx, passing, errors.New("trigger: the time for publishing is used up"))
	defer cancel()
	if _, err := h.Topic.Publish(ctx, body); err != nil {
		h.Log.WarnContext(ctx, "not published, the timer delivers", "event_id", result.ID.String(), "error", err)
	}
}
