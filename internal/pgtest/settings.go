package pgtest

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// configure writes postgresql.conf anew.
func (c *Cluster) configure() error {
	settings := map[string]string{
		"port":                    strconv.Itoa(c.port),
		"listen_addresses":        "",
		"unix_socket_directories": c.home,
		"max_connections":         "200",
		"shared_buffers":          "128MB",
		"fsync":                   "on",
		"ssl":                     "off",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"log_line_prefix":         "%m [%p] %d ",
		"lc_messages":             "C",
		"hot_standby":             "on",
	}
	if c.options.Loopback {
		settings["listen_addresses"] = "127.0.0.1"
	}
	if c.options.NoFsync {
		settings["fsync"] = "off"
	}
	maps.Copy(settings, c.options.Settings)
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fmt.Fprintf(&text, "%s = '%s'\n", name, strings.ReplaceAll(settings[name], "'", "''"))
	}
	return os.WriteFile(filepath.Join(c.data(), "postgresql.conf"), []byte(text.String()), 0o644)
}
