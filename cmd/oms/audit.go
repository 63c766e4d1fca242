package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/go-oms/oms/audit"
	"github.com/go-oms/oms/event"
)

// auditCommands make the history of books prove itself.
type auditCommands struct {
	Seal   auditSeal   `cmd:"" help:"Seal what has happened since the last seal."`
	Verify auditVerify `cmd:"" help:"Hold the books against the seals."`
	Prove  auditProve  `cmd:"" help:"Write a proof of everything that happened to one order."`
	Check  auditCheck  `cmd:"" help:"Check a proof, without the books."`
}

// keyFlag names the secret of the chain.
type keyFlag struct {
	Key string `required:"" placeholder:"FILE" help:"The key: a file of at least 32 random bytes, all of which are the key. Keep it away from the books."`
}

func (f keyFlag) read() (audit.Key, error) {
	key, err := os.ReadFile(f.Key)
	if err != nil {
		return nil, err
	}
	return key, audit.Key(key).Check()
}

// sealFlag names the file of seals.
type sealFlag struct {
	Seals string `required:"" placeholder:"FILE" help:"The seals: a file of JSON lines, of all tenants. Keep it, or the last line of it, away from the books."`
}

// sealFile is what a file of seals says, and how long it was then.
type sealFile struct {
	name  string
	size  int64
	seals map[string][]audit.Seal // by tenant
}

// read returns the seals; none where there is no file.
func (f sealFlag) read() (*sealFile, error) {
	text, err := os.ReadFile(f.Seals)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	known := &sealFile{name: f.Seals, size: int64(len(text)), seals: map[string][]audit.Seal{}}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		var s audit.Seal
		d := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		d.DisallowUnknownFields()
		if err := d.Decode(&s); err != nil {
			return nil, fmt.Errorf("%s, line %d is no seal: %w", f.Seals, n, err)
		}
		known.seals[s.Tenant] = append(known.seals[s.Tenant], s)
	}
	return known, lines.Err()
}

