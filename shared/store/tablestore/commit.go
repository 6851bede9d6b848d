package tablestore

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/vodevents/vodevents/shared/store"
)

// Commit makes the records durable, each for itself. What it cannot settle before ctx
// ends is left to [Store.Settle].
func (s *Store) Commit(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
	if len(records) == 0 {
		return nil, nil
	}
	if ctx.Err() != nil {
		return nil, wrap(ctx, "commit", context.Cause(ctx))
	}
	b := newBatch(records)
	s.commitEvents(ctx, b)
	s.commitLetters(ctx, b)
	if err := b.failure(); err != nil {
		return nil, wrap(ctx, "commit", err)
	}
	for i := range b.outcomes {
		b.outcomes[i].Err = wrap(ctx, "record", b.outcomes[i].Err)
	}
	return b.outcomes, nil
}

// batch is a commit in the making.
type batch struct {
	records  []store.Record
	outcomes []store.Outcome
	commit   string // a text that no other commit has
	// events and letters are the rows, in the order in which they come first.
	events  []entry
	letters []entry
}

// entry is a row, and the numbers of the records that say it.
type entry struct {
	change  change
	records []int
}

// newBatch sorts the records, and rejects those that cannot be stored.
func newBatch(records []store.Record) *batch {
	b := &batch{records: records, outcomes: make([]store.Outcome, len(records)), commit: rand.Text()}
	at := now()
	places := map[key]int{}
	for i, r := range records {
		entries := &b.events
		c, err := eventChange(r, b.commit, at)
		if r.Reason != "" {
			entries = &b.letters
			c, err = letterChange(r, b.commit)
		}
		if err != nil {
			b.outcomes[i] = store.Outcome{State: store.Rejected, Err: err}
			continue
		}
		place, ok := places[c.key]
		if !ok {
			place = len(*entries)
			places[c.key] = place
			*entries = append(*entries, entry{change: c})
		}
		(*entries)[place].records = append((*entries)[place].records, i)
	}
	return b
}

// tell sets the outcome of the records of an entry: of those that are New only the
// first is, the others are Known.
func (b *batch) tell(e entry, o store.Outcome) {
	for n, i := range e.records {
		if n == 1 && o.State == store.New {
			o.State = store.Known
		}
		b.outcomes[i] = o
	}
}

// failure returns an error if all records failed.
func (b *batch) failure() error {
	for _, o := range b.outcomes {
		if o.State != store.Failed {
			return nil
		}
	}
	return b.outcomes[0].Err
}

// settleTime is for how long a commit tries to settle its events, unless the context
// ends before. Others that are about the same medium may get in its way.
const settleTime = 10 * time.Second

// commitEvents puts the events and settles those that are new.
func (s *Store) commitEvents(ctx context.Context, b *batch) {
	var fresh []unsettled
	outcomes := s.insert(ctx, b.events, b.commit)
	s.insertGone(ctx, b.events, outcomes, b.commit)
	for n, o := range outcomes {
		e := b.events[n]
		b.tell(e, o)
		if since, owes := e.change.put["unsettled"]; owes && o.State == store.New {
			r := b.records[e.records[0]]
			at := columns{"since": since}.moment("since")
			fresh = append(fresh, unsettled{event: r.ID, since: at, facts: r.Facts, sinks: r.Deliveries})
		}
	}
	if len(fresh) > 0 {
		ctx, cancel := context.WithTimeout(ctx, settleTime)
		defer cancel()
		_, _ = s.settle(ctx, fresh) // the events are committed: Settle finds what is left, and says why
	}
}

// insert puts rows that are not there, and says what became of each.
func (s *Store) insert(ctx context.Context, entries []entry, commit string) []store.Outcome {
	changes := make([]change, len(entries))
	for i, e := range entries {
		changes[i] = e.change
	}
	outcomes := make([]store.Outcome, len(entries))
	var doubtful []key
	results := s.write(ctx, changes)
	for i, r := range results {
		switch {
		case r.err == nil:
			outcomes[i].State = store.New
		case errors.Is(r.err, errCondition):
			outcomes[i].State = store.Known
			if r.unsure { // maybe it is there because an attempt put it whose reply was lost
				doubtful = append(doubtful, changes[i].key)
			}
		case refused(r.err):
			outcomes[i] = store.Outcome{State: store.Rejected, Err: r.err}
		default:
			outcomes[i] = store.Outcome{State: store.Failed, Err: r.err}
		}
	}
	if len(doubtful) == 0 {
		return outcomes
	}
	rows, err := s.read(ctx, doubtful, "commit")
	for i, r := range results {
		switch {
		case !r.unsure || outcomes[i].State != store.Known:
		case err != nil:
			outcomes[i] = store.Outcome{State: store.Failed, Err: err}
		case rows[changes[i].key].text("commit") == commit:
			outcomes[i].State = store.New
		}
	}
	return outcomes
}
