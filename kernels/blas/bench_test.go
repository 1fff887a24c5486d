package blas_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"gonum.org/v1/gonum/blas/gonum"

	"github.com/seed-0327bdf7/hesse/kernels/blas"
)

// BenchmarkAgainstGonum calls a routine and gonum's in alternation; x-gonum is
// gonum's least time over ours. The time of an operation is that of both.
//
//	go test ./kernels/blas -run '^$' -bench Gonum -benchtime 1x
func BenchmarkAgainstGonum(b *testing.B) {
	b.Run("float64", func(b *testing.B) {
		against(b, doubles(blas.Implementation{}), doubles(gonum.Implementation{}))
	})
	b.Run("float32", func(b *testing.B) {
		against(b, singles(blas.Implementation{}), singles(gonum.Implementation{}))
	})
}

func against[T float](b *testing.B, ours, theirs api[T]) {
	r := rand.New(rand.NewPCG(1, 1))
	const largest = 1024
	numbers := func() []T { return convert[T](newTable(r, largest, largest, 0).data) }
	a, x, y := numbers(), numbers(), numbers()
	for i := range largest {
		a[i*largest+i] = largest
	}
	line, square, cube := func(n int) int { return n }, func(n int) int { return n * n }, func(n int) int { return n * n * n }
	halfSquare, halfCube := func(n int) int { return n * n / 2 }, func(n int) int { return n * n * n / 2 }
	routines := []struct {
		name string
		work func(n int) int // multiply-adds
		call func(f api[T], n int)
	}{
		{"gemm", cube, func(f api[T], n int) { f.gemm(noTrans, noTrans, n, n, n, 1, a, n, x, n, 0, y, n) }},
		{"gemmATB", cube, func(f api[T], n int) { f.gemm(trans, noTrans, n, n, n, 1, a, n, x, n, 0, y, n) }},
		{"gemmABT", cube, func(f api[T], n int) { f.gemm(noTrans, trans, n, n, n, 1, a, n, x, n, 0, y, n) }},
		{"syrkUpper", halfCube, func(f api[T], n int) { f.syrk(upper, trans, n, n, 1, a, n, 0, y, n) }},
		{"syrkLower", halfCube, func(f api[T], n int) { f.syrk(lower, noTrans, n, n, 1, a, n, 0, y, n) }},
		{"syr2k", cube, func(f api[T], n int) { f.syr2k(upper, trans, n, n, 1, a, n, x, n, 0, y, n) }},
		{"symmLeft", cube, func(f api[T], n int) { f.symm(onLeft, upper, n, n, 1, a, n, x, n, 0, y, n) }},
		{"symmRight", cube, func(f api[T], n int) { f.symm(onRight, lower, n, n, 1, a, n, x, n, 0, y, n) }},
		{"trmmLeft", halfCube, func(f api[T], n int) {
			f.trmm(onLeft, upper, noTrans, nonUnit, n, n, 1.0/largest, a, largest, y, n)
		}},
		{"trmmRight", halfCube, func(f api[T], n int) {
			f.trmm(onRight, lower, trans, nonUnit, n, n, 1.0/largest, a, largest, y, n)
		}},
		{"trsmLeft", halfCube, func(f api[T], n int) {
			f.trsm(onLeft, upper, noTrans, nonUnit, n, n, largest, a, largest, y, n)
		}},
		{"trsmRight", halfCube, func(f api[T], n int) {
			f.trsm(onRight, lower, trans, nonUnit, n, n, largest, a, largest, y, n)
		}},
		{"gemv", square, func(f api[T], n int) { f.gemv(noTrans, n, n, 1, a, n, x, 1, 0, y, 1) }},
		{"gemvT", square, func(f api[T], n int) { f.gemv(trans, n, n, 1, a, n, x, 1, 0, y, 1) }},
		{"ger", square, func(f api[T], n int) { f.ger(n, n, 1e-9, x, 1, a, 1, y, n) }},
		{"symvUpper", square, func(f api[T], n int) { f.symv(upper, n, 1, a, n, x, 1, 0, y, 1) }},
		{"symvLower", square, func(f api[T], n int) { f.symv(lower, n, 1, a, n, x, 1, 0, y, 1) }},
		{"syr", square, func(f api[T], n int) { f.syr(upper, n, 1e-9, x, 1, y, n) }},
		{"syr2", square, func(f api[T], n int) { f.syr2(lower, n, 1e-9, x, 1, a, 1, y, n) }},
		{"trmv", halfSquare, func(f api[T], n int) {
			f.trmv(upper, noTrans, nonUnit, n, a, largest, y, 1)
			f.scal(n, 1.0/largest, y, 1)
		}},
		{"trmvT", halfSquare, func(f api[T], n int) {
			f.trmv(upper, trans, nonUnit, n, a, largest, y, 1)
			f.scal(n, 1.0/largest, y, 1)
		}},
		{"trsv", halfSquare, func(f api[T], n int) { f.trsv(upper, noTrans, nonUnit, n, a, largest, y, 1); f.scal(n, largest, y, 1) }},
		{"trsvT", halfSquare, func(f api[T], n int) { f.trsv(lower, trans, nonUnit, n, a, largest, y, 1); f.scal(n, largest, y, 1) }},
		{"dot", line, func(f api[T], n int) { f.dot(n, x, 1, a, 1) }},
		{"dotInc", line, func(f api[T], n int) { f.dot(n, x, 2, a, 3) }},
		{"axpy", line, func(f api[T], n int) { f.axpy(n, 1e-9, x, 1, y, 1) }},
		{"scal", line, func(f api[T], n int) { f.scal(n, 0.999, y, 1) }},
		{"nrm2", line, func(f api[T], n int) { f.nrm2(n, x, 1) }},
		{"nrm2Inc", line, func(f api[T], n int) { f.nrm2(n, x, 2) }},
		{"asum", line, func(f api[T], n int) { f.asum(n, x, 1) }},
		{"asumInc", line, func(f api[T], n int) { f.asum(n, x, 2) }},
		{"iamax", line, func(f api[T], n int) { f.iamax(n, x, 1) }},
		{"copy", line, func(f api[T], n int) { f.copy(n, x, 1, y, 1) }},
		{"swap", line, func(f api[T], n int) { f.swap(n, x, 1, y, 1) }},
		{"rot", line, func(f api[T], n int) { f.rot(n, x, 1, y, 1, 0.8, 0.6) }},
	}
	for _, routine := range routines {
		for _, n := range []int{1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64, 100, 128, 256, 512, 1024} {
			b.Run(fmt.Sprintf("%s/%d", routine.name, n), func(b *testing.B) {
				copy(y, x)
				work := max(1, routine.work(n))
				calls := min(2000, 1<<18/work+1)
				best := [2]time.Duration{1 << 62, 1 << 62}
				for range b.N {
					for range 7 {
						for i, f := range []api[T]{ours, theirs} {
							start := time.Now()
							for range calls {
								routine.call(f, n)
							}
							best[i] = min(best[i], time.Since(start))
						}
						if best[1] > 100*time.Millisecond {
							break
						}
					}
				}
				b.ReportMetric(float64(best[1])/float64(best[0]), "x-gonum")
				b.ReportMetric(2*float64(work*calls)/float64(best[0]), "GFLOP/s")
			})
		}
	}
}
