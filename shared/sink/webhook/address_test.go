package webhook_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/vodevents/vodevents/shared/sink"
	"github.com/vodevents/vodevents/shared/sink/webhook"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	const public, private, never = "public", "private", "never"
	for address, want := range map[string]string{
		"93.184.215.14":   public,
		"9.255.255.255":   public,
		"11.0.0.0":        public,
		"100.63.255.255":  public,
		"100.128.0.0":     public,
		"169.253.255.255": public,
		"172.15.255.255":  public,
		"172.32.0.0":      public,
		"198.17.255.255":  public,
		"223.255.255.255": public,

		"10.0.0.0":        private,
		"10.255.255.255":  private,
		"172.16.0.0":      private,
		"172.31.255.255":  private,
		"192.168.1.1":     private,
		"127.0.0.1":       private,
		"127.255.255.254": private,
		"100.64.0.0":      private,
		"100.127.255.255": private,
		"198.18.0.1":      private,

		"0.0.0.0":         never,
		"0.1.2.3":         never,
		"100.100.100.200": never, // metadata, Alibaba Cloud
		"169.254.169.254": never, // metadata, others
		"169.254.0.1":     never,
		"168.63.129.16":   never, // what Azure's machines are set up by
		"168.63.129.15":   public,
		"168.63.129.17":   public,
		"192.0.0.192":     never,
		"192.0.2.1":       never,
		"198.51.100.1":    never,
		"203.0.113.1":     never,
		"224.0.0.1":       never,
		"240.0.0.1":       never,
		"255.255.255.255": never,

		"2606:4700::1111": public,
		"2400:3200::1":    public,

		"::1":           private,
		"fc00::1":       private,
		"fd12:3456::1":  private,
		"fd00:ec2::254": never, // metadata, EC2
		"fd00:ec2::253": never, // name server, EC2
		"fd00:ec3::1":   private,
		"fd20:ce::254":  never, // metadata, Google Cloud
		"fd20:cf::1":    private,
		"::":            never,
		"fe80::1":       never,
		"fe80::1%eth0":  never,
		"fec0::1":       never,
		"ff02::1":       never,
		"100::1":        never,
		"2001:db8::1":   never,
		"3fff::1":       never,
		"2001::1":       never, // Teredo
		"2002:a00:1::1": never, // 6to4 of 10.0.0.1

		"::ffff:10.0.0.1":           private,
		"::ffff:127.0.0.1":          private,
		"::ffff:100.100.100.200":    never,
		"::ffff:93.184.215.14":      public,
		"::10.0.0.1":                never, // compatible form, obsolete
		"64:ff9b::10.0.0.1":         private,
		"64:ff9b::127.0.0.1":        private,
		"64:ff9b::169.254.169.254":  never,
		"64:ff9b::93.184.215.14":    public,
		"64:ff9b:1::10.0.0.1":       never, // NAT64 of somebody's own
		"64:ff9b:1::100.64.100.100": never,
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			a := netip.MustParseAddr(address)
			check := func(allowPrivate, plain, ok bool) {
				t.Helper()
				err := webhook.CheckAddress(a, allowPrivate, plain)
				if ok {
					require.NoError(t, err)
					return
				}
				require.ErrorContains(t, err, "refused to call "+a.String())
			}
			check(false, false, want == public)
			check(true, false, want != never)
			check(true, true, want == private)
			if want == private {
				require.ErrorContains(t, webhook.CheckAddress(a, false, false), "set #private=allow")
			}
			if want == public {
				require.ErrorContains(t, webhook.CheckAddress(a, true, true), "write https")
			}
		})
	}
}

// FuzzAddresses holds that no spelling of an IPv4 address gets through where the
// address itself does not.
func FuzzAddresses(f *testing.F) {
	f.Add([]byte{10, 0, 0, 1})
	f.Add([]byte{100, 100, 100, 200})
	f.Add([]byte{93, 184, 215, 14})
	f.Fuzz(func(t *testing.T, b []byte) {
		defer time.AfterFunc(5*time.Second, func() { panic("one input takes over 5 s") }).Stop()
		if len(b) != 4 {
			return
		}
		a := netip.AddrFrom4([4]byte(b))
		translated := netip.MustParseAddr("64:ff9b::").As16()
		copy(translated[12:], b)
		for _, allowPrivate := range []bool{false, true} {
			want := webhook.CheckAddress(a, allowPrivate, false) == nil
			require.Equal(t, want, webhook.CheckAddress(netip.AddrFrom16(a.As16()), allowPrivate, false) == nil)
			require.Equal(t, want, webhook.CheckAddress(netip.AddrFrom16(translated), allowPrivate, false) == nil)
		}
		if a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() {
			require.Error(t, webhook.CheckAddress(a, false, false))
		}
	})
}

// TestNamesAreCheckedWhereTheyPoint has a name server that says that a public name
// is on this machine, where a receiver listens.
func TestNamesAreCheckedWhereTheyPoint(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		address string // that the name server gives
		private bool
		err     string
	}{
		{name: "this machine", address: "127.0.0.1", err: "refused to call 127.0.0.1"},
		{name: "this machine, with leave", address: "127.0.0.1", private: true, err: "does not speak TLS"},
		{name: "private network", address: "192.168.7.7", err: "refused to call 192.168.7.7"},
		{name: "metadata service", address: "100.100.100.200", private: true, err: "refused to call 100.100.100.200"},
		{name: "no such name", private: true, err: "no such host"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			here := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
			s := spec(t, strings.NewReplacer("http://127.0.0.1", "https://hooks.test").Replace(here))
			if !tc.private {
				delete(s.Settings, "private")
			}
			w := open(t, s)
			w.Resolve(&net.Resolver{PreferGo: true, Dial: nameServer(t, tc.address)})
			err := deliver(t, w)
			require.ErrorContains(t, err, tc.err)
			require.NotErrorIs(t, err, sink.ErrRejected)
		})
	}
}

// TestThisMachineByItsName needs no name server.
func TestThisMachineByItsName(t *testing.T) {
	t.Parallel()
	here := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was called") })
	s := spec(t, strings.Replace(here, "http://127.0.0.1", "https://localhost", 1))
	delete(s.Settings, "private")
	require.ErrorContains(t, deliver(t, open(t, s)), "set #private=allow")
}

// nameServer returns connections to a name server that knows one IPv4 address for
// every name, or none.
func nameServer(t *testing.T, address string) func(context.Context, string, string) (net.Conn, error) {
	t.Helper()
	return func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			for {
				var size uint16
				if binary.Read(server, binary.BigEndian, &size) != nil {
					return
				}
				query := make([]byte, size)
				if _, err := io.ReadFull(server, query); err != nil {
					return
				}
				reply := dnsReply(query, address)
				message := append(binary.BigEndian.AppendUint16(nil, uint16(len(reply))), reply...)
				if _, err := server.Write(message); err != nil {
					return
				}
			}
		}()
		return client, nil
	}
}

// dnsReply answers a query (RFC 1035, section 4) with the address.
func dnsReply(query []byte, address string) []byte {
	const header = 12
	end := header
	for query[end] != 0 {
		end += int(query[end]) + 1
	}
	end += 5 // the empty label, type and class
	isA := binary.BigEndian.Uint16(query[end-4:]) == 1

	reply := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, query[header:end]...)
	switch {
	case address == "":
		reply[3] |= 3 // no such name
	case isA:
		reply[7] = 1
		reply = append(reply, 0xC0, header, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
		reply = append(reply, netip.MustParseAddr(address).AsSlice()...)
	}
	return reply
}
