package manual_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/payment"
	"github.com/go-oms/oms/payment/manual"
	"github.com/go-oms/oms/payment/paymenttest"
)

// noBooks is why a person's gateway lets things through: what it answers follows
// from the request alone.
const noBooks = "it has no books but the host's own, whose caps are those of package payment"

func TestCash(t *testing.T) {
	paymenttest.Run(t, func(*testing.T) paymenttest.Harness {
		return paymenttest.Harness{Gateway: manual.Cash(), Except: map[string]string{
			"key/other-amount": noBooks, "key/other-kind": noBooks,
			"refund/too-much": noBooks, "refund/too-much-in-all": noBooks, "refund/of-nothing": noBooks,
		}}
	})
}

func TestBankTransfer(t *testing.T) {
	paymenttest.Run(t, func(*testing.T) paymenttest.Harness {
		return paymenttest.Harness{Gateway: manual.BankTransfer(nil), Except: map[string]string{
			"refund/of-nothing": noBooks,
		}}
	})
}

func TestInvoice(t *testing.T) {
	paymenttest.Run(t, func(*testing.T) paymenttest.Harness {
		return paymenttest.Harness{Gateway: manual.Invoice(nil), Except: map[string]string{
			"key/other-amount": noBooks, "key/authorize": noBooks, "capture/too-much": noBooks, "capture/too-much-in-all": noBooks,
			"capture/of-nothing": noBooks, "void/releases": noBooks, "void/again": noBooks, "void/captured": noBooks,
			"void/of-nothing": noBooks, "refund/too-much": noBooks, "refund/too-much-in-all": noBooks,
			"refund/not-captured": noBooks, "refund/of-nothing": noBooks,
		}}
	})
}

func TestInstructions(t *testing.T) {
	fields := map[string]string{"iban": "DE02120300000000202051"}
	g := manual.BankTransfer(fields)
	fields["iban"] = "changed"
	id := uuid.UUID{15: 7}
	ask := payment.AuthorizeRequest{Op: payment.Identity{ID: id, Order: "1001"}, Amount: money.MustParse("5.00 EUR"), Capture: true}

	r, err := g.Authorize(t.Context(), ask)
	require.NoError(t, err)
	require.Equal(t, payment.Waiting, r.State)
	require.Equal(t, "bank_transfer", r.Method)
	require.Equal(t, "bank_transfer:"+id.String(), r.Ref)
	require.Equal(t, payment.Instructions, r.Action.Kind)
	require.Equal(t, map[string]string{"iban": "DE02120300000000202051", "reference": "1001"}, r.Action.Fields)

	r.Action.Fields["iban"] = "changed"
	ask.Op.Order = ""
	r, err = g.Authorize(t.Context(), ask)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"iban": "DE02120300000000202051", "reference": id.String()}, r.Action.Fields)

	cash, err := manual.Cash().Authorize(t.Context(), ask)
	require.NoError(t, err)
	require.Nil(t, cash.Action, "there is nothing to say about cash")
}

func TestLookupIsRefused(t *testing.T) {
	_, err := manual.Cash().Lookup(t.Context(), payment.LookupRequest{})
	require.Equal(t, payment.Refused, payment.OutcomeOf(err))
}
