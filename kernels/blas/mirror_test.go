package blas_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels/blas"
)

// TestSymmetric: a product with a symmetric A, of more rows than are copied at a time,
// has the bits of one with all of it, and what its other triangle holds does not matter.
func TestSymmetric(t *testing.T) {
	f := blas.Implementation{Threads: 2}
	for _, level := range cpu.Available() {
		t.Run(level.String(), func(t *testing.T) {
			defer cpu.Use(level)()
			order, other := 1100, 70
			if level == cpu.Generic {
				order, other = 300, 30 // in a hundredth of the speed
			}
			symmetricIsWhole(t, doubles(f), order, other)
			symmetricIsWhole(t, singles(f), order, other)
			symmetricIsWhole(t, doubles(f), 41, 9) // parts that end on the diagonal
			symmetricIsWhole(t, singles(f), 70, 300)
		})
	}
}

func symmetricIsWhole[T float](t *testing.T, f api[T], order, other int) {
	r := rand.New(rand.NewPCG(uint64(order), uint64(other)))
	numbers := func(count int) []T {
		x := make([]T, count)
		for i := range x {
			x[i] = T(r.NormFloat64())
		}
		return x
	}
	ld := order + 3
	b, c, all := numbers(order*other), numbers(order*other), numbers(order*ld)
	for i := range order {
		for j := range i {
			all[i*ld+j] = all[j*ld+i]
		}
	}
	for _, ul := range []uplo{upper, lower} {
		a := append([]T(nil), all...)
		for i := range order {
			for j := range order {
				if i != j && (i < j) != (ul == upper) {
					a[i*ld+j] = T(math.NaN())
				}
			}
		}
		for _, s := range []side{onLeft, onRight} {
			got, want := append([]T(nil), c...), append([]T(nil), c...)
			if s == onLeft {
				f.symm(s, ul, order, other, 0.75, a, ld, b, other, -0.5, got, other)
				f.gemm(noTrans, noTrans, order, other, order, 0.75, all, ld, b, other, -0.5, want, other)
			} else {
				f.symm(s, ul, other, order, 0.75, a, ld, b, order, -0.5, got, order)
				f.gemm(noTrans, noTrans, other, order, order, 0.75, b, order, all, ld, -0.5, want, order)
			}
			for at := range got {
				if got[at] != want[at] {
					t.Errorf("%T, %c%c, order %d: entry %d of %d is %v, with all of A %v", a, s, ul, order, at, len(got), got[at], want[at])
					break
				}
			}
		}
	}
}
