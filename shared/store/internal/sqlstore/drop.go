package sqlstore

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// ErrChanged means that what was read is no longer so.
var ErrChanged = errors.New("sqlstore: changed meanwhile")

// Drop is what is done to take an event out.
type Drop struct {
	// Letter is to be in vod_dead_letters. If one with its ID is there, that gets the
	// Reason, Detail and LastSeen of this one, and one attempt more.
	Letter store.DeadLetter
	// Medium is what is left of the event's medium. Without an ID it was about none.
	Medium Medium
}

// DropEvent implements [store.Maintainer]. It derives outside of the transaction.
func DropEvent(
	ctx context.Context, db Rewriter, id vod.ID, detail string, derive func(store.Event) (store.Record, error),
) (bool, error) {
	for {
		dropped, err := dropOnce(ctx, db, id, detail, derive)
		if !errors.Is(err, ErrChanged) {
			return dropped, db.Wrap(ctx, "drop event", err)
		}
	}
}

func dropOnce(
	ctx context.Context, db Rewriter, id vod.ID, detail string, derive func(store.Event) (store.Record, error),
) (bool, error) {
	q := selectFrom(db, EventColumns+" FROM vod_events")
	q.and("id = ?", db.ID(id))
	found, err := rows(ctx, q, func(row Row, e *store.Event) error { return ScanEvent(db, row, e) })
	if err != nil || len(found) == 0 {
		return false, err
	}
	e := found[0]
	d := Drop{Letter: letterOf(e, detail)}
	if e.Subject != "" {
		if d.Medium, _, err = (rebuild{db: db, derive: derive}).medium(ctx, e.Subject, id); err != nil {
			return false, err
		}
	}
	if err := db.DropEvent(ctx, d); err != nil {
		return false, err
	}
	return true, nil
}

// letterOf is the dead letter that an event becomes which is dropped now.
func letterOf(e store.Event, detail string) store.DeadLetter {
	return store.DeadLetter{
		ID: e.ID, Reason: store.ReasonDropped, Detail: detail, Source: e.Source, SourceID: e.SourceID,
		Received: e.Received, LastSeen: time.Now().UTC().Truncate(time.Millisecond), Attempts: 1,
		Size: int64(len(e.Body)), SHA256: sha256.Sum256(e.Body), Body: e.Body,
	}
}
