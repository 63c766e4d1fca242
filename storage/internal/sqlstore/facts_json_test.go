package sqlstore

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/money"
	"github.com/go-oms/oms/quantity"
	"github.com/go-oms/oms/reporting"
)

// told writes facts as a row's text and reads it back.
func told(t *testing.T, facts []reporting.Fact) (text []byte, read []reporting.Fact) {
	t.Helper()
	var a args
	a.list(func() {
		for i := range facts {
			a.fact(&facts[i], money.EUR, facts[i].SKU)
		}
	})
	require.NoError(t, a.err)
	text = a.values[0].B
	read, ok := readFacts(text, reporting.Fact{})
	require.True(t, ok, "%s", text)
	return text, read
}

func readFacts(text []byte, shared reporting.Fact) (facts []reporting.Fact, ok bool) {
	p := parser{data: text}
	more := p.facts(&entry{Fact: shared, currency: money.EUR}, new(texts), func(f reporting.Fact, _ error) bool {
		facts = append(facts, f)
		return true
	})
	return facts, more && p.done()
}

func TestFactsAreReadAsTheyWereWritten(t *testing.T) {
	kinds := []reporting.FactKind{
		reporting.Goods, reporting.Discount, reporting.Tax, reporting.TaxPart, reporting.Shipping, reporting.Fee, reporting.Credit,
	}
	names := []string{"", "a", "A-1", `"`, `\`, `\"`, "\x00\n\t\x1f", "<&>", "ü 漢 \U0001F600", "\xff", strings.Repeat("long", 99), `","`, "null", "]"}
	amounts := []int64{0, 1, -1, 99, math.MaxInt64, -math.MaxInt64}
	quantities := []int64{0, 1, -1, 1_500_000, quantity.MaxMicro, -quantity.MaxMicro}
	var facts []reporting.Fact
	for i := range 500 {
		f := reporting.Fact{
			Kind: kinds[i%len(kinds)], SKU: names[i%len(names)], Code: names[i/3%len(names)],
			Quantity: quantity.FromMicro(quantities[i%len(quantities)]),
		}
		if i%11 != 0 {
			var err error
			f.Amount, err = money.Minor(amounts[i/2%len(amounts)], money.EUR)
			require.NoError(t, err)
		}
		facts = append(facts, f)
	}
	for i := range facts {
		_, read := told(t, facts[i:i+1])
		require.Equal(t, facts[i:i+1], read)
	}
	text, read := told(t, facts)
	require.Equal(t, facts, read)
	_, read = told(t, nil)
	require.Empty(t, read)

	// It is JSON for whoever looks at the table, invalid UTF-8 apart.
	var list [][]any
	require.NoError(t, json.Unmarshal(text, &list))
	require.Len(t, list, len(facts))
	amount, err := money.Minor(99, money.EUR)
	require.NoError(t, err)
	text, _ = told(t, []reporting.Fact{{Kind: reporting.Tax, SKU: "A-1", Quantity: quantity.FromMicro(1_500_000), Amount: amount}})
	require.Equal(t, `[["t","A-1","",1500000,99]]`, string(text))
}

func TestFactsWithoutAnItemAreAboutTheRowsOwn(t *testing.T) {
	facts, ok := readFacts([]byte(`[["c","","return",0,-5],["p","other","return",0,-1]]`), reporting.Fact{SKU: "own", Channel: "web"})
	require.True(t, ok)
	require.Equal(t, "own", facts[0].SKU)
	require.Equal(t, "other", facts[1].SKU)
	require.Equal(t, "web", facts[1].Channel)
}

func TestFactsThatWereNotWrittenSoAreRefused(t *testing.T) {
	const good = `[["g","A-1","code",1500000,99],["c","","",0,null]]`
	_, ok := readFacts([]byte(good), reporting.Fact{})
	require.True(t, ok)
	for end := range len(good) {
		_, ok = readFacts([]byte(good[:end]), reporting.Fact{})
		require.False(t, ok, good[:end])
	}
	for _, bad := range []string{
		good + " ", good + "]", `[["x","A-1","",1,1]]`, `[["gg","A-1","",1,1]]`, `[[g,"A-1","",1,1]]`, `[["g",A-1,"",1,1]]`,
		`[["g","A-1","",1.5,1]]`, `[["g","A-1","",1,1e3]]`, `[["g","A-1","",-,1]]`, `[["g","A-1","",,1]]`, `[["g","A-1","",1]]`,
		`[["g","A-1","",9223372036854775808,1]]`, `[["g","A-1","",1,99999999999999999999]]`, `[["g","A-1","",1,nil]]`,
		`[["g","A-1","",1,1,1]]`, `[["g","A-1","",1,"1"]]`, `{}`, `[["g","A-1","\u12","",1,1]]`, `[["g","A-1" ,"",1,1]]`,
	} {
		_, ok := readFacts([]byte(bad), reporting.Fact{})
		require.False(t, ok, bad)
	}
}

func FuzzFactsNeverPanic(f *testing.F) {
	f.Add([]byte(`[["g","A-1","code",1500000,99],["c","\"\\","",-1,null]]`))
	f.Fuzz(func(t *testing.T, text []byte) {
		facts, ok := readFacts(text, reporting.Fact{})
		if !ok {
			return
		}
		_, again := told(t, facts)
		require.Equal(t, facts, again)
	})
}

// A walk that stops in the middle of a row reads no more of it.
func TestFactsStopWhenTold(t *testing.T) {
	p := parser{data: []byte(`[["g","a","",1,1],["g","b","",1,1],broken`)}
	n := 0
	more := p.facts(&entry{currency: money.EUR}, new(texts), func(reporting.Fact, error) bool { n++; return n < 2 })
	require.False(t, more)
	require.Equal(t, 2, n)
	require.False(t, p.failed)
}

func BenchmarkReadFacts(b *testing.B) {
	var text strings.Builder
	for i := range 25 {
		text.WriteString(`,["g","8512` + string(rune('A'+i)) + `","",6000000,1530]`)
	}
	row, known := []byte("["+text.String()[1:]+"]"), new(texts)
	e := entry{currency: money.EUR}
	b.ReportAllocs()
	for b.Loop() {
		p := parser{data: row}
		p.facts(&e, known, func(reporting.Fact, error) bool { return true })
		if !p.done() {
			b.Fatal("refused")
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/25, "ns/fact")
}
