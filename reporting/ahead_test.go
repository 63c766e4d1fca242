package reporting

import (
	"errors"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"
)

// numbers yields 0 to n-1 and then the error; left is set once the walk has ended.
func numbers(n int, end error, left *bool) iter.Seq2[int, error] {
	return func(yield func(int, error) bool) {
		defer func() { *left = true }()
		for i := range n {
			if !yield(i, nil) {
				return
			}
		}
		if end != nil {
			yield(0, end)
		}
	}
}

func TestReadingAheadKeepsTheOrder(t *testing.T) {
	for _, n := range []int{0, 1, batchSize - 1, batchSize, batchSize + 1, 10*batchSize + 7} {
		next, left := 0, false
		require.NoError(t, ahead(numbers(n, nil, &left), func(i *int) error {
			require.Equal(t, next, *i)
			next++
			return nil
		}))
		require.Equal(t, n, next)
		require.True(t, left)
	}
}

func TestReadingAheadEndsWithTheFirstError(t *testing.T) {
	broken, refused := errors.New("broken"), errors.New("refused")
	for _, n := range []int{0, 5, 3 * batchSize} {
		used, left := 0, false
		err := ahead(numbers(n, broken, &left), func(*int) error { used++; return nil })
		require.ErrorIs(t, err, broken)
		require.Equal(t, n, used, "what was read before it counts")
		require.True(t, left)
	}
	for _, at := range []int{0, batchSize, 7 * batchSize} {
		used, left := 0, false
		err := ahead(numbers(1_000_000, broken, &left), func(i *int) error {
			if used++; *i == at {
				return refused
			}
			return nil
		})
		require.ErrorIs(t, err, refused)
		require.Equal(t, at+1, used, "nothing is used after it")
		require.True(t, left, "the reading has ended")
	}
}
