package main

import (
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/go-oms/oms"
)

// unfinished is the exit code of a command that could not look at everything.
const unfinished = 2

type verifyCommand struct {
	bookFlags
	tenantFlag
}

// Run holds the books against every invariant. The exit code is 1 when one does
// not hold, else 2 when something could not be looked at, else 0.
func (c *verifyCommand) Run(e *env) error {
	report := &oms.Report{Checked: map[string]int64{}, Violations: []oms.Violation{}, Incomplete: []string{}}
	err := c.verify(e, report)
	if err != nil {
		report.Incomplete = append(report.Incomplete, err.Error())
	}
	if e.json {
		if err := e.print(report); err != nil {
			return err
		}
	} else if err := printReport(e.stdout, report); err != nil {
		return err
	}
	switch {
	case len(report.Violations) > 0:
		return &outcome{code: 1}
	case len(report.Incomplete) > 0:
		return &outcome{code: unfinished}
	default:
		return nil
	}
}

// verify adds up the reports of the tenants. Its error is about the file, or says
// why the rest of the books was not looked at.
func (c *verifyCommand) verify(e *env, all *oms.Report) (err error) {
	store, err := c.look(e)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	tenants, err := c.tenants(e, store)
	if err != nil {
		return err
	}
	bar := e.progress("verifying")
	defer bar.end()
	var seen int64
	for _, tenant := range tenants {
		shop, err := shopOf(store, tenant)
		if err != nil {
			return err
		}
		report, err := shop.Verify(e.ctx, oms.VerifyOptions{Progress: func(done int64) { bar.at(int(seen+done), -1) }})
		if report != nil {
			seen += addReport(all, report, tenant)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// addReport adds a tenant's report to that of all and returns how many things it
// looked at. Where there are several tenants, what was found names its own.
func addReport(all, report *oms.Report, tenant string) (looked int64) {
	for check, n := range report.Checked {
		all.Checked[check] += n
		looked += n
	}
	of := ""
	if tenant != "" {
		of = "tenant " + tenant + ": "
	}
	for _, v := range report.Violations {
		v.Where = of + v.Where
		all.Violations = append(all.Violations, v)
	}
	for _, what := range report.Incomplete {
		all.Incomplete = append(all.Incomplete, of+what)
	}
	return looked
}

// shown is how many violations are printed for people.
const shown = 50

// printReport writes the report for people: every check, then what was found.
func printReport(w io.Writer, r *oms.Report) error {
	broken := make(map[string]int)
	for _, v := range r.Violations {
		broken[v.Check]++
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, check := range oms.Checks() {
		verdict := "ok"
		switch n := broken[check.ID]; {
		case n > 0:
			verdict = fmt.Sprintf("%d broken", n)
		case r.Checked[check.ID] == 0:
			verdict = "–"
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\n", check.ID, r.Checked[check.ID], verdict, check.Title)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for i, v := range r.Violations {
		if i == shown {
			fmt.Fprintf(w, "… and %d more; --json lists all\n", len(r.Violations)-i)
			break
		}
		fmt.Fprintf(w, "%s: %s: %s\n", v.Check, v.Where, v.Detail)
	}
	for _, what := range r.Incomplete {
		fmt.Fprintln(w, "not finished:", what)
	}
	_, err := fmt.Fprintln(w, verdict(r))
	return err
}

// verdict is the report in a sentence.
func verdict(r *oms.Report) string {
	switch {
	case len(r.Violations) > 0:
		return fmt.Sprintf("The books do not agree: %d violations.", len(r.Violations))
	case len(r.Incomplete) > 0:
		return "Nothing wrong was found, but not everything could be looked at."
	default:
		return "The books are clean."
	}
}
