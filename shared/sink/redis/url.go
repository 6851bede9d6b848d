package redis

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

	"github.com/vodevents/vodevents/shared/sink"
)

// address is what a URL says.
type address struct {
	host           string // with its port
	user, password string
	database       int
	tls            *tls.Config // nil without TLS
	prefix         string
	maxLength      int64 // of the stream, about; 0 for all
}

// parse reads the URL. Its errors name what is wrong and quote nothing.
func parse(u *url.URL) (address, error) {
	a := address{prefix: "vod:"}
	if u.Opaque != "" || u.Hostname() == "" {
		return a, errors.New("redis: URL: the host is missing: write redis://user:password@host:6379/0")
	}
	a.host = net.JoinHostPort(u.Hostname(), cmp.Or(u.Port(), "6379"))
	a.user = u.User.Username()
	a.password, _ = u.User.Password()
	if a.user != "" && a.password == "" {
		return a, errors.New("redis: URL: the user has no password: write redis://user:password@host, or redis://:password@host")
	}
	if path := strings.Trim(u.Path, "/"); path != "" {
		var err error
		if a.database, err = strconv.Atoi(path); err != nil || a.database < 0 || path != strconv.Itoa(a.database) {
			return a, errors.New("redis: URL: the path must be the number of a database, such as /0")
		}
	}
	if u.Scheme == "rediss" {
		a.tls = &tls.Config{ServerName: u.Hostname(), MinVersion: tls.VersionTLS12}
	}
	parameters, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return a, errors.New("redis: URL: the parameters cannot be read")
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if len(parameters[name]) > 1 {
			return a, fmt.Errorf("redis: URL: %s is there twice", sink.Called("parameter", name, 0))
		}
		if err := a.set(name, parameters[name][0]); err != nil {
			return a, fmt.Errorf("redis: URL: %w", err)
		}
	}
	return a, nil
}

// set takes one parameter.
func (a *address) set(name, value string) error {
	switch name {
	case "prefix":
		if value == "" {
			return errors.New("parameter prefix must not be empty")
		}
		a.prefix = value
	case "maxlen":
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil || n < 1 {
			return errors.New("parameter maxlen must be a number of events, from 1 on")
		}
		a.maxLength = n
	case "ca":
		if a.tls == nil {
			return errors.New("parameter ca is for TLS: write rediss://")
		}
		pool, err := certificates(value)
		if err != nil {
			return fmt.Errorf("parameter ca: %w", err)
		}
		a.tls.RootCAs = pool
	default:
		return fmt.Errorf("unknown %s: there are prefix, maxlen, ca", sink.Called("parameter", name, 0))
	}
	return nil
}

// certificates reads a file of certificates.
func certificates(file string) (*x509.CertPool, error) {
	text, err := os.ReadFile(file) //nolint:gosec // The file that the settings name.
	if err != nil {
		if pe, ok := errors.AsType[*os.PathError](err); ok {
			err = pe.Err // the value may be a secret put there by mistake
		}
		return nil, fmt.Errorf("its file cannot be read: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, errors.New("its file holds no certificate in PEM")
	}
	return pool, nil
}
