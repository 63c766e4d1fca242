package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestOrderShowFindsAnOrderByEverythingThatNamesIt(t *testing.T) {
	l := newLived(t)
	for _, args := range [][]string{
		{l.new.Number}, {l.new.ID.String()}, {"M-77", "--channel", "market"}, {l.new.Number, "--tenant", ""},
	} {
		code, out, errs := tool(t, append([]string{"order", "show", "--db", l.path}, args...)...)
		require.Zero(t, code, errs)
		require.Contains(t, out, "id "+l.new.ID.String())
	}
	for _, args := range [][]string{
		{"M-77"},
		{"M-77", "--channel", "shop"},
		{l.new.Number, "--channel", "market"},
		{"0199d1f0-0000-7000-8000-000000000000"},
		{l.new.ID.String(), "--tenant", "acme"},
	} {
		code, out, errs := tool(t, append([]string{"order", "show", "--db", l.path}, args...)...)
		require.Equal(t, 1, code, args)
		require.Empty(t, out)
		require.Contains(t, errs, "not found")
	}
}

func TestOrderShowTellsTheWholeStoryInAHundredColumns(t *testing.T) {
	l := newLived(t)
	l.tamper(t, "UPDATE oms_addresses SET name = 'Ada '||char(27)||'[31mLovelace'")
	code, out, _ := tool(t, "order", "show", "--db", l.path, l.whole.Number)
	require.Zero(t, code)
	for _, want := range []string{
		"Order " + l.whole.Number, "payment paid", "TEE-M", "3 ×        19.90 =          59.70",
		"1 allocated, 2 shipped; of the shipped 2 delivered, 1 to come back",
		"Ada ·[31mLovelace, London, GB", // as typed, and no escape sequence
		"59.70 EUR through card (card)", "captured 59.70", "insufficient_funds", "sale", "succeeded",
		"from main: closed", "2 TEE-M", "too small", "rang twice·at the door",
		"order.placed", "order.return_requested", "payment.",
	} {
		require.Contains(t, out, want)
	}
	_, second, _ := tool(t, "order", "show", "--db", l.path, l.new.Number)
	for _, want := range []string{"channel    market", "reference  M-77", "12.3456", "parcel", "4.90", "in_doubt", "title does…"} {
		require.Contains(t, second, want)
	}
	for _, text := range []string{out, second} {
		require.NotContains(t, text, "\x1b", "colours are for terminals")
		for _, line := range strings.Split(text, "\n") {
			require.LessOrEqual(t, utf8.RuneCountInString(line), 100, line)
		}
	}
}

func TestOrderShowHasColoursOnATerminal(t *testing.T) {
	l := newLived(t)
	store, err := bookFlags{DB: address(l.path)}.look(&env{ctx: context.Background()})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	shop, err := shopOf(store, "")
	require.NoError(t, err)
	file, err := fileOf(context.Background(), shop, l.whole)
	require.NoError(t, err)
	var plain, colored bytes.Buffer
	require.NoError(t, file.write(&plain, false))
	require.NoError(t, file.write(&colored, true))
	require.Contains(t, colored.String(), "\x1b[1mTimeline")
	require.Equal(t, plain.String(), strings.NewReplacer("\x1b[1m", "", "\x1b[0m", "").Replace(colored.String()))
}

func TestOrderShowPrintsOneDocument(t *testing.T) {
	l := newLived(t)
	code, out, _ := tool(t, "order", "show", "--db", l.path, "--json", l.whole.Number)
	require.Zero(t, code)
	var document struct {
		Order struct {
			Number string `json:"number"`
			Lines  []struct {
				SKU string `json:"sku"`
			} `json:"lines"`
		} `json:"order"`
		ShipTo       map[string]string `json:"ship_to"`
		BillTo       map[string]string `json:"bill_to"`
		Payments     []json.RawMessage `json:"payments"`
		Fulfillments []json.RawMessage `json:"fulfillments"`
		Notes        []struct {
			Text string `json:"text"`
		} `json:"notes"`
		Timeline []struct {
			Type string `json:"type"`
		} `json:"timeline"`
	}
	require.NoError(t, json.Unmarshal([]byte(out), &document))
	require.Equal(t, l.whole.Number, document.Order.Number)
	require.Equal(t, "TEE-M", document.Order.Lines[0].SKU)
	require.Equal(t, "London", document.ShipTo["city"])
	require.Len(t, document.Payments, 2, "the declined one and the paid one")
	require.Len(t, document.Fulfillments, 1)
	require.Equal(t, "rang twice\nat the door", document.Notes[0].Text)
	require.Equal(t, "order.placed", document.Timeline[0].Type)
	require.NotContains(t, out, "tok_visa", "what a payer's token is, is nobody's business")
}
