package oms_test

import (
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/event"
)

// intruder is somebody whom ada's objects are no business of.
type intruder struct {
	who    string
	client func(w *world) *oms.Client
	own    func(w *world) *party // whose objects his other arguments are
	over   bool                  // he came over from another tenant, and is refused whatever it is about
}

var intruders = []intruder{
	{
		"another customer",
		func(w *world) *oms.Client {
			return w.shop.Tenant("a").As(event.Actor{Kind: event.Shopper, ID: w.eve.customer.ID.String()})
		},
		func(w *world) *party { return w.eve }, false,
	},
	{
		"a customer of another tenant",
		func(w *world) *oms.Client {
			return w.shop.Tenant("b").As(event.Actor{Kind: event.Shopper, ID: w.bob.customer.ID.String()})
		},
		func(w *world) *party { return w.bob }, false,
	},
	{
		"the staff of another tenant",
		func(w *world) *oms.Client { return w.shop.Tenant("b").As(staff()) },
		func(w *world) *party { return w.bob }, false,
	},
	{
		"the staff of another tenant, who came over",
		func(w *world) *oms.Client { return w.shop.Tenant("b").As(staff()).Tenant("a") },
		func(w *world) *party { return w.eve }, true,
	},
	{
		"another tenant's customer with her id, who came over",
		func(w *world) *oms.Client {
			return w.shop.Tenant("b").As(event.Actor{Kind: event.Shopper, ID: w.ada.customer.ID.String()}).Tenant("a")
		},
		func(w *world) *party { return w.ada }, true,
	},
}

// TestNobodyReachesWhatIsNotHis takes every exported method and every place for an id
// in its arguments, and puts an id of ada's there: the answer, what is read and what
// is written must be what an id that does not exist leads to.
func TestNobodyReachesWhatIsNotHis(t *testing.T) {
	for _, method := range slices.Sorted(maps.Keys(exportedMethods())) {
		if unasked[method] != "" {
			continue
		}
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			places := placesOf(t, method)
			for i, place := range places {
				for _, who := range intruders {
					if !who.over || i == len(places)-1 {
						require.NoError(t, intrude(t, method, place, who))
					}
				}
			}
		})
	}
}

// intrude compares what a method answers about an id of ada's with what it answers
// about none's.
func intrude(t *testing.T, method, place string, who intruder) error {
	t.Helper()
	hers, nones := attempt(t, method, place, who, true), attempt(t, method, place, who, false)
	switch {
	case hers.touched || nones.touched:
		return fmt.Errorf("%s by %s, %s: ada's tenant's books were written to", method, who.who, place)
	case hers.text != nones.text:
		return fmt.Errorf("%s by %s, %s: about hers %s", method, who.who, place, difference(hers.text, nones.text))
	case !slices.Equal(hers.reads, nones.reads):
		return fmt.Errorf("%s by %s, %s: about hers were read %q; about nobody's %q", method, who.who, place, hers.reads, nones.reads)
	}
	return nil
}

// attempted is what came of one call.
type attempted struct {
	text    string // the answer, the error and the intruder's books, without the id
	reads   []string
	touched bool
}

// everywhere stands for all places of a method at once.
const everywhere = "everywhere"

// attempt makes the call in a world of its own.
func attempt(t *testing.T, method, place string, who intruder, hers bool) attempted {
	t.Helper()
	w := newWorld(t, nil)
	her, his := w.ada.args(method), who.own(w).args(method)
	var hide []string
	var filled []any
	for i := range his {
		at := fmt.Sprint(i)
		filled = append(filled, edited(his[i], func(p string, v reflect.Value) {
			p = at + p
			if place != p && place != everywhere || !isPlace(method, p, v) {
				return
			}
			if hers {
				v.Set(standing(t, her, p))
			} else {
				v.Set(nobodys(v.Type(), p))
			}
			hide = append(hide, spellings(v)...)
		}))
	}
	before := w.books("a")
	*w.watch.log = nil
	out := w.call(who.client(w), method, filled)
	reads := *w.watch.log
	answer, theirs := spell(out.answer)+spell(out.err), w.books("b")
	slices.SortFunc(hide, func(a, b string) int { return len(b) - len(a) })
	for _, h := range hide {
		answer, theirs = strings.ReplaceAll(answer, h, "ID"), strings.ReplaceAll(theirs, h, "ID")
	}
	rows := strings.Split(theirs, "\n")
	slices.Sort(rows) // they stand in order of their ids
	return attempted{text: answer + "\n" + strings.Join(rows, "\n"), reads: reads, touched: before != w.books("a")}
}

// nobodys is an id that nothing has, a different one for each place.
func nobodys(of reflect.Type, place string) reflect.Value {
	if of.Kind() == reflect.String {
		return reflect.ValueOf("nobodys-" + place).Convert(of)
	}
	return reflect.ValueOf(uuid.NewSHA1(uuid.NameSpaceURL, []byte(place)))
}

