package oms_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/go-oms/oms"
	"github.com/go-oms/oms/crm"
	"github.com/go-oms/oms/event"
	"github.com/go-oms/oms/order"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/storage"
	"github.com/go-oms/oms/storage/sqlite"
)

// canaries are what the persons of this test are called and live at. They are found
// wherever they stand, in any case.
type canaries struct{ words []string }

// sing returns a text that is found again.
func (c *canaries) sing(text string) string {
	c.words = append(c.words, strings.ToLower(strings.TrimSpace(text)))
	return text
}

// heard reports whether a text has any of them.
func (c *canaries) heard(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(c.words, func(w string) bool { return strings.Contains(text, w) })
}

func (c *canaries) address(tag string) order.Address {
	return order.Address{
		Name: c.sing("canary name " + tag), Company: c.sing("canary company " + tag), Line1: c.sing("canary line1 " + tag),
		Line2: c.sing("canary line2 " + tag), City: c.sing("canary city " + tag), Region: c.sing("canary region " + tag),
		PostalCode: c.sing("cnry zip " + tag), Country: "GB", Phone: c.sing("+99 70 0" + fmt.Sprint(len(tag))),
		Email: c.sing("Canary." + tag + "@Example.com"),
	}
}

func (c *canaries) saved(tag string) crm.Address {
	a := c.address(tag)
	return crm.Address{
		Label: c.sing("canary label " + tag), Name: a.Name, Company: a.Company, Line1: a.Line1, Line2: a.Line2, City: a.City,
		Region: a.Region, PostalCode: a.PostalCode, Country: a.Country, Phone: a.Phone,
	}
}

func (c *canaries) customer(tag string) crm.Customer {
	return crm.Customer{
		ExternalRef: c.sing("canary-ref-" + tag), Email: c.sing(tag + ".canary@example.com"), Name: c.sing("canary person " + tag),
		Phone: c.sing("+99 80 000" + fmt.Sprint(len(tag))), Country: c.sing("Canaria " + tag),
	}
}

// overheard is everything that leaves the library beside its answers.
type overheard struct {
	log    bytes.Buffer
	events strings.Builder
	errs   []string
}

// TestPersonalDataStandsInItsColumnsOnly lives the lives of some customers and
// orders with canaries in every personal field, and then looks for them in every
// column of the file, and in all events, errors and log lines.
func TestPersonalDataStandsInItsColumnsOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	store, err := sqlite.Open(t.Context(), path, nil)
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	c, out := &canaries{}, &overheard{}
	s := openShop(t, store, func(cfg *oms.Config) {
		cfg.Logger = slog.New(slog.NewTextHandler(&out.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		cfg.Sinks = oms.Sinks{"ear": oms.SinkFunc(func(_ context.Context, _ string, events []event.Event) error {
			data, err := json.Marshal(events)
			out.events.Write(data)
			return err
		})}
	})
	c.live(s, out)
	work, err := s.RunOnce(s.ctx)
	require.NoError(t, err)
	require.NotZero(t, work.Delivered)
	s.clean()
	require.NoError(t, store.Close())

	registered := map[string]bool{}
	for _, p := range storage.PersonalData() {
		registered[p.Table+"."+p.Column] = true
	}
	found := c.columns(t, path)
	for column := range found {
		require.True(t, registered[column], "%s holds personal data and is not listed", column)
	}
	for column := range registered {
		silent := map[string]bool{"oms_customer_addresses.country": true, "oms_addresses.country": true, "oms_secrets.opaque": true}
		require.True(t, found[column] || silent[column], "the life of this test writes nothing into %s", column)
	}
	require.NotEmpty(t, out.events.String())
	require.False(t, c.heard(out.events.String()), "in an event")
	require.False(t, c.heard(out.log.String()), "in the log: %s", out.log.String())
	require.Greater(t, len(out.errs), 12)
	for _, e := range out.errs {
		require.False(t, c.heard(e), "in an error: %s", e)
	}
}

// TestTheEarHearsCanaries shows that the search can fail.
func TestTheEarHearsCanaries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plain.db")
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	c := &canaries{}
	_, err = db.Exec(`CREATE TABLE oms_leak (id INTEGER PRIMARY KEY, text TEXT, bytes BLOB, other TEXT)`)
	require.NoError(t, err)
	_, err = db.Exec(`INSERT INTO oms_leak (text, bytes, other) VALUES (?, ?, 'x')`, "a CANARY Ada here", []byte(c.sing("canary ada")))
	require.NoError(t, err)
	require.NoError(t, db.Close())
	require.Equal(t, map[string]bool{"oms_leak.text": true, "oms_leak.bytes": true}, c.columns(t, path))
}

