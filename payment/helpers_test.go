package payment_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/sandbox"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func eur(text string) money.Money { return money.MustParse(text + " EUR") }

// command is one whose ids begin with n.
func command(n byte) event.Command {
	return event.Command{Name: "test", Key: string('a' + rune(n)), Now: noon, At: noon, IDs: event.NewIDs(uuid.UUID{0: n})}
}

// world is a tender at a sandbox, and the clock of both.
type world struct {
	*testing.T
	now    time.Time
	gw     *sandbox.Gateway
	caps   payment.Capabilities
	tender *payment.Tender
	cmd    event.Command
	last   payment.Performed
}

func newWorld(t *testing.T, amount money.Money, source string, options ...sandbox.Option) *world {
	w := &world{T: t, now: noon, cmd: command(1)}
	options = append(options, sandbox.WithClock(w.clock), sandbox.WithSleep(func(_ context.Context, d time.Duration) error {
		w.now = w.now.Add(d)
		return nil
	}))
	w.gw = sandbox.New(options...)
	w.caps = w.gw.Capabilities()
	tender, err := payment.New(uuid.UUID{15: 1}, "card", amount, source, w.cmd)
	require.NoError(t, err)
	w.tender = tender
	return w
}

func (w *world) clock() time.Time { return w.now }

func (w *world) op(id uuid.UUID) payment.Op { return *w.tender.Op(id) }

// call does one thing about an operation.
func (w *world) call(op uuid.UUID, do payment.Do) string {
	require.NoError(w, w.tender.Start(op, do, w.caps, w.now))
	w.last = payment.Perform(w.Context(), w.gw, payment.Call{
		Tender: w.tender.Clone(), Op: op, Do: do, Order: "1001", ReportID: w.cmd.IDs.Next(), Now: w.clock,
	})
	changed, problem := w.tender.Take(w.last, w.caps, w.now)
	require.True(w, changed)
	return problem
}

// send plans nothing: it sends the operation and wants no problem.
func (w *world) send(op payment.Op, err error) payment.Op {
	w.Helper()
	require.NoError(w, err)
	require.Empty(w, w.call(op.ID, payment.DoSend))
	return w.op(op.ID)
}

func (w *world) sendAll(ops []payment.Op, err error) {
	w.Helper()
	require.NoError(w, err)
	for _, op := range ops {
		w.send(op, nil)
	}
}
