package order

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
)

func TestNotAllowedNamesTheAllowed(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	o := orderIn(m, StatusPending)
	before := o.Clone()
	f := factsOf(MoneyFacts{})(o)

	_, err := m.Fire(o, ActionShip, f)
	var refused *NotAllowedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, &NotAllowedError{
		OrderID: o.ID, Status: StatusPending, Action: ActionShip,
		Allowed: []string{ActionPay, ActionCancelLines, ActionChange, ActionCancel, ActionNote},
		Denials: []Denial{{Action: ActionShip, Code: DeniedState, Message: "the status does not allow it"}},
	}, refused)
	require.Equal(t, `order 00000000-0000-0000-0000-000000000001: ship is not allowed in status "pending": `+
		`the status does not allow it; allowed are pay, cancel_lines, change, cancel, note`, err.Error())

	_, err = m.Fire(o, "fly", f)
	require.ErrorAs(t, err, &refused)
	require.True(t, refused.Denied(DeniedUnknown))
	require.False(t, refused.Denied(DeniedState))

	_, err = m.Fire(o, "", f)
	require.ErrorAs(t, err, &refused)
	require.Equal(t, before, o)
}

func TestEveryGuardIsReported(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	o := orderIn(m, StatusConfirmed)
	o.Lines[0].Counts = Counts{Backordered: o.Lines[0].Quantity}
	_, err := m.Fire(o, ActionShip, factsOf(MoneyFacts{})(o))
	var refused *NotAllowedError
	require.ErrorAs(t, err, &refused)
	require.Len(t, refused.Denials, 2)
	require.Equal(t, GuardSomethingToShip, refused.Denials[0].Guard)
	require.Equal(t, GuardMoneySecured, refused.Denials[1].Guard)
	require.Contains(t, err.Error(), "no unit is allocated or ready to ship, money is outstanding")
}

// desk is a workflow that asks for roles and reasons.
func desk(t *testing.T) *Machine {
	t.Helper()
	w := small()
	w.Actions[0].Roles, w.Actions[0].ReasonRequired = []string{"manager", "owner"}, true
	w.Actions[0].Guards = []string{"ready"}
	m, err := Compile(w, Registry{Guards: map[string]Guard{"ready": func(f Facts) *Denial {
		if f.Host["ready"] {
			return nil
		}
		return &Denial{Action: "forged", Guard: "forged"}
	}}})
	require.NoError(t, err)
	return m
}

func TestRolesAndReasons(t *testing.T) {
	t.Parallel()
	m := desk(t)
	owner := event.Actor{Kind: event.Staff, ID: "1", Roles: []string{"cashier", "owner"}}
	tests := []struct {
		name   string
		actor  event.Actor
		reason string
		host   map[string]bool
		want   []string
	}{
		{"all right", owner, "because", map[string]bool{"ready": true}, nil},
		{"no reason", owner, "", map[string]bool{"ready": true}, []string{DeniedReason}},
		{"other role", event.Actor{Kind: event.Staff, Roles: []string{"cashier"}}, "because", map[string]bool{"ready": true}, []string{DeniedRole}},
		{"no role", event.Actor{Kind: event.Shopper}, "because", map[string]bool{"ready": true}, []string{DeniedRole}},
		{"the system", event.Actor{Kind: event.System}, "because", map[string]bool{"ready": true}, nil},
		{"the zero actor", event.Actor{}, "because", map[string]bool{"ready": true}, nil},
		{"everything", event.Actor{Kind: event.Integration}, "", nil, []string{DeniedRole, DeniedReason, DeniedNoDetail}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := orderIn(m, "a")
			f := NewFacts(o, MoneyFacts{}, test.actor, testNow)
			f.Reason, f.Host = test.reason, test.host
			_, err := m.Fire(o, "go", f)
			if test.want == nil {
				require.NoError(t, err)
				require.Equal(t, "b", o.Status)
				return
			}
			var refused *NotAllowedError
			require.ErrorAs(t, err, &refused)
			var got []string
			for _, d := range refused.Denials {
				require.Equal(t, "go", d.Action)
				require.NotEmpty(t, d.Message)
				require.NotEqual(t, "forged", d.Guard)
				got = append(got, d.Code)
			}
			require.Equal(t, test.want, got)
			require.Equal(t, "a", o.Status)
		})
	}
}

