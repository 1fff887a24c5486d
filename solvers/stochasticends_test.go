package solvers

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestDivergenceIsNoticed, said, and ends with the best point; without a step of
// the caller's, shorter ones are found.
func TestDivergenceIsNoticed(t *testing.T) {
	for _, logistic := range []bool{false, true} {
		p := sized(400, logistic)
		start := make([]float64, 4)
		g := make([]float64, 4)
		first, _ := p.Gradient(context.Background(), start, g)
		for _, m := range stochastic {
			if m == (SubsampledNewton{}) {
				continue
			}
			r := minimize(t, p, m.With(Sampling{Step: 1e6, Schedule: Constant{}}))
			if r.Status != Diverged || !strings.Contains(r.Reason, "1e+06") {
				t.Errorf("%s, logistic %v: %v after %d epochs: %s", m.Name(), logistic, r.Status, r.Iterations, r.Reason)
			}
			if !(r.Value <= first) || !finite(r.X...) {
				t.Errorf("%s: ends with %g at %g, began with %g", m.Name(), r.Value, r.X, first)
			}
		}
	}
	// One term that curves a thousand times as much as all others.
	n := 2000
	if testing.Short() {
		n = 400
	}
	p := sized(n, false)
	for j := range p.columns {
		p.columns[j][77] *= 300
	}
	for _, m := range []Sampler{SGD{}, SVRG{}, Momentum{}} {
		r := minimize(t, p, m)
		want := minimize(t, p, Newton{})
		if gap := (r.Value - want.Value) * float64(n) / want.Value; r.Status != Converged || !(gap <= 0.015) {
			t.Errorf("%s: %v, %.2g of a term is left: %s", m.Name(), r.Status, gap, r.Reason)
		}
	}
}

func TestEarlyStopping(t *testing.T) {
	p := sized(400, true)
	for _, m := range stochastic {
		if m == (SubsampledNewton{}) {
			continue
		}
		r := minimize(t, p, m.With(Sampling{HoldOut: 0.25, Patience: 3, Seed: 5, Tolerance: 1e-12}))
		if r.Status != Converged || !strings.Contains(r.Reason, "early stopping") || !strings.Contains(r.Reason, "3 epochs") {
			t.Fatalf("%s: %v: %s", m.Name(), r.Status, r.Reason)
		}
		held := newTerms(400, 4, 0, AnyOrder, 5, 0.25).held
		if len(held) != 100 {
			t.Fatalf("%d terms are held out", len(held))
		}
		value := p.evaluate(Batch{Index: held}, r.X, make([]float64, 4), nil)
		if value != r.Value {
			t.Errorf("%s: value %g, that of the terms held out is %g", m.Name(), r.Value, value)
		}
	}
	for _, share := range []float64{1e-3, 0.999} {
		if _, err := Minimize(context.Background(), p, SGD{Sampling{HoldOut: share / 1000}}, nil, Settings{}); err == nil && share < 0.5 {
			t.Errorf("a share of %v is no error", share/1000)
		}
	}
}

func TestTheSeedDecides(t *testing.T) {
	p := sized(300, true)
	for _, m := range stochastic {
		p.lambda = 1
		run := func(seed uint64) *Result {
			return minimize(t, p, m.With(Sampling{Seed: seed, Batch: 20}))
		}
		a, b, c := run(7), run(7), run(8)
		if !slices.Equal(a.X, b.X) || a.Evaluations != b.Evaluations {
			t.Errorf("%s: %g and %g from one seed", m.Name(), a.X, b.X)
		}
		if slices.Equal(a.X, c.X) {
			t.Errorf("%s: another seed is the same run", m.Name())
		}
		if a.Seed != 7 || c.Seed != 8 {
			t.Errorf("%s: seeds %d and %d are recorded", m.Name(), a.Seed, c.Seed)
		}
	}
}

func TestStochasticRefuses(t *testing.T) {
	for _, m := range stochastic {
		if _, err := Minimize(context.Background(), rosenbrock(), m, nil, Settings{}); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s without terms: %v", m.Name(), err)
		}
		if _, err := Minimize(context.Background(), sized(0, true), m, nil, Settings{}); m != (SubsampledNewton{}) && err == nil {
			t.Errorf("%s: no terms are no error", m.Name())
		}
		for _, s := range []Sampling{{Batch: -1}, {Order: 3}, {Order: -1}, {Step: -1}, {Step: math.NaN()}, {HoldOut: 1}, {HoldOut: -0.5}, {Patience: -1}, {Tolerance: math.Inf(1)}} {
			other := m.With(s)
			if reflected := other.(Sampler).Sampled(); reflected == (Sampling{}) {
				continue // what it leaves out
			}
			if _, err := Minimize(context.Background(), sized(10, true), other, nil, Settings{}); err == nil {
				t.Errorf("%s: %+v is no error", m.Name(), s)
			}
		}
		if m.With(m.Sampled()) != Method(m) {
			t.Errorf("%s: other settings than it was given", m.Name())
		}
	}
}

func TestStochasticErrorsEndTheRun(t *testing.T) {
	broken := errors.New("line 7")
	for _, m := range stochastic {
		if m == (SubsampledNewton{}) {
			continue
		}
		p := sized(100, true)
		p.err, p.failing = broken, 150
		r, err := Minimize(context.Background(), p, m.With(Sampling{Batch: 10, Tolerance: 1e-9}), nil, Settings{})
		if !errors.Is(err, broken) || r.Status != Failed || !finite(r.X...) {
			t.Errorf("%s: %v, %+v", m.Name(), err, r)
		}
		if g := make([]float64, 4); p.evaluate(Batch{To: 100}, r.X, g, nil) != r.Value {
			t.Errorf("%s: the value is of another point", m.Name())
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if r, err := Minimize(ctx, sized(100, true), m, nil, Settings{}); err != context.Canceled || r.Status != Canceled {
			t.Errorf("%s: %v, %v", m.Name(), err, r.Status)
		}
		nan := sized(100, false)
		nan.y[3] = math.NaN()
		mustEndAs(t, minimize(t, nan, m), NotFinite)
	}
}
