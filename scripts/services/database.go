package services

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
)

// Postgres returns the URL of a new and empty database on a PostgreSQL server that
// tests share, with the rights of its administrator. The database goes away with
// the test.
func Postgres(t testing.TB) string {
	t.Helper()
	server := shared(t, "postgres", ownPostgres)
	name := newName()
	onPostgres(t.Context(), t, server, "CREATE DATABASE "+name+" TEMPLATE template0")
	t.Cleanup(func() {
		onPostgres(context.WithoutCancel(t.Context()), t, server, "DROP DATABASE "+name+" WITH (FORCE)")
	})
	return withDatabase(t, server, name)
}

// MySQL returns the URL of a new and empty database on a MariaDB server that tests
// share, with the rights of its administrator. The database goes away with the
// test.
func MySQL(t testing.TB) string {
	t.Helper()
	server := shared(t, "mysql", ownMySQL)
	name := newName()
	onMySQL(t.Context(), t, server, "CREATE DATABASE "+name)
	t.Cleanup(func() {
		onMySQL(context.WithoutCancel(t.Context()), t, server, "DROP DATABASE "+name)
	})
	return withDatabase(t, server, name)
}

// Redis returns the URL of a new and empty Redis server, with its password, which
// goes away with the test. It is a server per test, since FLUSHALL, which tests
// like, knows no bounds in a shared one.
func Redis(t testing.TB) string {
	t.Helper()
	return Own(t, "redis").URL
}

// newName returns a name that no database has.
func newName() string { return "vod_" + strings.ToLower(rand.Text()) }

// withDatabase returns the URL with the name of another database.
func withDatabase(t testing.TB, server, name string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("services: the URL of the server cannot be read")
	}
	u.Path = "/" + name
	return u.String()
}

// onPostgres executes a statement on a connection of its own.
func onPostgres(ctx context.Context, t testing.TB, server, statement string) {
	t.Helper()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatal("services: ", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatal("services: ", err)
	}
}

// onMySQL executes a statement on a connection of its own.
func onMySQL(ctx context.Context, t testing.TB, server, statement string) {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal("services: the URL of the server cannot be read")
	}
	c := mysql.NewConfig()
	c.Net, c.Addr, c.User = "tcp", u.Host, u.User.Username()
	c.Passwd, _ = u.User.Password()
	connector, err := mysql.NewConnector(c)
	if err != nil {
		t.Fatal("services: ", err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	if _, err := db.ExecContext(ctx, statement); err != nil {
		t.Fatal("services: ", err)
	}
}