func TestAllowed(t *testing.T) {
	t.Parallel()
	m := desk(t)
	o := orderIn(m, "a")
	f := NewFacts(o, MoneyFacts{}, event.Actor{Kind: event.Staff, Roles: []string{"manager"}}, testNow)
	require.Equal(t, []Allowance{{
		Action: "go", To: "b", ReasonRequired: true,
		Denials: []Denial{{Action: "go", Guard: "ready", Code: DeniedNoDetail, Message: DeniedNoDetail}},
	}}, m.Allowed(o, f))
	f.Host = map[string]bool{"ready": true}
	require.Equal(t, []Allowance{{Action: "go", To: "b", ReasonRequired: true, Allowed: true}}, m.Allowed(o, f),
		"that no reason is given yet is no reason against")

	o.Status = "b"
	require.Equal(t, []Allowance{{Action: "stop", To: "z", Allowed: true}, {Action: "note", To: "b", Allowed: true}}, m.Allowed(o, f))
	o.Status = "z"
	require.Empty(t, m.Allowed(o, f))
	o.Status = "elsewhere"
	require.Nil(t, m.Allowed(o, f))

	// What is listed as allowed can be fired, and nothing else.
	d := defaultMachine(t)
	for _, s := range DefaultWorkflow().States {
		listed := map[string]bool{}
		o := orderIn(d, s.Name)
		f := factsOf(MoneyFacts{Authorized: euro("30.00")})(o)
		for _, a := range d.Allowed(o, f) {
			listed[a.Action] = a.Allowed
		}
		for action := range defaultTable {
			_, err := d.Fire(o.Clone(), action, f)
			require.Equal(t, listed[action], err == nil, "%s in %s", action, s.Name)
		}
	}
}

func TestOrderOfAnotherWorkflow(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	for name, change := range map[string]func(*Order){
		"version": func(o *Order) { o.WorkflowVersion = 2 },
		"id":      func(o *Order) { o.Workflow = "other" },
		"status":  func(o *Order) { o.Status = "elsewhere" },
		"new":     func(o *Order) { *o = Order{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := orderIn(m, StatusConfirmed)
			change(o)
			before := o.Clone()
			_, err := m.Fire(o, ActionNote, factsOf(MoneyFacts{})(o))
			var mismatch *WorkflowMismatchError
			require.ErrorAs(t, err, &mismatch)
			require.Equal(t, fault.Rejected, fault.KindOf(err))
			require.Equal(t, before.Status, mismatch.Status)
			require.NotEmpty(t, err.Error())
			_, err = m.Settle(o, factsOf(MoneyFacts{Authorized: euro("30.00")}))
			require.ErrorAs(t, err, &mismatch)
			require.Equal(t, before, o)
		})
	}
}

func TestStartTwice(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	o := orderIn(m, StatusCompleted)
	err := m.Start(o)
	var refused *NotAllowedError
	require.ErrorAs(t, err, &refused)
	require.True(t, refused.Denied(DeniedStarted))
	require.Equal(t, StatusCompleted, o.Status)
}

func TestSettleTakesTheFirstListed(t *testing.T) {
	t.Parallel()
	w := Workflow{
		ID: "race", Version: 3,
		States: []State{{Name: "a", Kind: Initial}, {Name: "b"}, {Name: "c"}, {Name: "z", Kind: Final}},
		Actions: []Action{
			{Name: "first", From: []string{"a"}, To: "b", Automatic: true, Guards: []string{"first"}, Effects: []string{"gift"}},
			{Name: "second", From: []string{"a"}, To: "c", Automatic: true, Guards: []string{"second"}},
			{Name: "end", From: []string{"b", "c"}, To: "z", Automatic: true, Guards: []string{"end"}},
		},
	}
	host := func(name string) Guard {
		return func(f Facts) *Denial {
			if f.Host[name] {
				return nil
			}
			return Deny("not_"+name, "not "+name)
		}
	}
	m, err := Compile(w, Registry{
		Guards: map[string]Guard{"first": host("first"), "second": host("second"), "end": host("end")}, Effects: []string{"gift"},
	})
	require.NoError(t, err)
	settle := func(asked *int, flags ...string) (string, []Fired) {
		o := &Order{}
		require.NoError(t, m.Start(o))
		fired, err := m.Settle(o, func(o *Order) Facts {
			*asked++
			f := NewFacts(o, MoneyFacts{}, event.Actor{}, testNow)
			f.Host = map[string]bool{}
			for _, name := range flags {
				f.Host[name] = true
			}
			return f
		})
		require.NoError(t, err)
		return o.Status, fired
	}
	asked := 0
	status, fired := settle(&asked, "first", "second", "end")
	require.Equal(t, "z", status)
	require.Equal(t, []Fired{{"first", "a", "b", []string{"gift"}}, {"end", "b", "z", nil}}, fired)
	require.Equal(t, 2, asked, "facts are asked for once a round, and not in a state without automatic actions")

	status, fired = settle(&asked, "second")
	require.Equal(t, "c", status)
	require.Len(t, fired, 1)
	status, fired = settle(&asked)
	require.Equal(t, "a", status)
	require.Empty(t, fired)
}

