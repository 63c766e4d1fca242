package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheProgram(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		code int
		says []string
	}{
		"one seed":        {[]string{"-seed", "3"}, 0, []string{"seed 3: ", " commands, ", "trace "}},
		"with its events": {[]string{"-seed", "3", "-trace"}, 0, []string{"asks Place", "commit order.place"}},
		"several":         {[]string{"-seed", "3", "-seeds", "2"}, 0, []string{"2 seeds in ", "0 failed", "store/answer lost, committed", "Place"}},
		"nothing to shrink": {
			[]string{"-seed", "3", "-shrink"}, 0, []string{"0 commands, without [], idle []"},
		},
		"a flag that it does not have": {[]string{"-speed"}, 2, []string{"flag provided but not defined"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.Equal(t, c.code, run(c.args, &out, &out))
			for _, text := range c.says {
				require.Contains(t, out.String(), text)
			}
		})
	}
}
