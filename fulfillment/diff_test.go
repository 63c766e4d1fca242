package fulfillment_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/quantity"
)

func TestDiffWritesOnlyWhatChanged(t *testing.T) {
	one, first := ship(t, fresh(), of(tee, 1))
	two, second := ship(t, one, of(tee, 1))

	d := fulfillment.Diff(one, two)
	require.Nil(t, d.Fulfillment.Shipments)
	require.Len(t, d.Shipments, 1)
	require.Equal(t, second, d.Shipments[0].ID)

	scanned, err := two.RecordScan(first, scan(1, fulfillment.InTransit))
	require.NoError(t, err)
	d = fulfillment.Diff(two, scanned)
	require.Len(t, d.Shipments, 1)
	require.Equal(t, first, d.Shipments[0].ID)

	require.Empty(t, fulfillment.Diff(two, two.Clone()).Shipments)
}

// Every field of a shipment, changed alone, is a change.
func TestDiffSeesEveryField(t *testing.T) {
	base, id := ship(t, fresh())
	base, err := base.RecordScan(id, scan(1, fulfillment.InTransit))
	require.NoError(t, err)
	changes := map[string]func(s *fulfillment.Shipment){
		"Status":      func(s *fulfillment.Shipment) { s.Status = fulfillment.Lost },
		"Carrier":     func(s *fulfillment.Shipment) { s.Carrier += "x" },
		"Service":     func(s *fulfillment.Shipment) { s.Service += "x" },
		"Tracking":    func(s *fulfillment.Shipment) { s.Tracking += "x" },
		"LabelRef":    func(s *fulfillment.Shipment) { s.LabelRef += "x" },
		"LabelURL":    func(s *fulfillment.Shipment) { s.LabelURL += "x" },
		"MaxCost":     func(s *fulfillment.Shipment) { s.MaxCost = eur("1.00") },
		"Cost":        func(s *fulfillment.Shipment) { s.Cost = eur("1.00") },
		"Parcels":     func(s *fulfillment.Shipment) { s.Parcels[0].Width++ },
		"Scans":       func(s *fulfillment.Shipment) { s.Scans = append(s.Scans, scan(2, fulfillment.Lost)) },
		"Attempts":    func(s *fulfillment.Shipment) { s.Attempts++ },
		"NextAt":      func(s *fulfillment.Shipment) { s.NextAt = noon },
		"Problem":     func(s *fulfillment.Shipment) { s.Problem += "x" },
		"CreatedAt":   func(s *fulfillment.Shipment) { s.CreatedAt = s.CreatedAt.Add(time.Second) },
		"ShippedAt":   func(s *fulfillment.Shipment) { s.ShippedAt = s.ShippedAt.Add(time.Second) },
		"DeliveredAt": func(s *fulfillment.Shipment) { s.DeliveredAt = noon },
	}
	require.ElementsMatch(t, fieldsOf[fulfillment.Shipment]("ID"), keys(changes))
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			after := base.Clone()
			change(&after.Shipments[0])
			require.Len(t, fulfillment.Diff(base, after).Shipments, 1)
			require.Equal(t, after, fulfillment.Apply(base, fulfillment.Diff(base, after)))
		})
	}

	parcels := map[string]func(p *fulfillment.Parcel){
		"Tracking": func(p *fulfillment.Parcel) { p.Tracking += "x" },
		"Grams":    func(p *fulfillment.Parcel) { p.Grams++ },
		"Length":   func(p *fulfillment.Parcel) { p.Length++ },
		"Width":    func(p *fulfillment.Parcel) { p.Width++ },
		"Height":   func(p *fulfillment.Parcel) { p.Height++ },
		"Contents": func(p *fulfillment.Parcel) { p.Contents = p.Contents[:1] },
	}
	require.ElementsMatch(t, fieldsOf[fulfillment.Parcel](), keys(parcels))
	for name, change := range parcels {
		t.Run("parcel "+name, func(t *testing.T) {
			after := base.Clone()
			change(&after.Shipments[0].Parcels[0])
			require.Len(t, fulfillment.Diff(base, after).Shipments, 1)
		})
	}

	scans := map[string]func(s *fulfillment.Scan){
		"EventID": func(s *fulfillment.Scan) { s.EventID += "x" },
		"Status":  func(s *fulfillment.Scan) { s.Status = fulfillment.Lost },
		"Code":    func(s *fulfillment.Scan) { s.Code += "x" },
		"Place":   func(s *fulfillment.Scan) { s.Place += "x" },
		"At":      func(s *fulfillment.Scan) { s.At = s.At.Add(time.Second) },
	}
	require.ElementsMatch(t, fieldsOf[fulfillment.Scan](), keys(scans))
	for name, change := range scans {
		t.Run("scan "+name, func(t *testing.T) {
			after := base.Clone()
			after.Shipments[0].Scans = append([]fulfillment.Scan(nil), after.Shipments[0].Scans...)
			change(&after.Shipments[0].Scans[0])
			require.Len(t, fulfillment.Diff(base, after).Shipments, 1)
		})
	}
}

