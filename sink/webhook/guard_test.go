package webhook

import (
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
)

func TestOnlyPublicAddressesAreReached(t *testing.T) {
	for address, open := range map[string]bool{
		"93.184.215.14": true, "8.8.8.8": true, "1.1.1.1": true, "172.15.255.255": true, "172.32.0.1": true, "100.63.255.255": true,
		"100.128.0.1": true, "169.253.0.1": true, "192.167.1.1": true, "223.255.255.255": true, "198.17.0.1": true, "198.20.0.1": true,
		"2606:4700:4700::1111": true, "2a00:1450:4001::1": true, "::ffff:8.8.8.8": true, "64:ff9b::8.8.8.8": true, "2002:808:808::1": true,

		"0.0.0.0": false, "0.1.2.3": false, "127.0.0.1": false, "127.255.255.254": false, "10.0.0.1": false, "10.255.255.255": false,
		"172.16.0.1": false, "172.31.255.255": false, "192.168.0.1": false, "169.254.169.254": false, "169.254.0.1": false,
		"100.64.0.1": false, "100.100.100.200": false, "100.127.255.255": false, "168.63.129.16": false, "192.0.0.192": false,
		"192.0.2.1": false, "198.51.100.1": false, "203.0.113.1": false, "198.18.0.1": false, "198.19.255.255": false, "192.88.99.1": false,
		"224.0.0.1": false, "239.255.255.255": false, "240.0.0.1": false, "255.255.255.255": false,

		"::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "2606:4700::1%eth0": false, "fc00::1": false, "fd00:ec2::254": false,
		"fec0::1": false, "ff02::1": false, "ff0e::1": false, "2001:db8::1": false, "2001::1": false, "3fff::1": false, "100::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:169.254.169.254": false, "::127.0.0.1": false, "::8.8.8.8": false,
		"::ffff:8.8.8.8%eth0": false, "64:ff9b::127.0.0.1": false, "64:ff9b::a9fe:a9fe": false, "64:ff9b:1::808:808": false, "2002:7f00:1::1": false,
		"2002:a9fe:a9fe::1": false, "2002:a00:1::1": false, "5f00::1": false, "4000::1": false,
	} {
		a := netip.MustParseAddr(address)
		require.Equal(t, open, isPublic(a), address)
		err := guard(nil)("tcp", netip.AddrPortFrom(a, 443).String(), nil)
		require.Equal(t, open, err == nil, address)
		if !open {
			var refused *AddressError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			only := func(allowed netip.Addr) bool { return allowed == a.Unmap() }
			require.NoError(t, guard(only)("tcp", netip.AddrPortFrom(a, 443).String(), nil))
			require.Error(t, guard(func(netip.Addr) bool { return false })("tcp", netip.AddrPortFrom(a, 443).String(), nil))
		}
	}
	require.False(t, isPublic(netip.Addr{}))
	require.Error(t, guard(nil)("unix", "/run/docker.sock", nil))
}

// A proxy of the environment would connect wherever it is told.
func TestNoProxyIsAsked(t *testing.T) {
	require.Nil(t, client(Config{}).Transport.(*http.Transport).Proxy)
}
