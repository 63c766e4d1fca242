package sim

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/payment"
)

// parcel is what left with the carrier.
type parcel struct {
	order    uuid.UUID
	tracking string
}

func (w *world) left(p parcel) {
	if !slices.Contains(w.shipments, p) {
		w.shipments = append(w.shipments, p)
	}
}

// messenger brings what gateway and carrier tell of their own accord, as networks do:
// twice, late, in any order, or not at all.
func (w *world) messenger(a *actor) []deed {
	return []deed{{3, func() {
		w.bringHook(a)
		w.rested(a, 10)
	}}, {3, func() {
		w.bringScan(a)
		w.rested(a, 10)
	}}}
}

func (w *world) bringHook(a *actor) {
	w.hooks = append(w.hooks, w.card.Webhooks()...)
	if len(w.hooks) == 0 {
		return
	}
	i := 0
	if w.swarm.strikes(HookShuffled) {
		i = a.rng.IntN(len(w.hooks))
	}
	if w.swarm.strikes(HookLate) {
		w.hooks = append(w.hooks[1:], w.hooks[0])
		return
	}
	d := w.card.Sign(w.hooks[i].Body, w.now)
	if w.swarm.strikes(HookForged) {
		w.forge(a, d)
		return
	}
	if !w.swarm.strikes(HookTwice) {
		w.hooks = slices.Delete(w.hooks, i, i+1)
	}
	if w.swarm.strikes(HookLost) {
		return
	}
	var err error
	w.loose("Webhook", uuid.Nil, func(ctx context.Context, c *oms.Client) error {
		_, err = c.Webhook(ctx, "card", w.card.Sign(d.Body, w.now))
		return err
	})
	if err != nil { // the gateway tries again
		w.hooks = append(w.hooks, d)
	}
}

// forge sends a delivery that is not the gateway's, which must be refused.
func (w *world) forge(a *actor, d payment.Delivery) {
	switch a.rng.IntN(3) {
	case 0:
		d.Body = append([]byte(nil), d.Body...)
		d.Body[a.rng.IntN(len(d.Body))] ^= 1
	case 1:
		d.Header.Set("Sandbox-Signature", "t=1,v1=00")
	case 2:
		d = w.card.Sign(d.Body, w.now.Add(-time.Hour))
	}
	w.loose("Webhook forged", uuid.Nil, func(ctx context.Context, c *oms.Client) error {
		_, err := c.Webhook(ctx, "card", d)
		if !errors.As(err, new(*payment.SignatureError)) {
			w.fail("webhook.forged", "a forged webhook was not refused: %v", err)
		}
		return err
	})
}

func (w *world) bringScan(a *actor) {
	if len(w.shipments) == 0 {
		return
	}
	p := w.shipments[a.rng.IntN(len(w.shipments))]
	scans, err := w.post.Track(sure, p.tracking)
	if err != nil || len(scans) == 0 {
		return
	}
	i := len(scans) - 1
	if w.swarm.strikes(ScanShuffled) {
		i = a.rng.IntN(len(scans))
	}
	times := 1
	if w.swarm.strikes(ScanTwice) {
		times = 2
	}
	for range times {
		w.about("Track", p.order, func(ctx context.Context, c *oms.Client, key string) (answer, error) {
			return ofShipment(c.Track(ctx, oms.Tracking{Key: key, Carrier: "post", Tracking: p.tracking, Scan: scans[i]}))
		})
	}
}

// runner drives what must happen by itself, in its process.
func (w *world) runner(a *actor, p *process) []deed {
	return []deed{{1, func() {
		a.proc = p
		w.enter()
		var work oms.Work
		var err error
		died := w.survive(func() { work, err = p.client.RunOnce(a.ctx) })
		w.land(a)
		w.note("ran", text(err))
		if err != nil && !died && !classified(err) {
			w.fail("answer.kind", "RunOnce: an error without a kind: %v", err)
		}
		if work.Any() {
			w.done["RunOnce"]++
		}
		w.rested(a, 40)
	}}, {1, func() { w.rested(a, 60) }}}
}

// rested has an actor wait for some steps.
func (w *world) rested(a *actor, steps int64) { a.until = w.steps + steps }

// mostSkew is how far a process's clock may be off. What a gateway may not find yet is
// known to be missing only while clocks differ by less than payment.Grace less its
// FindDelay.
const mostSkew = time.Minute

// clock moves time on, and has banks settle.
func (w *world) clock(a *actor) []deed {
	return []deed{{4, func() {
		w.now = w.now.Add(time.Duration(1+a.rng.IntN(120)) * time.Second)
		w.rested(a, 60)
	}}, {1, func() {
		if w.swarm.strikes(ClockJumps) {
			w.now = w.now.Add(time.Duration(1+a.rng.IntN(40)) * time.Hour)
		}
		w.rested(a, 60)
	}}, {1, func() {
		if w.swarm.strikes(ClockSkewed) {
			w.procs[a.rng.IntN(len(w.procs))].skew = time.Duration(a.rng.Int64N(int64(2*mostSkew))) - mostSkew
		}
		w.rested(a, 60)
	}}, {1, func() {
		if w.swarm.strikes(ClockBack) {
			p := w.procs[a.rng.IntN(len(w.procs))]
			p.skew = max(p.skew-time.Duration(a.rng.Int64N(int64(mostSkew))), -mostSkew)
		}
		w.rested(a, 60)
	}}, {1, func() {
		w.card.SettleAll()
		w.rested(a, 60)
	}}}
}
