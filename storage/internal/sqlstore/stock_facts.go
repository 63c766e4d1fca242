package sqlstore

import (
	"context"
	"iter"

	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/reporting"
	"github.com/go-oms/oms/storage"
)

var (
	qStockFacts = once(`SELECT l.sku, l.location, ` + levelColumns + `, i.title
		FROM oms_levels l LEFT JOIN oms_items i ON i.tenant = l.tenant AND i.sku = l.sku
		WHERE l.tenant = ?1 ORDER BY l.sku, l.location`)
	qCosts = once(`SELECT sku, at, on_hand, currency, unit_cost FROM oms_moves
		WHERE tenant = ?1 AND unit_cost IS NOT NULL AND kind = 'receive' AND on_hand > 0 ORDER BY sku, at, seq`)
)

// StockFacts yields all levels by SKU and location.
func (r *Reader) StockFacts(ctx context.Context) iter.Seq2[reporting.StockFact, error] {
	return moment(ctx, r, "stock facts", func(b *books) iter.Seq2[reporting.StockFact, error] {
		return func(yield func(reporting.StockFact, error) bool) {
			means, err := b.means(ctx)
			if err != nil {
				yield(reporting.StockFact{}, err)
				return
			}
			walk(ctx, b, qStockFacts, b.reader.args(), "a level", func(r *row) reporting.StockFact {
				l := r.level()
				return storage.StockFact(&l, r.text(), means[l.SKU])
			}, nil)(yield)
		}
	})
}

// means returns the mean costs of the items that have any.
func (b *books) means(ctx context.Context) (map[string]money.Money, error) {
	means := map[string]money.Money{}
	var sku string
	costs := &inventory.Costs{}
	for m, err := range walk(ctx, b, qCosts, b.reader.args(), "a movement", (*row).cost, nil) {
		if err != nil {
			return nil, err
		}
		if m.SKU != sku {
			means[sku] = costs.Mean()
			sku, costs = m.SKU, &inventory.Costs{}
		}
		if err := costs.Add(&m); err != nil {
			return nil, b.classify(err)
		}
	}
	means[sku] = costs.Mean()
	return means, nil
}

// cost reads a receipt that had a cost.
func (r *row) cost() inventory.Move {
	return inventory.Move{
		Kind: inventory.Receive, SKU: r.text(), At: r.time(), OnHand: r.qty(), UnitCost: r.price(r.currency()),
	}
}
