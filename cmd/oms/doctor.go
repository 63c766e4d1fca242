package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/postgres"
	"github.com/go-oms/oms/storage/sqlite"
)

type doctorCommand struct {
	bookFlags
	tenantFlag
}

// diagnosis is what doctor finds.
type diagnosis struct {
	DB       string            `json:"db"`
	OK       bool              `json:"ok"` // every finding is
	Findings []storage.Finding `json:"findings"`
	Tenants  []tenantState     `json:"tenants"` // none unless the schema can be read
}

// tenantState is how much there is of a tenant, and what waits to be done.
type tenantState struct {
	Tenant        string        `json:"tenant"`
	Orders        int64         `json:"orders"`
	LastEvent     int64         `json:"last_event"` // its place in the stream
	Sinks         []oms.SinkLag `json:"sinks"`
	DuePayments   int           `json:"due_payments"`   // tenders that Run has to look at
	ParkedReports int           `json:"parked_reports"` // of gateways, about operations nobody knows
	DueLabels     int           `json:"due_labels"`

	newest time.Time // when the last event was recorded
}

// most is how much of what waits is counted.
const most = 10_000

// Run looks at books without changing them. The exit code is 1 when a finding is
// not as it should be.
func (c *doctorCommand) Run(e *env) error {
	d := diagnosis{DB: c.DB.String(), Findings: []storage.Finding{}, Tenants: []tenantState{}}
	if err := c.examine(e, &d); err != nil {
		return err
	}
	d.OK = true
	for _, f := range d.Findings {
		d.OK = d.OK && f.OK
	}
	if err := errors.Join(d.report(e), e.print(d)); err != nil {
		return err
	}
	if !d.OK {
		return &outcome{code: 1}
	}
	return nil
}

// examine looks from the outside in, and no further than what it looks at makes sense.
func (c *doctorCommand) examine(e *env, d *diagnosis) error {
	if sound, err := c.inspect(e, d); !sound || err != nil {
		return err
	}
	err := c.examineStore(e, d)
	var damage *sqlite.DamageError
	if have, want, ok := otherSchema(err); ok { // a newer one: nothing else in it can be trusted
		d.Findings = append(d.Findings, storage.Finding{
			Topic: storage.Schema, Name: "version", Value: strconv.Itoa(have), Want: strconv.Itoa(want),
		})
		return nil
	}
	if errors.As(err, &damage) {
		d.Findings = append(d.Findings, storage.Finding{
			Topic: storage.Integrity, Name: "contents", Value: damage.Error(), Want: "what can be read",
		})
		return nil
	}
	return err
}

// inspect looks at a file before it is opened: whether it is worth opening.
func (c *doctorCommand) inspect(e *env, d *diagnosis) (sound bool, err error) {
	if c.DB.isServer() {
		return true, nil
	}
	if _, err := os.Stat(string(c.DB)); errors.Is(err, fs.ErrNotExist) {
		return false, fmt.Errorf("there is no file %s", c.DB)
	}
	d.Findings, err = sqlite.Inspect(e.ctx, string(c.DB))
	for _, f := range d.Findings {
		sound = f.Name == "file" && f.OK || sound
	}
	return sound, err
}

