package doctor

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/store"
)

const (
	// lately is how old the last tick may be: one comes every minute.
	lately = 5 * time.Minute
	// overdue is how long a delivery may be owed before it is worth a word.
	overdue = time.Hour
	// many is how many rows are counted at most.
	many = 1000
)

// storeTime is what time it is in the store, whose times are compared.
func (o *opened) storeTime(ctx context.Context) time.Time {
	if c, ok := o.store.(store.Clock); ok {
		if now, err := c.Now(ctx); err == nil {
			return now
		}
	}
	return o.now()
}

// has reports whether there is a sink of that name.
func (o *opened) has(name string) bool {
	return slices.ContainsFunc(o.sinks, func(r *sink.Route) bool { return r.Name == name })
}

// unread is the finding of a check that has to read the store and cannot; why is said
// where the store is.
func unread() []Finding {
	return []Finding{{Verdict: Skipped, Detail: "the store cannot be read"}}
}

// deliveries says what is owed to sinks, and what was given up.
func (o *opened) deliveries(ctx context.Context) []Finding {
	box, ok := o.store.(store.Outbox)
	if !ok {
		return notThere("VOD_STORE")
	}
	backlog, err := box.Backlog(ctx)
	if err != nil {
		return unread()
	}
	now := o.storeTime(ctx)
	var all []Finding
	for _, b := range backlog {
		age := max(0, now.Sub(b.OwedSince))
		f := Finding{Verdict: OK, Detail: fmt.Sprintf("%d owed to sink %s, the oldest for %s", b.Owed, b.Sink, round(age))}
		switch {
		case !o.has(b.Sink) && len(o.wrong) == 0:
			f.Verdict = Warn
			f.Detail += ", and VOD_SINKS has no sink of that name"
			f.Advice = "after a day they are given up: add the sink again, if it was not meant to go"
		case age > overdue:
			f.Verdict = Warn
			f.Advice = "vodctl sinks says what it answers; vodctl redrive --all tries now"
		}
		all = append(all, f)
	}
	if f, ok := o.parked(ctx); ok {
		all = append(all, f)
	}
	if len(all) == 0 {
		return []Finding{{Verdict: OK, Detail: "nothing is owed to sinks, and nothing was given up"}}
	}
	return all
}

// parked says how many deliveries were given up, if some were.
func (o *opened) parked(ctx context.Context) (Finding, bool) {
	r, ok := o.store.(store.Reader)
	if !ok {
		return Finding{}, false
	}
	given, err := r.Deliveries(ctx, store.DeliveryQuery{State: store.Parked, Limit: many})
	if err != nil || len(given) == 0 {
		return Finding{}, false
	}
	return Finding{
		Verdict: Warn, Detail: manyOf(len(given)) + " given up",
		Advice: "vodctl deliveries --state parked says why; vodctl redrive --parked tries them again",
	}, true
}

// manyOf is a number of rows that were counted up to many.
func manyOf(n int) string {
	if n == many {
		return strconv.Itoa(n) + " or more"
	}
	return strconv.Itoa(n)
}

// deadLetters says what could not be read.
func (o *opened) deadLetters(ctx context.Context) []Finding {
	r, ok := o.store.(store.Reader)
	if !ok {
		return notThere("VOD_STORE")
	}
	var all []Finding
	for _, reason := range []store.Reason{store.ReasonMalformed, store.ReasonForeign, store.ReasonTooLarge, store.ReasonRejected} {
		letters, err := r.DeadLetters(ctx, store.DeadLetterQuery{Reason: reason, Limit: many})
		if err != nil {
			return unread()
		}
		if len(letters) > 0 {
			all = append(all, Finding{
				Verdict: Warn, Detail: fmt.Sprintf("%s of reason %s, the last of %s UTC", manyOf(len(letters)), reason, letters[0].Received.UTC().Format("2006-01-02 15:04:05")),
				Advice: "vodctl dead-letters list shows them",
			})
		}
	}
	if len(all) == 0 {
		return []Finding{{Verdict: OK, Detail: "everything that came in could be read"}}
	}
	return all
}

// timer says whether somebody does the timer's work, if there is any. Each tick notes in
// the store which sinks there are.
func (o *opened) timer(ctx context.Context) []Finding {
	switch box, ok := o.store.(store.Outbox); {
	case len(o.sinks) < len(o.config.Sinks):
		return notThere("VOD_SINKS")
	case len(o.sinks) == 0 && o.fallback == nil && len(o.queues) == 0:
		return []Finding{{Verdict: Skipped, Detail: "nothing needs one: there are no sinks, no fallback and no dead-letter queues"}}
	case !ok:
		return notThere("VOD_STORE")
	case len(o.sinks) == 0:
		return []Finding{{
			Verdict: Skipped, Detail: "without sinks a tick leaves no trace in the store",
			Advice: "look for the line tick in the log, every minute",
		}}
	default:
		return o.ticked(ctx, box)
	}
}

func (o *opened) ticked(ctx context.Context, box store.Outbox) []Finding {
	states, err := box.Sinks(ctx)
	if err != nil {
		return unread()
	}
	backlog, err := box.Backlog(ctx)
	if err != nil {
		return unread()
	}
	now := o.storeTime(ctx)
	var seen time.Time
	for _, s := range states {
		if o.has(s.Name) && s.Seen.After(seen) {
			seen = s.Seen
		}
	}
	waits := slices.ContainsFunc(backlog, func(b store.Backlog) bool { return now.Sub(b.OwedSince) > lately })
	const advice = "give the MNS function its timer trigger, every minute (a server ticks by itself), and see that both functions have the same VOD_SINKS"
	switch {
	case !seen.IsZero() && now.Sub(seen) <= lately:
		return []Finding{{Verdict: OK, Detail: fmt.Sprintf("it ticked %s ago", round(max(0, now.Sub(seen))))}}
	case !seen.IsZero():
		return []Finding{{Verdict: Fail, Detail: fmt.Sprintf("it ticked %s ago for the last time: what sinks did not take at once is not tried again, and the fallback is not drained", round(now.Sub(seen))), Advice: advice}}
	case waits:
		return []Finding{{Verdict: Fail, Detail: "nobody ticks, and deliveries wait: what sinks did not take at once is not tried again, and the fallback is not drained", Advice: advice}}
	default:
		return []Finding{{Verdict: Warn, Detail: "nobody has ticked yet with these sinks", Advice: "if the functions have run for some minutes: " + advice}}
	}
}
