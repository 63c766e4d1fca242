package storagetest

import (
	"reflect"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
)

func ownershipCases() []Case {
	return []Case{
		named("ownership: a batch is not changed", batchUnchanged),
		named("ownership: a batch may be changed once it is committed", batchReused),
		named("ownership: what is read may be changed", readChanged),
		named("ownership: what a listing yields may be changed", listedChanged),
		named("ownership: what a snapshot yields may be changed", snapshotChanged),
	}
}

func batchUnchanged(t *try) {
	b := fullBatch(5, money.EUR)
	// Not in the order in which a store may want to write them.
	moves := b.Inventory.Moves
	moves[0], moves[1] = moves[1], moves[0]
	before := deepCopy(b)
	payloads := each(b.Events, func(e event.Event) any { return deepCopyOf(e.Payload) })
	t.commit(b)
	t.equal("the committed batch", b, before)
	for i, e := range b.Events {
		t.equal("a committed payload", e.Payload, payloads[i])
	}
	// A refused one neither.
	refused := deepCopy(b)
	refused.Command.Key = "another"
	before = deepCopy(refused)
	if t.store.Commit(t.ctx, refused) == nil {
		t.fail("the same rows were inserted twice")
	}
	t.equal("the refused batch", refused, before)
}

// scribble writes over everything that v points at, ids apart so that rows are
// still found. Payloads are shared by contract and left alone.
func scribble(v reflect.Value) {
	leaves(v, "", func(_ string, leaf reflect.Value) {
		switch x := leaf.Interface().(type) {
		case uuid.UUID:
		case time.Time:
			leaf.Set(reflect.ValueOf(x.Add(time.Hour)))
		case money.Money:
			leaf.Set(reflect.ValueOf(must(money.Minor(666, money.USD))))
		case quantity.Quantity:
			leaf.Set(reflect.ValueOf(quantity.Of(666)))
		case []byte:
			for i := range x {
				x[i] = 'x'
			}
		case order.Metadata:
			if x != nil {
				x["scribble"] = "x"
			}
		default:
			switch leaf.Kind() {
			case reflect.String:
				leaf.SetString("scribble")
			case reflect.Bool:
				leaf.SetBool(!leaf.Bool())
			case reflect.Int, reflect.Int64:
				leaf.SetInt(666)
			}
		}
	})
}

func batchReused(t *try) {
	b := fullBatch(5, money.EUR)
	// The payloads stay as they are; the changes share no memory with them.
	for i := range b.Events {
		b.Events[i].Payload = deepCopyOf(b.Events[i].Payload)
	}
	want := &rows{}
	t.ok("batch", want.apply(deepCopy(b)))
	t.commit(b)
	scribble(reflect.ValueOf(b).Elem())
	t.ok("read after the batch was reused", compare(t.ctx, t.store, want, "the batch changed after its commit"))
}

func readChanged(t *try) {
	b := fullBatch(5, money.EUR)
	want := &rows{}
	t.ok("batch", want.apply(b))
	want = deepCopy(want)
	t.commit(b)
	for range 2 {
		got, err := read(t.ctx, t.store, want)
		t.ok("read", err)
		for i := range got.Events {
			got.Events[i].Payload = nil
		}
		scribble(reflect.ValueOf(got).Elem())
	}
	t.ok("read again", compare(t.ctx, t.store, want, "what was read before changed"))
	result := t.replayed("the same batch", b)
	scribble(reflect.ValueOf(&result).Elem())
	t.equal("result", t.replayed("the same batch", b), b.Result)
}

func listedChanged(t *try) {
	b := fullBatch(5, money.EUR)
	want := &rows{}
	t.ok("batch", want.apply(b))
	want = deepCopy(want)
	t.commit(b)
	orders := all(t, "orders", t.store.Orders(t.ctx, order.Filter{}))
	scribble(reflect.ValueOf(&orders).Elem())
	for _, o := range want.Orders {
		tenders, err := t.store.Tenders(t.ctx, o.ID)
		t.ok("tenders", err)
		scribble(reflect.ValueOf(&tenders).Elem())
		list, err := t.store.Fulfillments(t.ctx, o.ID)
		t.ok("fulfilment orders", err)
		scribble(reflect.ValueOf(&list).Elem())
	}
	due, err := t.store.DueTenders(t.ctx, later(1_000_000), 100)
	t.ok("due tenders", err)
	scribble(reflect.ValueOf(&due).Elem())
	labels, err := t.store.DueLabels(t.ctx, later(1_000_000), 100)
	t.ok("due labels", err)
	scribble(reflect.ValueOf(&labels).Elem())
	parked, err := t.store.ParkedReports(t.ctx, 100)
	t.ok("parked reports", err)
	scribble(reflect.ValueOf(&parked).Elem())
	t.ok("read again", compare(t.ctx, t.store, want, "what was listed before changed"))
}

func snapshotChanged(t *try) {
	t.commit(fullBatch(5, money.EUR))
	t.ok("snapshot", t.store.Snapshot(t.ctx, func(b storage.Books) error {
		type pages struct {
			Orders       []*order.Order
			Tenders      []*payment.Tender
			Fulfillments []*fulfillment.Fulfillment
			Keys         []storage.Key
		}
		turn := func() pages {
			return pages{
				all(t, "orders", b.AllOrders(t.ctx)), all(t, "tenders", b.AllTenders(t.ctx, storage.ByID)),
				all(t, "fulfilment orders", b.AllFulfillments(t.ctx, storage.ByID)), all(t, "keys", b.AllKeys(t.ctx)),
			}
		}
		first := turn()
		want := deepCopy(first)
		scribble(reflect.ValueOf(&first).Elem())
		t.equal("the books once what they yielded was changed", turn(), want)
		return nil
	}))
}
