package fulfillment_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/quantity"
)

// A history is a fulfilment order that random commands and facts act on, and the
// sums that were reported of it.
type history struct {
	cmd     event.Command
	now     *fulfillment.Fulfillment
	stored  *fulfillment.Fulfillment // folded from the deltas
	shipped map[uuid.UUID]quantity.Quantity
	arrived map[uuid.UUID]quantity.Quantity
	gone    map[uuid.UUID]quantity.Quantity
}

func newHistory() *history {
	h := &history{cmd: command(), shipped: map[uuid.UUID]quantity.Quantity{}, arrived: map[uuid.UUID]quantity.Quantity{}, gone: map[uuid.UUID]quantity.Quantity{}}
	h.step(nil, fulfillment.Create(h.cmd, buyer, "main", []fulfillment.Line{
		{LineID: tee, SKU: "TEE", Quantity: quantity.Of(5)}, {LineID: mug, SKU: "MUG", Quantity: quantity.MustParse("2.5")},
	}))
	return h
}

// step takes over a new state, as a store would.
func (h *history) step(t require.TestingT, next *fulfillment.Fulfillment) {
	if next == h.now {
		return
	}
	changes, e := fulfillment.Record(h.cmd, h.now, next, "changed")
	for _, m := range fulfillment.Moved(h.now, next) {
		h.shipped[m.LineID] = h.shipped[m.LineID].Add(m.Shipped)
		h.arrived[m.LineID] = h.arrived[m.LineID].Add(m.Delivered)
		h.gone[m.LineID] = h.gone[m.LineID].Add(m.Canceled)
	}
	h.stored = fulfillment.Apply(h.stored, e.Payload.(*fulfillment.Delta))
	if t != nil {
		require.Same(t, changes.Delta, e.Payload)
		require.Equal(t, h.now.Version+1, next.Version)
	}
	h.now = next
}

func (h *history) shipment(t *rapid.T) uuid.UUID {
	if len(h.now.Shipments) == 0 {
		t.Skip("no shipment")
	}
	return h.now.Shipments[rapid.IntRange(0, len(h.now.Shipments)-1).Draw(t, "shipment")].ID
}

func (h *history) lines(t *rapid.T) []fulfillment.LineQuantity {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) fulfillment.LineQuantity {
		return fulfillment.LineQuantity{
			LineID:   rapid.SampledFrom([]uuid.UUID{tee, mug}).Draw(t, "line"),
			Quantity: quantity.FromMicro(rapid.Int64Range(-1, 8).Draw(t, "halves") * quantity.PerUnit / 2),
		}
	}), 0, 3).Draw(t, "lines")
}

// refused accepts an error only if it is of kind Rejected.
func refused(t *rapid.T, err error) bool {
	if err != nil {
		require.Equal(t, fault.Rejected, fault.KindOf(err), "%v", err)
	}
	return err != nil
}

func (h *history) check(t *rapid.T) {
	require.NoError(t, h.now.Check())
	require.Equal(t, h.now, h.stored, "the fold over the events is the stored state")
	for _, l := range h.now.Lines {
		require.Equal(t, l.Shipped, h.shipped[l.LineID])
		require.Equal(t, l.Canceled, h.gone[l.LineID])
		require.False(t, l.Quantity.Less(l.Shipped.Add(l.Canceled)))
		require.True(t, h.arrived[l.LineID].Cmp(l.Shipped) <= 0 && h.arrived[l.LineID].Sign() >= 0)
	}
}

func TestAnyHistoryAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHistory()
		attempt := func(do func(id uuid.UUID) (*fulfillment.Fulfillment, error)) func(*rapid.T) {
			return func(t *rapid.T) {
				if next, err := do(h.shipment(t)); !refused(t, err) {
					h.step(t, next)
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"plan": func(t *rapid.T) {
				if next, _, err := h.now.Plan(h.cmd, fulfillment.Pick{Carrier: "post", Lines: h.lines(t)}); !refused(t, err) {
					h.step(t, next)
				}
			},
			"cancel": func(t *rapid.T) {
				if next, err := h.now.Cancel(h.lines(t)); !refused(t, err) {
					h.step(t, next)
				}
			},
			"label": attempt(func(id uuid.UUID) (*fulfillment.Fulfillment, error) {
				return h.now.RecordLabel(id, fulfillment.Label{Ref: rapid.SampledFrom([]string{"l1", "l2"}).Draw(t, "ref")}, noon)
			}),
			"report": attempt(func(id uuid.UUID) (*fulfillment.Fulfillment, error) {
				state := fulfillment.LabelState(rapid.IntRange(0, 4).Draw(t, "state"))
				return h.now.RecordReport(id, fulfillment.LabelReport{State: state, Problem: "p"}, noon)
			}),
			"scan": attempt(func(id uuid.UUID) (*fulfillment.Fulfillment, error) { return h.now.RecordScan(id, anyScan(t)) }),
			"":     h.check,
		})
	})
}

func anyScan(t *rapid.T) fulfillment.Scan {
	return fulfillment.Scan{
		EventID: rapid.SampledFrom([]string{"", "", "e1", "e2"}).Draw(t, "event"),
		Status: rapid.SampledFrom([]fulfillment.ShipmentStatus{
			fulfillment.Shipped, fulfillment.InTransit, fulfillment.OutForDelivery, fulfillment.Exception,
			fulfillment.Delivered, fulfillment.ReturnedSender, fulfillment.Lost,
		}).Draw(t, "status"),
		Place: rapid.SampledFrom([]string{"", "Kiel"}).Draw(t, "place"),
		Code:  rapid.SampledFrom([]string{"", "c"}).Draw(t, "code"),
		At:    noon.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "hour")) * time.Hour),
	}
}

func TestAnyScansInAnyOrderEndTheSame(t *testing.T) {
	start, id := ship(t, fresh(), of(tee, 2))
	rapid.Check(t, func(t *rapid.T) {
		var scans []fulfillment.Scan
		for range rapid.IntRange(0, 8).Draw(t, "n") {
			scans = append(scans, anyScan(t))
		}
		play := func(order []fulfillment.Scan) *fulfillment.Fulfillment {
			f := start
			for _, s := range order {
				next, err := f.RecordScan(id, s)
				require.NoError(t, err)
				f = next
			}
			return f
		}
		want := play(scans)
		require.NoError(t, want.Check())
		order := rapid.Permutation(scans).Draw(t, "order")
		if len(scans) > 0 {
			order = append(order, rapid.SliceOfN(rapid.SampledFrom(scans), 0, 4).Draw(t, "duplicates")...)
		}
		require.Equal(t, want, play(order))
	})
}
