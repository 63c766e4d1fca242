package order_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

func preview(t require.TestingT, o *order.Order, steps ...order.Step) *order.Previewed {
	p, err := order.Preview(o, &order.Change{Steps: steps}, basis(t, o, steps...))
	require.NoError(t, err)
	return p
}

// basis prices what a change adds as the host would: an added line at so much of the
// currency's minor money, taxed at 19 %.
func basis(t require.TestingT, o *order.Order, steps ...order.Step) order.Basis {
	c := order.Change{Steps: steps}
	lines, delivery := c.Additions(o)
	in := order.Assembly{
		IDs: event.NewIDs(uuid.UUID{15: 200}), Lines: lines, Shipping: delivery,
		Header: order.Order{Currency: o.Currency, Terms: o.Terms, PlacedAt: placed},
	}
	for i := range in.Lines {
		if in.Lines[i].UnitPrice == (money.Money{}) {
			price, err := money.Minor(777, o.Currency)
			require.NoError(t, err)
			in.Lines[i].UnitPrice = price
		}
		in.Taxes = append(in.Taxes, order.TaxPart{Line: i, Code: "VAT", RatePPM: 190_000})
	}
	if delivery != nil {
		in.Taxes = append(in.Taxes, order.TaxPart{Line: order.ShippingLine, Code: "VAT", RatePPM: 190_000})
	}
	return order.Basis{Priced: in}
}

// drawSteps draws a change of an order: each line is meant by one step at most.
func drawSteps(t *rapid.T, o *order.Order) (steps []order.Step) {
	minor := func(least, most int64) money.Money {
		m, err := money.Minor(rapid.Int64Range(least, most).Draw(t, "amount"), o.Currency)
		require.NoError(t, err)
		return m
	}
	for i := range o.Lines {
		l := &o.Lines[i]
		if rapid.Bool().Draw(t, "leave") {
			continue
		}
		s := order.Step{LineID: l.ID, Type: rapid.SampledFrom([]order.StepType{
			order.StepQuantity, order.StepCancel, order.StepReinstate, order.StepPrice, order.StepReplace,
		}).Draw(t, "type")}
		s.Quantity = quantity.FromMicro(rapid.Int64Range(0, 2*l.Quantity.Micro()).Draw(t, "units"))
		switch s.Type {
		case order.StepPrice:
			s.Price = minor(0, 900)
		case order.StepReplace:
			s.SKU = "OTHER"
		}
		steps = append(steps, s)
	}
	for _, s := range []order.Step{
		{Type: order.StepAdd, SKU: "NEW", Quantity: quantity.Of(3)},
		{Type: order.StepFee, Code: "wrap", Price: minor(-50, 300)},
		{Type: order.StepDiscount, Code: "sorry", Price: minor(1, 400)},
		{Type: order.StepShipping, Code: "express", Price: minor(0, 1500)},
	} {
		if rapid.Bool().Draw(t, "with") {
			steps = append(steps, s)
		}
	}
	return steps
}

// drawPlaced draws an order some of whose units are allocated, shipped or canceled.
func drawPlaced(t *rapid.T) *order.Order {
	o, err := order.Assemble(drawAssembly(t))
	if err != nil || o.Due().Sign() < 0 {
		t.Skip("not an order that a shop takes")
	}
	ids := event.NewIDs(uuid.UUID{15: 100})
	for i := range o.Lines {
		l := &o.Lines[i]
		part := func(name string, of quantity.Quantity) quantity.Quantity {
			return quantity.FromMicro(rapid.Int64Range(0, of.Micro()).Draw(t, name))
		}
		_ = l.Allocate(part("allocated", l.Unsourced))
		_ = l.Backorder(part("backordered", l.Unsourced))
		_, _ = l.Ship(part("shipped", l.Allocated))
		if q := part("canceled", l.Open()); q.Sign() > 0 {
			_, err := l.Cancel(q)
			require.NoError(t, err)
			_, err = o.CreditLine(ids, l.ID, q, order.CreditParams{Code: "canceled", At: placed})
			require.NoError(t, err)
		}
	}
	require.NoError(t, o.Check())
	return o
}