// add appends a seal and has it on disk, whole or not at all. A file that somebody has
// written to since is left alone: a chain has one seal of each number.
func (f *sealFile) add(s *audit.Seal) (err error) {
	line, err := json.Marshal(s)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(f.name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	switch now, err := file.Stat(); {
	case err != nil:
		return err
	case now.Mode().IsRegular() && now.Size() != f.size:
		return fmt.Errorf("%s: somebody else has written to it meanwhile: seal again", f.name)
	}
	line = append(line, '\n')
	_, err = file.Write(line)
	if err = errors.Join(err, file.Sync()); err != nil {
		return errors.Join(err, file.Truncate(f.size))
	}
	f.size += int64(len(line))
	return nil
}

type auditSeal struct {
	bookFlags
	tenantFlag
	keyFlag
	sealFlag
	Limit int `placeholder:"N" default:"16384" help:"How many events one seal is about at most (${default})."`
}

// Run seals the events of every tenant that is meant.
func (c *auditSeal) Run(e *env) (err error) {
	key, err := c.keyFlag.read()
	if err != nil {
		return err
	}
	known, err := c.sealFlag.read()
	if err != nil {
		return err
	}
	store, err := c.look(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	tenants, err := c.tenants(e, store)
	if err != nil {
		return err
	}
	made := []audit.Seal{}
	for _, tenant := range tenants {
		var last *audit.Seal
		if n := len(known.seals[tenant]); n > 0 {
			last = &known.seals[tenant][n-1]
		}
		before := len(made)
		for {
			next, err := audit.Next(e.ctx, store.Tenant(tenant), tenant, key, last, time.Now(), c.Limit)
			if err != nil {
				return err
			}
			if next == nil {
				break
			}
			if err := known.add(next); err != nil {
				return err
			}
			made, last = append(made, *next), next
		}
		head(e, tenant)
		if last == nil {
			e.say("There is nothing to seal.")
		} else {
			e.say("%d new seals; the last one is %d, %s.", len(made)-before, last.Number, last.MAC)
		}
	}
	return e.print(made)
}

type auditVerify struct {
	bookFlags
	tenantFlag
	keyFlag
	sealFlag
	Head []string `placeholder:"HASH" help:"The last seal as it was given away, of each tenant: a chain without it is one that was cut short."`
}

// Run holds the books against the seals, and so tenants that only the seals know. The
// exit code is 1 where they differ.
func (c *auditVerify) Run(e *env) (err error) {
	key, err := c.keyFlag.read()
	if err != nil {
		return err
	}
	known, err := c.sealFlag.read()
	if err != nil {
		return err
	}
	if len(known.seals) == 0 {
		return &outcome{code: 1, err: fmt.Errorf("%s: there are no seals in it to hold the books against", c.Seals)}
	}
	for _, head := range c.Head {
		if !known.contains(head) {
			return &outcome{code: 1, err: fmt.Errorf("%s: there is no seal %s", c.Seals, head)}
		}
	}
	store, err := c.look(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	tenants, err := c.tenants(e, store)
	if err != nil {
		return err
	}
	if c.Tenant == nil {
		tenants = slices.Compact(slices.Sorted(slices.Values(slices.AppendSeq(tenants, maps.Keys(known.seals)))))
	}
	reports, bad := map[string]*audit.Report{}, false
	for _, tenant := range tenants {
		report, err := audit.Verify(e.ctx, store.Tenant(tenant), tenant, key, known.seals[tenant])
		if err != nil {
			return err
		}
		reports[tenant], bad = report, bad || !report.Clean()
		head(e, tenant)
		for _, f := range report.Findings {
			e.say("seal %d: %s", f.Seal, f.Detail)
		}
		e.say("%d seals over %d events, %d events behind the last one; %d findings.", report.Seals, report.Events, report.Unsealed, len(report.Findings))
	}
	if err := e.print(reports); err != nil {
		return err
	}
	if bad {
		return &outcome{code: 1}
	}
	return nil
}

// contains reports whether there is a seal with that MAC.
func (f *sealFile) contains(mac string) bool {
	for _, seals := range f.seals {
		for _, s := range seals {
			if s.MAC.String() == mac {
				return true
			}
		}
	}
	return false
}

type auditProve struct {
	bookFlags
	sealFlag
	Ref    string `arg:"" help:"The order's number or id."`
	Tenant string `placeholder:"ID" help:"The tenant whose order it is."`
	Out    string `required:"" placeholder:"FILE" help:"The proof, a JSON file that is made new."`
}

// Run writes the proof of an order with its payments and fulfilment orders.
func (c *auditProve) Run(e *env) (err error) {
	known, err := c.sealFlag.read()
	if err != nil {
		return err
	}
	store, err := c.look(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	shop, err := shopOf(store, c.Tenant)
	if err != nil {
		return err
	}
	o, err := (&orderShow{Ref: c.Ref}).find(e.ctx, shop)
	if err != nil {
		return err
	}
	file, err := fileOf(e.ctx, shop, o)
	if err != nil {
		return err
	}
	about := []audit.Subject{{Aggregate: event.Order, ID: o.ID}}
	for _, t := range file.Payments {
		about = append(about, audit.Subject{Aggregate: event.Payment, ID: t.ID})
	}
	for _, f := range file.Fulfillments {
		about = append(about, audit.Subject{Aggregate: event.Fulfillment, ID: f.ID})
	}
	proof, err := audit.Prove(e.ctx, store.Tenant(c.Tenant), known.seals[c.Tenant], about...)
	if err != nil {
		return err
	}
	if err := writeNew(c.Out, proof); err != nil {
		return err
	}
	e.say("%s: %d events under %d seals.", c.Out, len(proof.Entries), len(proof.Seals))
	return e.print(proof)
}

// writeNew writes a JSON file that must not be there yet; it is whole or not there.
func writeNew(path string, value any) error {
	text, err := json.MarshalIndent(value, "", "\t")
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

type auditCheck struct {
	keyFlag
	Proof string `arg:"" type:"existingfile" help:"The proof."`
}

// Run checks a proof. The exit code is 1 where it proves nothing.
func (c *auditCheck) Run(e *env) error {
	key, err := c.read()
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.Proof)
	if err != nil {
		return err
	}
	var proof audit.Proof
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&proof); err != nil {
		return fmt.Errorf("%s is no proof: %w", c.Proof, err)
	}
	if err := proof.Check(key); err != nil {
		return &outcome{code: 1, err: err}
	}
	for i := range proof.Entries {
		x := &proof.Entries[i]
		e.say("%s  %-12s %s %d  %s", x.RecordedAt.UTC().Format(time.RFC3339), x.Aggregate, x.ID, x.Version, x.Type)
	}
	e.say("All of it is under %d seals, and nothing is missing before the last of each. What came after it is not told.", len(proof.Seals))
	return e.print(proof.Entries)
}
