package storagetest

import (
	"time"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/storage"
)

func keyCases() []Case {
	return []Case{
		named("key: a repeated command gets the first result and has no second effect", keyRepeated),
		named("key: it answers to no other command", func(t *try) {
			t.keyReused(func(cmd *event.Command) { cmd.Name = "order.enter" })
		}),
		named("key: it answers to no other body", func(t *try) {
			t.keyReused(func(cmd *event.Command) { cmd.Body[31]++ })
		}),
		named("key: a batch without one is not recorded", keyless),
		named("key: a refused batch leaves its key free", keyFree),
		named("key: an unknown one is not found", func(t *try) {
			t.placed()
			_, err := t.store.Key(t.ctx, "none")
			t.missing("an unknown key", err)
			_, err = t.store.Key(t.ctx, "")
			t.missing("the empty key", err)
		}),
		named("key: keys recorded before a time can be forgotten", keysForgotten),
	}
}

// replayed ends the case unless the batch is answered as a repetition.
func (t *try) replayed(what string, b *storage.Batch) []byte {
	return refused[*event.Replay](t, what, t.store.Commit(t.ctx, b), fault.Conflict).Result
}

func keyRepeated(t *try) {
	t.stock("sku", 5)
	o, b := t.Place(Line{SKU: "sku"})
	b.Result = []byte{1, 0, 2}
	t.commit(b)
	_, change := t.Change(o, func(o *order.Order) { o.Status = "checked" })
	t.commit(change)
	before := t.positions()
	t.equal("result", t.replayed("the same batch", b), []byte{1, 0, 2})
	// The second try of a command reads other versions and draws other ids.
	_, second := t.Place(Line{SKU: "sku"})
	second.Command.Name, second.Command.Key, second.Command.Body = b.Command.Name, b.Command.Key, b.Command.Body
	second.Result = []byte("another")
	t.equal("result", t.replayed("the same command decided again", second), []byte{1, 0, 2})
	t.equal("status", t.order(o.ID).Status, "checked")
	t.equal("positions", t.positions(), before)
	t.equal("allocated", t.level("sku").Allocated, o.Lines[0].Quantity)
	_, empty := t.Place()
	empty.Result = nil
	t.commit(empty)
	t.equal("no result", len(t.replayed("a command without a result", empty)), 0)
}

func (t *try) keyReused(change func(cmd *event.Command)) {
	_, b := t.Place()
	t.commit(b)
	_, other := t.Place()
	other.Command.Key, other.Command.Body = b.Command.Key, b.Command.Body
	change(&other.Command)
	e := refused[*fault.KeyReusedError](t, "a used key", t.store.Commit(t.ctx, other), fault.Rejected)
	t.equal("key", e.Key, b.Command.Key)
	t.equal("the key's command", t.key(b.Command.Key).Command, b.Command.Name)
}

func keyless(t *try) {
	for range 2 {
		_, b := t.Place()
		b.Command.Key = ""
		t.commit(b)
	}
	t.ok("snapshot", t.store.Snapshot(t.ctx, func(books storage.Books) error {
		t.equal("keys", len(all(t, "keys", books.AllKeys(t.ctx))), 0)
		return nil
	}))
}

func keyFree(t *try) {
	_, b := t.Place(Line{SKU: "sku"})
	if err := t.store.Commit(t.ctx, b); err == nil {
		t.fail("an order beyond the stock was accepted")
	}
	_, err := t.store.Key(t.ctx, b.Command.Key)
	t.missing("the refused batch's key", err)
	t.stock("sku", 1)
	t.commit(b)
}

func keysForgotten(t *try) {
	var list []*storage.Batch
	for i := range 3 {
		_, b := t.Place()
		b.Command.Now = later(i)
		t.commit(b)
		list = append(list, b)
	}
	t.commit(&storage.Batch{ForgetKeys: later(1)})
	_, err := t.store.Key(t.ctx, list[0].Command.Key)
	t.missing("the oldest key", err)
	for _, b := range list[1:] {
		t.replayed("a key that is not older", b)
	}
	t.commit(&storage.Batch{ForgetKeys: later(1).Add(time.Microsecond)})
	_, err = t.store.Key(t.ctx, list[1].Command.Key)
	t.missing("the second key", err)
	_, again := t.Place()
	again.Command.Key, again.Command.Body = list[0].Command.Key, list[2].Command.Body
	t.commit(again)
}

// key reads a key that must be there.
func (t *try) key(key string) *storage.Key {
	k, err := t.store.Key(t.ctx, key)
	t.ok("key", err)
	return k
}
