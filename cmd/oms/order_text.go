package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
)

// page writes an order for people, no line longer than 100 columns.
type page struct {
	*bufio.Writer
	colored bool
}

const columns = 100

// write prints the whole file; colours are for terminals only.
func (f *orderFile) write(w io.Writer, colored bool) error {
	p := &page{Writer: bufio.NewWriter(w), colored: colored}
	p.header(f.Order)
	p.addresses(f.ShipTo, f.BillTo)
	p.lines(f.Order)
	p.holds(f.Order)
	p.money(f.Order)
	p.payments(f.Payments)
	p.shipments(f.Fulfillments)
	p.returns(f.Order)
	p.notes(f.Notes)
	p.timeline(f.Timeline)
	return p.Flush()
}

func (p *page) title(text string) {
	if p.colored {
		text = "\x1b[1m" + text + "\x1b[0m"
	}
	fmt.Fprintf(p, "\n%s\n", text)
}

// row prints one line, cut to the page.
func (p *page) row(format string, args ...any) {
	fmt.Fprintln(p, strings.TrimRight(clip(fmt.Sprintf(format, args...), columns), " "))
}

// clip makes a text printable and at most n columns wide: what customers typed
// must not move the cursor.
func clip(s string, n int) string {
	runes := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '·'
	}, s))
	if len(runes) > n {
		return strings.TrimRight(string(runes[:n-1]), " ") + "…"
	}
	return string(runes)
}

// cell is a text of exactly n columns.
func cell(s string, n int) string {
	s = clip(s, n)
	return s + strings.Repeat(" ", n-len([]rune(s)))
}

func (p *page) header(o *order.Order) {
	text := "Order " + clip(o.Number, 40)
	if p.colored {
		text = "\x1b[1m" + text + "\x1b[0m"
	}
	fmt.Fprintln(p, text)
	p.row("%s; payment %s, fulfilment %s, returns %s", o.Status, o.PaymentStatus, o.FulfillmentStatus, o.ReturnStatus)
	p.row("id %s, version %d, placed %s through %s", o.ID, o.Version, moment(o.PlacedAt), o.Origin)
	for _, fact := range []struct{ name, value string }{
		{"channel", o.Channel},
		{"reference", o.ExternalRef},
		{"cart", o.CartID},
		{"customer", known(o.CustomerID)},
		{"workflow", fmt.Sprintf("%s, version %d", o.Workflow, o.WorkflowVersion)},
		{"shipping", o.Shipping},
		{"expires", optional(o.ExpiresAt)},
		{"promised", optional(o.PromisedAt)},
		{"closed", strings.TrimSpace(optional(o.ClosedAt) + " " + o.CloseReason)},
	} {
		if fact.value != "" {
			p.row("%-10s %s", fact.name, fact.value)
		}
	}
}