// Whatever a change does, the order adds up afterwards, the money moved is what the
// preview says, the units taken and given back are those that the lines miss and have;
// and undoing it owes the same again, units and taxes included.
func TestAChangeAndItsUndoKeepTheBooks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := drawPlaced(t)
		before := o.Clone()
		steps := drawSteps(t, o)
		p := preview(t, o, steps...)
		require.Equal(t, before, o, "a preview leaves the order alone")
		if len(p.Problems) > 0 {
			t.Skip("not a change that can be made")
		}
		require.NoError(t, p.Order.Check())
		due, err := p.Order.Due().Sub(o.Due())
		require.NoError(t, err)
		require.Equal(t, due, p.Due)
		unitsMatch(t, o, p)

		// No more is ever credited than is due then. Where allowances make that less than
		// the goods cost, an undo may come to another order of credits, or be refused.
		allowed := func(s order.Step) bool { return s.Type == order.StepFee && s.Price.Sign() < 0 }
		if p.Order.Due().Sign() < 0 || o.Totals.Fees.Sign() < 0 || slices.ContainsFunc(steps, allowed) {
			t.Skip("an order with allowances")
		}
		undo := slices.Clone(p.Inverse)
		slices.Reverse(undo)
		u := preview(t, p.Order, undo...)
		require.Empty(t, u.Problems)
		require.NoError(t, u.Order.Check())
		require.Equal(t, o.Due(), u.Order.Due())
		require.Equal(t, o.Shipping, u.Order.Shipping)
		require.Equal(t, taxOwed(t, o), taxOwed(t, u.Order))
		for i := range o.Lines {
			was, is := &o.Lines[i], &u.Order.Lines[i]
			require.Equal(t, was.Canceled, is.Canceled)
			require.Equal(t, was.Shipped, is.Shipped)
			require.Equal(t, was.Open(), is.Open())
			require.Equal(t, was.Credited, is.Credited)
		}
		for i := range u.Order.Lines[len(o.Lines):] {
			require.Equal(t, u.Order.Lines[len(o.Lines)+i].Quantity, u.Order.Lines[len(o.Lines)+i].Canceled)
		}
	})
}

// unitsMatch holds the stock deltas against the lines before and after.
func unitsMatch(t require.TestingT, o *order.Order, p *order.Previewed) {
	deltas := map[uuid.UUID]order.StockDelta{}
	for _, d := range p.Stock {
		require.NotContains(t, deltas, d.LineID)
		deltas[d.LineID] = d
	}
	for i := range p.Order.Lines {
		is, was := p.Order.Lines[i].Counts, order.Counts{}
		if l := o.Line(p.Order.Lines[i].ID); l != nil {
			was = l.Counts
		}
		d := deltas[p.Order.Lines[i].ID]
		require.Equal(t, was.Unsourced.Add(d.Wanted).Sub(d.Freed.Unsourced), is.Unsourced)
		require.Equal(t, was.Allocated.Sub(d.Freed.Allocated), is.Allocated)
		require.Equal(t, was.Backordered.Sub(d.Freed.Backordered), is.Backordered)
		require.Equal(t, was.Shipped, is.Shipped)
	}
}

// taxOwed is the tax in what is due: charged, less the part in credits.
func taxOwed(t require.TestingT, o *order.Order) money.Money {
	owed := o.Totals.Tax
	for i := range o.Adjustments {
		if a := &o.Adjustments[i]; a.Kind == order.Credit {
			var err error
			owed, err = owed.Add(a.TaxPart)
			require.NoError(t, err)
		}
	}
	return owed
}

// Steps about different things may come in any order.
func TestIndependentStepsCommute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := drawPlaced(t)
		// A credit is at most what is due then: where allowances make that little, the
		// place of a step matters.
		if o.Totals.Fees.Sign() < 0 {
			t.Skip("an order with an allowance")
		}
		steps := slices.DeleteFunc(drawSteps(t, o), func(s order.Step) bool {
			return s.Type == order.StepDiscount || s.Type == order.StepFee && s.Price.Sign() < 0
		})
		if len(steps) == 0 {
			t.Skip("nothing to do")
		}
		p := preview(t, o, steps...)
		q := preview(t, o, rapid.Permutation(steps).Draw(t, "other order")...)
		require.Len(t, q.Problems, len(p.Problems))
		if len(p.Problems) > 0 || p.Order.Due().Sign() < 0 {
			t.Skip("not a change that can be made")
		}
		if o.Terms.Level != order.PerOrder { // there the added lines share out one rounding
			require.Equal(t, p.Due, q.Due)
		}
		for i := range o.Lines {
			require.Equal(t, p.Order.Lines[i].Counts, q.Order.Lines[i].Counts)
		}
	})
}

