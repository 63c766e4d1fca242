package storagetest

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fulfillment"
	"github.com/go-oms/oms/inventory"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/quantity"
)

// words are the values of the types that have a fixed set of them. Movements that
// promise are left out: they have conditions, and cases of their own.
var words = map[reflect.Type][]any{
	reflect.TypeFor[order.Origin]():            {order.FromStaff, order.FromImport, order.FromShop},
	reflect.TypeFor[order.PaymentStatus]():     {order.PaymentPaid, order.PaymentAuthorized},
	reflect.TypeFor[order.FulfillmentStatus](): {order.PartiallyFulfilled, order.Delivered},
	reflect.TypeFor[order.ReturnStatus]():      {order.ReturnAsked, order.Returned},
	reflect.TypeFor[order.Scope]():             {order.OnLine, order.OnShipping, order.OnOrder},
	reflect.TypeFor[order.AdjustmentKind]():    {order.Fee, order.Credit, order.Tax, order.Discount, order.Shipping},
	reflect.TypeFor[order.ReturnState]():       {order.ReturnPartly, order.ReturnReceived},
	reflect.TypeFor[order.ChangeStatus]():      {order.ChangeApplied, order.ChangeDiscarded},
	reflect.TypeFor[order.StepType]():          {order.StepAdd, order.StepFee, order.StepCancel},
	reflect.TypeFor[order.HoldScope]():         {order.HoldsLine, order.HoldsFulfillment},
	reflect.TypeFor[order.HoldStatus]():        {order.HoldOpen, order.HoldRejected, order.HoldReleased},
	reflect.TypeFor[order.Acceptance]():        {order.Accepted, order.ManualReview},
	reflect.TypeFor[order.Resolution]():        {order.ToTenders, order.NoCredit},
	reflect.TypeFor[order.ClaimKind]():         {order.ClaimWrong, order.ClaimLate},
	reflect.TypeFor[order.ClaimState]():        {order.ClaimRejected, order.ClaimResolved},
	reflect.TypeFor[order.ReturnLabelState]():  {order.ReturnLabelBought, order.ReturnLabelInDoubt},
	reflect.TypeFor[order.TaxLevel]():          {order.PerUnit, order.PerOrder},
	reflect.TypeFor[money.Rounding]():          {money.Rounding(1), money.Rounding(2), money.Rounding(3)},
	reflect.TypeFor[inventory.MoveKind](): {
		inventory.Receive, inventory.Adjust, inventory.Void, inventory.Post, inventory.Release, inventory.Ship,
		inventory.ReturnGood, inventory.ReturnDamaged, inventory.Quarantine, inventory.BackorderVoid,
	},
	reflect.TypeFor[inventory.ReservationKind]():   {inventory.ForCart, inventory.ForBackorder, inventory.ForOrder},
	reflect.TypeFor[inventory.ReservationStatus](): {inventory.Pending, inventory.Posted, inventory.Voided},
	reflect.TypeFor[payment.Kind]():                {payment.Capture, payment.Refund, payment.Authorize},
	reflect.TypeFor[payment.State]():               {payment.InDoubt, payment.Succeeded, payment.Declined},
	reflect.TypeFor[payment.Channel]():             {payment.Webhook, payment.Looked},
	reflect.TypeFor[payment.Retry]():               {payment.RetryLater, payment.RetryNever},
	reflect.TypeFor[fulfillment.Status]():          {fulfillment.InProgress, fulfillment.Closed},
	reflect.TypeFor[fulfillment.ShipmentStatus](): {
		fulfillment.InTransit, fulfillment.Exception, fulfillment.Delivered,
	},
	reflect.TypeFor[crm.MemberRole]():    {crm.Buyer, crm.Viewer, crm.Admin},
	reflect.TypeFor[crm.Period]():        {crm.PerOrder, crm.PerDay, crm.PerMonth},
	reflect.TypeFor[crm.ConsentStatus](): {crm.Granted, crm.Withdrawn},
	reflect.TypeFor[event.ActorKind]():   {event.Shopper, event.Integration},
}

// filler gives every leaf a value that no other leaf has, as far as its type has
// enough of them. They ascend in the order of filling.
type filler struct {
	clerk    *Clerk
	currency money.Currency
	n        int
	words    map[reflect.Type]int // how many values of each were given
}

