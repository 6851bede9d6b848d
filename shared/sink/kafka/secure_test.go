package kafka_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func TestTLS(t *testing.T) {
	t.Parallel()
	right, ca := selfSigned(t, net.IPv4(127, 0, 0, 1))
	renamed, renamedCA := selfSigned(t, net.IPv4(127, 9, 9, 9))
	_, otherCA := selfSigned(t, net.IPv4(127, 0, 0, 1))
	c := start(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{right}}))
	differs := start(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{renamed}}))
	for _, tc := range []struct {
		name string
		url  string
		says string // what the error says
	}{
		{name: "right", url: c.url("events", "?tls=true&ca="+ca)},
		{name: "right, whatever the name", url: c.url("events", "?tls=true&verify=ca&ca="+ca)},
		{name: "another name, which does not matter", url: differs.url("events", "?tls=true&verify=ca&ca="+renamedCA)},
		{name: "another name", url: differs.url("events", "?tls=true&ca="+renamedCA), says: "verify=ca"},
		{name: "another name, which matters", url: differs.url("events", "?tls=true&verify=full&ca="+renamedCA), says: "verify=ca"},
		{name: "another authority", url: c.url("events", "?tls=true&ca="+otherCA), says: "set ca"},
		{name: "another authority, whatever the name", url: c.url("events", "?tls=true&verify=ca&ca="+otherCA), says: "set ca"},
		{name: "none of the system's authorities", url: c.url("events", "?tls=true&verify=ca"), says: "set ca"},
		{name: "brokers want TLS", url: c.url("events", ""), says: "TLS"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, tc.url)
			if tc.says == "" {
				deliver(t, s, event(1))
				return
			}
			begin := time.Now()
			require.ErrorContains(t, refused(t.Context(), t, s), tc.says)
			require.Less(t, time.Since(begin), 2*soon)
		})
	}
}

// Brokers that know nothing of TLS wait for the end of what they take for a request.
func TestNoTLS(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	require.ErrorContains(t, refused(ctx, t, open(t, start(t).url("events", "?tls=true"))), "unable to dial")
}

func TestSASL(t *testing.T) {
	t.Parallel()
	const user, password = "vod", "p@ss:w0rd/"
	c := start(t, kfake.EnableSASL(), kfake.Superuser("PLAIN", user, password),
		kfake.Superuser("SCRAM-SHA-256", user, password), kfake.Superuser("SCRAM-SHA-512", user, password))
	brokers := c.ListenAddrs()[0] + "," + c.ListenAddrs()[1]
	for _, tc := range []struct {
		name string
		user string
		rest string
		says string
	}{
		{name: "by default", user: "vod:p%40ss%3Aw0rd%2F@"},
		{name: "plain", user: "vod:p%40ss%3Aw0rd%2F@", rest: "?sasl=plain"},
		{name: "scram-sha-256", user: "vod:p%40ss%3Aw0rd%2F@", rest: "?sasl=scram-sha-256"},
		{name: "scram-sha-512", user: "vod:p%40ss%3Aw0rd%2F@", rest: "?sasl=scram-sha-512"},
		{name: "wrong password", user: "vod:wr0ngpass@", says: "user and password"},
		{name: "wrong user", user: "wr0ngpass:p%40ss%3Aw0rd%2F@", says: "user and password"},
		{name: "wrong password, scram", user: "vod:wr0ngpass@", rest: "?sasl=scram-sha-256", says: "user and password"},
		{name: "no user", says: "SASL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, "kafka://"+tc.user+brokers+"/events"+tc.rest)
			if tc.says == "" {
				deliver(t, s, event(1))
				return
			}
			begin := time.Now()
			err := refused(t.Context(), t, s)
			require.ErrorContains(t, err, tc.says)
			require.NotContains(t, err.Error(), "wr0ngpass")
			require.Less(t, time.Since(begin), 2*soon)
		})
	}
}

// Brokers that say why they refuse, which not all do.
func TestSASLRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		fault kfake.Fault
		says  string
	}{
		{name: "password", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.SASLAuthenticate}, Err: kerr.SaslAuthenticationFailed}, says: "user and password"},
		{name: "mechanism", fault: kfake.Fault{Keys: []kmsg.Key{kmsg.SASLHandshake}, Err: kerr.UnsupportedSaslMechanism}, says: "sasl"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := start(t, kfake.EnableSASL(), kfake.Superuser("PLAIN", "vod", "pass"))
			tc.fault.TopLevel, tc.fault.Count = true, -1
			handle := c.Fault(tc.fault)
			s := open(t, "kafka://vod:pass@"+c.ListenAddrs()[0]+"/events")
			require.ErrorContains(t, refused(t.Context(), t, s), tc.says)
			handle.Remove()
			deliver(t, s, event(1))
		})
	}
}

// What a broker answers that is not understood may be what it was sent: it is not quoted.
func TestSASLQuotesNothing(t *testing.T) {
	t.Parallel()
	const secret = "c0rrecthorse"
	for _, answer := range []string{secret, "a,b," + secret, secret + ",s=YQ==,i=4096", "e=" + secret} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			c := start(t, kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "vod", "pass"))
			c.ControlKey(int16(kmsg.SASLAuthenticate), func(request kmsg.Request) (kmsg.Response, error, bool) {
				c.KeepControl()
				response, ok := request.ResponseKind().(*kmsg.SASLAuthenticateResponse)
				if !ok {
					return nil, nil, false
				}
				response.SASLAuthBytes = []byte(answer)
				return response, nil, true
			})
			err := refused(t.Context(), t, open(t, "kafka://vod:pass@"+c.ListenAddrs()[0]+"/events?sasl=scram-sha-256"))
			require.ErrorContains(t, err, "no answer that can be read")
			require.NotContains(t, err.Error(), secret)
		})
	}
}

// A mechanism that brokers do not have.
func TestMechanism(t *testing.T) {
	t.Parallel()
	c := start(t, kfake.EnableSASL(), kfake.Superuser("SCRAM-SHA-256", "vod", "pass"))
	s := open(t, "kafka://vod:pass@"+c.ListenAddrs()[0]+"/events")
	require.ErrorContains(t, refused(t.Context(), t, s), "and the parameter sasl?")
}

// selfSigned makes a certificate for an address, and the file of its authority.
func selfSigned(t *testing.T, ip net.IP) (certificate tls.Certificate, ca string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{ip}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, ca
}
