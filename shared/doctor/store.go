package doctor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// notThere is the finding of a check of something that is not set, or not right, which is
// said among the settings.
func notThere(setting string) []Finding {
	return []Finding{{Verdict: Skipped, Detail: setting + " is not set, or not right"}}
}

// tryStore says whether the store can be reached, has its tables, and takes records, and
// how long that takes.
func (o *opened) tryStore(ctx context.Context) []Finding {
	if o.store == nil {
		return notThere("VOD_STORE")
	}
	if r, ok := o.store.(store.Reader); ok {
		_, err := r.Events(ctx, store.EventQuery{Limit: 1})
		switch {
		case errors.Is(err, store.ErrNotMigrated):
			return []Finding{{
				Verdict: Fail, Detail: "the tables are missing or out of date",
				Advice: "vodctl migrate makes them; inside a VPC the operation migrate of the MNS function does",
			}}
		case err != nil:
			return []Finding{o.unreachable(err)}
		}
	}
	return append([]Finding{{Verdict: OK, Detail: "it can be reached, and its tables are up to date"}}, o.commit(ctx)...)
}

const (
	// tries is how many commits are timed.
	tries = 5
	// slow is how long the store has a callback to itself: a commit that takes longer
	// leaves it to the fallback.
	slow = time.Second
)

// commit times commits by the real way: dead letters of a kind of their own, which are
// removed again. What an examination left behind that was killed goes with them.
func (o *opened) commit(ctx context.Context) (found []Finding) {
	m, ok := o.store.(store.Maintainer)
	if !ok {
		return []Finding{{Verdict: Skipped, Detail: "no commit was tried: this kind of store could not forget it again"}}
	}
	var ids []vod.ID
	var took []time.Duration
	defer func() { // also after a panic: nothing is to stay
		if err := o.remove(ctx, m, ids); err != nil && len(took) > 0 {
			found = append(found, Finding{
				Verdict: Warn, Detail: "what was committed to try the store could not be removed again: " + err.Error(),
				Advice: "vodctl dead-letters list shows it, with the reason probe; an examination removes it that begins an hour later",
			})
		}
	}()
	// Half of the time that is left is for committing, the other half for removing it again.
	until := time.Now().Add(left(ctx) / 2)
	trying, cancel := context.WithDeadlineCause(ctx, until, fmt.Errorf("no answer within %s", round(left(ctx)/2)))
	defer cancel()
	for len(took) < tries && (len(took) == 0 || time.Until(until) > slices.Max(took)) {
		r := probe(o.now())
		ids = append(ids, r.ID)
		began := time.Now()
		outcomes, err := o.store.Commit(trying, []store.Record{r})
		if err == nil {
			err = outcomes[0].Err
		}
		if err != nil {
			return []Finding{{
				Verdict: Fail, Detail: "it does not take records: " + err.Error(),
				Advice: "see whether its user may write, and its disk has room",
			}}
		}
		took = append(took, time.Since(began))
	}
	return []Finding{timed(took)}
}

// timed is the finding that commits took so long.
func timed(took []time.Duration) Finding {
	slices.Sort(took)
	median, longest := took[len(took)/2], took[len(took)-1]
	f := Finding{Verdict: OK, Detail: fmt.Sprintf("a durable commit takes %s (median of %d, the longest %s)", round(median), len(took), round(longest))}
	if median > slow {
		f.Verdict = Warn
		f.Advice = "the store has the first second of a callback to itself: find out what holds it up, or bring it nearer"
	}
	return f
}

// left is how much time the check has.
func left(ctx context.Context) time.Duration {
	deadline, _ := ctx.Deadline() // each check has one
	return time.Until(deadline)
}

// remove drops what was committed to try the store, and then, if there is time for it, what
// was left behind. It has the time that the check has left, and half of its grace.
func (o *opened) remove(ctx context.Context, m store.Maintainer, ids []vod.ID) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(0, left(ctx))+grace/2)
	defer cancel()
	if _, err := m.DropDeadLetters(ctx, ids...); err != nil {
		return err
	}
	if old := o.leftBehind(ctx); len(old) > 0 {
		_, _ = m.DropDeadLetters(ctx, old...) // else the next examination does
	}
	return nil
}

// probeDetail is what the dead letters say that are committed to try a store.
const probeDetail = "tried by vodctl doctor: may be dropped"

// probe is a record that nobody else has.
func probe(at time.Time) store.Record {
	body := []byte(rand.Text())
	id, _ := vod.IDOf(body) // the error says that it is no JSON
	return store.Record{
		ID: id, Source: store.SourceHTTP, Received: at.UTC().Truncate(time.Millisecond), Body: body,
		Reason: store.ReasonProbe, Detail: probeDetail,
	}
}

// leftBehind returns what examinations did not remove that are over for long.
func (o *opened) leftBehind(ctx context.Context) []vod.ID {
	r, ok := o.store.(store.Reader)
	if !ok {
		return nil
	}
	letters, err := r.DeadLetters(ctx, store.DeadLetterQuery{Reason: store.ReasonProbe})
	if err != nil {
		return nil
	}
	var ids []vod.ID
	for _, l := range letters {
		if o.now().Sub(l.LastSeen) > time.Hour { // else somebody is at it
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// round makes a duration short to read.
func round(d time.Duration) time.Duration {
	switch {
	case d > time.Minute:
		return d.Round(time.Second)
	case d > time.Second:
		return d.Round(10 * time.Millisecond)
	default:
		return d.Round(10 * time.Microsecond)
	}
}

// skew is how far the clocks may be apart before it is worth a word.
const skew = time.Minute

// clock compares our clock with that of the store, by which leases and pauses count.
// Ours decides whether a signature is in time.
func (o *opened) clock(ctx context.Context) []Finding {
	c, ok := o.store.(store.Clock)
	if !ok {
		return []Finding{{Verdict: Skipped, Detail: "there is no store with a clock of its own to compare with"}}
	}
	began := o.now()
	theirs, err := c.Now(ctx)
	if err != nil {
		return []Finding{{Verdict: Skipped, Detail: "the store does not say what time it is there"}}
	}
	ended := o.now()
	off := began.Add(ended.Sub(began) / 2).Sub(theirs)
	f := Finding{Verdict: OK, Detail: fmt.Sprintf("ours and that of the store are %s apart", round(off.Abs()))}
	switch tolerance := o.config.AuthTolerance; {
	case tolerance > 0 && off.Abs() > tolerance:
		f.Verdict = Fail
		f.Advice = "one of them is wrong: if it is ours, no signature is in time (VOD_AUTH_TOLERANCE)"
	case off.Abs() > skew:
		f.Verdict = Warn
		f.Advice = "let both follow a time server (NTP)"
	}
	return []Finding{f}
}
