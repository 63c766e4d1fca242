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

func TestAWrongCall(t *testing.T) {
	code, out, errs := tool(t, "migrate")
	require.Equal(t, misused, code)
	require.Empty(t, out)
	require.Contains(t, errs, "--db")

	code, out, _ = tool(t, "--help")
	require.Zero(t, code)
	require.Contains(t, out, "import online-retail")
}