func TestOffers(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	for action, targets := range defaultTable {
		for _, s := range DefaultWorkflow().States {
			_, want := targets[s.Name]
			require.Equal(t, want, m.Offers(s.Name, action), "%s in %s", action, s.Name)
		}
		require.False(t, m.Offers("elsewhere", action))
	}
}

// A guard that is not pure, against its contract, ends the settling and nothing else.
func TestSettleWithFickleGuard(t *testing.T) {
	t.Parallel()
	w := small()
	w.Actions[0].Automatic, w.Actions[0].Guards = true, []string{"fickle"}
	asked := 0
	m, err := Compile(w, Registry{Guards: map[string]Guard{"fickle": func(Facts) *Denial {
		if asked++; asked == 1 {
			return nil
		}
		return Deny("fickle", "changed its mind")
	}}})
	require.NoError(t, err)
	o := orderIn(m, "a")
	fired, err := m.Settle(o, factsOf(MoneyFacts{}))
	require.NoError(t, err)
	require.Empty(t, fired)
	require.Equal(t, "a", o.Status)
	require.Equal(t, 2, asked)
}

// The time of closing is the business time, as the books keep it; what stays in a
// final state does not close it again.
func TestClosing(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	o := orderIn(m, StatusPending)
	f := factsOf(MoneyFacts{})(o)
	f.At = time.Date(2020, 5, 1, 10, 0, 0, 1234, time.FixedZone("", 3600))
	f.Reason = "changed her mind"
	_, err := m.Fire(o, ActionCancel, f)
	require.NoError(t, err)
	require.Equal(t, time.Date(2020, 5, 1, 9, 0, 0, 1000, time.UTC), o.ClosedAt)
	require.Equal(t, "changed her mind", o.CloseReason)
	closed := o.ClosedAt
	f.At, f.Reason = testNow, "a remark"
	_, err = m.Fire(o, ActionNote, f)
	require.NoError(t, err)
	require.Equal(t, closed, o.ClosedAt)
	require.Equal(t, "changed her mind", o.CloseReason)
}

// Many goroutines use the machines of one pool, each with orders of its own: no
// firing sees another's facts or status.
func TestFireConcurrently(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	const callers, rounds = 16, 200
	var wg sync.WaitGroup
	problems := make(chan error, callers*rounds)
	for i := range callers {
		wg.Go(func() {
			paid := i%2 == 0
			var money MoneyFacts
			if paid {
				money.Authorized = euro("30.00")
			}
			for range rounds {
				o := orderIn(m, "")
				o.ID = uuid.UUID{15: byte(i)}
				if err := m.Start(o); err != nil {
					problems <- err
				}
				fired, err := m.Settle(o, factsOf(money))
				if err != nil || len(fired) == 1 != paid {
					problems <- err
				}
				_, err = m.Fire(o, ActionShip, factsOf(money)(o))
				var refused *NotAllowedError
				switch {
				case paid && (err != nil || o.Status != StatusInProgress):
					problems <- err
				case !paid && (err == nil || o.Status != StatusPending):
					problems <- err
				case !paid:
					if !errors.As(err, &refused) || refused.OrderID != o.ID {
						problems <- err
					}
				}
			}
		})
	}
	wg.Wait()
	close(problems)
	for err := range problems {
		t.Errorf("a firing went wrong: %v", err)
	}
}
