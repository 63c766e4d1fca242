package oms_test

import (
	"context"
	"fmt"
	"go/ast"
	"os"
	"path"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/order"
)

// The threat model names a test for every claim: here it is held to that.

// proofs are the tests that a text names, as links to their files.
var proofs = regexp.MustCompile("\\[`((?:Test|Fuzz|Example)\\w+)`\\]\\(([^)]+)\\)")

// unproven lists what is wrong with a model: tests that are not where it says, and
// rows of its tables without any. The rows begin with a number or one of OWASP's.
func unproven(text string, hasTest func(file, name string) bool) (wrong []string, rows int) {
	row := regexp.MustCompile(`^\| (\d+|V\d+\.\d+\.\d+) \|`)
	for line := range strings.Lines(text) {
		named := proofs.FindAllStringSubmatch(line, -1)
		for _, p := range named {
			if !hasTest(p[2], p[1]) {
				wrong = append(wrong, fmt.Sprintf("%s is not in %s", p[1], p[2]))
			}
		}
		if id := row.FindStringSubmatch(line); id != nil {
			rows++
			if len(named) == 0 {
				wrong = append(wrong, id[1]+" names no test")
			}
		}
	}
	return wrong, rows
}

func TestTheThreatModelNamesTestsThatExist(t *testing.T) {
	text, err := os.ReadFile("THREAT-MODEL.md")
	require.NoError(t, err)
	wrong, rows := unproven(string(text), func(file, name string) bool {
		source, err := os.ReadFile(file)
		return err == nil && strings.HasSuffix(file, "_test.go") && strings.Contains(string(source), "\nfunc "+name+"(")
	})
	require.Empty(t, wrong)
	require.Greater(t, rows, 40)
	for n := range 24 { // the abuse cases have numbers without gaps
		require.Contains(t, string(text), fmt.Sprintf("\n| %d |", n+1))
	}
}

func TestTheThreatModelsGapsAreSeen(t *testing.T) {
	wrong, rows := unproven("| 1 | a | [`TestA`](a_test.go) |\n| V2.3.1 | b | none |\n| 2 | [`TestB`](a_test.go) |\n| no row |\n",
		func(_, name string) bool { return name == "TestA" })
	require.Equal(t, []string{"V2.3.1 names no test", "TestB is not in a_test.go"}, wrong)
	require.Equal(t, 3, rows)
}

// containsMoney reports where a type has room for an amount.
func containsMoney(t reflect.Type, at string, seen map[reflect.Type]bool) string {
	if t == reflect.TypeFor[money.Money]() {
		return at
	}
	if seen[t] {
		return ""
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return containsMoney(t.Elem(), at, seen)
	case reflect.Struct:
		for i := range t.NumField() {
			if found := containsMoney(t.Field(i).Type, at+"."+t.Field(i).Name, seen); found != "" {
				return found
			}
		}
	}
	return ""
}

// What shoppers fill in has no room for an amount: there is nothing to believe.
func TestWhatShoppersFillInHasNoPrices(t *testing.T) {
	for _, of := range []reflect.Type{
		reflect.TypeFor[oms.Cart](), reflect.TypeFor[oms.Draft](), reflect.TypeFor[oms.DraftPlacement](), reflect.TypeFor[oms.ReturnRequest](),
		reflect.TypeFor[oms.Subscription](), reflect.TypeFor[oms.SavedAddress](),
	} {
		require.Empty(t, containsMoney(of, of.Name(), map[reflect.Type]bool{}))
	}
	require.Equal(t, "Entry.Lines.UnitPrice", containsMoney(reflect.TypeFor[oms.Entry](), "Entry", map[reflect.Type]bool{}),
		"staff's entries have, and shoppers may make none")
	s := newShop(t)
	_, err := s.As(event.Actor{Kind: event.Shopper, ID: "1"}).Enter(s.ctx, oms.Entry{Lines: []oms.EntryLine{{SKU: "TEE-M"}}})
	require.Equal(t, fault.Rejected, fault.KindOf(err))
}

// cardData is what no field may be called.
var cardData = regexp.MustCompile(`(?i)^(pan|cvv2?|cvc2?|cid|pin|track[12]?(data)?|(card|account)_?(number|no)|primary_?account.*|security_?code)$`)

// No type of the module has a field for what must not be kept of a card.
func TestNoTypeHasRoomForCardData(t *testing.T) {
	fields := 0
	for _, p := range parsePackages(t, os.DirFS("."), isSource) {
		for _, f := range p.files {
			ast.Inspect(f, func(n ast.Node) bool {
				if of, ok := n.(*ast.StructType); ok {
					for _, field := range of.Fields.List {
						for _, name := range field.Names {
							fields++
							require.NotRegexp(t, cardData, name.Name, p.folder)
						}
					}
				}
				return true
			})
		}
	}
	require.Greater(t, fields, 1000)
	for _, folder := range []string{"storage/sqlite/migrations", "storage/postgres/migrations"} {
		files, err := os.ReadDir(folder)
		require.NoError(t, err)
		for _, file := range files {
			text, err := os.ReadFile(path.Join(folder, file.Name()))
			require.NoError(t, err)
			for line := range strings.Lines(string(text)) {
				if name, _, ok := strings.Cut(strings.TrimSpace(line), " "); ok {
					require.NotRegexp(t, cardData, name)
				}
			}
		}
	}
	for _, name := range []string{"CardNumber", "cvc", "PAN", "track2", "SecurityCode"} {
		require.Regexp(t, cardData, name)
	}
}

