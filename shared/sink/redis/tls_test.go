package redis_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTLS(t *testing.T) {
	t.Parallel()
	certificate, key := selfSigned(t)
	secure := freePort(t)
	server := startWith(t, "--tls-port", secure, "--tls-cert-file", certificate, "--tls-key-file", key,
		"--tls-ca-cert-file", certificate, "--tls-auth-clients", "no")
	c := server.client(t)
	address := "rediss://127.0.0.1:" + secure

	deliver(t, open(t, address+"?ca="+certificate), event(1), event(2))
	require.Len(t, entries(t, c, "vod:events"), 2)

	other, _ := selfSigned(t)
	require.ErrorContains(t, refused(t.Context(), t, open(t, address)), "set ca to")
	require.ErrorContains(t, refused(t.Context(), t, open(t, address+"?ca="+other)), "set ca to")
	require.ErrorContains(t, refused(t.Context(), t, open(t, "rediss://localhost:"+secure+"?ca="+certificate)), "localhost")

	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	require.ErrorContains(t, refused(ctx, t, open(t, "rediss://"+server.addr)), "TLS handshake", "Redis waits for the end of a line")
	require.ErrorContains(t, refused(t.Context(), t, open(t, "redis://127.0.0.1:"+secure)), "rediss://?")
}

// selfSigned makes a certificate for 127.0.0.1 and returns the files of it and of its key.
func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	require.NoError(t, err)
	certificate = file(t, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	der, err = x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	return certificate, file(t, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}
