package order

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
)

var testNow = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func defaultMachine(t testing.TB) *Machine {
	t.Helper()
	m, err := Compile(DefaultWorkflow(), Registry{})
	require.NoError(t, err)
	return m
}

func euro(s string) money.Money { return money.MustParse(s + " EUR") }

// orderIn returns an order of three units for 30 EUR in a status of the machine.
func orderIn(m *Machine, status string) *Order {
	return &Order{
		ID: uuid.UUID{15: 1}, Workflow: m.ID(), WorkflowVersion: m.Version(), Status: status,
		Currency: "EUR", Totals: Totals{Goods: euro("30.00"), Total: euro("30.00")},
		Lines: []Line{{
			ID: uuid.UUID{15: 2}, SKU: "TEE", Quantity: quantity.Of(3), UnitPrice: euro("10.00"), Total: euro("30.00"),
			Counts: Counts{Allocated: quantity.Of(3)},
		}},
	}
}

func factsOf(m MoneyFacts) func(*Order) Facts {
	return func(o *Order) Facts { return NewFacts(o, m, event.Actor{}, testNow) }
}

// The whole table: where each action leads from each state; absent is refused.
var defaultTable = map[string]map[string]string{
	ActionVoid:     {"pending": "canceled", "confirmed": "canceled", "in_progress": "canceled"},
	ActionConfirm:  {"pending": "confirmed"},
	ActionComplete: {"confirmed": "completed", "in_progress": "completed"},
	ActionPay:      {"pending": "pending", "confirmed": "confirmed", "in_progress": "in_progress", "completed": "completed"},
	ActionShip:     {"confirmed": "in_progress", "in_progress": "in_progress"},
	ActionDeliver:  {"in_progress": "in_progress", "completed": "completed"},
	ActionCancelLines: {
		"pending": "pending", "confirmed": "confirmed", "in_progress": "in_progress",
	},
	ActionChange: {
		"pending": "pending", "confirmed": "confirmed", "in_progress": "in_progress",
	},
	ActionCancel: {"pending": "canceled", "confirmed": "canceled", "in_progress": "canceled"},
	ActionExpire: {"pending": "expired"},
	ActionReturn: {"in_progress": "in_progress", "completed": "completed"},
	ActionRefund: {
		"pending": "pending", "confirmed": "confirmed", "in_progress": "in_progress",
		"completed": "completed", "canceled": "canceled", "expired": "expired",
	},
	ActionNote: {
		"pending": "pending", "confirmed": "confirmed", "in_progress": "in_progress",
		"completed": "completed", "canceled": "canceled", "expired": "expired",
	},
}

// Facts under which the guards of each action allow it.
func allowing(o *Order, action string) Facts {
	f := Facts{Order: o, Now: testNow, At: testNow}
	switch action {
	case ActionVoid:
		f.Progress.AllCanceled = true
	case ActionConfirm:
		f.Money.Authorized = euro("30.00")
	case ActionComplete:
		f.Progress.AllArrived, f.Money.Captured = true, euro("30.00")
	case ActionShip:
		f.Progress.Ready, f.Money.Authorized = true, euro("30.00")
	case ActionDeliver:
		f.Progress.Undelivered = true
	case ActionCancelLines:
		f.Progress.Open = true
	case ActionExpire:
		o.ExpiresAt = testNow
	case ActionReturn:
		f.Progress.Shipped = true
	case ActionRefund:
		f.Money.Captured = euro("1.00")
	}
	return f
}

func TestDefaultWorkflowTable(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	effects := map[string][]string{}
	for _, a := range DefaultWorkflow().Actions {
		require.Contains(t, defaultTable, a.Name)
		effects[a.Name] = a.Effects
	}
	for action, targets := range defaultTable {
		for _, s := range DefaultWorkflow().States {
			t.Run(action+" in "+s.Name, func(t *testing.T) {
				t.Parallel()
				o := orderIn(m, s.Name)
				f := allowing(o, action)
				got, err := m.Fire(o, action, f)
				to, allowed := targets[s.Name]
				if !allowed {
					var refused *NotAllowedError
					require.ErrorAs(t, err, &refused)
					require.True(t, refused.Denied(DeniedState))
					require.Equal(t, s.Name, refused.Status)
					require.NotContains(t, refused.Allowed, action)
					require.Equal(t, s.Name, o.Status)
					return
				}
				require.NoError(t, err)
				require.Equal(t, to, o.Status)
				require.Equal(t, effects[action], got)
				closed, _ := m.State(to)
				require.Equal(t, closed.Kind == Final && s.Name != to, !o.ClosedAt.IsZero())
			})
		}
	}
}

