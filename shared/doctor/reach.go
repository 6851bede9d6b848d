package doctor

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/vodevents/vodevents/shared/fallback"
	"github.com/vodevents/vodevents/shared/mns"
	"github.com/vodevents/vodevents/shared/sink"
)

// tryFallback says whether the fallback can be used, which has to be known before it is
// needed.
func (o *opened) tryFallback(ctx context.Context) []Finding {
	switch {
	case o.fallback != nil:
		return o.tryPlace(ctx, o.fallback)
	case o.config.Fallback != "":
		return notThere("VOD_FALLBACK")
	default:
		return []Finding{{
			Verdict: Warn, Detail: "there is none: callbacks are lost that come while the store is away for long",
			Advice: "set VOD_FALLBACK to a queue, a bucket, or on a server a directory",
		}}
	}
}

// try returns the examination of a dead-letter queue.
func (q queue) try(o *opened) func(context.Context) []Finding {
	return func(ctx context.Context) []Finding { return o.tryPlace(ctx, q.place) }
}

// enoughTime is for how long a place should keep what waits there: as long as deliveries
// are tried.
const enoughTime = 7 * 24 * time.Hour

// tryPlace says whether a place can be used in which something may wait.
func (o *opened) tryPlace(ctx context.Context, place fallback.Fallback) []Finding {
	n, err := place.Waiting(ctx)
	if err != nil {
		return []Finding{o.unreachable(err)}
	}
	all := []Finding{{Verdict: OK, Detail: "it can be used, and " + counted(n, "waits", "wait") + " there"}}
	k, ok := place.(fallback.Keeper)
	if !ok {
		return all
	}
	if keeps, err := k.Keeps(ctx); err == nil && keeps < enoughTime {
		all = append(all, Finding{
			Verdict: Warn, Detail: "what waits there is gone after " + keeps.String(),
			Advice: "set the MessageRetentionPeriod of the queue to 604,800 s, seven days",
		})
	}
	return all
}

// counted is a number with the word that fits it.
func counted(n int, one, more string) string {
	switch n {
	case 0:
		return "nothing " + one
	case 1:
		return "1 " + one
	default:
		return strconv.Itoa(n) + " " + more
	}
}

// largeMessage is how many bytes a message may have, unless the topic was made otherwise.
const largeMessage = 65_536

// tryTopic says whether the topic can be reached.
func (o *opened) tryTopic(ctx context.Context) []Finding {
	size, err := o.topic.MaxMessage(ctx)
	if refusal, ok := errors.AsType[*mns.Error](err); ok && refusal.Code == mns.AccessDenied {
		return []Finding{unsure("mns:GetTopicAttributes")}
	}
	if err != nil {
		return []Finding{o.unreachable(err)}
	}
	if size < largeMessage {
		return []Finding{{
			Verdict: Warn, Detail: fmt.Sprintf("it takes messages of up to %d bytes: larger events wait for the timer", size),
			Advice: "set its MaximumMessageSize to 65,536",
		}}
	}
	return []Finding{{Verdict: OK, Detail: "it can be reached"}}
}

// unsure is the finding that something answers, and does not let us ask.
func unsure(right string) Finding {
	f := Finding{Verdict: Warn, Detail: "it answers, but whether it takes anything is not known"}
	if right != "" {
		f.Advice = "to find out, we need the right " + right
	}
	return f
}

// trySink returns the examination of a sink.
func (o *opened) trySink(r *sink.Route) func(context.Context) []Finding {
	return func(ctx context.Context) []Finding {
		p, ok := r.Sink.(sink.Prober)
		if !ok {
			return []Finding{{Verdict: Skipped, Detail: "this kind of sink cannot be tried without an event"}}
		}
		switch err := p.Probe(ctx); {
		case errors.Is(err, sink.ErrUnsure):
			return []Finding{{Verdict: Warn, Detail: err.Error()}}
		case err != nil:
			return []Finding{o.unreachable(err)}
		default:
			return []Finding{{Verdict: OK, Detail: "it can be reached"}}
		}
	}
}
