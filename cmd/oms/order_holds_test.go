package main

import (
	"bufio"
	"bytes"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/order"
)

func TestOrderShowTellsWhatKeepsTheOrder(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	line := uuid.MustParse("0199d1f0-0000-7000-8000-000000000000")
	print := func(holds ...order.Hold) string {
		var out bytes.Buffer
		p := &page{Writer: bufio.NewWriter(&out)}
		p.holds(&order.Order{Holds: holds})
		require.NoError(t, p.Flush())
		return out.String()
	}
	require.Empty(t, print())
	out := print(
		order.Hold{Type: "stock", Scope: order.HoldsLine, Target: line, Status: order.HoldOpen, OpenedBy: "staff:7", OpenedAt: at, Reason: "one is missing"},
		order.Hold{
			Type: "approval", Scope: order.HoldsOrder, Status: order.HoldReleased, OpenedBy: "staff:7", OpenedAt: at,
			Approvals: []order.Approval{{Tier: "lead", By: "staff:8", At: at}}, ResolvedBy: "staff:9", ResolvedAt: at, Resolution: "fine",
		},
	)
	for _, want := range []string{
		"stock open on line " + line.String(), "one is missing", "approval released by staff:7", "approved for lead by staff:8", "released by staff:9 fine",
	} {
		require.Contains(t, out, want)
	}
}
