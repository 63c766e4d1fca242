package oms_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/go-oms/oms/fault"
	"github.com/go-oms/oms/reporting"
)

func TestStockIsAsOfNow(t *testing.T) {
	s := newShop(t)
	s.receive("TEE-M", 9)
	q := reporting.Query{From: reporting.Stock, Measures: []reporting.Measure{reporting.OnHand}, Zone: "UTC"}
	table, err := s.Report(s.ctx, q)
	require.NoError(t, err)
	require.Equal(t, s.clock.Now(), table.AsOf)
	q.AsOf = s.clock.Now().AddDate(0, -1, 0)
	_, err = s.Report(s.ctx, q)
	var invalid *fault.InvalidError
	require.ErrorAs(t, err, &invalid, "the level of a month ago is not known")
	require.Equal(t, "as_of", invalid.Field)
}
