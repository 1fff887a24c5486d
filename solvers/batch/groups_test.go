package batch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

var ctx = context.Background()

// sizes straddle what kernels and sums are divided at.
var sizes = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 16, 17, 20, 31, 33, 50, 64, 100, 127, 128, 129, 130, 200, 255, 257, 500, 1023, 1025, 2050}

// random is groups of given sizes, with targets that suit a loss.
func random[T kernels.Float](rng *rand.Rand, columns int, l loss.Loss, sizes []int, weighted, offsets bool) *Groups[T] {
	g := &Groups[T]{Starts: []int{0}}
	rows := 0
	for _, n := range sizes {
		rows += n
		g.Starts = append(g.Starts, rows)
	}
	g.X = kernels.NewMatrix[T](rows, columns)
	for group := range sizes {
		beta, far := make([]float64, columns), 100*rng.NormFloat64()
		for j := range beta {
			beta[j] = rng.NormFloat64() / math.Sqrt(float64(columns))
		}
		for i := g.Starts[group]; i < g.Starts[group+1]; i++ {
			eta := 0.3
			for j, b := range beta {
				v := rng.NormFloat64()
				eta += b * v
				if j%2 == 1 {
					v += far
				}
				g.X.Row(i)[j] = T(v)
			}
			offset := 0.0
			if offsets {
				offset = rng.NormFloat64() / 2
				g.Offset = append(g.Offset, T(offset))
			}
			eta += offset
			switch l.(type) {
			case loss.Logistic:
				y := 0.0
				if rng.Float64() < 1/(1+math.Exp(-eta)) {
					y = 1
				}
				g.Y = append(g.Y, T(y))
			case loss.Poisson:
				g.Y = append(g.Y, T(math.Floor(math.Exp(eta)*2*rng.Float64()+rng.Float64())))
			default:
				g.Y = append(g.Y, T(eta+rng.NormFloat64()))
			}
			if weighted {
				w := rng.IntN(4)
				g.Weights = append(g.Weights, T(float64(w)/2))
			}
		}
	}
	return g
}

// alone is one group as package glm takes it, in float64.
func alone[T kernels.Float](g *Groups[T], group int) glm.Data[float64] {
	d := glm.Data[float64]{Columns: g.X.Cols, X: []float64{}}
	for at := g.Starts[group]; at < g.Starts[group+1]; at++ {
		i := g.row(at)
		for _, v := range g.X.Row(i) {
			d.X = append(d.X, float64(v))
		}
		d.Y = append(d.Y, float64(g.Y[i]))
		if g.Weights != nil {
			d.Weights = append(d.Weights, float64(g.Weights[i]))
		}
		if g.Offset != nil {
			d.Offset = append(d.Offset, float64(g.Offset[i]))
		}
	}
	return d
}

func family(l loss.Loss) glm.Family {
	switch l.(type) {
	case loss.Logistic:
		return glm.Binomial
	case loss.Poisson:
		return glm.Poisson
	}
	return glm.Gaussian
}

// status is what a fit of package glm should be called here.
func status(m *glm.Model, err error) Status {
	collinear := (*glm.CollinearError)(nil)
	switch {
	case errors.As(err, &collinear) && collinear.Rows < collinear.Coefficients:
		return TooFewRows
	case errors.As(err, &collinear):
		return RankDeficient
	case err != nil && err.Error() == "glm: no rows with a positive weight":
		return TooFewRows
	case err != nil:
		return NotFinite
	}
	for status, name := range map[Status]string{
		Converged: solvers.Converged.String(), Separated: solvers.Separated.String(),
		IterationLimit: solvers.IterationLimit.String(), Stalled: solvers.Stalled.String(),
	} {
		if m.Status == name {
			return status
		}
	}
	return NotFitted
}