// Each guard of each action alone is enough to refuse it.
func TestDefaultWorkflowGuards(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	breaks := map[string]func(*Facts){
		GuardMoneySecured:       func(f *Facts) { f.Money.Authorized = euro("29.99") },
		GuardMoneySettled:       func(f *Facts) { f.Money.Captured = euro("29.99") },
		GuardMoneyDue:           func(f *Facts) { f.Money.Captured = euro("30.00") },
		GuardMoneyToReturn:      func(f *Facts) { f.Money.Refunded = f.Money.Captured },
		GuardUnpaid:             func(f *Facts) { f.Money.Authorized = euro("30.00") },
		GuardPastExpiry:         func(f *Facts) { f.Now = testNow.Add(-time.Microsecond) },
		GuardSomethingToShip:    func(f *Facts) { f.Progress.Ready = false },
		GuardNothingShipped:     func(f *Facts) { f.Progress.Shipped = true },
		GuardSomethingOpen:      func(f *Facts) { f.Progress.Open = false },
		GuardSomethingToDeliver: func(f *Facts) { f.Progress.Undelivered = false },
		GuardSomethingToReturn:  func(f *Facts) { f.Progress.Shipped = false },
		GuardAllCanceled:        func(f *Facts) { f.Progress.AllCanceled = false },
		GuardAllArrived:         func(f *Facts) { f.Progress.AllArrived = false },
	}
	used := map[string]bool{}
	for _, a := range DefaultWorkflow().Actions {
		for _, guard := range a.Guards {
			used[guard] = true
			for _, from := range a.From {
				o := orderIn(m, from)
				f := allowing(o, a.Name)
				breaks[guard](&f)
				effects, err := m.Fire(o, a.Name, f)
				var refused *NotAllowedError
				require.ErrorAs(t, err, &refused, "%s in %s without %s", a.Name, from, guard)
				require.Len(t, refused.Denials, 1)
				require.Equal(t, guard, refused.Denials[0].Guard)
				require.Equal(t, a.Name, refused.Denials[0].Action)
				require.NotEmpty(t, refused.Denials[0].Code)
				require.NotEmpty(t, refused.Denials[0].Message)
				require.Empty(t, effects)
				require.Equal(t, from, o.Status)
				require.Equal(t, fault.Rejected, fault.KindOf(err))
			}
		}
	}
	require.Len(t, used, len(BuiltinGuards()), "every built-in guard is used by the default workflow and tried here")
}

func TestStoryOfAnOrder(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	o := orderIn(m, "")
	o.Workflow, o.WorkflowVersion = "", 0
	var paid MoneyFacts
	fire := func(action string) error {
		_, err := m.Fire(o, action, factsOf(paid)(o))
		return err
	}
	settle := func(want ...string) {
		t.Helper()
		fired, err := m.Settle(o, factsOf(paid))
		require.NoError(t, err)
		var names []string
		for _, f := range fired {
			names = append(names, f.Action)
		}
		require.Equal(t, want, names)
	}

	require.NoError(t, m.Start(o))
	require.Equal(t, StatusPending, o.Status)
	require.Equal(t, DefaultWorkflowID, o.Workflow)
	require.Equal(t, 1, o.WorkflowVersion)
	settle()
	require.Error(t, fire(ActionShip), "nothing is paid")
	require.Error(t, fire(ActionConfirm), "nor can it be talked into it")

	require.NoError(t, fire(ActionPay))
	paid.AuthorizingNow = euro("30.00")
	settle()
	paid = MoneyFacts{Authorized: euro("30.00")}
	settle(ActionConfirm)

	require.NoError(t, fire(ActionShip))
	_, err := o.Lines[0].Ship(quantity.Of(2))
	require.NoError(t, err)
	settle()
	require.Error(t, fire(ActionCancel), "something was shipped")

	require.NoError(t, fire(ActionCancelLines))
	_, err = o.Lines[0].Cancel(quantity.Of(1))
	require.NoError(t, err)
	o.Totals.Credited = euro("10.00")
	settle()

	require.NoError(t, fire(ActionDeliver))
	require.NoError(t, o.Lines[0].Deliver(quantity.Of(2)))
	settle()
	paid = MoneyFacts{Authorized: euro("20.00"), Captured: euro("20.00")}
	settle(ActionComplete)
	require.Equal(t, testNow, o.ClosedAt)

	require.NoError(t, fire(ActionReturn))
	require.NoError(t, o.Lines[0].RequestReturn(quantity.Of(1)))
	require.NoError(t, fire(ActionReturn), "what was asked for comes in")
	require.NoError(t, fire(ActionRefund))
	paid.Refunded = euro("20.00")
	require.Error(t, fire(ActionRefund), "everything was given back")
	settle()
	require.Equal(t, StatusCompleted, o.Status)
}