func (c *doctorCommand) examineStore(e *env, d *diagnosis) (err error) {
	store, err := c.look(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	findings, err := store.Examine(e.ctx)
	if err != nil {
		return err
	}
	d.Findings = append(d.Findings, findings...)
	if file, ok := store.(*sqlite.Store); ok {
		pages, err := file.Integrity(e.ctx)
		if err != nil {
			return err
		}
		d.Findings = append(d.Findings, pages)
		if !pages.OK {
			return nil
		}
	}
	for _, f := range findings {
		if f.Topic == storage.Schema && !f.OK {
			return nil
		}
	}
	tenants, err := c.tenants(e, store)
	if err != nil {
		return err
	}
	for _, id := range tenants {
		state, err := stateOf(e.ctx, store.Tenant(id), id)
		if err != nil {
			return err
		}
		d.Tenants = append(d.Tenants, state)
	}
	d.Findings = append(d.Findings, clockOf(d.Tenants, time.Now()))
	return nil
}

// maxAhead is how far the newest event may be ahead of this program's clock: processes
// on one file or server need not agree to the second.
const maxAhead = time.Minute

// clockOf holds the clock against the newest event. One that was ahead when it was
// recorded, or is behind now, shows here: leases and timeouts go by it.
func clockOf(tenants []tenantState, now time.Time) storage.Finding {
	f := storage.Finding{Topic: storage.Server, Name: "newest event", Value: "none", Want: "at most a minute ahead of this program's clock", OK: true}
	var newest time.Time
	for _, t := range tenants {
		if t.newest.After(newest) {
			newest = t.newest
		}
	}
	if newest.IsZero() {
		return f
	}
	f.Value = newest.UTC().Format(time.RFC3339)
	if ahead := newest.Sub(now); ahead > maxAhead {
		f.Value += ", " + ahead.Round(time.Second).String() + " ahead"
		f.OK = false
	}
	return f
}

// otherSchema reports which schema an error says that the books have.
func otherSchema(err error) (have, want int, ok bool) {
	var file *sqlite.SchemaError
	var server *postgres.SchemaError
	switch {
	case errors.As(err, &file):
		return file.Have, file.Want, true
	case errors.As(err, &server):
		return server.Have, server.Want, true
	default:
		return 0, 0, false
	}
}

// stateOf looks at a tenant's books.
func stateOf(ctx context.Context, store storage.Store, tenant string) (tenantState, error) {
	s := tenantState{Tenant: tenant, Sinks: []oms.SinkLag{}}
	err := store.Snapshot(ctx, func(b storage.Books) (err error) {
		for _, err := range b.AllOrders(ctx) {
			if err != nil {
				return err
			}
			s.Orders++
		}
		s.LastEvent, err = b.LastPosition(ctx)
		return err
	})
	if err != nil {
		return s, err
	}
	for e, err := range store.Stream(ctx, s.LastEvent-1, 1) {
		if err != nil {
			return s, err
		}
		s.newest = e.RecordedAt
	}
	shop, err := shopOf(store, tenant)
	if err != nil {
		return s, err
	}
	lags, err := shop.Lag(ctx)
	if err != nil {
		return s, err
	}
	s.Sinks = append(s.Sinks, lags...)
	now := time.Now()
	due, err := store.DueTenders(ctx, now, most)
	if err != nil {
		return s, err
	}
	parked, err := store.ParkedReports(ctx, most)
	if err != nil {
		return s, err
	}
	labels, err := store.DueLabels(ctx, now, most)
	s.DuePayments, s.ParkedReports, s.DueLabels = len(due), len(parked), len(labels)
	return s, err
}

// report prints the diagnosis for people.
func (d *diagnosis) report(e *env) error {
	if e.json {
		return nil
	}
	t := tabwriter.NewWriter(e.stdout, 0, 0, 2, ' ', 0)
	for _, f := range d.Findings {
		verdict := "ok"
		if !f.OK {
			verdict = "should be " + f.Want
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", f.Topic, f.Name, f.Value, verdict)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, s := range d.Tenants {
		e.say("")
		if s.Tenant != "" {
			e.say("tenant %s", s.Tenant)
		}
		e.say("%10d orders; the last event is number %d", s.Orders, s.LastEvent)
		e.say("%10s payments to look at again", upTo(s.DuePayments))
		e.say("%10s labels to look at again", upTo(s.DueLabels))
		e.say("%10s reports about payments nobody knows", upTo(s.ParkedReports))
		for _, sink := range s.Sinks {
			reportSink(e, sink)
		}
	}
	return nil
}

// reportSink prints how far a sink is behind, and why.
func reportSink(e *env, sink oms.SinkLag) {
	text := "sink " + sink.Sink
	if sink.Behind > 0 {
		text += ", the oldest for " + sink.Age.Round(time.Second).String()
	}
	e.say("%10s behind: %s", upTo(sink.Behind), text)
	if sink.Stopped {
		e.say("%10s takes nothing until somebody calls Redrive", "")
	}
	if sink.Problem != "" {
		e.say("%10s failed %d times: %s", "", sink.Attempts, sink.Problem)
	}
	if sink.Parked > 0 {
		e.say("%10s %d aggregates wait beside the line, %d of them for Redrive", "", sink.Parked, sink.Dead)
	}
}

// upTo writes a number that was not counted beyond most.
func upTo(n int) string {
	if n >= most {
		return strconv.Itoa(n) + "+"
	}
	return strconv.Itoa(n)
}
