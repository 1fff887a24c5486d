package blas_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels/blas"
)

// TestCopiesOfAThatStay for all blocks of B, more rows than stay at a time and more
// blocks than a row-major A is copied for: products have the bits of pieces that are too
// small for any of it.
func TestCopiesOfAThatStay(t *testing.T) {
	f := blas.Implementation{Threads: 1}
	for _, level := range cpu.Available() {
		t.Run(level.String(), func(t *testing.T) {
			defer cpu.Use(level)()
			k := 300 // more than a chain
			if level == cpu.Generic {
				k = 9 // in a hundredth of the speed
			}
			copiesStay(t, doubles(f), 1100, 1500, k)
			copiesStay(t, singles(f), 1100, 2950, k)
		})
	}
}

func copiesStay[T float](t *testing.T, f api[T], m, n, k int) {
	r := rand.New(rand.NewPCG(uint64(m), uint64(n)))
	numbers := func(count int) []T {
		x := make([]T, count)
		for i := range x {
			x[i] = T(r.NormFloat64())
		}
		return x
	}
	stride := func(rows, columns int, tr transpose) int {
		if tr == trans {
			return rows
		}
		return columns
	}
	from := func(x []T, ld, i, j int, tr transpose) []T {
		if tr == trans {
			i, j = j, i
		}
		return x[i*ld+j:]
	}
	// pieces is a product of entries one hundred rows and two hundred columns at a time.
	pieces := func(tA, tB transpose, m, n int, a []T, lda int, b []T, ldb int, c []T) {
		for i := 0; i < m; i += 100 {
			for j := 0; j < n; j += 200 {
				f.gemm(tA, tB, min(100, m-i), min(200, n-j), k, 0.75, from(a, lda, i, 0, tA), lda, from(b, ldb, 0, j, tB), ldb, -0.5, c[i*n+j:], n)
			}
		}
	}
	differs := func(name string, got, want []T, in func(i, j int) bool) {
		t.Helper()
		for at := range got {
			if in(at/n, at%n) && got[at] != want[at] {
				t.Fatalf("%T, %s: entry %d, %d is %v, in pieces %v", got[at], name, at/n, at%n, got[at], want[at])
			}
		}
	}
	a, b, c := numbers(m*k), numbers(k*n), numbers(m*n)
	for _, tA := range []transpose{noTrans, trans} {
		for _, tB := range []transpose{noTrans, trans} {
			lda, ldb := stride(m, k, tA), stride(k, n, tB)
			got, want := append([]T(nil), c...), append([]T(nil), c...)
			f.gemm(tA, tB, m, n, k, 0.75, a, lda, b, ldb, -0.5, got, n)
			pieces(tA, tB, m, n, a, lda, b, ldb, want)
			differs(fmt.Sprintf("gemm %c%c", tA, tB), got, want, func(int, int) bool { return true })
		}
	}
	c = numbers(n * n)
	for _, tA := range []transpose{noTrans, trans} {
		other := trans
		if tA == trans {
			other = noTrans
		}
		ld := stride(n, k, tA)
		full := append([]T(nil), c...)
		pieces(tA, other, n, n, b, ld, b, ld, full)
		for _, ul := range []uplo{upper, lower} {
			in := func(i, j int) bool { return i == j || (i < j) == (ul == upper) }
			got := append([]T(nil), c...)
			f.syrk(ul, tA, n, k, 0.75, b, ld, -0.5, got, n)
			differs(fmt.Sprintf("syrk %c%c", ul, tA), got, full, in)
			differs(fmt.Sprintf("syrk %c%c, the other triangle", ul, tA), got, c, func(i, j int) bool { return !in(i, j) })
		}
	}
}