func (f *filler) fill(v reflect.Value) {
	switch {
	case isLeaf(v.Type()):
		f.leaf(v)
	case v.Kind() == reflect.Pointer:
		if !opaque(v.Type().Elem()) {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem())
		}
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.fill(v.Index(0))
		f.fill(v.Index(1))
	default:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				f.fill(v.Field(i))
			}
		}
	}
}

func (f *filler) leaf(v reflect.Value) {
	f.n++
	if w := words[v.Type()]; w != nil {
		if f.words == nil {
			f.words = map[reflect.Type]int{}
		}
		v.Set(reflect.ValueOf(w[f.words[v.Type()]%len(w)]))
		f.words[v.Type()]++
		return
	}
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(Start.Add(time.Duration(f.n)*time.Second + time.Duration(f.n)*time.Microsecond)))
	case uuid.UUID:
		v.Set(reflect.ValueOf(f.clerk.ID()))
	case money.Money:
		v.Set(reflect.ValueOf(must(money.Minor(int64(1000+f.n), f.currency))))
	case money.Currency:
		v.Set(reflect.ValueOf(f.currency))
	case quantity.Quantity:
		v.Set(reflect.ValueOf(quantity.FromMicro(int64(f.n)*1_000_000 + 7)))
	case []byte:
		v.SetBytes([]byte{0, byte(f.n), byte(f.n >> 8), 0xff})
	case [32]byte:
		v.Set(reflect.ValueOf([32]byte{0, byte(f.n), byte(f.n >> 8), 31: 0xff}))
	case order.Metadata:
		v.Set(reflect.ValueOf(order.Metadata{"gift": fmt.Sprint("g", f.n), "λ": "a \"quoted\" text"}))
	default:
		f.basic(v)
	}
}

func (f *filler) basic(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.clerk.Text("ü"))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(100 + f.n))
	case reflect.Uint8:
		v.SetUint(uint64(1 + f.n%250))
	case reflect.Interface:
		// A payload: set with its event.
	default:
		panic("storagetest: no values for " + v.Type().String())
	}
}

// finer gives unit prices the decimals beyond the currency that only they have.
func (f *filler) finer(ms ...*money.Money) {
	for _, m := range ms {
		f.n++
		*m = must(money.FromScaled(int64(1_000_000_007+f.n), money.MaxExtra, f.currency))
	}
}

// vary gives one leaf another valid value. Times and numbers become a little less,
// so that what is listed by them keeps its order.
func vary(v reflect.Value, path string) {
	if w := words[v.Type()]; w != nil {
		at := slices.Index(w, v.Interface())
		v.Set(reflect.ValueOf(w[(at+1)%len(w)]))
		return
	}
	switch x := v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(x.Add(-3 * time.Microsecond)))
	case uuid.UUID:
		x[1] ^= 0x80
		v.Set(reflect.ValueOf(x))
	case money.Money:
		v.Set(reflect.ValueOf(variedMoney(x, path)))
	case quantity.Quantity:
		if strings.HasSuffix(path, ".OnHand") {
			v.Set(reflect.ValueOf(x.Neg())) // the one figure that may end below zero
		} else {
			v.Set(reflect.ValueOf(x.Add(quantity.FromMicro(1))))
		}
	case []byte:
		v.SetBytes(append(slices.Clone(x), 0))
	case [32]byte:
		x[5]++
		v.Set(reflect.ValueOf(x))
	case order.Metadata:
		v.Set(reflect.ValueOf(order.Metadata{"gift": "none"}))
	default:
		varyBasic(v)
	}
}

func varyBasic(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "-é'%")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() - 1)
	case reflect.Uint8:
		v.SetUint(v.Uint() + 1)
	default:
		panic("storagetest: cannot vary a " + v.Type().String())
	}
}

// variedMoney moves an amount by its last digit, or turns the sign of one that
// may have either.
func variedMoney(m money.Money, path string) money.Money {
	if strings.Contains(path, "Adjustments") || strings.HasSuffix(path, ".Fees") {
		return m.Neg()
	}
	extra := 0
	if !m.IsMinor() {
		extra = money.MaxExtra
	}
	units := must(m.Scaled(extra))
	if extra == 0 && strings.HasSuffix(path, ".Total") {
		return must(money.FromScaled(math.MaxInt64, 0, m.Currency()))
	}
	return must(money.FromScaled(units+1, extra, m.Currency()))
}
