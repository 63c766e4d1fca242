package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/sandbox"
)

const firstNight = `done: 1 payments, 0 labels, 0 reports, 2 expired, 0 released, 1 backorders, 0 events sent; failed: 0
books clean: true
`

const quietNight = `done: 0 payments, 0 labels, 0 reports, 0 expired, 0 released, 0 backorders, 0 events sent; failed: 0
books clean: true
`

func TestANightDoesWhatIsLeftAndTheNextHasNothingToDo(t *testing.T) {
	file, gateway := filepath.Join(t.TempDir(), "nightly.db"), sandbox.New()
	for _, want := range []string{firstNight, quietNight} {
		require.NoError(t, yesterday(t.Context(), file, gateway))
		var out bytes.Buffer
		code, err := run(t.Context(), &out, file, gateway)
		require.NoError(t, err)
		require.Equal(t, want, out.String())
		require.Equal(t, clean, code)
	}
	require.Len(t, gateway.Charges(), 2, "the payment without an answer was looked up, not repeated")
}

// Several at once, each with a store of its own as processes have: every piece of
// work is done once.
func TestSeveralAtOnceShareTheWork(t *testing.T) {
	file, gateway := filepath.Join(t.TempDir(), "nightly.db"), sandbox.New()
	require.NoError(t, yesterday(t.Context(), file, gateway))
	const jobs = 3
	var outs [jobs]bytes.Buffer
	var codes [jobs]int
	var errs [jobs]error
	var all sync.WaitGroup
	for i := range jobs {
		all.Go(func() { codes[i], errs[i] = run(t.Context(), &outs[i], file, gateway) })
	}
	all.Wait()
	done := make([]int, 8)
	for i := range jobs {
		require.NoError(t, errs[i])
		require.Equal(t, clean, codes[i], outs[i].String())
		for n, figure := range regexp.MustCompile(`\d+`).FindAllString(outs[i].String(), 8) {
			count, err := strconv.Atoi(figure)
			require.NoError(t, err)
			done[n] += count
		}
	}
	require.Equal(t, "[1 0 0 2 0 1 0 0]", fmt.Sprint(done))
}

// unreachable is a gateway that nobody can reach.
type unreachable struct{ *sandbox.Gateway }

func (unreachable) Lookup(context.Context, payment.LookupRequest) (payment.Snapshot, error) {
	return payment.Snapshot{}, &payment.GatewayError{Outcome: payment.NotSent, Reason: payment.ReasonUnavailable}
}

func (unreachable) Authorize(context.Context, payment.AuthorizeRequest) (payment.Result, error) {
	return payment.Result{}, &payment.GatewayError{Outcome: payment.NotSent, Reason: payment.ReasonUnavailable}
}

func TestTheExitCodeSaysWhatWasFound(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	code, err := run(t.Context(), &out, filepath.Join(dir, "missing", "nightly.db"), sandbox.New())
	require.Error(t, err)
	require.Equal(t, broken, code)

	// As long as nobody knows whether it was paid, an order does not expire.
	file := filepath.Join(dir, "nightly.db")
	require.NoError(t, yesterday(t.Context(), file, sandbox.New()))
	code, err = run(t.Context(), &out, file, unreachable{sandbox.New()})
	require.NoError(t, err)
	require.Equal(t, leftover, code, out.String())
	require.Contains(t, out.String(), "failed: 1\n")

	damage(t, file)
	code, err = run(t.Context(), &out, file, sandbox.New())
	require.NoError(t, err)
	require.Equal(t, contradiction, code, out.String())
	require.Contains(t, out.String(), "violation: stock.movements: ")
	require.Contains(t, out.String(), "books clean: false\n")
}

// damage takes units from a level behind the library's back.
func damage(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), "UPDATE oms_levels SET on_hand = on_hand - 1000000")
	require.NoError(t, err)
}
