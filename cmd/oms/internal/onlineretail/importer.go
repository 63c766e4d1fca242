package onlineretail

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

// The names under which the import stands in the books.
const (
	Channel  = "online-retail"
	Location = "main"

	gatewayInvoice = "invoice" // customers paid, and were paid, on invoice
	gatewayLedger  = "ledger"  // no money moved: an adjustment of the ledger
	keyPrefix      = Channel + "/"
	metaCountry    = "online_retail.country" // as the file has it, where there is no code
)

// source is what the ids of the customers are derived from.
const source = "https://doi.org/10.24432/C5BW33"

// received is how long before an invoice its goods came in.
const received = time.Minute

// Importer brings a plan into the books.
type Importer struct {
	// Shop must act as staff or as an integration.
	Shop *oms.Client
	// Workers is how many commands run at once; 1 when it is not above zero.
	// Commands that follow from one another never do.
	Workers int
	// Progress is told now and then how many of the plan's steps are done; it may be nil, and
	// is called by several goroutines.
	Progress func(done, all int)
}

// ForgottenError reports an invoice that is in the books under a key which is not
// any more: keys are kept 90 days, and without them nobody can tell what of the
// file was imported. Nothing was written.
type ForgottenError struct{ Invoice string }

func (e *ForgottenError) Error() string {
	return fmt.Sprintf("online retail: invoice %s is in the books and its key is forgotten: this file was imported long ago", e.Invoice)
}

// Import does everything in the plan that is not in the books yet, and returns what
// the books have then. After an error, or a kill, the same plan can be imported
// again. It ends with a *[BalanceError] when the books do not come to what the file
// comes to.
func (im *Importer) Import(ctx context.Context, p *Plan) (Books, error) {
	run := &run{Importer: im, plan: p, ledger: newLedger(), namespace: uuid.NewSHA1(uuid.NameSpaceURL, []byte(source))}
	run.all = len(p.Items) + len(p.Customers) + len(p.Sales) + len(p.Entries) + len(p.Corrections)
	if err := run.everything(ctx); err != nil {
		return Books{}, err
	}
	books := run.ledger.books
	net, err := p.Net()
	if err == nil && books.Net.Money != net {
		err = &BalanceError{Books: books.Net.Money, File: net}
	}
	return books, err
}

// run is one import of one plan.
type run struct {
	*Importer
	plan      *Plan
	ledger    *ledger
	namespace uuid.UUID
	all       int // steps
	done      atomic.Int64
}

// step counts a step and reports.
func (r *run) step() {
	if done := int(r.done.Add(1)); r.Progress != nil {
		r.Progress(done, r.all)
	}
}

