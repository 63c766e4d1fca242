package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const sample = `<ISO_4217 Pblshd="2024-06-25"><CcyTbl>
<CcyNtry><CtryNm>FRANCE</CtryNm><CcyNm>Euro</CcyNm><Ccy>EUR</Ccy><CcyMnrUnts>2</CcyMnrUnts></CcyNtry>
<CcyNtry><CtryNm>AUSTRIA</CtryNm><CcyNm>Euro</CcyNm><Ccy>EUR</Ccy><CcyMnrUnts>2</CcyMnrUnts></CcyNtry>
<CcyNtry><CtryNm>JAPAN</CtryNm><CcyNm>Yen</CcyNm><Ccy>JPY</Ccy><CcyMnrUnts>0</CcyMnrUnts></CcyNtry>
<CcyNtry><CtryNm>ANTARCTICA</CtryNm><CcyNm>No universal currency</CcyNm></CcyNtry>
<CcyNtry><CtryNm>ZZ08_Gold</CtryNm><CcyNm>Gold</CcyNm><Ccy>XAU</Ccy><CcyMnrUnts>N.A.</CcyMnrUnts></CcyNtry>
</CcyTbl></ISO_4217>`

func TestRun(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in, out := filepath.Join(dir, "list.xml"), filepath.Join(dir, "out.go")
	require.NoError(t, os.WriteFile(in, []byte(sample), 0o600))
	require.NoError(t, run([]string{in, out}))
	table, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Contains(t, string(table), `return "EUR", 2 // Euro`)
	require.Equal(t, 1, strings.Count(string(table), `case "EUR"`))
	require.Contains(t, string(table), `return "JPY", 0 // Yen`)
	require.Contains(t, string(table), "published 2024-06-25")
	require.Contains(t, string(table), "// XAU.\n")
	require.NotContains(t, string(table), `case "XAU"`)
	for _, a := range amendments {
		require.Contains(t, string(table), `case "`+a.code+`"`)
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	require.Error(t, run(nil))
	require.Error(t, run([]string{filepath.Join(t.TempDir(), "none.xml"), "out.go"}))
	for name, source := range map[string]string{
		"not XML":           "<",
		"another document":  "<list/>",
		"contradiction":     strings.Replace(sample, "<CcyMnrUnts>2", "<CcyMnrUnts>3", 1),
		"strange digits":    strings.Replace(sample, "<CcyMnrUnts>0", "<CcyMnrUnts>9", 1),
		"strange code":      strings.Replace(sample, "<Ccy>JPY", "<Ccy>JP", 1),
		"amendment differs": strings.Replace(sample, "<Ccy>JPY", "<Ccy>XCG", 1),
	} {
		_, err := generate([]byte(source))
		require.Error(t, err, name)
	}
}
