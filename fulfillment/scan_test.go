package fulfillment_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/quantity"
)

func scan(hours int, status fulfillment.ShipmentStatus) fulfillment.Scan {
	return fulfillment.Scan{Status: status, At: noon.Add(time.Duration(hours) * time.Hour)}
}

func TestAdvance(t *testing.T) {
	const (
		shipped   = fulfillment.Shipped
		transit   = fulfillment.InTransit
		out       = fulfillment.OutForDelivery
		exception = fulfillment.Exception
		delivered = fulfillment.Delivered
		returned  = fulfillment.ReturnedSender
		lost      = fulfillment.Lost
	)
	for name, c := range map[string]struct {
		want fulfillment.ShipmentStatus
		way  []fulfillment.ShipmentStatus // an hour apart
	}{
		"no scan":                             {shipped, nil},
		"forward":                             {out, []fulfillment.ShipmentStatus{shipped, transit, out}},
		"never back on its own":               {out, []fulfillment.ShipmentStatus{transit, out, transit}},
		"accepted again":                      {transit, []fulfillment.ShipmentStatus{transit, shipped}},
		"exception holds":                     {exception, []fulfillment.ShipmentStatus{transit, exception}},
		"exception after out for delivery":    {exception, []fulfillment.ShipmentStatus{out, exception}},
		"exception and an acceptance":         {exception, []fulfillment.ShipmentStatus{exception, shipped}},
		"exception ended by movement":         {transit, []fulfillment.ShipmentStatus{out, exception, transit}},
		"exception ended by a delivery round": {out, []fulfillment.ShipmentStatus{transit, exception, out}},
		"exception ended by delivery":         {delivered, []fulfillment.ShipmentStatus{exception, delivered}},
		"exception that ends in a loss":       {lost, []fulfillment.ShipmentStatus{exception, lost}},
		"lost and found":                      {transit, []fulfillment.ShipmentStatus{out, lost, transit}},
		"lost stays lost after an exception":  {lost, []fulfillment.ShipmentStatus{lost, exception}},
		"lost and delivered":                  {delivered, []fulfillment.ShipmentStatus{lost, delivered}},
		"delivered cannot get lost":           {delivered, []fulfillment.ShipmentStatus{delivered, lost}},
		"delivered has no exceptions":         {delivered, []fulfillment.ShipmentStatus{delivered, exception, transit}},
		"delivered and sent back":             {returned, []fulfillment.ShipmentStatus{delivered, returned}},
		"the sender's delivery is none":       {returned, []fulfillment.ShipmentStatus{out, returned, delivered}},
		"returned is final":                   {returned, []fulfillment.ShipmentStatus{returned, transit, lost}},
	} {
		t.Run(name, func(t *testing.T) {
			var scans []fulfillment.Scan
			for i, status := range c.way {
				scans = append(scans, scan(i, status))
			}
			require.Equal(t, c.want, fulfillment.Advance(shipped, scans))
			slices.Reverse(scans)
			require.Equal(t, c.want, fulfillment.Advance(shipped, scans), "the order of the slice does not matter")
		})
	}
	require.Equal(t, out, fulfillment.Advance(shipped, []fulfillment.Scan{scan(1, out), scan(1, transit)}), "of one moment the furthest along wins")
	for _, label := range []fulfillment.ShipmentStatus{fulfillment.LabelWanted, fulfillment.LabelInDoubt, fulfillment.LabelFailed} {
		require.Equal(t, label, fulfillment.Advance(label, []fulfillment.Scan{scan(1, delivered)}), "no label, no journey")
	}
}

func TestRecordScanDelivers(t *testing.T) {
	f, id := ship(t, fresh(), of(tee, 2))
	unchanged(t, f)
	next, err := f.RecordScan(id, scan(5, fulfillment.Delivered))
	require.NoError(t, err)
	require.NoError(t, next.Check())
	require.Equal(t, noon.Add(5*time.Hour), next.Shipment(id).DeliveredAt)
	require.Equal(t, []fulfillment.Move{{LineID: tee, SKU: "TEE", Delivered: quantity.Of(2)}}, fulfillment.Moved(f, next))

	same, err := next.RecordScan(id, scan(5, fulfillment.Delivered))
	require.NoError(t, err)
	require.Same(t, next, same)
	require.Nil(t, fulfillment.Moved(next, same))

	twice, err := next.RecordScan(id, scan(6, fulfillment.Delivered))
	require.NoError(t, err)
	require.Equal(t, noon.Add(5*time.Hour), twice.Shipment(id).DeliveredAt, "the first one counts")
	require.Nil(t, fulfillment.Moved(next, twice), "delivered once")

	back, err := twice.RecordScan(id, scan(9, fulfillment.ReturnedSender))
	require.NoError(t, err)
	require.NoError(t, back.Check())
	require.Zero(t, back.Shipment(id).DeliveredAt)
	require.Equal(t, []fulfillment.Move{{LineID: tee, SKU: "TEE", Delivered: quantity.Of(-2)}}, fulfillment.Moved(twice, back))
}

