package webhook

import (
	"fmt"
	"net/netip"
	"syscall"

	"github.com/go-oms/oms/fault"
)

// AddressError is an endpoint's address that is not on the open internet: a
// stranger's endpoint must not reach what only the sender can. Its kind is
// fault.Rejected.
type AddressError struct{ Address netip.Addr }

func (e *AddressError) Error() string {
	return fmt.Sprintf("webhook: %s is no public address", e.Address)
}

// Fault returns fault.Rejected.
func (e *AddressError) Fault() fault.Kind { return fault.Rejected }

// closed4 are the networks of IPv4 that are not the open internet, by the IANA
// registry of special purposes, and one address of a cloud's own services.
func closed4() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("0.0.0.0/8"),        // this network
		netip.MustParsePrefix("10.0.0.0/8"),       // private
		netip.MustParsePrefix("100.64.0.0/10"),    // behind a carrier's NAT
		netip.MustParsePrefix("127.0.0.0/8"),      // loopback
		netip.MustParsePrefix("168.63.129.16/32"), // services of Azure's hosts
		netip.MustParsePrefix("169.254.0.0/16"),   // link-local, and the metadata of clouds
		netip.MustParsePrefix("172.16.0.0/12"),    // private
		netip.MustParsePrefix("192.0.0.0/24"),     // protocols
		netip.MustParsePrefix("192.0.2.0/24"),     // documentation
		netip.MustParsePrefix("192.88.99.0/24"),   // 6to4 relays
		netip.MustParsePrefix("192.168.0.0/16"),   // private
		netip.MustParsePrefix("198.18.0.0/15"),    // benchmarks
		netip.MustParsePrefix("198.51.100.0/24"),  // documentation
		netip.MustParsePrefix("203.0.113.0/24"),   // documentation
		netip.MustParsePrefix("224.0.0.0/4"),      // multicast
		netip.MustParsePrefix("240.0.0.0/4"),      // reserved, and broadcast
	}
}

// open6 is what of IPv6 has been given out, and closed6 what of that is not the open
// internet.
func open6() netip.Prefix { return netip.MustParsePrefix("2000::/3") }

func closed6() []netip.Prefix {
	return []netip.Prefix{
		netip.MustParsePrefix("2001::/23"),     // protocols, Teredo among them
		netip.MustParsePrefix("2001:db8::/32"), // documentation
		netip.MustParsePrefix("3fff::/20"),     // documentation
	}
}

// isPublic reports whether an address is on the open internet. Addresses of IPv6 that
// carry one of IPv4 are what that is.
func isPublic(a netip.Addr) bool {
	if a.Zone() != "" {
		return false
	}
	a = a.Unmap()
	closed := closed4()
	if a.Is6() {
		raw := a.As16()
		switch {
		case netip.MustParsePrefix("64:ff9b::/96").Contains(a): // NAT64
			return isPublic(netip.AddrFrom4([4]byte(raw[12:])))
		case netip.MustParsePrefix("2002::/16").Contains(a): // 6to4
			return isPublic(netip.AddrFrom4([4]byte(raw[2:6])))
		case !open6().Contains(a):
			return false
		}
		closed = closed6()
	}
	for _, p := range closed {
		if p.Contains(a) {
			return false
		}
	}
	return a.IsValid()
}

// guard refuses a connection by the address that a name was resolved to, right before
// it is made: what the name meant earlier, or means next, does not matter.
func guard(allowed func(netip.Addr) bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil {
			return fault.Invalid("address", address, "an address and a port")
		}
		if !isPublic(to.Addr()) && (allowed == nil || !allowed(to.Addr().Unmap())) {
			return &AddressError{Address: to.Addr()}
		}
		return nil
	}
}
