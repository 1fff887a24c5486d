package memory

import (
	"slices"
	"testing"
)

func TestCopyAndClearInPieces(t *testing.T) {
	for _, n := range []int{0, 1, piece - 1, piece, piece + 1, 3*piece + 7} {
		from, to := make([]float64, n), make([]float64, n+1)
		for i := range from {
			from[i] = float64(i + 1)
		}
		to[n] = -1
		Copy(to, from)
		if !slices.Equal(to[:n], from) || to[n] != -1 {
			t.Errorf("%d elements: the copy differs", n)
		}
		Clear(to[:n])
		if slices.IndexFunc(to[:n], func(v float64) bool { return v != 0 }) >= 0 || to[n] != -1 {
			t.Errorf("%d elements: not cleared, or too much", n)
		}
	}
}
