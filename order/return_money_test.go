package order_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
)

// TestReturningInPartsIsReturningAtOnce sends back every unit of an order: once in
// one return, and once in as many returns and receptions as it takes, some of them
// instant, called off and asked for again. Both must give back the same to the last
// minor unit, for every way to reckon, every fee, and whatever was given before.
func TestReturningInPartsIsReturningAtOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawAssembly(t)
		o := sentOrder(t, in)
		if len(o.Lines) == 0 {
			return
		}
		policy := order.ReturnPolicy{Fee: order.RestockingFee{PPM: rapid.Int64Range(0, 1_000_000).Draw(t, "ppm")}}
		if rapid.Bool().Draw(t, "fee a unit") {
			policy.Fee = order.RestockingFee{Unit: []money.Money{minorOf(t, o.Currency)}}
		}
		require.NoError(t, policy.Check())
		if due := o.Due(); due.Sign() > 0 && rapid.Bool().Draw(t, "goodwill") {
			part, err := due.MulDiv(rapid.Int64Range(1, 1000).Draw(t, "part"), 1000, money.Down)
			require.NoError(t, err)
			if part.Sign() > 0 {
				require.NoError(t, o.CreditOrder(in.IDs, part, money.Money{}, order.CreditParams{Code: "goodwill", At: placed}))
			}
		}

		once := o.Clone()
		whole := order.ReturnAsk{Staff: true, At: placed}
		for i := range once.Lines {
			whole.Lines = append(whole.Lines, order.ReturnAskLine{LineID: once.Lines[i].ID, Quantity: once.Lines[i].Quantity})
		}
		r, err := once.RequestReturn(in.IDs.Next(), policy, whole)
		require.NoError(t, err)
		for i := range r.Lines {
			require.NoError(t, once.ReceiveReturn(r, &r.Lines[i], order.ReturnParts{Good: r.Lines[i].Quantity}))
		}
		require.NoError(t, once.SettleReturn(in.IDs, r, placed))
		require.NoError(t, once.Check())

		parts := o.Clone()
		for range 40 {
			if !sendBackSome(t, in.IDs, parts, policy) {
				break
			}
			require.NoError(t, parts.Check())
			require.False(t, below(parts.Totals.Credited, feesOf(t, parts)), "the fees exceed what was credited")
		}
		sendBackTheRest(t, in.IDs, parts, policy)
		require.NoError(t, parts.Check())
		require.Equal(t, once.Totals, parts.Totals)
		require.Equal(t, feesOf(t, once), feesOf(t, parts))
		for i := range parts.Lines {
			require.Equal(t, parts.Lines[i].Quantity, parts.CreditedUnits(parts.Lines[i].ID))
		}
	})
}

func below(a, b money.Money) bool {
	c, err := a.Cmp(b)
	return err == nil && c < 0
}

// feesOf sums the restocking fees that were charged, as lines and as entries say.
func feesOf(t require.TestingT, o *order.Order) money.Money {
	entries, lines := money.Zero(o.Currency), money.Zero(o.Currency)
	var err error
	for _, a := range o.Adjustments {
		if a.Kind == order.Fee && a.Code == order.CodeRestocking {
			entries, err = entries.Add(a.Amount)
			require.NoError(t, err)
		}
	}
	for _, r := range o.Returns {
		for _, l := range r.Lines {
			if l.Fee != (money.Money{}) {
				lines, err = lines.Add(l.Fee)
				require.NoError(t, err)
			}
		}
	}
	require.Equal(t, entries, lines)
	return entries
}

