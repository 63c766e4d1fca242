package storagetest

import (
	"cmp"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

func factFaults() []mistake {
	return []mistake{
		{name: "leaves the tax inside credits out of the facts", hooks: factsChanged(func(_ reporting.Period, l []reporting.Fact) []reporting.Fact {
			return slices.DeleteFunc(l, func(f reporting.Fact) bool { return f.Kind == reporting.TaxPart && f.Amount.Sign() < 0 })
		})},
		{name: "gives facts backwards", hooks: factsChanged(func(_ reporting.Period, l []reporting.Fact) []reporting.Fact { return turn(l) })},
		{name: "gives facts up to and including the end", hooks: hooked(func(h *hooks) {
			h.facts = func(ctx ctxt, s store, p reporting.Period) iter.Seq2[reporting.Fact, error] {
				if !p.To.IsZero() {
					p.To = p.To.Add(time.Microsecond)
				}
				return s.Facts(ctx, p)
			}
		})},
		{name: "mixes the facts of one moment", hooks: factsChanged(func(_ reporting.Period, l []reporting.Fact) []reporting.Fact {
			slices.SortStableFunc(l, func(a, b reporting.Fact) int {
				return cmp.Or(a.At.Compare(b.At), strings.Compare(string(a.Kind), string(b.Kind)))
			})
			return l
		})},
		{name: "forgets the items of what comes later", hooks: factsSince(func(f *reporting.Fact, placed order.Order) {
			if f.At.After(placed.PlacedAt) && f.Kind != reporting.Goods {
				f.SKU = ""
			}
		})},
		{name: "keeps the customer that an order was placed with", hooks: factsSince(func(f *reporting.Fact, placed order.Order) {
			f.CustomerID = placed.CustomerID
		})},
		{name: "keeps the country that an order was placed with", hooks: factsSince(func(f *reporting.Fact, placed order.Order) {
			f.Country = placed.Country
		})},
		{name: "charges everything but credits at placing", hooks: factsSince(func(f *reporting.Fact, placed order.Order) {
			if f.Kind == reporting.Fee {
				f.At = placed.PlacedAt
			}
		})},
		{name: "takes no amount for a zero one", hooks: factsSince(func(f *reporting.Fact, placed order.Order) {
			if f.Amount == (money.Money{}) {
				f.Amount = money.Zero(placed.Currency)
			}
		})},
		{name: "reads facts live", hooks: hooked(func(h *hooks) {
			h.facts = func(ctx ctxt, s store, p reporting.Period) iter.Seq2[reporting.Fact, error] {
				return func(yield func(reporting.Fact, error) bool) {
					for n := 0; ; n++ {
						now, err := collect(s.Facts(ctx, p))
						if err != nil {
							yield(reporting.Fact{}, err)
							return
						}
						if n >= len(now) || !yield(now[n], nil) {
							return
						}
					}
				}
			}
		})},
		{name: "reads payments live", hooks: hooked(func(h *hooks) {
			h.paymentFacts = func(ctx ctxt, s store, p reporting.Period) iter.Seq2[reporting.PaymentFact, error] {
				return func(yield func(reporting.PaymentFact, error) bool) {
					for n := 0; ; n++ {
						now, err := collect(s.PaymentFacts(ctx, p))
						if err != nil {
							yield(reporting.PaymentFact{}, err)
							return
						}
						if n >= len(now) || !yield(now[n], nil) {
							return
						}
					}
				}
			}
		})},
	}
}

func factsChanged(f func(p reporting.Period, l []reporting.Fact) []reporting.Fact) func() *hooks {
	return hooked(func(h *hooks) {
		h.facts = func(ctx ctxt, s store, p reporting.Period) iter.Seq2[reporting.Fact, error] {
			return rewalk(s.Facts(ctx, p), func(l []reporting.Fact) []reporting.Fact { return f(p, l) })
		}
	})
}

// factsSince are hooks that remember orders as they were placed and change every
// fact by that.
func factsSince(change func(f *reporting.Fact, placed order.Order)) func() *hooks {
	return func() *hooks {
		var mu sync.Mutex
		placed := map[uuid.UUID]order.Order{}
		return &hooks{
			commit: func(ctx ctxt, s store, b *storage.Batch) error {
				mu.Lock()
				defer mu.Unlock()
				for _, c := range b.Orders {
					if c.Delta != nil && c.Delta.Order.Version == 1 {
						placed[c.Delta.Order.ID] = c.Delta.Order
					}
				}
				return s.Commit(ctx, b)
			},
			facts: func(ctx ctxt, s store, p reporting.Period) iter.Seq2[reporting.Fact, error] {
				return rewalk(s.Facts(ctx, p), func(l []reporting.Fact) []reporting.Fact {
					mu.Lock()
					defer mu.Unlock()
					for i := range l {
						change(&l[i], placed[l[i].OrderID])
					}
					return l
				})
			},
		}
	}
}

// ordersChanged are hooks that change the rows of orders.
func ordersChanged(f func(ctx ctxt, s store, scope reporting.OrderScope, l []reporting.OrderFact) []reporting.OrderFact) func() *hooks {
	return hooked(func(h *hooks) {
		h.orderFacts = func(ctx ctxt, s store, scope reporting.OrderScope) iter.Seq2[reporting.OrderFact, error] {
			return rewalk(s.OrderFacts(ctx, scope), func(l []reporting.OrderFact) []reporting.OrderFact { return f(ctx, s, scope, l) })
		}
	})
}

// firstsAmong are hooks that look for first orders among those that among returns.
func firstsAmong(among func(scope reporting.OrderScope, f reporting.OrderFact) bool) func() *hooks {
	return ordersChanged(func(ctx ctxt, s store, scope reporting.OrderScope, l []reporting.OrderFact) []reporting.OrderFact {
		all, err := collect(s.OrderFacts(ctx, reporting.OrderScope{}))
		if err != nil || !scope.First {
			return l
		}
		first := map[uuid.UUID]uuid.UUID{}
		for _, f := range all {
			if first[f.CustomerID] == (uuid.UUID{}) && among(scope, f) {
				first[f.CustomerID] = f.ID
			}
		}
		for i := range l {
			l[i].First = first[l[i].CustomerID] == l[i].ID
		}
		return l
	})
}

func reportFaults() []mistake {
	guest := uuid.UUID{}
	return []mistake{
		{name: "forgets when orders were closed", hooks: ordersChanged(
			func(_ ctxt, _ store, _ reporting.OrderScope, l []reporting.OrderFact) []reporting.OrderFact {
				for i := range l {
					l[i].ClosedAt = time.Time{}
				}
				return l
			})},
		{name: "takes free goods for none", hooks: ordersChanged(
			func(ctx ctxt, s store, _ reporting.OrderScope, l []reporting.OrderFact) []reporting.OrderFact {
				for i := range l {
					o, err := s.Order(ctx, l[i].ID)
					l[i].Goods = err == nil && !o.Totals.Goods.IsZero()
				}
				return l
			})},
		{name: "gives orders up to and including the end", hooks: hooked(func(h *hooks) {
			h.orderFacts = func(ctx ctxt, s store, scope reporting.OrderScope) iter.Seq2[reporting.OrderFact, error] {
				if !scope.To.IsZero() {
					scope.To = scope.To.Add(time.Microsecond)
				}
				return s.OrderFacts(ctx, scope)
			}
		})},
		{name: "gives rows of orders backwards", hooks: ordersChanged(
			func(_ ctxt, _ store, _ reporting.OrderScope, l []reporting.OrderFact) []reporting.OrderFact {
				return turn(l)
			})},
		{name: "lets voided orders owe nothing", hooks: ordersChanged(
			func(_ ctxt, _ store, scope reporting.OrderScope, l []reporting.OrderFact) []reporting.OrderFact {
				return slices.DeleteFunc(l, func(f reporting.OrderFact) bool {
					return scope.Owing && f.PaymentStatus == string(order.PaymentVoided)
				})
			})},
		{name: "counts what was refunded as paid", hooks: ordersChanged(
			func(ctx ctxt, s store, scope reporting.OrderScope, l []reporting.OrderFact) []reporting.OrderFact {
				for i := range l {
					tenders, err := s.Tenders(ctx, l[i].ID)
					if err != nil || !scope.Paid {
						continue
					}
					for _, t := range tenders {
						l[i].Paid = sum(l[i].Paid, t.Totals.Refunded)
					}
				}
				return l
			})},
		{name: "tells what was paid unasked", hooks: hooked(func(h *hooks) {
			h.orderFacts = func(ctx ctxt, s store, scope reporting.OrderScope) iter.Seq2[reporting.OrderFact, error] {
				scope.Paid = true
				return s.OrderFacts(ctx, scope)
			}
		})},
		{name: "takes a booking for a customer's first order", hooks: firstsAmong(
			func(_ reporting.OrderScope, f reporting.OrderFact) bool { return f.CustomerID != guest })},
		{name: "looks for first orders in the period", hooks: firstsAmong(
			func(s reporting.OrderScope, f reporting.OrderFact) bool {
				return f.CustomerID != guest && f.Goods && s.Contains(f.At)
			})},
		{name: "looks for first orders among those that may owe", hooks: firstsAmong(
			func(s reporting.OrderScope, f reporting.OrderFact) bool {
				return f.CustomerID != guest && f.Goods && (!s.Owing || storage.MayOwe(order.PaymentStatus(f.PaymentStatus)))
			})},
		{name: "takes all guests for one customer", hooks: firstsAmong(
			func(_ reporting.OrderScope, f reporting.OrderFact) bool { return f.Goods })},
		{name: "leaves declined operations out", hooks: paymentsChanged(func(l []reporting.PaymentFact) []reporting.PaymentFact {
			return slices.DeleteFunc(l, func(f reporting.PaymentFact) bool { return f.State == string(payment.Declined) })
		})},
		{name: "settles whatever was asked for", hooks: paymentsChanged(func(l []reporting.PaymentFact) []reporting.PaymentFact {
			for i := range l {
				l[i].Settled = l[i].Amount
			}
			return l
		})},
		{name: "gives operations up to and including the end", hooks: hooked(func(h *hooks) {
			h.paymentFacts = func(ctx ctxt, s store, p reporting.Period) iter.Seq2[reporting.PaymentFact, error] {
				if !p.To.IsZero() {
					p.To = p.To.Add(time.Microsecond)
				}
				return s.PaymentFacts(ctx, p)
			}
		})},
		{name: "gives operations backwards", hooks: paymentsChanged(turn[reporting.PaymentFact])},
		{name: "promises safety stock", hooks: stockChanged(func(l []reporting.StockFact) []reporting.StockFact {
			for i := range l {
				l[i].Available = l[i].Available.Add(l[i].Safety)
			}
			return l
		})},
		{name: "gives levels by location", hooks: stockChanged(func(l []reporting.StockFact) []reporting.StockFact {
			slices.SortStableFunc(l, func(a, b reporting.StockFact) int { return strings.Compare(a.Location, b.Location) })
			return l
		})},
		{name: "costs a unit what the last receipt did", hooks: hooked(func(h *hooks) {
			h.stockFacts = func(ctx ctxt, s store) iter.Seq2[reporting.StockFact, error] {
				last := map[string]money.Money{}
				for m, err := range s.Moves(ctx, inventory.MoveFilter{}) {
					if err == nil && m.UnitCost != (money.Money{}) {
						last[m.SKU] = m.UnitCost
					}
				}
				return rewalk(s.StockFacts(ctx), func(l []reporting.StockFact) []reporting.StockFact {
					for i := range l {
						l[i].UnitCost = last[l[i].SKU]
					}
					return l
				})
			}
		})},
	}
}

func paymentsChanged(f func(l []reporting.PaymentFact) []reporting.PaymentFact) func() *hooks {
	return hooked(func(h *hooks) {
		h.paymentFacts = func(ctx ctxt, s store, p reporting.Period) iter.Seq2[reporting.PaymentFact, error] {
			return rewalk(s.PaymentFacts(ctx, p), f)
		}
	})
}

func stockChanged(f func(l []reporting.StockFact) []reporting.StockFact) func() *hooks {
	return hooked(func(h *hooks) {
		h.stockFacts = func(ctx ctxt, s store) iter.Seq2[reporting.StockFact, error] { return rewalk(s.StockFacts(ctx), f) }
	})
}