func TestScansBeforeTheLabel(t *testing.T) {
	f, id := plan(t, fresh(), of(tee, 2))
	early, err := f.RecordScan(id, scan(5, fulfillment.Delivered))
	require.NoError(t, err)
	require.NoError(t, early.Check())
	require.Equal(t, fulfillment.LabelWanted, early.Shipment(id).Status)
	require.Nil(t, fulfillment.Moved(f, early))

	next, err := early.RecordLabel(id, fulfillment.Label{Ref: "l"}, noon)
	require.NoError(t, err)
	require.NoError(t, next.Check())
	require.Equal(t, fulfillment.Delivered, next.Shipment(id).Status)
	require.Equal(t, noon.Add(5*time.Hour), next.Shipment(id).DeliveredAt)
	require.Equal(t, []fulfillment.Move{{LineID: tee, SKU: "TEE", Shipped: quantity.Of(2), Delivered: quantity.Of(2)}}, fulfillment.Moved(early, next))
}

func TestScansAreKnownByIDOrContent(t *testing.T) {
	f, id := ship(t, fresh())
	record := func(s fulfillment.Scan) {
		next, err := f.RecordScan(id, s)
		require.NoError(t, err)
		f = next
	}
	at := func(hour int, event, place string) fulfillment.Scan {
		return fulfillment.Scan{EventID: event, Status: fulfillment.InTransit, Place: place, At: noon.Add(time.Duration(hour) * time.Hour)}
	}
	record(at(1, "", "Kiel"))
	record(at(1, "", "Kiel"))
	require.Len(t, f.Shipment(id).Scans, 1, "time, status and place")
	record(at(1, "", "Bonn"))
	require.Len(t, f.Shipment(id).Scans, 2, "another place")
	record(at(2, "e1", "Kiel"))
	record(at(2, "e1", "Kiel"))
	require.Len(t, f.Shipment(id).Scans, 3, "one id, once")
	record(at(3, "e1", "Kiel"))
	require.Len(t, f.Shipment(id).Scans, 3, "one id, corrected")
	require.Equal(t, noon.Add(3*time.Hour), f.Shipment(id).Scans[2].At)
	record(at(2, "e1", "Kiel"))
	require.Equal(t, noon.Add(3*time.Hour), f.Shipment(id).Scans[2].At, "the older one comes late")
	record(at(3, "e2", "Kiel"))
	require.Len(t, f.Shipment(id).Scans, 4, "two ids are two scans")
}

func TestScansInAnyOrderEndTheSame(t *testing.T) {
	// Skewed clocks, an exception, a correction, a scan without an id, and a return.
	sets := map[string][]fulfillment.Scan{
		"arrives": {
			{EventID: "1", Status: fulfillment.InTransit, At: noon.Add(1 * time.Hour)},
			{EventID: "2", Status: fulfillment.OutForDelivery, At: noon.Add(2 * time.Hour)},
			{EventID: "3", Status: fulfillment.Exception, At: noon.Add(3 * time.Hour)},
			{EventID: "3", Status: fulfillment.Exception, At: noon.Add(4 * time.Hour), Place: "corrected"},
			{Status: fulfillment.InTransit, At: noon.Add(5 * time.Hour), Place: "Kiel"},
			{EventID: "5", Status: fulfillment.Delivered, At: noon.Add(6 * time.Hour)},
		},
		"gets lost": {
			{Status: fulfillment.InTransit, At: noon.Add(1 * time.Hour)},
			{Status: fulfillment.Lost, At: noon.Add(9 * time.Hour)},
			{Status: fulfillment.Exception, At: noon.Add(9 * time.Hour)},
			{Status: fulfillment.OutForDelivery, At: noon.Add(2 * time.Hour)},
			{Status: fulfillment.InTransit, At: noon.Add(1 * time.Hour), Code: "other words"},
		},
		"comes back": {
			{EventID: "a", Status: fulfillment.Delivered, At: noon.Add(2 * time.Hour)},
			{EventID: "b", Status: fulfillment.ReturnedSender, At: noon.Add(1 * time.Hour)},
			{EventID: "c", Status: fulfillment.Shipped, At: noon.Add(3 * time.Hour)},
			{EventID: "a", Status: fulfillment.Lost, At: noon.Add(2 * time.Hour)},
			{EventID: "d", Status: fulfillment.InTransit, At: noon.Add(4 * time.Hour)},
		},
	}
	for name, scans := range sets {
		t.Run(name, func(t *testing.T) {
			start, id := ship(t, fresh(), of(tee, 2))
			var want *fulfillment.Fulfillment
			tried := 0
			permute(scans, func(order []fulfillment.Scan) {
				tried++
				// Once in this order, then everything again backwards: duplicates.
				got, moves := start, quantity.Quantity{}
				for i := range 2 * len(order) {
					next := order[min(i, 2*len(order)-1-i)]
					after, err := got.RecordScan(id, next)
					require.NoError(t, err)
					for _, m := range fulfillment.Moved(got, after) {
						moves = moves.Add(m.Delivered)
					}
					got = after
				}
				if want == nil {
					want = got
				}
				require.Equal(t, want, got)
				if got.Shipment(id).Status == fulfillment.Delivered {
					require.Equal(t, quantity.Of(2), moves)
				} else {
					require.Zero(t, moves)
				}
			})
			require.Equal(t, factorial(len(scans)), tried)
		})
	}
}

