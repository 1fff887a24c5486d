package blas_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"gonum.org/v1/gonum/blas/gonum"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/internal/leak"
	"github.com/seed-0327bdf7/hesse/kernels/blas"
)

// large is a call of every routine of level 3 that many goroutines may share.
func large() []float64 {
	f := doubles(blas.Implementation{})
	var results []float64
	for _, name := range level3 {
		for _, s := range []side{onLeft, onRight} {
			p := problem{name: name, m: 203, n: 210, k: 300, alpha: 0.5, beta: -1, tA: trans, tB: noTrans, side: s, ul: lower, diag: nonUnit}
			a, b, c, _ := p.matrices(rand.New(rand.NewPCG(5, 5)))
			call3(f, p, p.alpha, p.beta, a, a.data, b, b.data, c, c.data)
			results = append(append(results, b.data...), c.data...)
		}
	}
	r := rand.New(rand.NewPCG(6, 6))
	a, x, y := newTable(r, 600, 500, 0).data, newTable(r, 1, 600, 0).data, newTable(r, 1, 600, 0).data
	f.gemv(noTrans, 600, 500, 1, a, 500, x, 1, 1, y, 1)
	f.gemv(trans, 600, 500, 1, a, 500, y, 1, 1, x, 1)
	s := newTable(r, 600, 600, 0).data
	f.ger(600, 600, 0.5, x, 1, y, 1, s, 600)
	f.syr(upper, 600, 0.5, x, 1, s, 600)
	f.syr2(lower, 600, 0.5, x, 1, y, 1, s, 600)
	return append(append(append(results, x...), y...), s...)
}

func sameBits(x, y []float64) bool {
	return slices.EqualFunc(x, y, func(a, b float64) bool {
		return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
	})
}

// TestSameBits: any level, any number of threads, many goroutines at once.
func TestSameBits(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	want := large()
	for _, level := range cpu.Available() {
		for _, threads := range []int{1, 2, 5} {
			if level == cpu.Generic && threads != 2 {
				continue
			}
			restore := cpu.Use(level)
			runtime.GOMAXPROCS(threads)
			if !sameBits(large(), want) {
				t.Errorf("%v, %d threads: other bits", level, threads)
			}
			restore()
		}
	}
	runtime.GOMAXPROCS(3)
	leak.None(t, func() {
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				for range 3 {
					if !sameBits(large(), want) {
						t.Error("other bits beside other calls")
					}
				}
			})
		}
		all.Wait()
	})
}

// TestSmallCallsStartNothing and allocate nothing: neither goroutines nor memory.
func TestSmallCallsAllocateNothing(t *testing.T) {
	f := doubles(blas.Implementation{})
	r := rand.New(rand.NewPCG(1, 1))
	a, b, c := newTable(r, 40, 40, 0), newTable(r, 40, 40, 0), newTable(r, 40, 40, 0)
	a.triangle(lower, false)
	for _, name := range level3 {
		for _, n := range []int{1, 4, 9, 40} {
			p := problem{name: name, m: n, n: n, k: n, tA: trans, tB: trans, side: onRight, ul: lower, diag: nonUnit}
			call := func() { call3(f, p, 1, 0, a, a.data, b, b.data, c, c.data) }
			call()
			if got := testing.AllocsPerRun(50, call); got >= 1 {
				t.Errorf("%s of %d: %v allocations", name, n, got)
			}
		}
	}
}

// TestZerosDoNotHideNaN: unlike gonum's, products with zero are computed, so NaN
// and infinities reach every entry that they are a part of.
func TestZerosDoNotHideNaN(t *testing.T) {
	f := doubles(blas.Implementation{})
	for _, n := range []int{1, 3, 20} {
		a, b, c := make([]float64, n*n), make([]float64, n*n), make([]float64, n*n)
		b[0] = math.Inf(1)
		f.gemm(noTrans, noTrans, n, n, n, 1, a, n, b, n, 0, c, n)
		for i := range n {
			if !math.IsNaN(c[i*n]) {
				t.Errorf("n = %d: zero times infinity is %v", n, c[i*n])
			}
		}
	}
}