// everything is the import in its order: what is sold and who buys before the rest.
func (r *run) everything(ctx context.Context) error {
	p := r.plan
	// The first sale goes alone: if its key is forgotten, nothing else is tried.
	if len(p.Sales) > 0 {
		if err := r.sale(ctx, p.Sales[0]); err != nil {
			return err
		}
		r.step()
	}
	err := r.Shop.Inventory.SetLocation(ctx, inventory.LocationSettings{Key: keyPrefix + "location", Code: Location, Country: "GB"})
	if err != nil {
		return err
	}
	for _, part := range []struct {
		n  int
		do func(context.Context, int) error
	}{
		{len(p.Items), func(ctx context.Context, i int) error { return r.item(ctx, p.Items[i]) }},
		{len(p.Customers), func(ctx context.Context, i int) error { return r.customer(ctx, p.Customers[i]) }},
		{len(p.Sales) - 1, func(ctx context.Context, i int) error { return r.sale(ctx, p.Sales[i+1]) }},
		{len(p.Entries), func(ctx context.Context, i int) error { return r.entry(ctx, p.Entries[i]) }},
		{len(p.Corrections), func(ctx context.Context, i int) error { return r.correct(ctx, &p.Corrections[i]) }},
	} {
		err := parallel(ctx, max(r.Workers, 1), part.n, func(ctx context.Context, i int) error {
			err := part.do(ctx, i)
			r.step()
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// item registers what is sold, so that no two orders have to.
func (r *run) item(ctx context.Context, item Item) error {
	_, err := r.Shop.Inventory.SetItem(ctx, inventory.ItemSettings{Key: keyPrefix + "item/" + item.SKU, SKU: item.SKU, Title: item.Title})
	return named("item", item.SKU, err)
}

// customer records a customer; the id follows from his number.
func (r *run) customer(ctx context.Context, c Customer) error {
	_, err := r.Shop.SaveCustomer(ctx, oms.CustomerDetails{
		Key:      keyPrefix + "customer/" + c.Ref,
		Customer: crm.Customer{ID: r.customerID(c.Ref), ExternalRef: c.Ref, Country: countries[c.Country], CreatedAt: c.Since},
	})
	return named("customer", c.Ref, err)
}

func (r *run) customerID(ref string) uuid.UUID {
	if ref == "" {
		return uuid.Nil
	}
	return uuid.NewSHA1(r.namespace, []byte(ref))
}

// past begins an order from an invoice.
func (r *run) past(invoice *Invoice) oms.Past {
	p := oms.Past{
		Key: keyPrefix + invoice.Number, Channel: Channel, ExternalRef: invoice.Number,
		CustomerID: r.customerID(invoice.Customer), Country: countries[invoice.Country],
		PlacedAt: invoice.At, PaidAt: invoice.At, Gateway: gatewayInvoice, Location: Location,
	}
	if p.Country == "" && invoice.Country != "" {
		p.Metadata = order.Metadata{metaCountry: invoice.Country}
	}
	return p
}

// sale records an order with its whole life, and then what came back of it.
func (r *run) sale(ctx context.Context, s *Sale) error {
	p := r.past(s.Invoice)
	p.ReceivedAt, p.ShippedAt, p.DeliveredAt = s.Invoice.At.Add(-received), s.Invoice.At, s.Invoice.At
	for i := range s.Invoice.Rows {
		switch row := &s.Invoice.Rows[i]; {
		case row.Kind == Goods || row.Kind == FreeGoods:
			p.Lines = append(p.Lines, oms.PastLine{
				SKU: row.SKU, Title: row.Description, Quantity: units(row.Quantity), UnitPrice: row.Price,
			})
		case row.Kind.IsAmount():
			p.Charges = append(p.Charges, charge(row, row.Amount()))
		}
	}
	if len(p.Lines) == 0 {
		p.ReceivedAt, p.ShippedAt, p.DeliveredAt = time.Time{}, time.Time{}, time.Time{}
	}
	o, err := r.take(ctx, p)
	if err != nil {
		return err
	}
	for _, back := range s.Returns {
		if err := r.takeBack(ctx, o, s, back); err != nil {
			return err
		}
	}
	if len(s.Returns) > 0 {
		if o, err = r.Shop.Order(ctx, o.ID); err != nil {
			return named("invoice", s.Invoice.Number, err)
		}
	}
	return r.ledger.add(o)
}

func (r *run) take(ctx context.Context, p oms.Past) (*order.Order, error) {
	o, err := r.Shop.Import(ctx, p)
	var taken *storage.DuplicateError
	if errors.As(err, &taken) && taken.Field == "external_ref" {
		return nil, &ForgottenError{Invoice: p.ExternalRef}
	}
	return o, named("invoice", p.ExternalRef, err)
}

// takeBack records what one cancellation took back of an order.
func (r *run) takeBack(ctx context.Context, o *order.Order, s *Sale, back *SaleReturn) error {
	p := oms.PastReturn{
		Key:    keyPrefix + back.Invoice.Number + "/" + s.Invoice.Number,
		Reason: back.Invoice.Number, Location: Location, At: back.Invoice.At,
		Amount: back.Amount, Gateway: gatewayInvoice,
	}
	for _, part := range back.Parts {
		p.Lines = append(p.Lines, oms.LineQuantity{LineID: o.Lines[part.Line].ID, Quantity: units(part.Quantity)})
	}
	_, err := r.Shop.ImportReturn(ctx, o.ID, p)
	return named("invoice", back.Invoice.Number+" on "+s.Invoice.Number, err)
}

// entry records what is no sale.
func (r *run) entry(ctx context.Context, e *Entry) error {
	p := r.past(e.Invoice)
	if e.Invoice.Series == Adjustment {
		p.Gateway = gatewayLedger
	}
	for _, back := range e.Back {
		p.Back = append(p.Back, oms.PastBack{
			SKU: back.Row.SKU, Title: back.Row.Description, Quantity: units(back.Quantity), UnitPrice: back.Row.Price,
		})
	}
	if len(p.Back) > 0 {
		p.BackReason = e.Invoice.Number
	}
	for _, row := range e.Amounts {
		amount := row.Amount()
		if amount.Sign() < 0 {
			p.Credits = append(p.Credits, charge(row, amount.Neg()))
		} else {
			p.Charges = append(p.Charges, charge(row, amount))
		}
	}
	o, err := r.take(ctx, p)
	if err != nil {
		return err
	}
	return r.ledger.add(o)
}

// correct records that stock was lost or found.
func (r *run) correct(ctx context.Context, c *Correction) error {
	reason := c.Row.Description
	if reason == "" {
		reason = "no reason given"
	}
	err := r.Shop.Inventory.Adjust(ctx, inventory.Adjustment{
		Key: keyPrefix + "stock/" + c.Invoice.Number + "/" + strconv.Itoa(c.Place),
		SKU: c.Row.SKU, Location: Location, By: units(c.Row.Quantity), At: c.Invoice.At,
		Reason: c.Row.Kind.reason() + ": " + reason,
	})
	return named("invoice", c.Invoice.Number, err)
}

// reason is what a correction of stock begins with in the books.
func (k Kind) reason() string {
	if k == WriteOff {
		return "write-off"
	}
	return "found"
}

// charge turns a row into an amount of that size beside the goods.
func charge(row *Row, amount money.Money) oms.Charge {
	kind := order.Fee
	if row.Kind.IsDelivery() {
		kind = order.Shipping
	}
	return oms.Charge{Kind: kind, Code: row.Kind.String(), Label: row.Description, Amount: amount}
}

func units(pieces int64) quantity.Quantity { return quantity.FromMicro(pieces * quantity.PerUnit) }

// named says in an error what it is about.
func named(what, name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("online retail: %s %s: %w", what, name, err)
}