// columns returns the columns of a file that hold a canary.
func (c *canaries) columns(t *testing.T, path string) map[string]bool {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	found := map[string]bool{}
	for _, table := range texts(t, db, `SELECT name FROM sqlite_master WHERE type = 'table'`) {
		for _, column := range texts(t, db, `SELECT name FROM pragma_table_info('`+table+`')`) {
			for _, value := range texts(t, db, `SELECT COALESCE(CAST("`+column+`" AS TEXT), '') FROM "`+table+`"`) {
				if c.heard(value) {
					found[table+"."+column] = true
				}
			}
		}
	}
	return found
}

func texts(t *testing.T, db *sql.DB, query string) (list []string) {
	t.Helper()
	rows, err := db.Query(query)
	require.NoError(t, err)
	defer func() { require.NoError(t, rows.Close()) }()
	for rows.Next() {
		var text string
		require.NoError(t, rows.Scan(&text))
		list = append(list, text)
	}
	require.NoError(t, rows.Err())
	return list
}

// live is the life of a shop whose customers are canaries.
func (c *canaries) live(s *shop, out *overheard) {
	s.receive("TEE-M", 30)
	ok := func(_ any, err error) { require.NoError(s.t, err) }
	ada, twin := s.save(c.customer("ada")), s.save(c.customer("twin2"))
	renamed := c.customer("ada1815")
	renamed.ID = ada.ID
	s.save(renamed)
	home := s.address(ada.ID, c.saved("home"))
	s.address(twin.ID, c.saved("twin2"))
	gone := s.address(ada.ID, c.saved("gone12"))
	require.NoError(s.t, s.RemoveAddress(s.ctx, ada.ID, oms.AddressRemoval{Key: "remove", AddressID: gone.ID}))
	for _, id := range []uuid.UUID{ada.ID, twin.ID} {
		ok(s.AddCustomerNote(s.ctx, id, oms.CustomerNote{Key: "note" + id.String(), Text: c.sing("canary remark " + id.String())}))
		ok(s.RecordConsent(s.ctx, id, oms.Decision{
			Purpose: "news", Status: crm.Granted, Source: c.sing("canary source " + id.String()), Proof: c.sing("canary proof " + id.String()),
		}))
	}
	guest := c.address("guest")
	guest.Email = renamed.Email
	bill := c.address("payer77")
	o, err := s.Place(s.ctx, oms.Cart{Key: "guest", ShipTo: guest, BillTo: &bill, Lines: []oms.CartLine{line("TEE-M", 2)}})
	require.NoError(s.t, err)
	ok(s.Place(s.ctx, oms.Cart{Key: "book", CustomerID: ada.ID, ShipToSaved: home.ID, Lines: []oms.CartLine{line("TEE-M", 1)}}))
	ok(s.Place(s.ctx, oms.Cart{Key: "twin", CustomerID: twin.ID, Lines: []oms.CartLine{line("TEE-M", 1)}}))
	ok(s.AddNote(s.ctx, o.ID, oms.Note{Key: "order note", Text: c.sing("canary order note")}))
	ok(s.Pay(s.ctx, o.ID, oms.Payment{Key: "pay", Gateway: "card", Source: c.sing("tok_canary")}))
	ok(s.Subscribe(s.ctx, oms.Subscription{
		Key: "subscribe", CustomerID: ada.ID, ShipToSaved: home.ID, Lines: []oms.SubscriptionLine{{SKU: "TEE-M", Quantity: quantity.Of(1)}},
		Schedule: order.Schedule{Every: 1, Unit: order.Week, Start: s.clock.Now()},
		Payment:  order.SubscriptionPayment{Gateway: "card", Source: c.sing("tok_canary_saved")},
	}))
	kept, err := s.SaveDraft(s.ctx, oms.Draft{Key: "draft", CustomerID: ada.ID, ShipToSaved: home.ID, Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.NoError(s.t, err)
	ok(s.OfferQuote(s.ctx, kept.ID, oms.Offer{Key: "offer"}))
	ok(s.AcceptQuote(s.ctx, kept.ID, oms.Acceptance{Key: "accept"}))
	asGuest, err := s.SaveDraft(s.ctx, oms.Draft{Key: "guest draft", Lines: []oms.CartLine{line("TEE-M", 1)}})
	require.NoError(s.t, err)
	ok(s.PlaceDraft(s.ctx, asGuest.ID, oms.DraftPlacement{Key: "guest draft placed", ShipTo: guest}))
	ok(s.Ship(s.ctx, o.ID, oms.Shipping{Key: "ship", Carrier: "post"}))
	ok(s.Deliver(s.ctx, o.ID, oms.Delivery{Key: "deliver"}))
	r, err := s.RequestReturn(s.ctx, o.ID, oms.ReturnRequest{Key: "return", Lines: units(o, 1)})
	require.NoError(s.t, err)
	ok(s.ReceiveReturn(s.ctx, o.ID, r.ID, oms.Reception{Key: "receive", Location: "main"}))
	ok(s.Refund(s.ctx, o.ID, oms.Refund{Key: "refund"}))
	ok(s.ClaimOrders(s.ctx, ada.ID, oms.Claim{Key: "claim", Email: renamed.Email}))
	c.fail(s, out, ada.ID, twin.ID)
	ok(s.MergeCustomers(s.ctx, oms.Merge{Key: "merge", From: twin.ID, Into: ada.ID}))
	c.fail(s, out, ada.ID, twin.ID)
}

// fail gives commands that are refused, with canaries in what is wrong with them.
func (c *canaries) fail(s *shop, out *overheard, ada, twin uuid.UUID) {
	refused := func(_ any, err error) {
		require.Error(s.t, err)
		out.errs = append(out.errs, err.Error())
	}
	for _, spoil := range []func(x *crm.Customer){
		func(x *crm.Customer) { x.Email = c.sing("canary at nowhere") },
		func(x *crm.Customer) { x.Phone = c.sing("canary phone") },
		func(x *crm.Customer) { x.Name += "\n" + c.sing("canary second line") },
		func(x *crm.Customer) { x.ExternalRef += strings.Repeat("x", crm.MaxExternalRef) },
		func(x *crm.Customer) { x.Country += strings.Repeat("x", crm.MaxCountry) },
		func(x *crm.Customer) { x.Email = c.customer("twin2").Email },
		func(x *crm.Customer) { x.Email, x.ExternalRef = "", c.customer("twin2").ExternalRef },
	} {
		x := c.customer("wrong123")
		spoil(&x)
		refused(s.SaveCustomer(s.ctx, oms.CustomerDetails{Key: "wrong", Customer: x}))
	}
	for _, spoil := range []func(x *order.Address){
		func(x *order.Address) { x.Country = c.sing("canaryland") },
		func(x *order.Address) { x.Email = c.sing("canary nowhere") },
		func(x *order.Address) { x.City += "\x00" },
		func(x *order.Address) { x.PostalCode += strings.Repeat(" canary", 9) },
	} {
		x := c.address("wrong12345")
		spoil(&x)
		refused(s.Place(s.ctx, oms.Cart{Key: "wrong", ShipTo: x, Lines: []oms.CartLine{line("TEE-M", 1)}}))
		refused(s.SaveAddress(s.ctx, ada, oms.SavedAddress{Key: "wrong", Address: crm.Address{Country: x.Country + "x", City: x.City}}))
	}
	stranger := c.saved("stranger12")
	stranger.ID = uuid.New()
	refused(s.SaveAddress(s.ctx, ada, oms.SavedAddress{Key: "wrong", Address: stranger}))
	refused(s.SaveAddress(s.ctx, ada, oms.SavedAddress{Key: "wrong", Address: stranger, Version: 99}))
	refused(s.SaveAddress(s.ctx, uuid.New(), oms.SavedAddress{Key: "wrong", Address: stranger}))
	refused(s.SaveAddress(s.ctx, ada, oms.SavedAddress{Key: "remove", Address: stranger}))
	refused(s.CustomerByEmail(s.ctx, c.sing("unknown.canary@example.com")))
	refused(s.CustomerByRef(s.ctx, c.sing("canary-unknown")))
	refused(s.ClaimOrders(s.ctx, ada, oms.Claim{Key: "wrong", Email: c.sing("nobodys.canary@example.com")}))
	refused(s.AddCustomerNote(s.ctx, uuid.New(), oms.CustomerNote{Key: "wrong", Text: c.sing("canary of nobody")}))
	refused(s.RecordConsent(s.ctx, ada, oms.Decision{Purpose: "news", Status: "x", Proof: c.sing("canary no proof"), At: time.Unix(1, 0)}))
	refused(s.MergeCustomers(s.ctx, oms.Merge{From: twin, Into: twin}))
	refused(s.SaveCustomer(s.ctx, oms.CustomerDetails{Key: "remove", Customer: c.customer("late4567")}))
}