// permute calls f with every order of the scans.
func permute(scans []fulfillment.Scan, f func([]fulfillment.Scan)) {
	var from func(int)
	from = func(i int) {
		if i == len(scans) {
			f(scans)
			return
		}
		for j := i; j < len(scans); j++ {
			scans[i], scans[j] = scans[j], scans[i]
			from(i + 1)
			scans[i], scans[j] = scans[j], scans[i]
		}
	}
	from(0)
}

func factorial(n int) int {
	if n == 0 {
		return 1
	}
	return n * factorial(n-1)
}

func TestScansAreCleaned(t *testing.T) {
	f, id := ship(t, fresh())
	at := noon.Add(time.Nanosecond).In(time.FixedZone("", 7200))
	next, err := f.RecordScan(id, fulfillment.Scan{
		Status: fulfillment.InTransit, At: at, Place: strings.Repeat("é", 500), Code: "a\xffb\x00c",
	})
	require.NoError(t, err)
	got := next.Shipment(id).Scans[0]
	require.Equal(t, noon, got.At)
	require.Equal(t, strings.Repeat("é", 120), got.Place)
	require.Equal(t, "a\uFFFDbc", got.Code)

	same, err := next.RecordScan(id, got)
	require.NoError(t, err)
	require.Same(t, next, same, "what was cleaned is known again")

	for name, s := range map[string]fulfillment.Scan{
		"no status":        {At: noon},
		"a label status":   {At: noon, Status: fulfillment.LabelInDoubt},
		"another status":   {At: noon, Status: "teleported"},
		"no time":          {Status: fulfillment.Delivered},
		"a long id":        {At: noon, Status: fulfillment.Delivered, EventID: strings.Repeat("x", 201)},
		"a broken id":      {At: noon, Status: fulfillment.Delivered, EventID: "\xff"},
		"a null in the id": {At: noon, Status: fulfillment.Delivered, EventID: "a\x00b"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := f.RecordScan(id, s)
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
		})
	}
}

func FuzzRecordScan(f *testing.F) {
	f.Add("e", "in_transit", "AR", "Kiel", int64(0))
	f.Add("", "delivered", "\xff\x00", strings.Repeat("é", 300), int64(-62135596800000000))
	f.Fuzz(func(t *testing.T, eventID, status, code, place string, micros int64) {
		start, id := ship(t, fresh())
		s := fulfillment.Scan{
			EventID: eventID, Status: fulfillment.ShipmentStatus(status), Code: code, Place: place, At: time.UnixMicro(micros),
		}
		next, err := start.RecordScan(id, s)
		if err != nil {
			var invalid *fault.InvalidError
			require.ErrorAs(t, err, &invalid)
			return
		}
		require.NoError(t, next.Check())
		kept := next.Shipment(id).Scans[0]
		for _, text := range []string{kept.EventID, kept.Code, kept.Place} {
			require.True(t, utf8.ValidString(text) && len(text) <= 240)
		}
		again, err := next.RecordScan(id, s)
		require.NoError(t, err)
		require.Same(t, next, again)
	})
}
