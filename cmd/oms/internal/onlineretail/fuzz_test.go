package onlineretail

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRead wants any file to be read to its end: each row is in an invoice or
// rejected with a reason, and what is planned from it adds up.
func FuzzRead(f *testing.F) {
	file, err := os.ReadFile(made)
	require.NoError(f, err)
	f.Add(file)
	head := strings.Join(columns, ",") + "\n"
	for _, seed := range []string{
		"", "\ufeff" + head, head + `536365,"8""5123A",WHITE,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom` + "\r\n",
		head + "C536365,85123A,,-9223372036854775808,2010-12-01 08:26:00,-0,,\n", head + strings.Repeat("x", maxLine+1),
		"\x1f\x8b\x08\x00\x00\x00\x00\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		read, err := Read(t.Context(), bytes.NewReader(text))
		if err != nil {
			var header *HeaderError
			require.True(t, errors.As(err, &header) || bytes.HasPrefix(text, []byte{0x1f, 0x8b}), "%v", err)
			return
		}
		rows := len(read.Rejected)
		for _, invoice := range read.Invoices {
			require.NotEmpty(t, invoice.Number)
			rows += len(invoice.Rows)
		}
		require.Equal(t, read.Rows, rows)
		for _, r := range read.Rejected {
			require.NotEmpty(t, r.Reason)
			require.LessOrEqual(t, len(r.Value), 400)
		}
		_, err = NewPlan(read, 5000)
		require.NoError(t, err)
	})
}

// FuzzSplit wants a line to be taken apart into what, put together again, is taken
// apart the same.
func FuzzSplit(f *testing.F) {
	for _, seed := range []string{`a,b`, `"a""b",`, `"`, `"a"b`, ``, `,,`, `"",""`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		fields, reason := split(line, nil)
		if reason != "" {
			require.Nil(t, fields)
			return
		}
		var quoted []string
		for _, field := range fields {
			quoted = append(quoted, `"`+strings.ReplaceAll(field, `"`, `""`)+`"`)
		}
		again, reason := split(strings.Join(quoted, ","), nil)
		require.Empty(t, reason)
		require.Equal(t, fields, again)
	})
}

// FuzzReadLine wants the lines of a file to be all of it, but for their ends and what
// was too long.
func FuzzReadLine(f *testing.F) {
	f.Add([]byte("a\r\nb\n\nc"))
	f.Add([]byte{0x1f, 0x8b, '\n'})
	f.Fuzz(func(t *testing.T, text []byte) {
		in, err := unpacked(bytes.NewReader(text))
		if err != nil {
			return
		}
		for {
			line, _, err := readLine(in)
			if err != nil {
				require.True(t, errors.Is(err, io.EOF) || bytes.HasPrefix(text, []byte{0x1f, 0x8b}), "%v", err)
				return
			}
			require.NotContains(t, string(line), "\n")
		}
	})
}
