package postgres

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzServerSettings wants what a server says of itself to be read or refused, and
// one that may forget never to be taken for durable.
func FuzzServerSettings(f *testing.F) {
	f.Add("150018", "on", "on", "on", "1772366400000000")
	f.Add("", "off", "off", "off", "-9223372036854775809")
	f.Add("150018", "ON", "true", "", "0")
	f.Fuzz(func(t *testing.T, version, fsync, pages, commit, now string) {
		row := [][]byte{
			[]byte(version), []byte(fsync), []byte(pages), []byte(commit), []byte("false"), []byte("off"), []byte(now),
			[]byte("read committed"), []byte("5s"), []byte("30s"), []byte("30s"), []byte("oms"), []byte("false"),
		}
		sv, err := parseServer(row)
		if err != nil {
			return
		}
		require.Equal(t, fsync == "on" && pages == "on" && commit != "off", sv.Durable)
		require.False(t, sv.Standby || sv.BypassesSecurity)
	})
}
