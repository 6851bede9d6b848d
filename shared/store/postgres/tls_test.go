package postgres_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/scripts/services"
)

func TestTLS(t *testing.T) {
	server := services.Own(t, "postgres")
	certificate, key := selfSigned(t, "localhost")
	other, _ := selfSigned(t, "localhost")
	for file, content := range map[string]string{"server.crt": certificate, "server.key": key} {
		admin(t, server.URL, "COPY (SELECT unnest(string_to_array('"+content+`', E'\n'))) TO PROGRAM 'umask 077; cat >`+file+"'")
	}
	admin(t, server.URL, "ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()")
	require.Eventually(t, func() bool { return value[string](t, server.URL, "SHOW ssl") == "on" }, 10*time.Second, time.Millisecond)
	trusted, wrong := filepath.Join(t.TempDir(), "ca.pem"), filepath.Join(t.TempDir(), "other.pem")
	require.NoError(t, os.WriteFile(trusted, []byte(certificate), 0o600))
	require.NoError(t, os.WriteFile(wrong, []byte(other), 0o600))

	bare, err := url.Parse(server.URL)
	require.NoError(t, err)
	bare.RawQuery = ""
	for _, tc := range []struct {
		name       string
		host       string
		parameters []string
		want       string // a part of the error
		clear      bool   // not encrypted
	}{
		{name: "default", host: "localhost"},
		{name: "disable", host: "localhost", parameters: []string{"sslmode", "disable"}, clear: true},
		{name: "allow", host: "localhost", parameters: []string{"sslmode", "allow"}, clear: true},
		{name: "require", host: "localhost", parameters: []string{"sslmode", "require"}},
		{name: "require from a trusted one", host: "localhost", parameters: []string{"sslmode", "require", "sslrootcert", wrong}, want: "unknown authority"},
		{name: "verify-ca", host: "127.0.0.1", parameters: []string{"sslmode", "verify-ca", "sslrootcert", trusted}},
		{name: "verify-ca with another", host: "127.0.0.1", parameters: []string{"sslmode", "verify-ca", "sslrootcert", wrong}, want: "unknown authority"},
		{name: "verify-full", host: "localhost", parameters: []string{"sslmode", "verify-full", "sslrootcert", trusted}},
		{
			name: "verify-full with another name", host: "127.0.0.1",
			parameters: []string{"sslmode", "verify-full", "sslrootcert", trusted}, want: "certificate is for another host",
		},
		{name: "verify-full with what the system trusts", host: "localhost", parameters: []string{"sslmode", "verify-full"}, want: "unknown authority"},
	} {
		t.Run(tc.name, func(t *testing.T) { // one after the other: they look at all connections
			u, err := url.Parse(with(t, bare.String(), tc.parameters...))
			require.NoError(t, err)
			u.Host = tc.host + ":" + u.Port()
			s := open(t, u.String())
			err = s.Migrate(t.Context())
			if tc.want != "" {
				require.ErrorContains(t, err, tc.want)
				require.NotContains(t, err.Error(), tc.host)
				return
			}
			require.NoError(t, err)
			require.Equal(t, !tc.clear, value[bool](t, server.URL, "SELECT bool_or(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'vodevents'"))
			require.NoError(t, s.Close())
			require.Eventually(t, func() bool { return value[int](t, server.URL, "SELECT count(*)"+ours) == 0 }, 10*time.Second, time.Millisecond)
		})
	}
}

// selfSigned makes a certificate for a host, and its key.
func selfSigned(t *testing.T, host string) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	block := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	return block("CERTIFICATE", der), block("PRIVATE KEY", pkcs8)
}
