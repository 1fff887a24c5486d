package kerneltest

import (
	"math/rand/v2"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/internal/ref"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// TestLongRows: Dots takes a row that is longer than a call may be in panels,
// from left to right. Every level gives the bits of that definition, within
// the bound.
func TestLongRows(t *testing.T) {
	t.Run("float64", longRows[float64])
	t.Run("float32", longRows[float32])
}

func longRows[T kernels.Float](t *testing.T) {
	const n, panel = 2, 16384
	random := rand.New(rand.NewPCG(11, 12))
	for _, p := range []int{panel - 1, panel, panel + 1, 40000} {
		x := kernels.Matrix[T]{Rows: n, Cols: p, Stride: p + 3, Data: make([]T, n*(p+3))}
		for i := range x.Data {
			x.Data[i] = T(random.NormFloat64())
		}
		shift, beta := make([]T, p), make([]float64, p)
		for j := range beta {
			shift[j], beta[j] = T(random.NormFloat64()), random.NormFloat64()
		}
		for _, c := range [][]T{nil, shift} {
			want := make([]float64, n)
			for i := range want {
				sum, e := make([]float64, 1), newExact()
				for lo := 0; lo < p; lo += panel {
					hi := min(lo+panel, p)
					var s []T
					if c != nil {
						s = c[lo:hi]
					}
					ref.Dots(sum, x.Row(i)[lo:hi], 1, hi-lo, hi-lo, s, beta[lo:hi])
					want[i] += sum[0]
				}
				for j, v := range x.Row(i) {
					if c != nil {
						v -= c[j]
					}
					e.add(float64(v), beta[j])
				}
				e.check(t, "Dots", want[i], (float64(p)/8+12)*epsilon)
			}
			for _, level := range cpu.Available() {
				restore := cpu.Use(level)
				got := make([]float64, n)
				kernels.Dots(got, x, c, beta)
				restore()
				if at := firstDifference(got, want); at >= 0 {
					t.Errorf("%v, %d columns, row %d: %x, the definition %x", level, p, at, got[at], want[at])
				}
			}
		}
	}
}
