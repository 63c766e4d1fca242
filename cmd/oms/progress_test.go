package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProgressIsALineNowAndThen(t *testing.T) {
	var errs bytes.Buffer
	p := (&env{stderr: &errs}).progress("counting")
	p.at(1, 10)
	require.Empty(t, errs.String(), "not at once")
	p.said = p.said.Add(-2 * quiet)
	p.at(5, 10)
	p.said = p.said.Add(-2 * quiet)
	p.at(4, 10) // told late
	p.end()
	require.Equal(t, "counting: 5 of 10\n", errs.String())
}

func TestProgressIsABarOnATerminal(t *testing.T) {
	var errs bytes.Buffer
	p := (&env{stderr: &errs, terminal: true}).progress("counting")
	p.at(6, 10)
	p.end()
	require.Contains(t, errs.String(), "counting")
	require.Contains(t, errs.String(), "/10)")
	require.NotContains(t, errs.String(), "\n", "it stays on its line")
}