func TestChangesThatCannotBeMade(t *testing.T) {
	t.Parallel()
	o := full(t, order.Terms{})
	l := &o.Lines[0]
	require.NoError(t, l.Allocate(l.Unsourced))
	_, err := l.Ship(quantity.Of(1))
	require.NoError(t, err)
	eur := money.MustParse
	for name, c := range map[string]struct {
		step order.Step
		want string
	}{
		"a type that is none":        {order.Step{Type: "explode"}, `steps[0].type: "explode" is not allowed`},
		"a line of another order":    {order.Step{Type: order.StepCancel, LineID: uuid.UUID{1}}, "line 01000000"},
		"more than is open":          {order.Step{Type: order.StepCancel, LineID: l.ID, Quantity: l.Quantity}, "cannot cancel"},
		"fewer than are shipped":     {order.Step{Type: order.StepQuantity, LineID: l.ID}, "cannot cancel"},
		"as many as there are":       {order.Step{Type: order.StepQuantity, LineID: l.ID, Quantity: l.Quantity}, "another quantity"},
		"less than nothing":          {order.Step{Type: order.StepCancel, LineID: l.ID, Quantity: quantity.Of(-1)}, "zero or more"},
		"reinstate what was never":   {order.Step{Type: order.StepReinstate, LineID: l.ID, Quantity: quantity.Of(1)}, "cannot reinstate"},
		"no price":                   {order.Step{Type: order.StepPrice, LineID: l.ID}, "a unit price"},
		"a price below zero":         {order.Step{Type: order.StepPrice, LineID: l.ID, Price: eur("-1 EUR")}, "zero or more, in EUR"},
		"a price in another money":   {order.Step{Type: order.StepAdd, SKU: "X", Quantity: quantity.Of(1), Price: eur("1 USD")}, "zero or more, in EUR"},
		"goods without a name":       {order.Step{Type: order.StepAdd, Quantity: quantity.Of(1)}, "a SKU"},
		"goods without a number":     {order.Step{Type: order.StepAdd, SKU: "X"}, "more than zero"},
		"replaced by nothing":        {order.Step{Type: order.StepReplace, LineID: l.ID}, "a SKU"},
		"a fee of nothing":           {order.Step{Type: order.StepFee, Price: eur("0 EUR")}, "other than zero"},
		"a discount above all":       {order.Step{Type: order.StepDiscount, Price: eur("100000 EUR")}, "cannot credit"},
		"delivery without a code":    {order.Step{Type: order.StepShipping, Price: eur("1 EUR")}, "a way of delivery"},
		"delivery for less than 0":   {order.Step{Type: order.StepShipping, Code: "x", Price: eur("-1 EUR")}, "zero or more"},
		"no address":                 {order.Step{Type: order.StepAddress}, "an address"},
		"a credit that is not there": {order.Step{Type: order.StepUncredit, Adjustment: uuid.UUID{9}}, "credit"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := preview(t, o, c.step)
			require.Len(t, p.Problems, 1)
			require.ErrorContains(t, p.Problems[0].Err, c.want)
			require.Equal(t, fault.Rejected, fault.KindOf(p.Problems[0].Err))
			require.Equal(t, money.Zero("EUR"), p.Due, "half of a step was done")
			require.Empty(t, p.Stock)
		})
	}
	require.ErrorContains(t, preview(t, o).Problems[0].Err, "at least one step")
}