// spellings are the ways in which an id may come out again.
func spellings(v reflect.Value) []string {
	if id, ok := v.Interface().(uuid.UUID); ok {
		return []string{id.String(), hex.EncodeToString(id[:])}
	}
	return []string{v.String()}
}

// named are the places for a text that names something, as an id does.
var named = []string{
	"OrderByNumber 0", "OrderByRef 1", "OrderByCart 0", "CustomerByEmail 0", "CustomerByRef 0", "Track 0.Tracking", "TrackReturn 0.Tracking",
}

// noIDs are arguments that are a text and name nothing of a customer's.
var noIDs = []string{"OrderByRef 0", "Webhook 0", "DeadLetters 0", "Redrive 0", "Inventory.Available 0", "Inventory.Levels 0", "Inventory.Items 0"}

// idle are places for an id that nothing is looked up by, and why.
var idle = map[string]string{
	"Orders 0.After.ID":                                     "a place in the list: it is compared with, and need not exist",
	"Customers 0.After.ID":                                  "a place in the list",
	"SaveCustomer 0.Customer.MergedInto":                    "not taken from the caller",
	"SaveAddress 1.Address.CustomerID":                      "not taken from the caller",
	"Place 0.ShipTo.ID":                                     "the order's copy gets an id of its own",
	"Place 0.BillTo.ID":                                     "the order's copy gets an id of its own",
	"PlaceSplit 0.ShipTo.ID":                                "the order's copy gets an id of its own",
	"PlaceSplit 0.BillTo.ID":                                "the order's copy gets an id of its own",
	"PriceSplit 0.ShipTo.ID":                                "the order's copy gets an id of its own",
	"PriceSplit 0.BillTo.ID":                                "the order's copy gets an id of its own",
	"Price 0.ShipTo.ID":                                     "the order's copy gets an id of its own",
	"Price 0.BillTo.ID":                                     "the order's copy gets an id of its own",
	"Enter 0.ShipTo.ID":                                     "the order's copy gets an id of its own",
	"Enter 0.BillTo.ID":                                     "the order's copy gets an id of its own",
	"Import 0.ShipTo.ID":                                    "the order's copy gets an id of its own",
	"Subscriptions 0.After.ID":                              "a place in the list",
	"Drafts 0.After.ID":                                     "a place in the list",
	"PriceDraft 1.ShipTo.ID":                                "the order's copy gets an id of its own",
	"PriceDraft 1.BillTo.ID":                                "the order's copy gets an id of its own",
	"PlaceDraft 1.ShipTo.ID":                                "the order's copy gets an id of its own",
	"PlaceDraft 1.BillTo.ID":                                "the order's copy gets an id of its own",
	"Hold 1.Fulfillment":                                    "instead of a line; it is looked for among the order's own",
	"SaveCustomer 0.Customer.Company.Members[0].CustomerID": "not taken from the caller",

	"Exchange 1.ShipTo.ID":                "the order's copy gets an id of its own",
	"Change 1.ShipTo.ID":                  "the order's copy gets an id of its own",
	"Change 1.Steps[0].AddressID":         "not taken from the caller",
	"Change 1.Steps[0].Adjustment":        "not taken from the caller",
	"OpenChange 1.ShipTo.ID":              "the order's copy gets an id of its own",
	"OpenChange 1.Steps[0].AddressID":     "not taken from the caller",
	"OpenChange 1.Steps[0].Adjustment":    "not taken from the caller",
	"PreviewChange 1.ShipTo.ID":           "the order's copy gets an id of its own",
	"PreviewChange 1.Steps[0].AddressID":  "not taken from the caller",
	"PreviewChange 1.Steps[0].Adjustment": "not taken from the caller",
}

func isPlace(method, path string, v reflect.Value) bool {
	if idle[method+" "+path] != "" {
		return false
	}
	return v.Type() == reflect.TypeFor[uuid.UUID]() || v.Kind() == reflect.String && slices.Contains(named, method+" "+path)
}

// placesOf finds the places for an id in a method's arguments. Each must have an id
// of the party's in it.
func placesOf(t *testing.T, method string) []string {
	t.Helper()
	var places []string
	signature := exportedMethods()[method].Type
	w := newWorld(t, nil)
	args := w.ada.args(method)
	for i, arg := range args {
		at := fmt.Sprint(i)
		if reflect.TypeOf(arg).Kind() == reflect.String {
			require.True(t, slices.Contains(named, method+" "+at) || slices.Contains(noIDs, method+" "+at), "%s: is argument %d an id?", method, i)
		}
		edited(arg, func(p string, v reflect.Value) {
			if isPlace(method, at+p, v) {
				require.False(t, v.IsZero(), "%s: there is no id of ada's in %s", method, at+p)
				places = append(places, at+p)
			}
		})
	}
	// Every place that the types have is one that the arguments fill.
	for i := 2; i < signature.NumIn(); i++ {
		param := signature.In(i)
		if signature.IsVariadic() && i == signature.NumIn()-1 {
			param = param.Elem()
		}
		for _, p := range placesIn(param, fmt.Sprint(i-2), nil) {
			require.True(t, slices.Contains(places, p) || idle[method+" "+p] != "", "%s: no case fills %s", method, p)
		}
	}
	if len(places) > 1 {
		places = append(places, everywhere)
	}
	return places
}

