package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMigrate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "shop.db")
	for range 2 {
		code, out, errs := tool(t, "migrate", "--db", file)
		require.Zero(t, code, errs)
		require.Equal(t, file+" is up to date.\n", out)
	}
	var made struct {
		DB       string `json:"db"`
		Findings []any  `json:"findings"`
	}
	code, out, _ := tool(t, "migrate", "--db", file, "--json")
	require.Zero(t, code)
	decode(t, out, &made)
	require.Equal(t, file, made.DB)
	require.NotEmpty(t, made.Findings)
}

func TestMigrateGetPrintsTheSQL(t *testing.T) {
	code, out, _ := tool(t, "migrate", "get")
	require.Zero(t, code)
	require.Contains(t, out, "-- 0001_")
	require.Contains(t, out, "CREATE TABLE oms_orders")

	var list []struct{ Name, SQL string }
	code, out, _ = tool(t, "--json", "migrate", "get")
	require.Zero(t, code)
	decode(t, out, &list)
	require.NotEmpty(t, list)
	require.Contains(t, list[0].SQL, "CREATE TABLE oms_orders")
}

func TestMigrateGetPrintsOneStepOrTheNames(t *testing.T) {
	code, out, errs := tool(t, "migrate", "get", "2")
	require.Zero(t, code, errs)
	require.Contains(t, out, "-- 0002_customers\n")
	require.NotContains(t, out, "-- 0001_")

	var list []struct{ Name, SQL string }
	code, out, errs = tool(t, "migrate", "get", "--list", "--json")
	require.Zero(t, code, errs)
	decode(t, out, &list)
	require.Equal(t, "0002_customers", list[1].Name)
	require.Empty(t, list[1].SQL)

	for _, n := range []string{"0", "99"} {
		code, out, errs = tool(t, "migrate", "get", n)
		require.Equal(t, 1, code)
		require.Empty(t, out)
		require.Contains(t, errs, "want one of 1 to ")
	}
	code, _, _ = tool(t, "migrate", "get", "--store", "paper")
	require.Equal(t, misused, code)
}

func TestAWrongCall(t *testing.T) {
	code, out, errs := tool(t, "migrate")
	require.Equal(t, misused, code)
	require.Empty(t, out)
	require.Contains(t, errs, "--db")

	code, out, _ = tool(t, "--help")
	require.Zero(t, code)
	require.Contains(t, out, "import online-retail")
}