// atOnce does something with many callers and returns how many of them got through.
func atOnce(n int, do func(i int) error) (through int) {
	var mu sync.Mutex
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() {
			if do(i) == nil {
				mu.Lock()
				through++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return through
}

func TestManyRefundsAtOnceGiveBackNoMoreThanWasTaken(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 1)
	o := s.place(line("TEE-M", 1))
	s.pay(o)
	through := atOnce(50, func(i int) error {
		_, err := s.Refund(s.ctx, o.ID, oms.Refund{Key: fmt.Sprint(i), Amount: money.MustParse("15.00 EUR"), Reason: "goodwill"})
		return err
	})
	require.Equal(t, 1, through, "of 19.90 there is one refund of 15.00")
	require.Equal(t, "4.90 EUR", s.gatewayBooks().money.String(), "that was kept")
	s.clean()
}

func TestACouponOfOneUseIsUsedOnceByManyAtOnce(t *testing.T) {
	s := newShop(t, func(cfg *oms.Config) {
		coupons, err := order.NewCoupons([]order.Coupon{{Code: "ONCE", Label: "Once", Kind: order.Percentage, RatePPM: 500_000, Limit: 1}})
		require.NoError(t, err)
		cfg.Promotions = coupons
	})
	s.receive("TEE-M", 100)
	require.Equal(t, 1, atOnce(50, func(int) error {
		_, err := s.Place(s.ctx, oms.Cart{Coupons: []string{"ONCE"}, Lines: []oms.CartLine{line("TEE-M", 1)}})
		return err
	}))
	s.clean()
}

// asTyped are promotions that count whatever code a shopper has typed.
type asTyped struct{ uses int64 }

func (p asTyped) Codes(codes []string) []string { return codes }

func (p asTyped) Apply(_ context.Context, r order.PromotionRequest) (found order.Promotion, err error) {
	for _, code := range r.Codes {
		found.Uses = append(found.Uses, order.CouponUse{Code: code, Uses: p.uses})
	}
	return found, nil
}

// A host's promotions may take a shopper's word for a code: what it names is no counter of
// somebody's account, or of what a company spends.
func TestNoCouponIsACounterOfTheBooks(t *testing.T) {
	for code, of := range map[string]struct {
		uses  int64
		field string
	}{
		"account taken EUR 01920000-0000-7000-8000-00000000000a":    {1, "uses[0].code"},
		"account held EUR 01920000-0000-7000-8000-00000000000a":     {1, "uses[0].code"},
		"spent 2026-03-01 EUR 01920000-0000-7000-8000-00000000000a": {1, "uses[0].code"},
		"spring": {-1, "uses[0].uses"},
	} {
		s := newShop(t, func(cfg *oms.Config) { cfg.Promotions = asTyped{of.uses} })
		s.receive("TEE-M", 1)
		_, err := s.Place(s.ctx, oms.Cart{Coupons: []string{code}, Lines: []oms.CartLine{line("TEE-M", 1)}})
		var refused *order.ProviderError
		require.ErrorAs(t, err, &refused, code)
		require.Equal(t, of.field, refused.Field)
		s.clean()
	}
	s := newShop(t, func(cfg *oms.Config) { cfg.Promotions = asTyped{1} })
	s.receive("TEE-M", 1)
	_, err := s.Place(s.ctx, oms.Cart{Coupons: []string{"spring"}, Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.NoError(t, err)
	s.clean()
}

// Who guesses another's key learns that it is taken and nothing else.
func TestAnothersKeyTellsNothing(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 2)
	ada, eve := s.customer("ada@example.com"), s.customer("eve@example.com")
	cart := func(of *crm.Customer) oms.Cart {
		return oms.Cart{Key: "guessed", CustomerID: of.ID, Lines: []oms.CartLine{line("TEE-M", 1)}}
	}
	mine, err := s.shopper(ada.ID).Place(s.ctx, cart(ada))
	require.NoError(t, err)
	for name, of := range map[string]*crm.Customer{"his own cart": eve, "the same cart": ada} {
		o, err := s.shopper(eve.ID).Place(s.ctx, cart(of))
		require.Error(t, err, name)
		require.Nil(t, o, name)
		require.Equal(t, fault.Rejected, fault.KindOf(err), name)
		for _, secret := range []string{mine.ID.String(), mine.Number, ada.Email} {
			require.NotContains(t, err.Error(), secret, name)
		}
	}
	again, err := s.shopper(ada.ID).Place(s.ctx, cart(ada))
	require.NoError(t, err)
	require.Equal(t, mine.ID, again.ID)
	s.clean()
}
