package webhook

import (
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// guard says which addresses a sink may dial.
type guard struct {
	private bool // those of private networks and of this machine
	plain   bool // it speaks plain http, which is for these alone
}

// control is called with each address that is about to be dialled.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return refusedError{"an address that is no IP address"}
	}
	return g.check(ap.Addr())
}

// refusedError is the reason why an address is not dialled.
type refusedError struct{ reason string }

func (e refusedError) Error() string { return "refused to call " + e.reason }

// check returns an error unless the address may be dialled.
func (g guard) check(a netip.Addr) error {
	switch reachOf(a) {
	case public:
		if g.plain {
			return refusedError{fmt.Sprintf("%s by plain http, which shows events to everybody on the way: write https", a)}
		}
	case private:
		if !g.private {
			return refusedError{fmt.Sprintf("%s, which is in a private network or on this machine: set #private=allow if it is meant", a)}
		}
	case never:
		return refusedError{fmt.Sprintf("%s: no receiver can be there", a)}
	}
	return nil
}

// reach is from where an address is reached.
type reach int

const (
	never   reach = iota // nobody who receives webhooks
	private              // a private network, this machine
	public               // everywhere
)

// reachOf tells them apart. An IPv4 address in the form of IPv6, mapped or
// translated (NAT64), is what it is as IPv4.
//
// Sources: IANA, IPv4 and IPv6 Special-Purpose Address Registries; Alibaba Cloud,
// ECS instance metadata; Amazon EC2, instance metadata service and local IPv6 services;
// Google Compute Engine, metadata server; Microsoft Azure, IP address 168.63.129.16 (all
// read 2026-11-23).
func reachOf(a netip.Addr) reach {
	a = a.WithZone("").Unmap()
	if within(a, "64:ff9b::/96") {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	metadata := []string{"100.100.100.200/32", "168.63.129.16/32", "fd00:ec2::/32", "fd20:ce::/32"}
	reserved := []string{"0.0.0.0/8", "192.0.0.0/24", "240.0.0.0/4"}
	examples := []string{"192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"}
	tunnels := []string{"2001::/23", "2002::/16"} // which may end inside
	switch {
	case a.IsLinkLocalUnicast(), a.IsMulticast(), a.IsUnspecified(),
		within(a, metadata...), within(a, reserved...), within(a, examples...), within(a, tunnels...):
		return never
	case a.IsLoopback(), a.IsPrivate(), within(a, "100.64.0.0/10", "198.18.0.0/15"):
		return private
	case a.Is4(), within(a, "2000::/3"):
		return public
	}
	return never
}

// within reports whether one of the prefixes contains the address.
func within(a netip.Addr, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(p string) bool { return netip.MustParsePrefix(p).Contains(a) })
}