// placesIn are the places for ids in a type.
func placesIn(typ reflect.Type, path string, inside []reflect.Type) (places []string) {
	if slices.Contains(inside, typ) {
		return nil
	}
	inside = append(inside, typ)
	switch typ.Kind() {
	case reflect.Array:
		if typ == reflect.TypeFor[uuid.UUID]() {
			return []string{path}
		}
	case reflect.Pointer:
		return placesIn(typ.Elem(), path, inside)
	case reflect.Slice:
		return placesIn(typ.Elem(), path+"[0]", inside)
	case reflect.Struct:
		for i := range typ.NumField() {
			if f := typ.Field(i); f.IsExported() {
				places = append(places, placesIn(f.Type, path+"."+f.Name, inside)...)
			}
		}
	}
	return places
}

// edited returns a copy of an argument, every value in which was shown to edit.
func edited(arg any, edit func(path string, v reflect.Value)) any {
	v := reflect.New(reflect.TypeOf(arg)).Elem()
	v.Set(reflect.ValueOf(arg))
	walk(v, "", edit)
	return v.Interface()
}

func walk(v reflect.Value, path string, visit func(string, reflect.Value)) {
	switch v.Kind() {
	case reflect.Array, reflect.String:
		visit(path, v)
	case reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem(), path, visit)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), fmt.Sprintf("%s[%d]", path, i), visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				walk(v.Field(i), path+"."+f.Name, visit)
			}
		}
	}
}

// standing returns what stands at a place.
func standing(t *testing.T, args []any, place string) (found reflect.Value) {
	t.Helper()
	for i := range args {
		edited(args[i], func(p string, v reflect.Value) {
			if fmt.Sprint(i)+p == place {
				found = reflect.ValueOf(v.Interface())
			}
		})
	}
	require.True(t, found.IsValid(), "nothing stands at %s", place)
	return found
}

// What a shopper may ask for tells him nothing of others, whether he asks for what is
// his or for whatever there is.
func TestNoAnswerTellsOfOthers(t *testing.T) {
	for _, p := range oms.Permissions() {
		for _, method := range p.Methods {
			if !p.Shopper {
				continue
			}
			t.Run(method, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, nil)
				secrets := append([]string{"ada"}, idsOf(w.ada.args(method))...)
				eve := w.shop.Tenant("a").As(event.Actor{Kind: event.Shopper, ID: w.eve.customer.ID.String()})
				his := w.eve.args(method)
				asked := [][]any{his}
				if n := len(his) - 1; n >= 0 && !reflect.ValueOf(his[n]).IsZero() {
					asked = append(asked, append(slices.Clone(his[:n]), reflect.Zero(reflect.TypeOf(his[n])).Interface()))
				}
				for _, args := range asked {
					out := w.call(eve, method, args)
					text := spell(out.answer) + spell(out.err)
					for _, secret := range secrets {
						require.NotContains(t, text, secret)
					}
				}
			})
		}
	}
}

// idsOf are the ids in arguments, as they would come out again.
func idsOf(args []any) (ids []string) {
	for _, arg := range args {
		edited(arg, func(_ string, v reflect.Value) {
			if v.Type() == reflect.TypeFor[uuid.UUID]() && !v.IsZero() {
				ids = append(ids, spellings(v)...)
			}
		})
	}
	return ids
}

// With their own ids the same calls work: an intruder is not refused for something
// else that is wrong with them.
func TestEverybodyReachesWhatIsHis(t *testing.T) {
	for _, p := range oms.Permissions() {
		for _, method := range p.Methods {
			t.Run(method, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, nil)
				actor := event.Actor{Kind: event.Staff, ID: "7", Roles: []string{"manager"}, Tenant: event.AnyTenant} // of holds
				if p.Shopper {
					actor = event.Actor{Kind: event.Shopper, ID: w.ada.customer.ID.String()}
				}
				err := w.call(w.shop.Tenant("a").As(actor), method, w.ada.args(method)).err
				if method == "Run" {
					require.ErrorContains(t, err, "deadline")
					return
				}
				require.NoError(t, err)
			})
		}
	}
	for method := range subjects {
		require.NotEmpty(t, permissionOf(method), method)
	}
}
