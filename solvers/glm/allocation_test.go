package glm

import (
	"context"
	"math"
	"runtime"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// TestAnIterationAllocatesNothing: a fit of twice as many iterations takes as
// much memory. The Hessian here has 64,800 bytes.
func TestAnIterationAllocatesNothing(t *testing.T) {
	const n, p = 3000, 90
	d := Data[float64]{X: make([]float64, n*p), Columns: p, Y: make([]float64, n)}
	for i := range d.X {
		d.X[i] = math.Sin(float64(i*i%9973)) + float64(i%p)
	}
	for i := range d.Y {
		d.Y[i] = float64(i * 7 % 13 % 2)
	}
	fit := func(iterations int) uint64 {
		// A tolerance that is never reached; one thread, for with two it depends
		// on chance how many moments are under way.
		o := Options{Family: Binomial, L2: 1, Threads: 1, MaxIterations: iterations, Method: solvers.Newton{Tolerance: 1e-300}}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := Fit(context.Background(), d, o)
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Fatal(err)
		}
		if m.Iterations != iterations {
			t.Fatalf("%d iterations, want %d: %s", m.Iterations, iterations, m.Reason)
		}
		return after.TotalAlloc - before.TotalAlloc
	}
	// The least of some: scratch memory of the fit before may have been collected.
	least := func(iterations int) uint64 {
		least := fit(iterations)
		for range 7 {
			least = min(least, fit(iterations))
		}
		return least
	}
	two, four := least(2), least(4)
	if more := int64(four) - int64(two); more > 8*p*p/2 {
		t.Errorf("two more iterations take %d bytes", more)
	}
}
