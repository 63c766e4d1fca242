package fault_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
)

// leaf stands for the errors of packages that import nothing.
type leaf struct{ rejected bool }

func (leaf) Error() string    { return "leaf" }
func (l leaf) Rejected() bool { return l.rejected }

func TestKindOf(t *testing.T) {
	cause := errors.New("cause")
	cases := map[string]struct {
		err  error
		want fault.Kind
	}{
		"nil":               {nil, fault.None},
		"invalid":           {fault.Invalid("lines", 0, "one"), fault.Rejected},
		"not found":         {fault.NotFound("order", 7), fault.Rejected},
		"stale":             {&fault.StaleError{Kind: "order", ID: "7", Expected: 1, Actual: 2}, fault.Conflict},
		"key reused":        {&fault.KeyReusedError{Key: "k"}, fault.Rejected},
		"transient":         {&fault.TransientError{Op: "read", Err: cause}, fault.Transient},
		"unknown":           {&fault.UnknownError{Op: "commit", Err: cause}, fault.Unknown},
		"wrapped":           {fmt.Errorf("place: %w", fault.Invalid("a", 1, "b")), fault.Rejected},
		"joined":            {errors.Join(cause, &fault.TransientError{Op: "x", Err: cause}), fault.Transient},
		"leaf rejects":      {leaf{true}, fault.Rejected},
		"leaf does not":     {leaf{false}, fault.Unknown},
		"canceled":          {context.Canceled, fault.Transient},
		"deadline":          {fmt.Errorf("read: %w", context.DeadlineExceeded), fault.Transient},
		"nobody classified": {cause, fault.Unknown},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, fault.KindOf(c.err)) })
	}
}

func TestMessagesSayWhatWhereAndWhatIsAllowed(t *testing.T) {
	require.EqualError(t, fault.Invalid("lines[2].quantity", -1, "more than zero"), `lines[2].quantity: "-1" is not allowed: want more than zero`)
	require.EqualError(t, fault.NotFound("order", 7), "order 7: not found")
	require.EqualError(t, &fault.StaleError{Kind: "order", ID: "7", Expected: 1, Actual: 2}, "order 7: at version 2, not 1")
	require.EqualError(t, &fault.StaleError{Kind: "order", ID: "7", Expected: 1, Actual: -1}, "order 7: no longer at version 1")
}

func TestWrappersKeepTheCause(t *testing.T) {
	cause := errors.New("cause")
	require.ErrorIs(t, &fault.TransientError{Op: "read", Err: cause}, cause)
	require.ErrorIs(t, &fault.UnknownError{Op: "commit", Err: cause}, cause)
}

func ExampleKindOf() {
	err := fmt.Errorf("checkout: %w", fault.Invalid("lines[0].quantity", 0, "more than zero"))
	switch fault.KindOf(err) {
	case fault.Rejected:
		fmt.Println("tell the caller:", err)
	case fault.Conflict, fault.Transient:
		fmt.Println("try again")
	case fault.Unknown:
		fmt.Println("call again with the same key")
	}
	// Output: tell the caller: checkout: lines[0].quantity: "0" is not allowed: want more than zero
}
