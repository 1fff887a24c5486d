package blas

import (
	"slices"
	"testing"
)

// TestTrianglesKeepGoroutinesBusy: parts of a large triangle, dealt to goroutines one
// after the other, are done at about the same time, however many these are.
func TestTrianglesKeepGoroutinesBusy(t *testing.T) {
	for _, threads := range []int{1, 2, 3, 8, 16, 17, 24, 64} {
		for _, n := range []int{4000, 8000} {
			for _, trans := range []bool{false, true} {
				for _, r := range []region{upper, below} {
					p := product[float64]{m: n, n: n, k: 1000, region: r}
					p.a.set(make([]float64, 1), n, trans)
					columns, rows := p.divided(threads)
					if rows != n || columns <= 0 {
						t.Fatalf("%d threads: parts of %d columns and %d rows of %d", threads, columns, rows, n)
					}
					busy, total := make([]float64, threads), 0.0
					for lo := n - (n-1)%columns - 1; lo >= 0; lo -= columns { // of an upper triangle the longest first
						hi := min(lo+columns, n)
						work := float64((hi - lo) * (lo + hi) / 2)
						first := slices.Index(busy, slices.Min(busy))
						busy[first] += work
						total += work
					}
					if share := total / slices.Max(busy) / float64(threads); share < 0.75 {
						t.Errorf("%d threads, n = %d, transposed %v, region %d: parts of %d columns keep %.2f of the goroutines busy", threads, n, trans, r, columns, share)
					}
				}
			}
		}
	}
}