func TestDiffRefusesLostHistory(t *testing.T) {
	base, _ := ship(t, fresh(), of(tee, 1))
	base, _ = ship(t, base, of(tee, 1))
	for name, spoil := range map[string]func(f *fulfillment.Fulfillment){
		"a shipment dropped": func(f *fulfillment.Fulfillment) { f.Shipments = f.Shipments[:1] },
		"shipments swapped":  func(f *fulfillment.Fulfillment) { f.Shipments[0], f.Shipments[1] = f.Shipments[1], f.Shipments[0] },
		"a line dropped":     func(f *fulfillment.Fulfillment) { f.Lines = f.Lines[:1] },
		"a line added":       func(f *fulfillment.Fulfillment) { f.Lines = append(f.Lines, fulfillment.Line{LineID: buyer}) },
		"a line rewritten":   func(f *fulfillment.Fulfillment) { f.Lines[0].Quantity = quantity.Of(9) },
		"lines swapped":      func(f *fulfillment.Fulfillment) { f.Lines[0], f.Lines[1] = f.Lines[1], f.Lines[0] },
	} {
		t.Run(name, func(t *testing.T) {
			after := base.Clone()
			spoil(after)
			require.Panics(t, func() { fulfillment.Diff(base, after) })
		})
	}
}

func TestRecordMakesOneEventOfAChange(t *testing.T) {
	cmd := command()
	f := fresh()
	changes, created := fulfillment.Record(cmd, nil, f, "fulfillment.created")
	require.Equal(t, int64(1), f.Version)
	require.Equal(t, event.Event{
		Aggregate: event.Fulfillment, ID: f.ID, Version: 1, Type: "fulfillment.created", Schema: event.Schema,
		Cause: "k", At: noon, RecordedAt: noon, Payload: changes.Delta,
	}, created)

	next, _ := plan(t, f)
	_, planned := fulfillment.Record(cmd, f, next, "shipment.planned")
	require.Equal(t, int64(2), planned.Version)
	require.Equal(t, int64(1), f.Version)
}

// Payloads go through JSON: the fold over what was stored is what is stored.
func TestDeltasSurviveJSON(t *testing.T) {
	f, id, err := fresh().Plan(command(), fulfillment.Pick{Carrier: "post", MaxCost: eur("0.00"), Parcels: []fulfillment.Parcel{{Grams: 3}}})
	require.NoError(t, err)
	f, err = f.RecordReport(id, fulfillment.LabelReport{State: fulfillment.LabelBought, Label: fulfillment.Label{Ref: "r", Cost: eur("2.50")}}, noon)
	require.NoError(t, err)
	f, err = f.RecordScan(id, scan(2, fulfillment.Delivered))
	require.NoError(t, err)

	data, err := json.Marshal(fulfillment.Diff(nil, f))
	require.NoError(t, err)
	var d fulfillment.Delta
	require.NoError(t, json.Unmarshal(data, &d))
	require.Equal(t, f, fulfillment.Apply(nil, &d))
}