func TestOrdersThatSettleAtOnce(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	tests := []struct {
		name   string
		change func(*Order, *MoneyFacts)
		want   string
	}{
		{"unpaid", func(*Order, *MoneyFacts) {}, StatusPending},
		{"nothing to pay", func(o *Order, _ *MoneyFacts) { o.Totals.Total = euro("0.00") }, StatusConfirmed},
		{"nothing to pay, in no currency", func(o *Order, _ *MoneyFacts) { o.Totals = Totals{} }, StatusConfirmed},
		{"on terms", func(_ *Order, p *MoneyFacts) { p.OnTerms = euro("30.00") }, StatusConfirmed},
		{"half on terms", func(_ *Order, p *MoneyFacts) { p.OnTerms = euro("15.00") }, StatusPending},
		{"half on terms, half held", func(_ *Order, p *MoneyFacts) { p.OnTerms, p.Authorized = euro("15.00"), euro("15.00") }, StatusConfirmed},
		{"in flight", func(_ *Order, p *MoneyFacts) { p.AuthorizingNow = euro("30.00") }, StatusPending},
		{"held, and about to be let go", func(_ *Order, p *MoneyFacts) { p.Authorized, p.VoidingNow = euro("30.00"), euro("30.00") }, StatusPending},
		{"taken and given back", func(_ *Order, p *MoneyFacts) {
			p.Authorized, p.Captured, p.Refunded = euro("30.00"), euro("30.00"), euro("30.00")
		}, StatusPending},
		{"all canceled", func(o *Order, _ *MoneyFacts) { o.Lines[0].Counts = Counts{Canceled: quantity.Of(3)} }, StatusCanceled},
		{"all canceled and paid", func(o *Order, p *MoneyFacts) {
			o.Lines[0].Counts, p.Authorized = Counts{Canceled: quantity.Of(3)}, euro("30.00")
		}, StatusCanceled},
		{"shipped, delivered and paid in the past", func(o *Order, p *MoneyFacts) {
			o.Lines[0].Counts = Counts{Shipped: quantity.Of(3), Delivered: quantity.Of(3)}
			p.Authorized, p.Captured = euro("30.00"), euro("30.00")
		}, StatusCompleted},
		{"overpaid", func(o *Order, p *MoneyFacts) {
			o.Lines[0].Counts = Counts{Shipped: quantity.Of(3), Delivered: quantity.Of(3)}
			p.Authorized, p.Captured = euro("30.01"), euro("30.01")
		}, StatusConfirmed},
		{"a blind return that was paid out", func(o *Order, p *MoneyFacts) {
			o.Origin, o.Lines = FromBlind, nil
			o.Totals = Totals{Total: euro("0.00"), Credited: euro("5.00")}
			p.PaidOut = euro("5.00")
		}, StatusCompleted},
		{"a blind return that is owed", func(o *Order, _ *MoneyFacts) {
			o.Origin, o.Lines = FromBlind, nil
			o.Totals = Totals{Total: euro("0.00"), Credited: euro("5.00")}
		}, StatusConfirmed},
		{"two currencies", func(_ *Order, p *MoneyFacts) { p.Authorized = money.MustParse("30.00 USD") }, StatusPending},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := orderIn(m, "")
			var paid MoneyFacts
			test.change(o, &paid)
			require.NoError(t, m.Start(o))
			fired, err := m.Settle(o, factsOf(paid))
			require.NoError(t, err)
			require.Equal(t, test.want, o.Status)
			if test.want == StatusCanceled {
				require.Equal(t, []Fired{{ActionVoid, StatusPending, StatusCanceled, []string{EffectReleaseStock, EffectReturnMoney}}}, fired)
			}
		})
	}
}

