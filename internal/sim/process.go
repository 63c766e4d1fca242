package sim

import (
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/order"
)

// process is a program that has the library in it: a client of its own over the store
// that all of them share, with a clock that may be off.
type process struct {
	w       *world
	name    string
	client  *oms.Client
	life    int // counts its starts
	skew    time.Duration
	newest  bool   // it knows the newer workflow
	locked  *actor // in a call that others in the same process would wait for
	outages int
}

// start begins a life: nothing of the one before is left but what is stored.
func (p *process) start() {
	p.life++
	p.locked = nil
	cfg := p.w.config(p.newest)
	cfg.Store = &store{w: p.w, base: p.w.base, tenant: p.w.base}
	cfg.Now = func() time.Time { return p.w.now.Add(p.skew) }
	cfg.NewID = p.w.newID(p)
	client, err := oms.New(cfg)
	if err != nil {
		panic(err) // the configuration is ours
	}
	p.client = client
}

// crashed is how a command unwinds whose process is gone.
type crashed struct{}

// stopped is how everything unwinds once the run has failed.
type stopped struct{}

// crash ends the process of the actor that runs, and with it what its other actors
// were doing: they find out when it is their turn. A new one is started at once.
func (w *world) crash() {
	a := w.current
	a.proc.outages++
	w.note("crash", a.proc.name)
	for _, other := range w.actors {
		if other.proc == a.proc {
			w.land(other)
		}
	}
	a.proc.start()
	panic(crashed{})
}

// workflows are what a process knows: the newer program keeps the old workflow for
// orders that are pinned to it, and lists the new one first.
func workflows(newest bool) []order.Workflow {
	list := []order.Workflow{order.DefaultWorkflow()}
	if newest {
		next := order.DefaultWorkflow()
		next.Version = 2
		list = []order.Workflow{next, list[0]}
	}
	return list
}
