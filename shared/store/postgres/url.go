package postgres

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// form is what errors say about URLs.
const form = "write postgres://user:password@host:5432/database" //nolint:gosec // an example

// configOf returns the settings that u holds, and how many connections it allows.
func configOf(u *url.URL) (*pgx.ConnConfig, int, error) {
	database := strings.TrimPrefix(u.Path, "/")
	user := u.User.Username()
	password, _ := u.User.Password()
	switch {
	case u.Opaque != "" || u.Hostname() == "":
		return nil, 0, errors.New("postgres: URL: the host is missing: " + form)
	case user == "":
		return nil, 0, errors.New("postgres: URL: the user is missing: " + form)
	case database == "" || strings.Contains(database, "/"):
		return nil, 0, errors.New("postgres: URL: want the name of one database: " + form)
	case u.Fragment != "":
		return nil, 0, errors.New("postgres: URL: no fragment expected: write # in a password as %23")
	case strings.ContainsAny(u.Hostname(), ",/"):
		return nil, 0, errors.New("postgres: URL: want one host: " + form)
	case strings.ContainsRune(user+password+u.Hostname()+database, 0):
		return nil, 0, errors.New("postgres: URL: there is a NUL in it")
	}
	p, err := parametersOf(u)
	if err != nil {
		return nil, 0, err
	}
	config, err := pgx.ParseConfig(settings(map[string]string{
		"host": u.Hostname(), "port": cmp.Or(u.Port(), "5432"), "user": user, "password": password,
		"dbname": database, "sslmode": p.sslmode, "sslrootcert": p.sslrootcert,
	}))
	if err != nil { // the error quotes the settings
		return nil, 0, errors.New("postgres: URL: the port, sslrootcert (a file with certificates) or PGSERVICE cannot be used")
	}
	config.RuntimeParams = map[string]string{"application_name": "vodevents", "client_encoding": "UTF8"}
	config.DefaultQueryExecMode = p.mode
	config.OnPgError = keeps
	return config, p.conns, nil
}

// keeps reports whether a connection is kept after an error. One that cannot write,
// as after a failover, is not: a new one may lead to the primary.
func keeps(_ *pgconn.PgConn, err *pgconn.PgError) bool {
	return !strings.EqualFold(err.Severity, "FATAL") && err.Code != codeReadOnly
}

// settings writes a connection string. It has a value for all that pgx would else
// take from variables of libpq or from files in the home directory.
func settings(of map[string]string) string {
	all := map[string]string{
		"passfile": "", "connect_timeout": "10", "sslcert": "", "sslkey": "", "sslpassword": "", "sslcertmode": "disable",
		"sslsni": "1", "sslnegotiation": "", "target_session_attrs": "any", "channel_binding": "prefer", "require_auth": "",
		"min_protocol_version": "3.0", "max_protocol_version": "3.0",
	}
	maps.Copy(all, of)
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		text.WriteString(name + "='" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(all[name]) + "' ")
	}
	return text.String()
}

// parameters are those of a URL.
type parameters struct {
	sslmode, sslrootcert string
	conns                int
	mode                 pgx.QueryExecMode
}

func parametersOf(u *url.URL) (parameters, error) {
	p := parameters{sslmode: "prefer", conns: 1, mode: pgx.QueryExecModeCacheStatement}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return p, errors.New("postgres: URL: the parameters cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(query)) {
		values := query[name]
		value := values[0]
		if len(values) > 1 {
			return p, fmt.Errorf("postgres: URL: parameter %s: want it once", name)
		}
		switch name {
		case "sslmode":
			if !slices.Contains([]string{"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}, value) {
				return p, errors.New("postgres: URL: parameter sslmode: want disable, allow, prefer, require, verify-ca or verify-full")
			}
			p.sslmode = value
		case "sslrootcert":
			if value == "" || strings.ContainsRune(value, 0) {
				return p, errors.New("postgres: URL: parameter sslrootcert: want the path of a file with certificates")
			}
			p.sslrootcert = value
		case "max_conns":
			if p.conns, err = strconv.Atoi(value); err != nil || p.conns < 1 || p.conns > 100 {
				return p, errors.New("postgres: URL: parameter max_conns: want a number from 1 to 100")
			}
		case "default_query_exec_mode":
			switch value {
			case "cache_statement":
			case "cache_describe":
				p.mode = pgx.QueryExecModeCacheDescribe
			default:
				return p, errors.New("postgres: URL: parameter default_query_exec_mode: want cache_statement or cache_describe")
			}
		default:
			return p, fmt.Errorf("postgres: URL: unknown parameter %q: there are sslmode, sslrootcert, max_conns and default_query_exec_mode", name)
		}
	}
	return p, nil
}