// sendBackSome asks for a part of a line, or moves a part of what was asked for;
// false when there is nothing left to do.
func sendBackSome(t *rapid.T, ids *event.IDs, o *order.Order, policy order.ReturnPolicy) bool {
	l := &o.Lines[rapid.IntRange(0, len(o.Lines)-1).Draw(t, "line")]
	if some := partOf(t, l.Returnable()); some.Sign() > 0 {
		_, err := o.RequestReturn(ids.Next(), policy, order.ReturnAsk{
			Staff: true, At: placed, Instant: rapid.Bool().Draw(t, "instant"),
			Lines: []order.ReturnAskLine{{LineID: l.ID, Quantity: some}},
		})
		require.NoError(t, err)
		require.NoError(t, o.SettleReturn(ids, &o.Returns[len(o.Returns)-1], placed))
	}
	if len(o.Returns) == 0 {
		return true
	}
	r := &o.Returns[rapid.IntRange(0, len(o.Returns)-1).Draw(t, "return")]
	// What is given up must be asked for again, or the units would not come back.
	move := rapid.SampledFrom([]order.ReturnMove{
		order.RestockUnits, order.DamagedUnits, order.QuarantineUnits, order.ScrapUnits, order.DispatchUnits,
		order.CancelUnits, order.ExpireUnits, order.ShortUnits,
	}).Draw(t, "move")
	if some := partOf(t, r.Lines[0].Movable(move)); some.Sign() > 0 {
		require.NoError(t, o.MoveReturn(r, &r.Lines[0], move, some))
		require.NoError(t, o.SettleReturn(ids, r, placed))
		before := o.Clone()
		require.NoError(t, o.SettleReturn(ids, r, placed))
		require.Equal(t, before, o, "settling again changed something")
	}
	for i := range o.Lines {
		if o.Lines[i].Came() != o.Lines[i].Quantity {
			return true
		}
	}
	return false
}

func partOf(t *rapid.T, q quantity.Quantity) quantity.Quantity {
	if q.Sign() <= 0 {
		return none
	}
	return quantity.FromMicro(rapid.Int64Range(1, q.Micro()).Draw(t, "units"))
}

func sendBackTheRest(t require.TestingT, ids *event.IDs, o *order.Order, policy order.ReturnPolicy) {
	for i := range o.Lines {
		if rest := o.Lines[i].Returnable(); rest.Sign() > 0 {
			_, err := o.RequestReturn(ids.Next(), policy, order.ReturnAsk{
				Staff: true, At: placed, Lines: []order.ReturnAskLine{{LineID: o.Lines[i].ID, Quantity: rest}},
			})
			require.NoError(t, err)
		}
	}
	for i := range o.Returns {
		r := &o.Returns[i]
		for j := range r.Lines {
			if rest := r.Lines[j].Outstanding(); rest.Sign() > 0 {
				require.NoError(t, o.MoveReturn(r, &r.Lines[j], order.RestockUnits, rest))
			}
		}
		require.NoError(t, o.SettleReturn(ids, r, placed))
	}
}

// TestTakingBackIsTheInverseOfCrediting asks for units with instant credit and gives
// them up again: the order's money stands as before, to the last minor unit and tax.
func TestTakingBackIsTheInverseOfCrediting(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := drawAssembly(t)
		o := sentOrder(t, in)
		if len(o.Lines) == 0 {
			return
		}
		policy := order.ReturnPolicy{
			Fee: order.RestockingFee{PPM: rapid.Int64Range(0, 1_000_000).Draw(t, "ppm")}, CustomerPays: true,
			Shipping: []money.Money{minorOf(t, o.Currency)},
		}
		totals, lines := o.Totals, o.Clone().Lines
		line := &o.Lines[rapid.IntRange(0, len(o.Lines)-1).Draw(t, "line")]
		some := partOf(t, line.Quantity)
		r, err := o.RequestReturn(in.IDs.Next(), policy, order.ReturnAsk{
			Staff: true, At: placed, Instant: true, Lines: []order.ReturnAskLine{{LineID: line.ID, Quantity: some}},
		})
		require.NoError(t, err)
		require.NoError(t, o.SettleReturn(in.IDs, r, placed))
		require.NoError(t, o.Check())
		require.Equal(t, some, o.CreditedUnits(line.ID))
		for r.Open() {
			move := rapid.SampledFrom([]order.ReturnMove{
				order.CancelUnits, order.ExpireUnits, order.WrongUnits, order.ShortUnits, order.DismissUnits, order.LoseUnits,
			}).Draw(t, "move")
			q := r.Lines[0].Outstanding()
			if rapid.Bool().Draw(t, "in parts") {
				q = partOf(t, q)
			}
			require.NoError(t, o.MoveReturn(r, &r.Lines[0], move, q))
			require.NoError(t, o.SettleReturn(in.IDs, r, placed))
			require.NoError(t, o.Check())
		}
		require.Equal(t, totals, o.Totals)
		require.Equal(t, none, o.CreditedUnits(line.ID))
		for i := range lines {
			require.Equal(t, lines[i].Credited, o.Lines[i].Credited)
			require.True(t, creditTax(t, o, lines[i].ID).IsZero())
		}
	})
}