// Everything in the way is told at once, and the rest is shown.
func TestAPreviewTellsEveryProblem(t *testing.T) {
	t.Parallel()
	o := full(t, order.Terms{})
	p := preview(t, o,
		order.Step{Type: order.StepAdd, SKU: "X"},
		order.Step{Type: order.StepFee, Price: money.MustParse("3 EUR")},
		order.Step{Type: order.StepCancel},
	)
	require.Equal(t, money.MustParse("3.00 EUR"), p.Due)
	require.Equal(t, []int{0, 2}, []int{p.Problems[0].Step, p.Problems[1].Step})
	err := error(&order.ChangeError{OrderID: o.ID, Problems: p.Problems})
	require.ErrorContains(t, err, "steps[0]")
	require.ErrorContains(t, err, "steps[2]")
	var missing *fault.NotFoundError
	require.ErrorAs(t, err, &missing)
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

// A credit is taken back once.
func TestACreditIsTakenBackOnce(t *testing.T) {
	t.Parallel()
	o := full(t, order.Terms{})
	p := preview(t, o, order.Step{Type: order.StepDiscount, Code: "sorry", Price: money.MustParse("2 EUR")})
	require.Empty(t, p.Problems)
	once := preview(t, p.Order, p.Inverse...)
	require.Empty(t, once.Problems)
	require.Equal(t, o.Due(), once.Order.Due())
	twice := preview(t, once.Order, p.Inverse...)
	require.Len(t, twice.Problems, 1)
	require.ErrorContains(t, twice.Problems[0].Err, "credit")
	require.Equal(t, money.Zero("EUR"), twice.Due)
}

// BenchmarkPreview previews a change of every line of an order of 1,000.
func BenchmarkPreview(b *testing.B) {
	in := assembly()
	for i := range 1000 {
		in.Lines = append(in.Lines, order.PricedLine{
			SKU: fmt.Sprint("SKU-", i), Quantity: quantity.Of(3), UnitPrice: money.MustParse("19.99 EUR"),
		})
		in.Taxes = append(in.Taxes, order.TaxPart{Line: i, Code: "VAT", RatePPM: 190_000})
	}
	o, err := order.Assemble(in)
	require.NoError(b, err)
	var cancel, mixed []order.Step
	for i := range o.Lines {
		cancel = append(cancel, order.Step{Type: order.StepCancel, LineID: o.Lines[i].ID, Quantity: quantity.Of(1)})
		mixed = append(mixed, order.Step{Type: order.StepPrice, LineID: o.Lines[i].ID, Price: money.MustParse("17.99 EUR")})
	}
	for name, steps := range map[string][]order.Step{"one line": cancel[:1], "cancel everywhere": cancel, "reprice everywhere": mixed} {
		b.Run(name, func(b *testing.B) {
			in, c := basis(b, o, steps...), order.Change{Steps: steps}
			b.ReportAllocs()
			for b.Loop() {
				in.Priced.IDs = event.NewIDs(uuid.UUID{15: 200})
				p, err := order.Preview(o, &c, in)
				if err != nil || len(p.Problems) > 0 {
					b.Fatal(err, p.Problems)
				}
			}
		})
	}
}

// made previews a change that can be made, with ids of its own.
func made(t *testing.T, o *order.Order, steps ...order.Step) *order.Previewed {
	t.Helper()
	p := preview(t, o, steps...)
	require.Empty(t, p.Problems)
	require.NoError(t, p.Order.Check())
	return p
}

func backwards(steps []order.Step) []order.Step {
	steps = slices.Clone(steps)
	slices.Reverse(steps)
	return steps
}

func TestADiscountIsUndoneAndGivenAgain(t *testing.T) {
	t.Parallel()
	o := assemble(t, assembly(line("TEE", "2", "10 EUR")))
	sorry := order.Step{Type: order.StepDiscount, Code: "sorry", Price: money.MustParse("15 EUR")}
	given := made(t, o, sorry)
	undone := made(t, given.Order, given.Inverse...)
	require.Equal(t, o.Due(), undone.Order.Due())
	require.Equal(t, given.Order.Due(), made(t, undone.Order, backwards(undone.Inverse)...).Order.Due())

	// What was canceled since was credited less than it cost: without the discount the
	// unit that is left would cost more than it does.
	canceled := made(t, given.Order, order.Step{Type: order.StepCancel, LineID: o.Lines[0].ID, Quantity: quantity.Of(1)})
	refused := preview(t, canceled.Order, given.Inverse...)
	require.Len(t, refused.Problems, 1)
	require.ErrorContains(t, refused.Problems[0].Err, "cut short")
	require.Equal(t, money.Zero("EUR"), refused.Due)
}

func TestALineIsCountedOnceInAChange(t *testing.T) {
	t.Parallel()
	o := assemble(t, assembly(line("TEE", "3", "10 EUR")))
	five := order.Step{Type: order.StepQuantity, LineID: o.Lines[0].ID, Quantity: quantity.Of(5)}
	p := preview(t, o, five, five)
	require.Len(t, p.Problems, 1)
	require.Equal(t, money.MustParse("23.80 EUR"), p.Due)
}
