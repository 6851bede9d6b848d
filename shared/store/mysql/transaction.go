package mysql

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"strings"
	"time"
)

// maxPacket is the size in bytes up to which statements go to the server together,
// and the size that one may have: max_allowed_packet of MySQL 5.7, whose default is
// lower than that of others. With less than that, Migrate fails.
const maxPacket = 4 << 20

// errTooLarge means that a row does not fit into a statement.
var errTooLarge = errors.New("a row is over 4 MiB")

// tx is a transaction. Its statements wait until there is a packet full of them, or
// a result is asked for, and so mostly go with the COMMIT, in one round trip.
type tx struct {
	conn *sql.Conn
	text strings.Builder
	args []any
	size int  // of the text with the arguments in it, at most
	open bool // something of it was sent, and no end
}

// maxTries is how often a transaction is tried that comes into the way of others.
const maxTries = 20

// write runs fn in a transaction, on tables that are there. What fn adds may be done
// more than once: it is tried again if others were in its way, and once if the
// connection ended, which may have been after the COMMIT.
func (s *Store) write(ctx context.Context, fn func(*tx) error) error {
	return retry(ctx, func() error {
		return s.connected(ctx, func(conn *sql.Conn) error {
			t := tx{conn: conn}
			t.begin()
			err := fn(&t)
			if err == nil {
				err = t.commit(ctx)
			}
			if err != nil {
				t.abandon(ctx, err)
			}
			return err
		})
	})
}

// retry runs fn again as long as it makes sense.
func retry(ctx context.Context, fn func() error) error {
	reconnected := false
	for try := 1; ; try++ {
		err := fn()
		switch {
		case err == nil || ctx.Err() != nil:
			return err
		case contended(err) && try < maxTries:
			if err := pause(ctx, rand.N(time.Duration(try)*time.Millisecond)); err != nil { //nolint:gosec // nobody has to guess it
				return err
			}
		case lost(err) && !reconnected:
			reconnected = true
		default:
			return err
		}
	}
}

// pause waits for d, or for the end of ctx, which is an error.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// connected runs fn on a connection to a database whose tables are there.
func (s *Store) connected(ctx context.Context, fn func(*sql.Conn) error) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close() // gives it back to the pool
	if err := s.requireTables(ctx, conn); err != nil {
		return err
	}
	return fn(conn)
}

// begin adds the beginning of a transaction, in place of one that is open.
func (t *tx) begin() {
	t.text.Reset()
	t.args, t.size = nil, 0
	if t.open {
		t.put("ROLLBACK")
	}
	t.put("START TRANSACTION")
}

// put adds a statement to those that wait.
func (t *tx) put(statement string, args ...any) {
	if t.text.Len() > 0 {
		t.text.WriteString(";\n")
	}
	t.text.WriteString(statement)
	t.args = append(t.args, args...)
	t.size += len(statement) + sizeOf(args)
}

// add adds a statement, and sends those before it if there is no place for it.
func (t *tx) add(ctx context.Context, statement string, args ...any) error {
	size := len(statement) + sizeOf(args)
	if size > maxPacket {
		return errTooLarge
	}
	if t.size+size > maxPacket {
		if err := t.send(ctx); err != nil {
			return err
		}
	}
	t.put(statement, args...)
	return nil
}

// insert adds an INSERT of rows, or several if they are many: before is all up to the
// values, which are those of one row, and after what follows them.
func (t *tx) insert(ctx context.Context, before, values, after string, rows [][]any) error {
	for len(rows) > 0 {
		n, size := 0, len(before)+len(after)
		for n < len(rows) {
			row := sizeOf(rows[n]) + len(values) + len(", ")
			if n > 0 && t.size+size+row > maxPacket {
				break
			}
			size += row
			n++
		}
		args := make([]any, 0, n*len(rows[0]))
		for _, row := range rows[:n] {
			args = append(args, row...)
		}
		statement := before + values + strings.Repeat(", "+values, n-1) + after
		if err := t.add(ctx, statement, args...); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// sizeOf is what arguments take in a statement at most: each byte may need a
// backslash.
func sizeOf(args []any) int {
	size := 0
	for _, arg := range args {
		switch arg := arg.(type) {
		case string:
			size += 2 * len(arg)
		case []byte:
			size += 2 * len(arg)
		}
		size += len(", _binary''") + 20 // or a number
	}
	return size
}

// send sends the statements that wait.
func (t *tx) send(ctx context.Context) error {
	text, args := t.take()
	_, err := t.conn.ExecContext(ctx, text, args...)
	return err
}

// take returns the statements that wait, as they are sent now.
func (t *tx) take() (string, []any) {
	text, args := t.text.String(), t.args
	t.text.Reset()
	t.args, t.size, t.open = nil, 0, true
	return text, args
}

// query sends what waits with a SELECT behind it, and calls fn for each row of that.
func (t *tx) query(ctx context.Context, statement string, args []any, fn func(*sql.Rows) error) error {
	if err := t.add(ctx, statement, args...); err != nil {
		return err
	}
	text, all := t.take()
	return each(ctx, t.conn, text, all, fn)
}

// change sends what waits with a statement behind it, and returns how many rows that
// has changed.
func (t *tx) change(ctx context.Context, statement string, args ...any) (int, error) {
	if err := t.add(ctx, statement, args...); err != nil {
		return 0, err
	}
	text, all := t.take()
	res, err := t.conn.ExecContext(ctx, text, all...)
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// commit sends the statements that wait, and the end of the transaction, unless it was
// committed before.
func (t *tx) commit(ctx context.Context) error {
	if !t.open && t.text.Len() == 0 {
		return nil
	}
	t.put("COMMIT")
	err := t.send(ctx)
	if err == nil {
		t.open = false
	}
	return err
}

// abandon rolls back, after err, so that the connection can be used again. Where that
// is not sure it drops the connection, which ends the transaction too. A server that
// has become read-only has a successor, to which a new connection leads.
func (t *tx) abandon(ctx context.Context, err error) {
	if !t.open {
		return
	}
	if ctx.Err() == nil && !lost(err) && !readOnly(err) {
		if _, err := t.conn.ExecContext(ctx, "ROLLBACK"); err == nil {
			return
		}
	}
	drop(t.conn)
}

// each calls fn for each row of a query, which may be the last of several statements.
func each(ctx context.Context, conn *sql.Conn, query string, args []any, fn func(*sql.Rows) error) error {
	rows, err := conn.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
