package tablestore

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// DropEvent implements [store.Maintainer]. It writes the dead letter; marks the event,
// so that nobody settles it or derives facts from it any more; removes its deliveries;
// replaces the facts of its medium; and at last removes the event. Cut off between any
// two of these, it leaves the trace and the event, and does the rest when it is called
// again.
//
// The one thing that it cannot exclude is that a commit or [Store.Settle] of this very
// event is held up between two of its requests while all of that happens: what that
// writes late is left over.
func (s *Store) DropEvent(
	ctx context.Context, id vod.ID, detail string, derive func(store.Event) (store.Record, error),
) (bool, error) {
	for wait := newPause(); ; {
		dropped, err := s.dropEvent(ctx, id, detail, derive)
		if errors.Is(err, errCondition) { // others were at it
			if err = wait.sleep(ctx); err == nil {
				continue
			}
		}
		return dropped, wrap(ctx, "drop event", err)
	}
}

// dropEvent returns errCondition if another process changed the rows meanwhile.
func (s *Store) dropEvent(
	ctx context.Context, id vod.ID, detail string, derive func(store.Event) (store.Record, error),
) (bool, error) {
	k := eventKey(id)
	rows, err := s.read(ctx, []key{k}, append(eventColumns(), "commit")...)
	if err != nil || rows[k] == nil {
		return false, err
	}
	e, commit := eventOf(rows[k]), rows[k].text("commit")
	if err := s.dropLetter(ctx, e, detail, "drop of "+commit); err != nil {
		return false, err
	}
	asRead := []condition{{"commit", ots.CT_EQUAL, commit}, {"subject", ots.CT_EQUAL, e.Subject}} // a rebuild may change that
	mark := change{key: k, where: asRead, put: columns{"dropping": int64(1)}, drop: []string{"unsettled", "facts", "sinks"}}
	if err := s.writeOne(ctx, mark); err != nil {
		return false, err
	}
	if err := s.dropDeliveries(ctx, id); err != nil {
		return false, err
	}
	if err := s.dropFacts(ctx, e.Subject, derive); err != nil {
		return false, err
	}
	n, err := s.applied(ctx, []change{{key: k, where: asRead, remove: true}})
	if err == nil && n == 0 { // others have dropped it; if it came in again, its deliveries may be gone
		err = errCondition
	}
	return err == nil, err
}

// dropLetter writes the dead letter that an event becomes, or counts it once more. A
// letter with the same commit was written for this very drop, which was cut off.
func (s *Store) dropLetter(ctx context.Context, e store.Event, detail, commit string) error {
	k := letterKey(e.ID)
	rows, err := s.read(ctx, []key{k}, "commit", "last_seen")
	if err != nil {
		return err
	}
	at := now().UnixMilli()
	sum := sha256.Sum256(e.Body)
	c := change{key: k, must: absent, put: columns{
		"reason": string(store.ReasonDropped), "detail": detail, "source": string(e.Source), "source_id": e.SourceID,
		"received": e.Received.UnixMilli(), "last_seen": at, "attempts": int64(1),
		"size": int64(len(e.Body)), "sha256": sum[:], "body": blob(e.Body), "commit": commit,
	}}
	if row, ok := rows[k]; ok {
		c.must, c.where = present, []condition{{"commit", ots.CT_EQUAL, row.text("commit")}}
		c.put = columns{
			"reason": string(store.ReasonDropped), "detail": detail, "last_seen": max(at, row.integer("last_seen")), "commit": commit,
		}
		if row.text("commit") != commit {
			c.add = map[string]int64{"attempts": 1}
		}
	}
	return s.writeOne(ctx, c)
}

// dropDeliveries removes what is or was owed of an event.
func (s *Store) dropDeliveries(ctx context.Context, event vod.ID) error {
	of := deliveryKey(event, "")
	var changes []change
	for row, err := range s.scan(ctx, span{table: deliveryTable, under: []any{of.pk[0], of.pk[1]}, names: []string{"state"}}) {
		if err != nil {
			return err
		}
		changes = append(changes, change{key: deliveryKey(event, row.text("sink")), remove: true})
	}
	for _, r := range s.write(ctx, changes) {
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

// isDropping reports whether the event in a row is marked.
func isDropping(row columns) bool { return row.integer("dropping") != 0 }

// dropFacts replaces the facts of the medium of an event that is marked. Before that it
// makes those who are merging facts look again, and find the mark.
func (s *Store) dropFacts(ctx context.Context, medium string, derive func(store.Event) (store.Record, error)) error {
	if medium == "" {
		return nil
	}
	again := change{key: mediaKey(medium), must: present, put: columns{"revision": rand.Text()}}
	if err := s.writeOne(ctx, again); err != nil && !errors.Is(err, errCondition) { // there may be no row
		return err
	}
	return s.rebuildMedium(ctx, medium, derive)
}
