package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	"github.com/vodevents/vodevents/shared/store"
)

// Errors of the server. Source: MySQL 8.0 Error Message Reference; MariaDB, Error
// Codes (read 2026-11-23).
const (
	errTooManyConnections = 1040
	errNull               = 1048
	errShutdown           = 1053
	errNoSuchColumn       = 1054
	errDuplicate          = 1062
	errTableFull          = 1114
	errNoSuchTable        = 1146
	errTooManyOfUser      = 1203
	errLockWait           = 1205
	errDeadlock           = 1213
	errOutOfRange         = 1264
	errReadOnlyServer     = 1290
	errInterrupted        = 1317
	errWrongValue         = 1366
	errTooLong            = 1406
	errReadOnly           = 1792
	errReadOnlyInnoDB     = 1836
	errConnectionKilled   = 1927
	errCheck              = 3819 // of MySQL; MariaDB's has a state of class 23
)

// is reports whether err is one of these errors of the server.
func is(err error, numbers ...uint16) bool {
	e, ok := errors.AsType[*mysql.MySQLError](err)
	return ok && slices.Contains(numbers, e.Number)
}

// contended reports whether err is about a lock that others hold or want: what was
// tried has to be tried again, and will not fail for ever.
func contended(err error) bool { return is(err, errDeadlock, errLockWait) }

// readOnly reports whether the server takes no changes, as one that has become a
// replica.
func readOnly(err error) bool { return is(err, errReadOnlyServer, errReadOnly, errReadOnlyInnoDB) }

// lost reports whether the connection ended, which had been made. What was under way
// may have been done or not.
func lost(err error) bool {
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return e.Op != "dial"
	}
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, mysql.ErrInvalidConn) || errors.Is(err, io.ErrShortWrite) ||
		is(err, errShutdown, errConnectionKilled)
}

// refused reports whether err is about one record and not about the database: its
// class is data, integrity, or a word of a trigger.
func refused(err error) bool {
	e, ok := errors.AsType[*mysql.MySQLError](err)
	if !ok {
		return false
	}
	class := string(e.SQLState[:2])
	return class == "22" || class == "23" || class == "45" || is(err, errWrongValue, errCheck)
}

// wrap says what was being done when err happened, and whether the context is what
// ended it.
func wrap(ctx context.Context, doing string, err error) error {
	if err == nil {
		return nil
	}
	shown := show(err)
	if ctx.Err() != nil && !errors.Is(shown, ctx.Err()) {
		shown = fmt.Errorf("%w: %w", context.Cause(ctx), shown)
	}
	return fmt.Errorf("mysql: %s: %w", doing, shown)
}

// show returns err without what may be secret in it: the driver quotes hosts, and
// the server users, databases and pieces of statements, which hold bodies.
func show(err error) error {
	if is(err, errNoSuchTable, errNoSuchColumn) {
		return store.ErrNotMigrated
	}
	if e, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return errors.New(describe(e))
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok {
		return errors.New("the host has no address: " + e.Err)
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("%s: %w", e.Op, e.Err)
	}
	if lost(err) {
		return fmt.Errorf("the connection ended: %w", err)
	}
	return err
}

// describe returns an error of the server in words that hold no secret.
func describe(e *mysql.MySQLError) string {
	text := ""
	switch e.Number {
	case 1044, 1045, 1130, 1142, 1143, 1227, 1370, 1698:
		text = "access denied: the user, its password, the host it comes from, or its rights"
	case 1049:
		text = "there is no such database"
	case errReadOnlyServer, errReadOnly, errReadOnlyInnoDB:
		text = "the server is read-only"
	case errTooManyConnections, errNull, errShutdown, errTableFull, errTooManyOfUser, errLockWait, errDeadlock,
		errOutOfRange, errInterrupted, errTooLong, errConnectionKilled:
		text = e.Message // of the number or the column
	}
	number := fmt.Sprintf("error %d (%s)", e.Number, strings.Trim(string(e.SQLState[:]), "\x00"))
	if text == "" {
		return number
	}
	return text + ": " + number
}
