package bench

import (
	"context"
	"errors"
	"math/bits"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// grouped takes waiting orders together into one round trip on a connection of its
// own, without waiting for more. A group has a power of two of orders, so that its
// statements are prepared; the rest is in the next one.
type grouped struct {
	*pgHand
	conn  *pgxpool.Conn
	texts [groupSizes][]string // of the inserts, for 1, 2, 4 … orders
	queue chan *handOrder
	ended chan struct{}
}

const groupSizes = 7 // 1 to handGroup

func newGrouped(ctx context.Context, dsn string, form *pgForm, skus []string) (*grouped, error) {
	hand, err := newPgHand(ctx, dsn, form, skus)
	if err != nil {
		return nil, err
	}
	h := &grouped{pgHand: hand, queue: make(chan *handOrder, 4*handGroup), ended: make(chan struct{})}
	for size := range h.texts {
		for i := range form.inserts {
			h.texts[size] = append(h.texts[size], form.inserts[i].sql(1<<size))
		}
	}
	if h.conn, err = h.pool.Acquire(ctx); err != nil {
		return nil, errors.Join(err, hand.close())
	}
	go h.loop(context.WithoutCancel(ctx))
	return h, nil
}

func (h *grouped) place(_ context.Context, n int64, chosen [3]int) error {
	o, err := h.order(n, chosen)
	if err != nil {
		return err
	}
	h.queue <- o
	return <-o.done
}

func (h *grouped) loop(ctx context.Context) {
	defer close(h.ended)
	waiting := make([]*handOrder, 0, cap(h.queue))
	for first := range h.queue {
		for o := first; o != nil; o = h.next() {
			waiting = append(waiting, o)
		}
		for len(waiting) > 0 {
			size := bits.Len(uint(min(len(waiting), handGroup))) - 1
			h.finish(ctx, waiting[:1<<size], size)
			waiting = append(waiting[:0], waiting[1<<size:]...)
			for o := h.next(); o != nil; o = h.next() {
				waiting = append(waiting, o)
			}
		}
	}
}

// next returns an order that waits already, or nil.
func (h *grouped) next() *handOrder {
	select {
	case o := <-h.queue:
		return o
	default:
		return nil
	}
}

// finish writes a group and tells its callers. When it cannot be written whole, each
// of its orders is tried alone.
func (h *grouped) finish(ctx context.Context, group []*handOrder, size int) {
	err := h.write(ctx, group, size)
	for _, o := range group {
		if err != nil && len(group) > 1 {
			o.done <- h.write(ctx, []*handOrder{o}, 0)
		} else {
			o.done <- err
		}
	}
}

func (h *grouped) write(ctx context.Context, group []*handOrder, size int) error {
	batch := &pgx.Batch{}
	for i, sql := range h.texts[size] {
		var args []any
		for _, o := range group {
			args = h.form.inserts[i].with(args, o)
		}
		batch.Queue(sql, args...)
	}
	wanted := needs(group...)
	skus, micros := make([]string, len(wanted)), make([]int64, len(wanted))
	for i, n := range wanted {
		skus[i], micros[i] = n.sku, n.micro
	}
	batch.Queue(h.form.takeAll, skus, micros, int64(len(wanted)))
	answers := h.conn.SendBatch(ctx, batch)
	var err error
	for range h.texts[size] {
		if _, e := answers.Exec(); err == nil {
			err = e
		}
	}
	if _, e := answers.Exec(); err == nil {
		err = e // the statement fails when it does not find enough of everything
	}
	return errors.Join(err, answers.Close())
}

func (h *grouped) close() error {
	close(h.queue)
	<-h.ended
	h.conn.Release()
	return h.pgHand.close()
}