func TestNoExpiryWhileMoneyMayCome(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	o := orderIn(m, StatusPending)
	o.ExpiresAt = testNow
	_, err := m.Fire(o, ActionExpire, factsOf(MoneyFacts{AuthorizingNow: euro("30.00")})(o))
	var refused *NotAllowedError
	require.ErrorAs(t, err, &refused)
	require.True(t, refused.Denied("money_moving"))

	f := factsOf(MoneyFacts{Authorized: euro("1.00")})(o)
	f.Reason, f.At = "not paid in time", testNow.Add(-time.Hour)
	effects, err := m.Fire(o, ActionExpire, f)
	require.NoError(t, err)
	require.Equal(t, []string{EffectReleaseStock, EffectReturnMoney}, effects)
	require.Equal(t, f.At, o.ClosedAt)
	require.Equal(t, "not paid in time", o.CloseReason)
}

// Whatever is asked under whatever facts: the status stays a declared one, moves
// only as Follows says, a final one stays, and a refusal changes nothing.
func TestRandomWalks(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	actions := []string{"", "nonsense", "before_event"}
	for _, a := range DefaultWorkflow().Actions {
		actions = append(actions, a.Name)
	}
	rapid.Check(t, func(t *rapid.T) {
		o := orderIn(m, "")
		if err := m.Start(o); err != nil {
			t.Fatal(err)
		}
		amount := rapid.SampledFrom([]money.Money{{}, euro("0.00"), euro("15.00"), euro("30.00"), euro("31.00")})
		flag := rapid.Bool()
		facts := func(o *Order) Facts {
			return Facts{
				Order: o, Now: testNow, At: testNow, Progress: Progress{
					Open: flag.Draw(t, "open"), Ready: flag.Draw(t, "ready"), Shipped: flag.Draw(t, "shipped"),
					Undelivered: flag.Draw(t, "undelivered"), AllCanceled: flag.Draw(t, "canceled"), AllArrived: flag.Draw(t, "arrived"),
				},
				Money: MoneyFacts{
					Authorized: amount.Draw(t, "authorized"), Captured: amount.Draw(t, "captured"),
					Refunded: amount.Draw(t, "refunded"), OnTerms: amount.Draw(t, "on terms"),
				},
			}
		}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			before := o.Clone()
			if flag.Draw(t, "expires") {
				o.ExpiresAt, before.ExpiresAt = testNow, testNow
			}
			_, err := m.Fire(o, rapid.SampledFrom(actions).Draw(t, "action"), facts(o))
			var refused *NotAllowedError
			if err != nil && (!errors.As(err, &refused) || len(refused.Denials) == 0 || o.Status != before.Status || o.ClosedAt != before.ClosedAt) {
				t.Fatalf("a refusal that is none: %v", err)
			}
			if _, err := m.Settle(o, facts); err != nil {
				t.Fatal(err)
			}
			state, declared := m.State(o.Status)
			if !declared || !m.Follows(before.Status, o.Status) {
				t.Fatalf("from %q to %q", before.Status, o.Status)
			}
			if (state.Kind == Final) != !o.ClosedAt.IsZero() {
				t.Fatalf("closed at %v in %q", o.ClosedAt, o.Status)
			}
			if was, _ := m.State(before.Status); was.Kind == Final && o.Status != before.Status {
				t.Fatalf("left the final %q", before.Status)
			}
		}
	})
}

func TestFollows(t *testing.T) {
	t.Parallel()
	m := defaultMachine(t)
	follows := map[string][]string{
		"":               {StatusPending, StatusConfirmed, StatusCompleted, StatusCanceled},
		StatusPending:    {StatusPending, StatusConfirmed, StatusCompleted, StatusCanceled, StatusExpired},
		StatusConfirmed:  {StatusConfirmed, StatusInProgress, StatusCompleted, StatusCanceled},
		StatusInProgress: {StatusInProgress, StatusCompleted, StatusCanceled},
		StatusCompleted:  {StatusCompleted},
		StatusCanceled:   {StatusCanceled},
		StatusExpired:    {StatusExpired},
		"nowhere":        {},
	}
	for from, want := range follows {
		got := []string{}
		for _, s := range DefaultWorkflow().States {
			if m.Follows(from, s.Name) {
				got = append(got, s.Name)
			}
		}
		require.Equal(t, want, got, "from %q", from)
		require.False(t, m.Follows(from, "elsewhere"))
	}
	plain, err := Compile(small(), Registry{})
	require.NoError(t, err)
	require.True(t, plain.Follows("a", "a"), "a command that asks for no action")
	require.False(t, plain.Follows("a", "z"), "two actions asked for")
}
