package blas_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/blas/gonum"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels/blas"
)

// TestNotFinite: NaN and infinities anywhere, and numbers whose squares leave the
// range, give what gonum has.
func TestNotFinite(t *testing.T) {
	for _, level := range cpu.Available() {
		t.Run(level.String(), func(t *testing.T) {
			defer cpu.Use(level)()
			notFinite(t, doubles(blas.Implementation{}), doubles(gonum.Implementation{}), 1e-14)
			notFinite(t, singles(blas.Implementation{}), singles(gonum.Implementation{}), 1e-5)
		})
	}
}

func notFinite[T float](t *testing.T, ours, theirs api[T], tolerance float64) {
	t.Helper()
	r := rand.New(rand.NewPCG(8, 8))
	special := []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e30, -1e30, 1e-30, 0}
	for n := 1; n < 90; n++ {
		for inc := 1; inc < 3; inc++ {
			for range 4 {
				x := convert[T](newTable(r, n, 1, inc-1).data)
				for range 2 {
					x[r.IntN(n)*inc] = T(special[r.IntN(len(special))])
				}
				if got, want := ours.iamax(n, x, inc), theirs.iamax(n, x, inc); got != want {
					t.Fatalf("iamax of %v is %d, gonum has %d", x, got, want)
				}
				same := func(name string, got, want float64) {
					if got != want && !(math.IsNaN(got) && math.IsNaN(want)) && !(math.Abs(got-want) <= tolerance*want) {
						t.Fatalf("%s of %v is %v, gonum has %v", name, x, got, want)
					}
				}
				same("nrm2", float64(ours.nrm2(n, x, inc)), float64(theirs.nrm2(n, x, inc)))
				same("asum", float64(ours.asum(n, x, inc)), float64(theirs.asum(n, x, inc)))
			}
		}
	}
}

// FuzzVectorsAgainstGonum calls a routine of level 1 or 2 with any arguments: what
// gonum panics with, we do too; else results agree.
func FuzzVectorsAgainstGonum(f *testing.F) {
	f.Add(uint8(0), int8(3), int8(4), int8(0), int8(1), int8(1), uint8(0), 1.0, 0.5, int8(0))
	f.Add(uint8(6), int8(17), int8(30), int8(1), int8(-2), int8(3), uint8(21), -1.0, 0.0, int8(0))
	f.Add(uint8(13), int8(40), int8(33), int8(2), int8(0), int8(1), uint8(7), 2.0, 1.0, int8(-1))
	f.Add(uint8(15), int8(1), int8(-1), int8(0), int8(1), int8(1), uint8(0), 0.8, 0.6, int8(0))
	for routine := range level2 {
		f.Add(uint8(routine), int8(20), int8(19), int8(0), int8(1), int8(2), uint8(2), 0.5, 1.0, int8(-1))
		f.Add(uint8(routine), int8(70), int8(69), int8(1), int8(1), int8(1), uint8(5), 0.5, 1.0, int8(0))
	}
	f.Fuzz(func(t *testing.T, routine uint8, m, n, gap, incX, incY int8, choice uint8, alpha, beta float64, short int8) {
		if math.Abs(alpha) > 1e3 || math.Abs(beta) > 1e3 || alpha != alpha || beta != beta {
			return
		}
		p := vectorProblem{name: level2[int(routine)%len(level2)], m: int(m) % 90, n: int(n) % 90, gap: max(int(gap)%3, 0),
			incX: int(incX) % 4, incY: int(incY) % 4, alpha: float64(float32(alpha)), beta: float64(float32(beta)), tA: noTrans, ul: upper, diag: nonUnit}
		if p.name == "ger" && (p.incX < 0 || p.incY < 0) {
			return // gonum 0.17 reads beside its vectors
		}
		for bit, do := range []func(){
			func() { p.tA = trans }, func() { p.ul = lower }, func() { p.diag = unit },
			func() { p.tA = 'x' }, func() { p.ul = 'x' }, func() { p.diag = 'x' },
		} {
			if choice>>bit&1 == 1 {
				do()
			}
		}
		got := panicOf(func() { checkedCall2(doubles(blas.Implementation{}), p, int(short)) })
		want := panicOf(func() { checkedCall2(doubles(gonum.Implementation{}), p, int(short)) })
		if got != want {
			t.Fatalf("%v: panics with %v, gonum with %v", p, got, want)
		}
		if want == nil {
			check2(t, doubles(blas.Implementation{}), p)
			check2(t, singles(blas.Implementation{}), p)
		}
	})
}

// checkedCall2 is a call with slices that may be too short.
func checkedCall2(f api[float64], p vectorProblem, short int) {
	q := p
	q.m, q.n = max(p.m, 0), max(p.n, 0)
	args, lda := q.arguments(rand.New(rand.NewPCG(1, 1)))
	if short < 0 {
		args.a = args.a[:max(0, len(args.a)+short%4)]
		args.x = args.x[:max(0, len(args.x)+short%3)]
		args.y = args.y[:max(0, len(args.y)+short%2)]
	}
	call2(f, p, p.alpha, p.beta, args, lda)
}