// agrees compares a fit with that of package glm.
func agrees[T kernels.Float](t *testing.T, name string, g *Groups[T], f *Fits, group int, o Options, share float64) (converged bool) {
	t.Helper()
	d := alone(g, group)
	m, err := glm.Fit(ctx, d, glm.Options{Family: family(o.Loss), L2: o.L2, NoIntercept: o.NoIntercept, MaxIterations: o.MaxIterations, Precision: glm.Plain, Threads: 1})
	want := status(m, err)
	if f.Status[group] != want {
		t.Errorf("%s, group %d of %d rows: %v, alone %v (%v, %+v)", name, group, g.size(group), f.Status[group], want, err, m)
		return false
	}
	beta := f.Coefficient(group)
	if want != Converged && want != IterationLimit {
		for _, v := range beta {
			if !math.IsNaN(v) {
				t.Errorf("%s, group %d is %v and has coefficients %v", name, group, want, beta)
				break
			}
		}
		return false
	}
	if want == IterationLimit { // on the way to infinity
		return false
	}
	curved := family(o.Loss) != glm.Gaussian
	compare := func(what string, got, want, scale float64) {
		if math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > share*max(math.Abs(want), scale) {
			t.Errorf("%s, group %d of %d rows (%v): %s %v, alone %v", name, group, g.size(group), f.Status[group], what, got, want)
		}
	}
	for i, c := range m.Coefficients {
		scale := 0.0 // rounding is that of the terms it is made of
		if i == 0 && !o.NoIntercept {
			for _, c := range m.Coefficients[1:] {
				scale += math.Abs(c.Estimate * c.Center)
			}
		} else {
			scale = largest(beta)
			if !o.NoIntercept {
				scale = largest(beta[1:])
			}
		}
		scale = max(scale, 1e-3)
		if curved && o.L2 == 0 && math.IsNaN(c.StdError) { // the Hessian is singular: others fit as well
			scale = max(scale, 1e10)
		}
		if curved && c.StdError > 0 {
			times := 100.0
			if int(f.Iterations[group]) != m.Iterations {
				times = 1e4 // a gain of 1e-14 of the loss, with which one ended, is some 1e-7 standard errors
			}
			scale = max(scale, times*c.StdError)
		}
		compare("coefficient "+c.Name, beta[i], c.Estimate, scale)
		if f.StdErrors != nil {
			compare("standard error of "+c.Name, f.StdError(group)[i], c.StdError, scale)
		}
	}
	if f.Deviance != nil {
		compare("deviance", f.Deviance[group], m.Deviance, 1e-6)
	}
	if f.Rows[group] != m.Rows || curved && max(int(f.Iterations[group])-m.Iterations, m.Iterations-int(f.Iterations[group])) > 1 {
		t.Errorf("%s, group %d: %d rows, %d iterations, alone %d and %d", name, group, f.Rows[group], f.Iterations[group], m.Rows, m.Iterations)
	}
	return true
}

// TestGroupsAgreeWithGLM: hundreds of groups of all sizes, each beside a fit of
// its own.
func TestGroupsAgreeWithGLM(t *testing.T) {
	for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}} {
		for _, columns := range []int{0, 1, 2, 5, 6, 7, 11, 40} {
			for variant := range 8 {
				weighted, offsets := variant&1 != 0, variant&2 != 0
				o := Options{Loss: l, NoIntercept: variant%3 == 2 && columns > 0, StdErrors: true, Deviance: true, Threads: 1 + variant%2}
				if variant >= 6 {
					o.L2 = 0.3
				}
				name := fmt.Sprintf("%s, %d columns, variant %d", l.Name(), columns, variant)
				rng := rand.New(rand.NewPCG(uint64(columns), uint64(variant)))
				if variant&4 == 0 {
					compareAll(t, name, random[float64](rng, columns, l, sizes, weighted, offsets), o)
				} else {
					compareAll(t, name, random[float32](rng, columns, l, sizes, weighted, offsets), o)
				}
			}
		}
	}
}

// TestCoarseGroupsAgreeWithGLM: small integers in few rows make columns depend on
// others, and separate classes, wholly or in part.
func TestCoarseGroupsAgreeWithGLM(t *testing.T) {
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 77))
		for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}} {
			columns := 1 + rng.IntN(8)
			var sizes []int
			for range 60 {
				sizes = append(sizes, rng.IntN(8*columns+4))
			}
			o := Options{Loss: l, StdErrors: true, Deviance: true, NoIntercept: rng.IntN(3) == 0, Threads: 1}
			if rng.IntN(4) == 0 {
				o.L2 = 0.1
			}
			g := random[float64](rng, columns, l, sizes, rng.IntN(2) == 0, rng.IntN(2) == 0)
			for i, v := range g.X.Data {
				g.X.Data[i] = math.Trunc(v)
			}
			compareAll(t, fmt.Sprintf("seed %d, %s, %d columns", seed, l.Name(), columns), g, o)
		}
	}
}

func compareAll[T kernels.Float](t *testing.T, name string, g *Groups[T], o Options) {
	t.Helper()
	f, err := g.Fit(ctx, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	converged := 0
	for group := range g.Starts[1:] {
		if agrees(t, name, g, f, group, o, 1e-10) {
			converged++
		}
	}
	if converged < 5 {
		t.Errorf("%s: %d converged", name, converged)
	}
}
