package tablestore

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	ots "github.com/aliyun/aliyun-tablestore-go-sdk/tablestore"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// letterChange returns what puts the dead letter of a record, if it is not there.
func letterChange(r store.Record, commit string) (change, error) {
	if err := checkRecord(r); err != nil {
		return change{}, err
	}
	size, sum := r.Size, r.SHA256
	if sum == [32]byte{} { // the body is whole
		size, sum = int64(len(r.Body)), sha256.Sum256(r.Body)
	}
	at := r.Received.UnixMilli()
	return change{key: letterKey(r.ID), must: absent, put: columns{
		"reason": string(r.Reason), "detail": r.Detail, "source": string(r.Source), "source_id": r.SourceID,
		"received": at, "last_seen": at, "attempts": int64(1), "size": size, "sha256": sum[:], "body": blob(r.Body), "commit": commit,
	}}, nil
}

// letterOf returns the dead letter in a row.
func letterOf(row columns) store.DeadLetter {
	l := store.DeadLetter{
		ID: row.id("id"), Reason: store.Reason(row.text("reason")), Detail: row.text("detail"),
		Source: store.Source(row.text("source")), SourceID: row.text("source_id"),
		Received: row.moment("received"), LastSeen: row.moment("last_seen"),
		Attempts: int(row.integer("attempts")), Size: row.integer("size"), Body: row.bytes("body"),
	}
	copy(l.SHA256[:], row.bytes("sha256"))
	return l
}

// commitLetters puts the dead letters, and counts those that came again.
func (s *Store) commitLetters(ctx context.Context, b *batch) {
	for n, o := range s.insert(ctx, b.letters, b.commit) {
		e := b.letters[n]
		b.tell(e, o)
		again := e.records
		switch o.State {
		case store.New:
			again = again[1:]
		case store.Known:
		default:
			continue
		}
		if len(again) == 0 {
			continue
		}
		last := time.Time{}
		for _, i := range again {
			if at := b.records[i].Received; at.After(last) {
				last = at
			}
		}
		if err := s.countAgain(ctx, e.change.key, len(again), last); err != nil {
			b.tell(entry{records: again}, store.Outcome{State: store.Failed, Err: err})
		}
	}
}

// countAgain notes that a dead letter came in again, n times, the last time at last.
func (s *Store) countAgain(ctx context.Context, k key, n int, last time.Time) error {
	c := change{
		key: k, must: present, add: map[string]int64{"attempts": int64(n)},
		put:   columns{"last_seen": last.UnixMilli()},
		where: []condition{{"last_seen", ots.CT_LESS_THAN, last.UnixMilli()}},
	}
	err := s.writeOne(ctx, c)
	if !errors.Is(err, errCondition) {
		return err
	}
	c.put, c.where = nil, nil // it was seen later
	if err = s.writeOne(ctx, c); errors.Is(err, errCondition) {
		return errors.New("the dead letter was dropped meanwhile")
	}
	return err
}

// DropDeadLetters implements [store.Maintainer].
func (s *Store) DropDeadLetters(ctx context.Context, ids ...vod.ID) (int, error) {
	there, err := s.read(ctx, keysOf(ids, letterKey), "reason")
	if err != nil {
		return 0, wrap(ctx, "drop dead letters", err)
	}
	var changes []change
	for k := range there {
		changes = append(changes, change{key: k, must: present, remove: true})
	}
	dropped := 0
	for _, r := range s.write(ctx, changes) {
		switch {
		case r.err == nil || errors.Is(r.err, errCondition) && r.unsure:
			dropped++
		case !errors.Is(r.err, errCondition): // somebody else dropped it
			err = r.err
		}
	}
	return dropped, wrap(ctx, "drop dead letters", err)
}

func keysOf(ids []vod.ID, keyOf func(vod.ID) key) []key {
	keys := make([]key, len(ids))
	for i, id := range ids {
		keys[i] = keyOf(id)
	}
	return keys
}
