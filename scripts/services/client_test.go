package services_test

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
)

// query sends a command to a server on a connection of its own, and returns the
// first value of the answer, if there is one.
func query(ctx context.Context, rawURL, command string) (string, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return "", err
	}
	switch u.Scheme {
	case "postgres":
		return queryPostgres(ctx, rawURL, command)
	case "mysql":
		return queryMySQL(ctx, u, command)
	case "redis":
		return queryRedis(ctx, u, command)
	}
	return "", errors.New("no client for " + u.Scheme)
}

func queryPostgres(ctx context.Context, url, command string) (string, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, command)
	if err != nil {
		return "", err
	}
	value, err := pgx.CollectRows(rows, pgx.RowTo[any])
	if err != nil || len(value) == 0 {
		return "", err
	}
	return fmt.Sprint(value[0]), nil
}

func queryMySQL(ctx context.Context, u *url.URL, command string) (string, error) {
	c := mysql.NewConfig()
	c.Net, c.Addr, c.User, c.DBName = "tcp", u.Host, u.User.Username(), u.Path[1:]
	c.Passwd, _ = u.User.Password()
	connector, err := mysql.NewConnector(c)
	if err != nil {
		return "", err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	var value string
	err = db.QueryRowContext(ctx, command).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return value, err
}

// queryRedis speaks as much of the protocol of Redis as it takes: commands in a
// line, answers of one line or of one value.
func queryRedis(ctx context.Context, u *url.URL, command string) (string, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	password, _ := u.User.Password()
	if _, err := fmt.Fprintf(conn, "AUTH %s %s\r\n%s\r\n", u.User.Username(), password, command); err != nil {
		return "", err
	}
	answers := bufio.NewScanner(conn)
	for _, want := range []string{"+OK", "+", "$"} {
		if !answers.Scan() {
			return "", errors.Join(ctx.Err(), answers.Err(), errors.New("no answer"))
		}
		switch line := answers.Text(); {
		case line == "+OK" && want == "+OK": // to AUTH
		case strings.HasPrefix(line, "+"), strings.HasPrefix(line, ":"):
			return line[1:], nil
		case strings.HasPrefix(line, "-"):
			return "", errors.New(line[1:])
		case want == "$":
			return line, nil
		}
	}
	return "", errors.New("no value")
}
