package mysql_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/store"
	"github.com/vodevents/vodevents/shared/vod"
)

// newCertificate makes a certificate for 127.0.0.1, and a file with it.
func newCertificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	path := filepath.Join(t.TempDir(), "ca.pem")
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, path
}

// greet speaks the beginning of MySQL's protocol, up to the refusal of the user, and
// reports whether that was over TLS.
// Source: MySQL Client/Server Protocol, Connection Phase (read 2026-11-23).
func greet(conn net.Conn, certificate tls.Certificate) (encrypted bool) {
	defer conn.Close()
	write := func(c net.Conn, number byte, payload string) {
		_, _ = c.Write(append([]byte{byte(len(payload)), 0, 0, number}, payload...)) // its end is seen by reading
	}
	read := func(c net.Conn) []byte {
		head := make([]byte, 4)
		if _, err := io.ReadFull(c, head); err != nil {
			return nil
		}
		payload := make([]byte, int(head[0])|int(head[1])<<8)
		_, _ = io.ReadFull(c, payload)
		return payload
	}
	write(conn, 0, "\x0a8.0.36\x00\x01\x00\x00\x0001234567\x00"+
		"\x08\x8a\x2d\x02\x00\x0b\x00\x15"+ // TLS, texts in utf8mb4, several statements, authentication by plug-in
		"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00890123456789\x00mysql_native_password\x00")
	number := byte(2)
	if len(read(conn)) == 32 { // it asks for TLS
		secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
		if secure.Handshake() != nil || read(secure) == nil {
			return false
		}
		conn, number, encrypted = secure, 3, true
	}
	write(conn, number, "\xff\x15\x04#28000Access denied for user")
	return encrypted
}

func TestTLS(t *testing.T) {
	t.Parallel()
	certificate, ca := newCertificate(t)
	_, other := newCertificate(t)
	for _, tc := range []struct {
		name       string
		parameters string
		encrypted  bool
		want       string // a part of the error
	}{
		{name: "by default", encrypted: true, want: "access denied"},
		{name: "preferred", parameters: "?tls=preferred", encrypted: true, want: "access denied"},
		{name: "not checked", parameters: "?tls=skip-verify", encrypted: true, want: "access denied"},
		{name: "none", parameters: "?tls=false", want: "access denied"},
		{name: "checked, unknown", parameters: "?tls=true", want: "certificate"},
		{name: "checked, by another authority", parameters: "?tls=true&tls_ca=" + other, want: "certificate"},
		{name: "checked", parameters: "?tls=true&tls_ca=" + ca, encrypted: true, want: "access denied"},
		{name: "checked, said by the authority alone", parameters: "?tls_ca=" + ca, encrypted: true, want: "access denied"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer l.Close()
			encrypted := make(chan bool, 1)
			go func() {
				if conn, err := l.Accept(); err == nil {
					encrypted <- greet(conn, certificate)
				}
			}()
			s := open(t, "mysql://vod:vod@"+l.Addr().String()+"/vod"+tc.parameters)
			_, err = s.Commit(t.Context(), []store.Record{event(vod.ID{1})})
			require.ErrorContains(t, err, tc.want)
			require.Equal(t, tc.encrypted, <-encrypted)
		})
	}
}
