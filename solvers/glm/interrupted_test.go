package glm

import (
	"bytes"
	"context"
	"math"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// TestInterruptedSparseFits: the value of the best point is half of the deviance
// and the penalty.
func TestInterruptedSparseFits(t *testing.T) {
	for _, method := range append(sparseMethods(t), nil) {
		ctx, cancel := context.WithCancel(ctx)
		o := Options{Family: Binomial, L1: 2, Method: method}
		var best float64
		o.Observe = func(it *solvers.Iterate) {
			if best = it.Value; it.Iteration == 2 {
				cancel()
			}
		}
		m, err := Fit(ctx, problem[float64](300, 3, o.Family, true), o)
		cancel()
		if err != context.Canceled || m == nil || m.L1 != 2 || m.Iterations != 2 || m.Status != "canceled" {
			t.Fatalf("%v, %+v", err, m)
		}
		value := m.Deviance / 2
		for _, c := range m.Columns() {
			value += 2 * math.Abs(c.Estimate)
		}
		if math.Abs(value-best) > 1e-12*best || m.Violation == 0 {
			t.Errorf("%s: %v, want %v, violation %v", m.Solver, value, best, m.Violation)
		}
	}
}

// TestInterruptedHoldOut: what an interrupted fit with rows held out cannot know
// is the value of the others.
func TestInterruptedHoldOut(t *testing.T) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	o := Options{Family: Binomial, Method: solvers.SGD{Sampling: solvers.Sampling{HoldOut: 0.2}}}
	o.Observe = func(it *solvers.Iterate) {
		if it.Iteration == 2 {
			cancel()
		}
	}
	m, err := Fit(ctx, problem[float64](300, 3, o.Family, true), o)
	if err != context.Canceled || m == nil || m.Rows != 300 || m.HoldOut != 0.2 || !math.IsNaN(m.Deviance) || !finite(m.Coefficients[1].Estimate) {
		t.Errorf("%v, %+v", err, m)
	}
}

// TestInterruptedFits end with the best model until then, from the first step on.
func TestInterruptedFits(t *testing.T) {
	for family := range Family(len(families)) {
		for _, method := range []solvers.Method{nil, solvers.GradientDescent{}} {
			for at := range 4 {
				ctx, cancel := context.WithCancel(ctx)
				o := Options{Family: family, Method: method, Precision: Plain}
				var best float64
				o.Observe = func(it *solvers.Iterate) {
					if it.Iteration <= at {
						best = it.Value
					}
					if it.Iteration == at {
						cancel()
					}
				}
				d := problem[float64](300, 3, family, true)
				m, err := Fit(ctx, d, o)
				cancel()
				if err == nil {
					continue // it had ended
				}
				staged := method == nil && (family == Huber || family == Quantile)
				if err != context.Canceled || (m == nil) != (at == 0) && !staged {
					t.Fatalf("%v, at %d: %v, %+v", family, at, err, m)
				}
				if m == nil {
					continue
				}
				if m.Converged || m.Status != "canceled" || !strings.Contains(m.Reason, "interrupted") || m.Deviance != 2*best || m.Rows != 300 || len(m.Coefficients) != 4 {
					t.Errorf("%v, at %d: %+v", family, at, m)
				}
				for _, c := range m.Coefficients {
					if !finite(c.Estimate) || !math.IsNaN(c.StdError) || !math.IsNaN(c.PValue) {
						t.Errorf("%v, at %d: %+v", family, at, c)
					}
				}
				text, err := m.MarshalJSON()
				if err != nil {
					t.Fatal(err)
				}
				again, err := Read(bytes.NewReader(text))
				if err != nil || again.Status != "canceled" || !strings.Contains(m.Summary(), "canceled after") {
					t.Errorf("%v: %v, %s", family, err, m.Summary())
				}
			}
		}
	}
	// At any read of a chain of wider losses, the stages of which have no value of
	// the loss that is fitted.
	staged := 0
	for at := 1; at < 60; at++ {
		ctx, cancel := context.WithCancel(ctx)
		source := &counting[float64]{inMemory: inMemory[float64]{Data: problem[float64](200, 2, Huber, false)}}
		source.rewound = func() {
			if source.reads == at {
				cancel()
			}
		}
		m, err := FitSource(ctx, source, nil, "", Options{Family: Huber, Parameters: Parameters{Delta: 1e-3}})
		if cancel(); err == nil {
			break
		}
		if err != context.Canceled || m != nil && (m.Status != "canceled" || !finite(m.Coefficients[1].Estimate)) {
			t.Errorf("at read %d: %v, %+v", at, err, m)
		}
		if m != nil && math.IsNaN(m.Deviance) {
			staged++
		}
	}
	if staged == 0 {
		t.Error("no model of a stage")
	}
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if m, err := Fit(canceled, problem[float64](30, 2, Gaussian, false), Options{}); m != nil || err != context.Canceled {
		t.Errorf("%v, %+v", err, m)
	}
}
