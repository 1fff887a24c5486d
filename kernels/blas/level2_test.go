package blas_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas/gonum"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels/blas"
)

var level2 = []string{"gemv", "ger", "symv", "syr", "syr2", "trmv", "trsv", "dot", "axpy", "scal", "copy", "swap", "nrm2", "asum", "iamax", "rot"}

var level1 = map[string]bool{"dot": true, "axpy": true, "scal": true, "copy": true, "swap": true, "nrm2": true, "asum": true, "iamax": true, "rot": true}

// A vectorProblem is one call of a routine of level 1 or 2.
type vectorProblem struct {
	name        string
	m, n        int
	gap         int
	incX, incY  int
	alpha, beta float64
	tA          transpose
	ul          uplo
	diag        diag
}

func (p vectorProblem) String() string {
	return fmt.Sprintf("%s m=%d n=%d gap=%d incX=%d incY=%d alpha=%v beta=%v tA=%c ul=%c diag=%c",
		p.name, p.m, p.n, p.gap, p.incX, p.incY, p.alpha, p.beta, p.tA, p.ul, p.diag)
}

// A set is the arguments: A, x, y, and room for what a function returns.
type set[T float] struct{ a, x, y, out []T }

func (s set[T]) clone() set[T] {
	return set[T]{append([]T(nil), s.a...), append([]T(nil), s.x...), append([]T(nil), s.y...), make([]T, 1)}
}

func (p vectorProblem) arguments(r *rand.Rand) (set[float64], int) {
	rows, columns := p.m, p.n
	switch p.name {
	case "gemv", "ger":
	case "dot", "axpy", "scal", "copy", "swap", "nrm2", "asum", "iamax", "rot":
		rows, columns = 0, 0
	default:
		rows = p.n
	}
	a := newTable(r, rows, columns, p.gap)
	switch p.name {
	case "symv", "syr", "syr2":
		a.triangle(p.ul, false)
	case "trmv", "trsv":
		a.triangle(p.ul, p.diag == unit)
	}
	x, y := p.n, p.n
	if p.name == "ger" || p.name == "gemv" && p.tA != noTrans {
		x = p.m
	}
	if p.name == "gemv" && p.tA == noTrans {
		y = p.m
	}
	abs := func(n int) int { return max(n, -n) }
	return set[float64]{a.data, newTable(r, x, 1, abs(p.incX)-1).data, newTable(r, y, 1, abs(p.incY)-1).data, make([]float64, 1)}, a.stride
}

func call2[T float](f api[T], p vectorProblem, alpha, beta T, s set[T], lda int) set[T] {
	s = s.clone()
	switch p.name {
	case "gemv":
		f.gemv(p.tA, p.m, p.n, alpha, s.a, lda, s.x, p.incX, beta, s.y, p.incY)
	case "ger":
		f.ger(p.m, p.n, alpha, s.x, p.incX, s.y, p.incY, s.a, lda)
	case "symv":
		f.symv(p.ul, p.n, alpha, s.a, lda, s.x, p.incX, beta, s.y, p.incY)
	case "syr":
		f.syr(p.ul, p.n, alpha, s.x, p.incX, s.a, lda)
	case "syr2":
		f.syr2(p.ul, p.n, alpha, s.x, p.incX, s.y, p.incY, s.a, lda)
	case "trmv":
		f.trmv(p.ul, p.tA, p.diag, p.n, s.a, lda, s.x, p.incX)
	case "trsv":
		f.trsv(p.ul, p.tA, p.diag, p.n, s.a, lda, s.x, p.incX)
	case "dot":
		s.out[0] = f.dot(p.n, s.x, p.incX, s.y, p.incY)
	case "axpy":
		f.axpy(p.n, alpha, s.x, p.incX, s.y, p.incY)
	case "scal":
		f.scal(p.n, alpha, s.x, p.incX)
	case "nrm2":
		s.out[0] = f.nrm2(p.n, s.x, p.incX)
	case "asum":
		s.out[0] = f.asum(p.n, s.x, p.incX)
	case "copy":
		f.copy(p.n, s.x, p.incX, s.y, p.incY)
	case "swap":
		f.swap(p.n, s.x, p.incX, s.y, p.incY)
	case "iamax":
		s.out[0] = T(f.iamax(p.n, s.x, p.incX))
	case "rot":
		f.rot(p.n, s.x, p.incX, s.y, p.incY, alpha, beta)
	}
	return s
}

