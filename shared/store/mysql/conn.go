package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/go-sql-driver/mysql"
)

// dialTimeout limits what connecting may take if the context does not: nobody
// answers where a security group drops packets.
const dialTimeout = 10 * time.Second

// setup makes a session what this package relies on.
//
// The longest wait for a lock, in seconds, is how long the server goes on with a
// statement whose caller is gone, which it does not notice, and how long that keeps
// the locks it has. The same holds for the longest pause within a transaction,
// wait_timeout.
const setup = `
SET NAMES utf8mb4;
SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED;
SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', autocommit = 1,
  innodb_lock_wait_timeout = 2, wait_timeout = 60`

// connector makes connections that are set up.
type connector struct{ driver.Connector }

// newConnector completes the configuration and returns what connects by it.
func newConnector(c *mysql.Config) (driver.Connector, error) {
	c.Timeout = dialTimeout
	c.InterpolateParams = true // one round trip for each statement, not three
	c.MultiStatements = true   // see tx
	c.Logger = &mysql.NopLogger{}
	inner, err := mysql.NewConnector(c)
	if err != nil { // it quotes what it does not like
		return nil, errors.New("mysql: URL: the driver does not take the settings")
	}
	return connector{inner}, nil
}

// Connect implements [driver.Connector].
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	session, ok := conn.(driver.ExecerContext)
	if !ok {
		return nil, errors.Join(errors.New("the driver executes nothing"), conn.Close())
	}
	if _, err := session.ExecContext(ctx, setup, nil); err != nil {
		_ = conn.Close() // the other error says why
		return nil, err
	}
	return conn, nil
}

// drop closes the connection, which ends its transaction, and keeps it out of the
// pool.
func drop(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // this error is how
}

// requireTables returns [store.ErrNotMigrated] if the tables are missing or older
// than those that this program makes. It asks until they are there, and then never
// again: they do not get older.
func (s *Store) requireTables(ctx context.Context, conn *sql.Conn) error {
	if s.migrated.Load() {
		return nil
	}
	v, err := version(ctx, conn)
	if err == nil {
		err = migrations().Require(v)
	}
	s.migrated.Store(err == nil)
	return err
}

// version returns the version of the tables; 0 means that there are none.
func version(ctx context.Context, conn *sql.Conn) (int, error) {
	var v int
	err := conn.QueryRowContext(ctx, "SELECT COALESCE(MAX(version), 0) FROM vod_schema").Scan(&v)
	if is(err, errNoSuchTable) {
		return 0, nil
	}
	return v, err
}