// creditTax sums the tax in the credits of a line.
func creditTax(t require.TestingT, o *order.Order, line uuid.UUID) money.Money {
	sum := money.Zero(o.Currency)
	for _, a := range o.Adjustments {
		if a.Kind == order.Credit && a.LineID == line {
			var err error
			sum, err = sum.Add(a.TaxPart)
			require.NoError(t, err)
		}
	}
	return sum
}

func TestFeesOfAReturn(t *testing.T) {
	t.Parallel()
	shipping := []money.Money{eur("4.00"), money.MustParse("5 JPY")}
	for what, c := range map[string]struct {
		policy      order.ReturnPolicy
		moves       []order.ReturnMove // of one unit of 10.00 each, of three
		due         string             // of 30.00
		fee, charge string
	}{
		"none":                     {order.ReturnPolicy{}, []order.ReturnMove{order.RestockUnits}, "20.00", "0", "0"},
		"a part":                   {order.ReturnPolicy{Fee: order.RestockingFee{PPM: 150_000}}, []order.ReturnMove{order.RestockUnits}, "21.50", "1.50", "0"},
		"a unit":                   {order.ReturnPolicy{Fee: order.RestockingFee{Unit: []money.Money{eur("2.00")}}}, []order.ReturnMove{order.RestockUnits, order.ScrapUnits}, "14.00", "4.00", "0"},
		"no more than the credit":  {order.ReturnPolicy{Fee: order.RestockingFee{Unit: []money.Money{eur("12.00")}}}, []order.ReturnMove{order.RestockUnits}, "30.00", "10.00", "0"},
		"the way back":             {order.ReturnPolicy{CustomerPays: true, Shipping: shipping}, []order.ReturnMove{order.RestockUnits, order.DamagedUnits}, "14.00", "0", "4.00"},
		"nobody pays":              {order.ReturnPolicy{Shipping: shipping}, []order.ReturnMove{order.RestockUnits}, "20.00", "0", "0"},
		"both, within the credit":  {order.ReturnPolicy{CustomerPays: true, Shipping: shipping, Fee: order.RestockingFee{PPM: 900_000}}, []order.ReturnMove{order.RestockUnits}, "30.00", "9.00", "1.00"},
		"kept: nothing to restock": {order.ReturnPolicy{CustomerPays: true, Shipping: shipping, Fee: order.RestockingFee{PPM: 900_000}}, []order.ReturnMove{order.KeepUnits}, "20.00", "0", "0"},
		"lost at our risk":         {order.ReturnPolicy{Fee: order.RestockingFee{PPM: 900_000}}, []order.ReturnMove{order.ExcuseUnits}, "20.00", "0", "0"},
		"lost at his":              {order.ReturnPolicy{Fee: order.RestockingFee{PPM: 900_000}}, []order.ReturnMove{order.LoseUnits}, "30.00", "0", "0"},
		"refused":                  {order.ReturnPolicy{Fee: order.RestockingFee{PPM: 900_000}}, []order.ReturnMove{order.DismissUnits}, "30.00", "0", "0"},
		"another currency's":       {order.ReturnPolicy{Fee: order.RestockingFee{Unit: []money.Money{money.MustParse("9 JPY")}}}, []order.ReturnMove{order.RestockUnits}, "20.00", "0", "0"},
	} {
		require.NoError(t, c.policy.Check(), what)
		in := assembly(line("A", "3", "10.00 EUR"))
		o := sentOrder(t, in)
		r, err := o.RequestReturn(in.IDs.Next(), c.policy, ask(o, quantity.Of(3)))
		require.NoError(t, err, what)
		for _, m := range c.moves {
			require.NoError(t, o.MoveReturn(r, &r.Lines[0], m, one), what)
			require.NoError(t, o.SettleReturn(in.IDs, r, placed), what)
			require.NoError(t, o.Check(), what)
		}
		require.Equal(t, eur(c.due), o.Due(), what)
		require.Equal(t, eur(c.fee), feesOf(t, o), what)
		charged := r.Charged
		if charged == (money.Money{}) {
			charged = eur("0")
		}
		require.Equal(t, eur(c.charge), charged, what)
	}
}
