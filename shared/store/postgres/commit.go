package postgres

import (
	"bytes"
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/vodevents/vodevents/shared/store"
)

// bytesAtOnce limits the length of one statement. A message to the server may have
// 1 GB; all but extreme batches fit into one statement.
const bytesAtOnce = 16 << 20

// Commit makes the records durable in one transaction.
func (s *Store) Commit(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
	if len(records) == 0 {
		return nil, nil
	}
	outcomes, err := s.commit(ctx, records)
	if err != nil {
		return nil, wrap(ctx, "commit", err)
	}
	return outcomes, nil
}

func (s *Store) commit(ctx context.Context, records []store.Record) ([]store.Outcome, error) {
	parts := split(inOrder(records))
	outcomes := make([]store.Outcome, len(records))
	if len(parts) == 1 {
		err := s.do(ctx, func(conn *pgx.Conn) (bool, error) { return false, write(ctx, conn, parts[0], outcomes) })
		if !refused(err) {
			return outcomes, err
		}
	}
	return outcomes, s.transaction(ctx, func(tx pgx.Tx) error {
		for _, part := range parts {
			if err := isolate(ctx, tx, part, outcomes); err != nil {
				return err
			}
		}
		return nil
	})
}

// numbered is a record and its place in the batch.
type numbered struct {
	store.Record
	n int
}

// inOrder sorts records by id, so that concurrent commits wait for each other in
// turn. Those with the same id stay in their order.
func inOrder(records []store.Record) []numbered {
	all := make([]numbered, len(records))
	for i, r := range records {
		all[i] = numbered{r, i}
	}
	slices.SortFunc(all, func(a, b numbered) int { return cmp.Or(bytes.Compare(a.ID[:], b.ID[:]), cmp.Compare(a.n, b.n)) })
	return all
}

// split cuts records into statements.
func split(records []numbered) [][]numbered {
	var parts [][]numbered
	start, size := 0, 0
	for i, r := range records {
		length := len(r.Body)
		for _, f := range r.Facts {
			length += len(f.Value) + len(f.Data)
		}
		if i > start && size+length > bytesAtOnce {
			parts = append(parts, records[start:i])
			start, size = i, 0
		}
		size += length
	}
	return append(parts, records[start:])
}

// isolate writes records. If they are refused it writes one half and then the
// other, down to the record that is to blame.
func isolate(ctx context.Context, tx pgx.Tx, records []numbered, outcomes []store.Outcome) error {
	part, err := tx.Begin(ctx) // a savepoint
	if err != nil {
		return err
	}
	err = write(ctx, part, records, outcomes)
	if err == nil {
		return part.Commit(ctx)
	}
	if !refused(err) {
		return err
	}
	if err := part.Rollback(ctx); err != nil {
		return err
	}
	if len(records) == 1 {
		outcomes[records[0].n] = store.Outcome{State: store.Rejected, Err: wrap(ctx, "record", err)}
		return nil
	}
	half := len(records) / 2
	if err := isolate(ctx, tx, records[:half], outcomes); err != nil {
		return err
	}
	return isolate(ctx, tx, records[half:], outcomes)
}

// write writes records in one statement and notes what became of them.
func write(ctx context.Context, q querier, records []numbered, outcomes []store.Outcome) error {
	b := newBatch(records)
	for _, r := range records {
		outcomes[r.n] = store.Outcome{State: store.Known}
	}
	return each(ctx, q, insertBatch, b.args(), func(rows pgx.Rows) error {
		var id idColumn
		var attempts int
		if err := rows.Scan(&id, &attempts); err != nil {
			return err
		}
		if n, ok := b.added(id, attempts); ok {
			outcomes[n] = store.Outcome{State: store.New}
		}
		return nil
	})
}
