package mysql

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/go-sql-driver/mysql"
)

const (
	defaultPort = "3306"
	// connsLimit bounds max_conns: beyond it a server's own limit is near.
	connsLimit = 100
	// maxDatabase is the length of a database's name at most, in characters.
	maxDatabase = 64
)

const form = "write mysql://user:password@host:3306/database" //nolint:gosec // not a password, but the place of one

// read returns what u says: how to connect, and with how many connections at most.
// Errors do not quote u.
func read(u *url.URL) (*mysql.Config, int, error) {
	c := mysql.NewConfig()
	if err := readServer(u, c); err != nil {
		return nil, 0, err
	}
	conns, err := readParameters(u, c)
	if err != nil {
		return nil, 0, err
	}
	return c, conns, nil
}

// readServer reads all but the parameters.
func readServer(u *url.URL, c *mysql.Config) error {
	name := strings.TrimPrefix(u.Path, "/")
	port := cmp.Or(u.Port(), defaultPort)
	n, err := strconv.Atoi(port)
	switch {
	case u.Opaque != "" || u.Hostname() == "":
		return errors.New("mysql: URL: the host is missing: " + form)
	case err != nil || n < 1 || n > 65535:
		return errors.New("mysql: URL: the port is not one of 1 to 65535")
	case u.User.Username() == "":
		return errors.New("mysql: URL: the user is missing: " + form)
	case name == "":
		return errors.New("mysql: URL: the database is missing: " + form)
	case len([]rune(name)) > maxDatabase || strings.ContainsAny(name, "/\x00"):
		return errors.New("mysql: URL: the path is not the name of a database: " + form)
	case u.Fragment != "":
		return errors.New("mysql: URL: no fragment expected: write # in a password as %23")
	}
	c.Net, c.Addr = "tcp", net.JoinHostPort(u.Hostname(), port)
	c.User, c.DBName = u.User.Username(), name
	c.Passwd, _ = u.User.Password()
	return nil
}

// readParameters reads the parameters, and returns the number of connections.
func readParameters(u *url.URL, c *mysql.Config) (int, error) {
	parameters, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return 0, errors.New("mysql: URL: the parameters cannot be read: write & in a password as %26")
	}
	conns, mode, ca := 1, "", ""
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if len(parameters[name]) > 1 {
			return 0, fmt.Errorf("mysql: URL: parameter %s is there twice", name)
		}
		value := parameters.Get(name)
		switch name {
		case "tls":
			if !slices.Contains([]string{"true", "false", "skip-verify", "preferred"}, value) {
				return 0, errors.New("mysql: URL: parameter tls: want true, false, skip-verify or preferred")
			}
			mode = value
		case "tls_ca":
			ca = value
		case "max_conns":
			conns, err = strconv.Atoi(value)
			if err != nil || conns < 1 || conns > connsLimit {
				return 0, fmt.Errorf("mysql: URL: parameter max_conns: want a number from 1 to %d", connsLimit)
			}
		default:
			return 0, fmt.Errorf("mysql: URL: unknown parameter %q: there are max_conns, tls and tls_ca", name)
		}
	}
	if !parameters.Has("tls_ca") {
		c.TLSConfig = cmp.Or(mode, "preferred")
		return conns, nil
	}
	if cmp.Or(mode, "true") != "true" {
		return 0, errors.New("mysql: URL: parameter tls_ca: only tls=true looks at certificates")
	}
	roots, err := readCertificates(ca)
	if err != nil {
		return 0, fmt.Errorf("mysql: URL: parameter tls_ca: %w", err)
	}
	c.TLS = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	return conns, nil
}

// readCertificates reads a PEM file.
func readCertificates(path string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(path) //nolint:gosec // the path is a setting
	if err != nil {
		if pathErr, ok := errors.AsType[*os.PathError](err); ok {
			err = pathErr.Err // the path may be anything, if the URL is mixed up
		}
		return nil, fmt.Errorf("the file cannot be read: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("the file has no certificate in PEM form")
	}
	return pool, nil
}
