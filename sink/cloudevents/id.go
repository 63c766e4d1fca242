package cloudevents

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/go-oms/oms/event"
)

// ID identifies an event among all of a store: the same event always has the same,
// and no two events have one in common. It has no full stop, space or other character
// that headers, signatures or subjects give a meaning.
func ID(tenant string, e event.Event) string {
	return Key(tenant, e) + "/" + strconv.FormatInt(e.Version, 10)
}

// Key names the event's aggregate among all of a store. Events with one key are in
// order: it is what brokers are to keep together.
func Key(tenant string, e event.Event) string {
	key := escape(e.Aggregate) + "/" + e.ID.String()
	if tenant != "" {
		key = escape(tenant) + "/" + key
	}
	return key
}

// escape writes a text with letters, digits, - and _ alone; others become the bytes
// that they consist of, after a percent sign.
func escape(text string) string {
	text = url.QueryEscape(text)
	return strings.NewReplacer("+", "%20", ".", "%2E", "~", "%7E").Replace(text)
}