// FuzzAgainstGonum calls a routine of level 3 with any arguments: what gonum
// panics with, we do too; else results agree.
func FuzzAgainstGonum(f *testing.F) {
	f.Add(uint8(0), int8(3), int8(4), int8(5), int8(0), uint8(0), 1.0, 0.5, int8(0))
	f.Add(uint8(5), int8(17), int8(30), int8(5), int8(1), uint8(21), -1.0, 0.0, int8(0))
	f.Add(uint8(1), int8(40), int8(33), int8(70), int8(2), uint8(7), 2.0, 1.0, int8(-1))
	f.Fuzz(func(t *testing.T, routine uint8, m, n, k, gap int8, choice uint8, alpha, beta float64, short int8) {
		if math.Abs(alpha) > 1e3 || math.Abs(beta) > 1e3 || alpha != alpha || beta != beta {
			return
		}
		alpha, beta = float64(float32(alpha)), float64(float32(beta))
		p := problem{name: level3[int(routine)%len(level3)], m: int(m) % 90, n: int(n) % 90, k: int(k) % 90, gap: int(gap) % 3,
			alpha: alpha, beta: beta, tA: noTrans, tB: noTrans, side: onLeft, ul: upper, diag: nonUnit}
		set := func(bit uint, do func()) {
			if choice>>bit&1 == 1 {
				do()
			}
		}
		set(0, func() { p.tA = trans })
		set(1, func() { p.tB = trans })
		set(2, func() { p.side = onRight })
		set(3, func() { p.ul = lower })
		set(4, func() { p.diag = unit })
		set(5, func() { p.tA = 'x' })
		set(6, func() { p.ul = 'x' })
		set(7, func() { p.side = 'x' })
		ours := func() { checkedCall3(doubles(blas.Implementation{}), p, int(short)) }
		theirs := func() { checkedCall3(doubles(gonum.Implementation{}), p, int(short)) }
		got, want := panicOf(ours), panicOf(theirs)
		if got != want {
			t.Fatalf("%v: panics with %v, gonum with %v", p, got, want)
		}
		if want == nil {
			check3(t, doubles(blas.Implementation{}), p)
			check3(t, singles(blas.Implementation{}), p)
		}
	})
}

func panicOf(f func()) (message any) {
	defer func() { message = recover() }()
	f()
	return nil
}

// checkedCall3 is a call with slices that may be too short.
func checkedCall3(f api[float64], p problem, short int) {
	q := p
	q.m, q.n, q.k = max(p.m, 0), max(p.n, 0), max(p.k, 0)
	q.gap = max(p.gap, 0)
	a, b, c, _ := q.matrices(rand.New(rand.NewPCG(1, 1)))
	for _, t := range []*table{&a, &b, &c} {
		t.stride += min(p.gap, 0)
		if short < 0 {
			t.data = t.data[:max(0, len(t.data)+short%4)]
		}
	}
	call3(f, p, p.alpha, p.beta, a, a.data, b, b.data, c, c.data)
}

// TestThreadsOfAnImplementation: one that may not share starts nothing, and has the
// bits of one that may.
func TestThreadsOfAnImplementation(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	const n = 600
	r := rand.New(rand.NewPCG(8, 8))
	a := newTable(r, n, n, 0).data
	for i := range n {
		a[i*n+i] = n
	}
	b, x := newTable(r, n, n, 0).data, newTable(r, 1, n, 0).data
	var want []float64
	for _, threads := range []int{0, 1, 2} {
		f := doubles(blas.Implementation{Threads: threads})
		c, y := slices.Clone(b), make([]float64, n)
		calls := func() {
			f.gemm(noTrans, trans, n, n, n, 1, a, n, b, n, 0, c, n)
			f.syrk(upper, trans, n, n, 1, a, n, 1, c, n)
			f.syr2k(upper, trans, n, n, 1, a, n, b, n, 1, c, n)
			f.symm(onLeft, upper, n, n, 1, a, n, b, n, 1, c, n)
			f.trsm(onLeft, upper, noTrans, nonUnit, n, n, 1, a, n, c, n)
			f.trmm(onLeft, upper, noTrans, nonUnit, n, n, 1.0/n, a, n, c, n)
			f.gemv(noTrans, n, n, 1, a, n, x, 1, 0, y, 1)
			f.gemv(trans, n, n, 1, a, n, x, 1, 1, y, 1)
			f.ger(n, n, 1, x, 1, y, 1, c, n)
			f.syr(upper, n, 1, x, 1, c, n)
			f.syr2(upper, n, 1, x, 1, y, 1, c, n)
		}
		calls()
		got := append(slices.Clone(c), y...)
		if want == nil {
			want = got
		}
		if !sameBits(got, want) {
			t.Errorf("%d threads: other bits", threads)
		}
		least := allocations(calls)
		if alone := threads == 1; alone != (least == 0) {
			t.Errorf("%d threads: %d allocations", threads, least)
		}
	}
}

// allocations of a call, on as many goroutines as it likes; testing.AllocsPerRun
// leaves it one. The least of several, for a collection may empty a pool.
func allocations(call func()) uint64 {
	least := uint64(math.MaxUint64)
	for range 7 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		call()
		runtime.ReadMemStats(&after)
		least = min(least, after.Mallocs-before.Mallocs)
	}
	return least
}