// plainGer is the definition. Gonum 0.17's own reads beside its vectors where
// increments are negative.
func plainGer(m, n int, alpha float64, x []float64, incX int, y []float64, incY int, a []float64, lda int) {
	at := func(v []float64, i, n, inc int) float64 {
		if inc < 0 {
			i -= n - 1
		}
		return v[i*inc]
	}
	if alpha == 0 {
		return
	}
	for i := range m {
		for j := range n {
			a[i*lda+j] += alpha * at(x, i, m, incX) * at(y, j, n, incY)
		}
	}
}

func mapSet[S, T float](s set[S], f func([]S) []T) set[T] {
	return set[T]{f(s.a), f(s.x), f(s.y), f(s.out)}
}

func all[T float](s set[T]) []float64 {
	return append(append(append(convertBack(s.a), convertBack(s.x)...), convertBack(s.y)...), convertBack(s.out)...)
}

func check2[T float](t *testing.T, f api[T], p vectorProblem) {
	t.Helper()
	wide := doubles(gonum.Implementation{})
	wide.ger = plainGer
	args, lda := p.arguments(rand.New(rand.NewPCG(uint64(p.m), uint64(p.n))))
	got := all(call2(f, p, T(p.alpha), T(p.beta), mapSet(args, convert[T]), lda))
	var want, bound []float64
	if p.name == "trsv" {
		q := p
		q.name = "trmv"
		solved := args.clone()
		copy(solved.x, got[len(args.a):])
		got = all(call2(wide, q, 1, 0, solved, lda))
		want, bound = all(args), all(call2(wide, q, 1, 0, mapSet(solved, absolute), lda))
	} else {
		want = all(call2(wide, p, p.alpha, p.beta, args, lda))
		bound = all(call2(wide, p, math.Abs(p.alpha), math.Abs(p.beta), mapSet(args, absolute), lda))
		if p.name == "rot" { // one of the two is a difference
			for i, v := range all(call2(wide, p, math.Abs(p.alpha), -math.Abs(p.beta), mapSet(args, absolute), lda)) {
				bound[i] = max(bound[i], v)
			}
		}
	}
	for i := range want {
		limit := 2 * float64(max(p.m, p.n)+8) * epsilon[T]() * (bound[i] + math.Abs(want[i]))
		if math.IsNaN(want[i]) != math.IsNaN(got[i]) || math.Abs(got[i]-want[i]) > limit {
			t.Fatalf("%v: element %d is %v, gonum has %v; bound %.3g", p, i, got[i], want[i], limit)
		}
	}
}

func vectorProblems(name string, yield func(vectorProblem)) {
	r := rand.New(rand.NewPCG(3, 9))
	one := func(m, n int) {
		incs, scales := []int{1, 1, 1, 2, -1, -3}, []float64{1, 1, -0.75, 0}
		p := vectorProblem{name: name, m: m, n: n, gap: r.IntN(3), incX: incs[r.IntN(6)], incY: incs[r.IntN(6)],
			alpha: scales[r.IntN(4)], beta: scales[r.IntN(4)], tA: noTrans, ul: upper, diag: nonUnit}
		if r.IntN(2) == 0 {
			p.tA = trans
		}
		if r.IntN(2) == 0 {
			p.ul = lower
		}
		if r.IntN(2) == 0 {
			p.diag = unit
		}
		yield(p)
	}
	for m := range 24 {
		for n := range 24 {
			one(m, n)
		}
	}
	for _, n := range []int{31, 32, 33, 47, 63, 64, 65, 127, 128, 129, 255, 257, 300, 600} {
		for _, m := range []int{1, 7, 8, 9, 63, 64, 65, 600} {
			one(m, n)
		}
	}
	if level1[name] {
		for _, n := range []int{16383, 16384, 16385, 40000} {
			one(1, n)
		}
	}
}

func TestLevel2(t *testing.T) {
	var ours blas.Implementation
	for _, level := range cpu.Available() {
		for _, name := range level2 {
			t.Run(level.String()+"/"+name, func(t *testing.T) {
				defer cpu.Use(level)()
				vectorProblems(name, func(p vectorProblem) {
					check2(t, doubles(ours), p)
					check2(t, singles(ours), p)
				})
			})
		}
	}
}
