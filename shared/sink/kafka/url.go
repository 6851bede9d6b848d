package kafka

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"github.com/vodevents/vodevents/shared/sink"
)

// address is what a URL says.
type address struct {
	brokers        []string
	topic          string
	user, password string
	mechanism      string // of SASL; empty without a user
	tls            *tls.Config
	notIdempotent  bool
	maxBytes       int32
	clientID       string
}

// defaultMaxBytes is the smallest default that max.message.bytes ever had (Apache
// Kafka before 2.4; 1048588 since).
const defaultMaxBytes = 1_000_012

// validTopic is what brokers take for a name (Apache Kafka,
// org.apache.kafka.common.internals.Topic; read 2026-11-23).
var validTopic = regexp.MustCompile(`^[a-zA-Z0-9._-]{1,249}$`)

// parse reads the URL. Its errors name what is wrong and quote nothing.
func parse(u *url.URL) (address, error) {
	a := address{maxBytes: defaultMaxBytes, clientID: "vodevents", topic: strings.Trim(u.Path, "/")}
	a.brokers = strings.Split(u.Host, ",")
	for _, broker := range a.brokers {
		if broker == "" || strings.HasPrefix(broker, ":") {
			return a, errors.New("kafka: URL: a broker is missing: write kafka://host1:9092,host2:9092/topic")
		}
		if hasPort(broker) != hasPort(a.brokers[0]) {
			return a, errors.New("kafka: URL: some brokers have a port and some have none: give all of them theirs, or none for 9092")
		}
	}
	if !validTopic.MatchString(a.topic) || a.topic == "." || a.topic == ".." {
		return a, errors.New("kafka: URL: the path must be a topic: letters, digits and . _ - only, 249 at most")
	}
	a.user = u.User.Username()
	a.password, _ = u.User.Password()
	if (a.user == "") != (a.password == "") {
		return a, errors.New("kafka: URL: write user and password, or none: kafka://user:password@host:9092/topic")
	}
	if a.user != "" {
		a.mechanism = "plain"
	}
	parameters, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return a, errors.New("kafka: URL: the parameters cannot be read")
	}
	if len(parameters["tls"]) == 1 { // before those that depend on it
		switch parameters.Get("tls") {
		case "true":
			a.tls = &tls.Config{MinVersion: tls.VersionTLS12}
		case "false":
		default:
			return a, errors.New("kafka: URL: parameter tls must be true or false")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(parameters)) {
		if len(parameters[name]) > 1 {
			return a, fmt.Errorf("kafka: URL: %s is there twice", sink.Called("parameter", name, 0))
		}
		if err := a.set(name, parameters[name][0]); err != nil {
			return a, fmt.Errorf("kafka: URL: %w", err)
		}
	}
	return a, nil
}

// hasPort reports whether a broker has a port; without, it may be an IPv6 address.
func hasPort(broker string) bool {
	return strings.LastIndex(broker, ":") > strings.LastIndex(broker, "]")
}

// set takes one parameter.
func (a *address) set(name, value string) error {
	switch name {
	case "tls":
	case "ca":
		if a.tls == nil {
			return errors.New("parameter ca is for TLS: add tls=true")
		}
		pool, err := certificates(value)
		if err != nil {
			return fmt.Errorf("parameter ca: %w", err)
		}
		a.tls.RootCAs = pool
	case "verify":
		if a.tls == nil || value != "full" && value != "ca" {
			return errors.New("parameter verify must be full or ca, and is for TLS: add tls=true")
		}
		if value == "ca" {
			a.tls.InsecureSkipVerify = true // VerifyConnection checks all but the name
			a.tls.VerifyConnection = func(c tls.ConnectionState) error { return verifyAuthority(c, a.tls.RootCAs) }
		}
	case "sasl":
		if a.user == "" {
			return errors.New("parameter sasl wants a user: kafka://user:password@host:9092/topic")
		}
		if value != "plain" && value != "scram-sha-256" && value != "scram-sha-512" {
			return errors.New("parameter sasl must be plain, scram-sha-256 or scram-sha-512")
		}
		a.mechanism = value
	case "idempotent":
		if value != "true" && value != "false" {
			return errors.New("parameter idempotent must be true or false")
		}
		a.notIdempotent = value == "false"
	case "max_message_bytes":
		n, err := strconv.ParseInt(value, 10, 32)
		if err != nil || n < 1<<10 || n > 64<<20 {
			return errors.New("parameter max_message_bytes must be a number of bytes from 1024 to 67108864")
		}
		a.maxBytes = int32(n)
	case "client_id":
		if value == "" || len(value) > 255 {
			return errors.New("parameter client_id must be a text of up to 255 bytes")
		}
		a.clientID = value
	default:
		return fmt.Errorf("unknown %s: there are tls, ca, verify, sasl, idempotent, max_message_bytes, client_id", sink.Called("parameter", name, 0))
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

// verifyAuthority checks the certificate of a broker, but for the name.
func verifyAuthority(c tls.ConnectionState, roots *x509.CertPool) error {
	between := x509.NewCertPool()
	for _, certificate := range c.PeerCertificates[1:] {
		between.AddCert(certificate)
	}
	_, err := c.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
	return err
}

// options returns how the client is set up for deliveries of the given length.
func (a *address) options(timeout time.Duration) []kgo.Opt {
	options := []kgo.Opt{
		kgo.SeedBrokers(a.brokers...), kgo.ClientID(a.clientID), kgo.DisableClientMetrics(),
		kgo.DialTimeout(max(timeout/4, 100*time.Millisecond)), // so that another broker has its turn
		kgo.ProduceRequestTimeout(timeout),
		kgo.ProducerLinger(0), kgo.ProducerBatchMaxBytes(a.maxBytes),
		kgo.RetryBackoffFn(backoff), kgo.MetadataMinAge(minBackoff), kgo.UnknownTopicRetries(1),
	}
	if a.notIdempotent {
		options = append(options, kgo.DisableIdempotentWrite())
	} else {
		options = append(options, kgo.AllowIdempotentProduceCancellation())
	}
	if a.tls != nil {
		options = append(options, kgo.DialTLSConfig(a.tls))
	}
	switch a.mechanism {
	case "plain":
		options = append(options, kgo.SASL(plain.Auth{User: a.user, Pass: a.password}.AsMechanism()))
	case "scram-sha-256":
		options = append(options, kgo.SASL(scram.Auth{User: a.user, Pass: a.password}.AsSha256Mechanism()))
	case "scram-sha-512":
		options = append(options, kgo.SASL(scram.Auth{User: a.user, Pass: a.password}.AsSha512Mechanism()))
	}
	return options
}

// The time between two attempts of one delivery.
const (
	minBackoff = 100 * time.Millisecond
	maxBackoff = time.Second
)

func backoff(failures int) time.Duration {
	return min(minBackoff<<min(failures, 10), maxBackoff)
}