func known(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

func (p *page) addresses(shipTo, billTo *order.Address) {
	if shipTo != nil {
		p.row("ship to    %s", postal(shipTo))
	}
	if billTo != nil && (shipTo == nil || billTo.ID != shipTo.ID) {
		p.row("bill to    %s", postal(billTo))
	}
}

// postal is an address on one line.
func postal(a *order.Address) string {
	var parts []string
	for _, part := range []string{a.Name, a.Company, a.Line1, a.Line2, strings.TrimSpace(a.PostalCode + " " + a.City), a.Region, a.Country} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

func (p *page) lines(o *order.Order) {
	if len(o.Lines) == 0 {
		return
	}
	p.title("Lines")
	for i := range o.Lines {
		l := &o.Lines[i]
		p.row("%3d  %s %s %9s × %12s = %14s", l.Position, cell(l.SKU, 20), cell(l.Title, 28),
			l.Quantity, l.UnitPrice.Amount(), l.Subtotal.Amount())
		p.row("     %s", where(&l.Counts))
		if beside := amounts([]named{{"discount", l.Discount}, {"tax", l.Tax}, {"credited", l.Credited}}); beside != "" {
			p.row("     %s", beside)
		}
	}
}

// named is an amount with its name.
type named struct {
	name   string
	amount money.Money
}

// amounts lists those that are not zero.
func amounts(list []named) string {
	var parts []string
	for _, n := range list {
		if !n.amount.IsZero() {
			parts = append(parts, n.name+" "+n.amount.Amount())
		}
	}
	return strings.Join(parts, ", ")
}

// units is a quantity with its name.
type units struct {
	n    quantity.Quantity
	name string
}

func counted(list []units) string {
	var parts []string
	for _, u := range list {
		if !u.n.IsZero() {
			parts = append(parts, u.n.String()+" "+u.name)
		}
	}
	return strings.Join(parts, ", ")
}

// where says where the units of a line are: the partition, and of the shipped
// ones what became of them.
func where(c *order.Counts) string {
	text := counted([]units{
		{c.Unsourced, "unsourced"},
		{c.Backordered, "backordered"},
		{c.Preordered, "preordered"},
		{c.Allocated, "allocated"},
		{c.Released, "at the warehouse"},
		{c.Shipped, "shipped"},
		{c.Canceled, "canceled"},
	})
	after := counted([]units{
		{c.Delivered, "delivered"},
		{c.ReturnRequested, "to come back"},
		{c.ReturnInTransit, "on the way back"},
		{c.ReturnReceived, "returned"},
		{c.ReturnDamaged, "returned damaged"},
		{c.ReturnDismissed, "returned and refused"},
		{c.WrittenOff, "written off"},
	})
	if after != "" {
		text += "; of the shipped " + after
	}
	return text
}

func (p *page) money(o *order.Order) {
	p.title("Money, in " + string(o.Currency))
	t := &o.Totals
	row := func(name string, m money.Money, always bool) {
		if always || !m.IsZero() {
			p.row("  %-28s %16s", name, m.Amount())
		}
	}
	row("goods", t.Goods, true)
	row("discount", t.Discount.Neg(), false)
	row("shipping", t.Shipping, false)
	row("fees", t.Fees, false)
	row("tax", t.Tax, false)
	row("of it in the prices", t.TaxIncluded.Neg(), false)
	row("total", t.Total, true)
	if !t.Credited.IsZero() {
		row("credited", t.Credited.Neg(), true)
		if due, err := t.Total.Sub(t.Credited); err == nil {
			row("due in all", due, true)
		}
	}
	for i := range o.Adjustments {
		a := &o.Adjustments[i]
		p.row("    %s %-9s %12s  %s", moment(cmp.Or(a.At, o.PlacedAt)), a.Kind, a.Amount.Amount(),
			strings.TrimSpace(strings.Join([]string{a.Code, a.Label, a.Jurisdiction}, " ")))
	}
}

func (p *page) payments(tenders []*payment.Tender) {
	if len(tenders) == 0 {
		return
	}
	p.title("Payments")
	for _, t := range tenders {
		method := ""
		if t.Method != "" {
			method = " (" + t.Method + ")"
		}
		p.row("  %s through %s%s", t.Amount, t.Gateway, method)
		if held := amounts([]named{
			{"authorized", t.Totals.Authorized},
			{"captured", t.Totals.Captured},
			{"refunded", t.Totals.Refunded},
			{"paid out", t.Totals.PaidOut},
			{"voided", t.Totals.Voided},
			{"authorizing", t.Totals.AuthorizingNow},
			{"capturing", t.Totals.CapturingNow},
			{"refunding", t.Totals.RefundingNow},
			{"voiding", t.Totals.VoidingNow},
		}); held != "" {
			p.row("    %s", held)
		}
		for i := range t.Ops {
			op := &t.Ops[i]
			p.row("    %s %-9s %12s  %s %s", moment(op.CreatedAt), op.Kind, op.Amount.Amount(), op.State, op.Ref)
			if d := op.Decline; d != nil {
				p.row("      %s", strings.TrimSpace(d.Code+" "+d.Message))
			}
		}
	}
}

func (p *page) shipments(orders []*fulfillment.Fulfillment) {
	if len(orders) == 0 {
		return
	}
	p.title("Fulfilment")
	for _, f := range orders {
		p.row("  from %s: %s", f.Location, f.Status)
		for i := range f.Shipments {
			s := &f.Shipments[i]
			p.row("    %s %s: %s", moment(cmp.Or(s.ShippedAt, s.CreatedAt)),
				strings.Join(strings.Fields(s.Carrier+" "+s.Service+" "+s.Tracking), " "), s.Status)
			var inside []string
			for _, parcel := range s.Parcels {
				for _, l := range parcel.Contents {
					inside = append(inside, l.Quantity.String()+" "+l.SKU)
				}
			}
			p.row("      %s", strings.Join(inside, ", "))
			if s.Problem != "" {
				p.row("      %s", s.Problem)
			}
		}
	}
}

func (p *page) returns(o *order.Order) {
	if len(o.Returns) == 0 {
		return
	}
	p.title("Returns")
	for i := range o.Returns {
		r := &o.Returns[i]
		p.row("  %s %s %s", moment(r.RequestedAt), r.Status, r.Reason)
		for _, l := range r.Lines {
			state := counted([]units{
				{l.Good, "good"}, {l.Damaged, "damaged"}, {l.Dismissed, "refused"}, {l.Canceled, "never came"},
			})
			p.row("    %s %s  %s", l.Quantity, l.SKU, state)
		}
	}
}

func (p *page) notes(notes []order.Note) {
	if len(notes) == 0 {
		return
	}
	p.title("Notes")
	for _, n := range notes {
		p.row("  %s %s: %s", moment(n.At), n.Author, n.Text)
	}
}

func (p *page) timeline(entries []oms.TimelineEntry) {
	p.title("Timeline, UTC")
	for _, t := range entries {
		p.row("  %s  %s %s %s", moment(t.At), cell(t.Type, 30), cell(t.Status, 18), t.Actor)
		if late := t.RecordedAt.Sub(t.At); late >= time.Minute || late <= -time.Minute {
			p.row("  %16s  recorded %s", "", moment(t.RecordedAt))
		}
	}
}

// moment is a time as people read it, in UTC.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }

func optional(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return moment(t)
}
