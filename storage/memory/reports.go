package memory

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

// OrderFacts yields the orders placed in the scope's period, in ascending order of
// placing.
func (s *Store) OrderFacts(ctx context.Context, scope reporting.OrderScope) iter.Seq2[reporting.OrderFact, error] {
	return func(yield func(reporting.OrderFact, error) bool) {
		var orders []*order.Order
		tenders := map[uuid.UUID][]*payment.Tender{}
		firsts := storage.Firsts{}
		err := s.read(ctx, "order facts", func(t *tenant) {
			for _, r := range t.listing {
				if scope.First {
					firsts.Add(r.order)
				}
				o := r.order
				if !scope.Contains(o.PlacedAt) || scope.Owing && !storage.MayOwe(o.PaymentStatus) {
					continue
				}
				orders = append(orders, o)
				if scope.Paid {
					for _, id := range t.tendersOf[o.ID] {
						tenders[o.ID] = append(tenders[o.ID], t.tenders[id])
					}
				}
			}
		})
		for i := 0; i < len(orders) && err == nil; i++ {
			if i%scanned == scanned-1 {
				if err = ended(ctx, "order facts"); err != nil {
					break
				}
			}
			f := storage.OrderFact(orders[i])
			f.First = scope.First && firsts.Has(orders[i])
			if scope.Paid {
				if f.Paid, err = storage.Paid(orders[i].Currency, tenders[f.ID]); err != nil {
					break
				}
			}
			if !yield(f, nil) {
				return
			}
		}
		if err != nil {
			yield(reporting.OrderFact{}, err)
		}
	}
}

// PaymentFacts yields the operations asked for in the period, in ascending order
// of time.
func (s *Store) PaymentFacts(ctx context.Context, p reporting.Period) iter.Seq2[reporting.PaymentFact, error] {
	return func(yield func(reporting.PaymentFact, error) bool) {
		var tenders []*payment.Tender
		if err := s.read(ctx, "payment facts", func(t *tenant) { tenders = values(t.tenders) }); err != nil {
			yield(reporting.PaymentFact{}, err)
			return
		}
		slices.SortFunc(tenders, func(a, b *payment.Tender) int { return compareID(a.ID, b.ID) })
		sorted(ctx, "payment facts", len(tenders), func(i int, add func(reporting.PaymentFact)) error {
			for _, f := range storage.PaymentFacts(tenders[i]) {
				if p.Contains(f.At) {
					add(f)
				}
			}
			return nil
		}, func(a, b *reporting.PaymentFact) int { return a.At.Compare(b.At) })(yield)
	}
}

// StockFacts yields all levels by SKU and location.
func (s *Store) StockFacts(ctx context.Context) iter.Seq2[reporting.StockFact, error] {
	return func(yield func(reporting.StockFact, error) bool) {
		var levels []inventory.Level
		var moves []*inventory.Move
		titles := map[string]string{}
		err := s.read(ctx, "stock facts", func(t *tenant) {
			moves = t.moves
			for sku, list := range t.levels {
				levels = append(levels, list...)
				if item := t.items[sku]; item != nil {
					titles[sku] = item.Title
				}
			}
		})
		var costs map[string]*inventory.Costs
		if err == nil {
			costs, err = costsOf(ctx, moves)
		}
		if err != nil {
			yield(reporting.StockFact{}, err)
			return
		}
		slices.SortFunc(levels, func(a, b inventory.Level) int {
			return cmp.Or(strings.Compare(a.SKU, b.SKU), strings.Compare(a.Location, b.Location))
		})
		for i := range levels {
			l := &levels[i]
			f := storage.StockFact(l, titles[l.SKU], costs[l.SKU].Mean())
			if !yield(f, nil) {
				return
			}
		}
	}
}

// costsOf adds up what receipts have cost by item, in the order of their times.
func costsOf(ctx context.Context, moves []*inventory.Move) (map[string]*inventory.Costs, error) {
	costs := map[string]*inventory.Costs{}
	for i, m := range moves {
		if i%scanned == scanned-1 {
			if err := ended(ctx, "stock facts"); err != nil {
				return nil, err
			}
		}
		if costs[m.SKU] == nil {
			costs[m.SKU] = &inventory.Costs{}
		}
		if err := costs[m.SKU].Add(m); err != nil {
			return nil, err
		}
	}
	return costs, nil
}
