package solvers

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
)

// tabulated is wide's least squares as a quadratic function of their Gram
// matrix.
func tabulated(t testing.TB) (*leastSquares, *Quadric) {
	l := wide()
	p := newLeastSquares(l.y, l.columns...)
	g, h := make([]float64, p.n), make([]float64, p.n*p.n)
	value, err := p.Hessian(context.Background(), make([]float64, p.n), g, h)
	if err != nil {
		t.Fatal(err)
	}
	return p, NewQuadric(value, g, h, 0)
}

func TestQuadric(t *testing.T) {
	p, q := tabulated(t)
	x := slices.Repeat([]float64{0.25, 0, -1, 3}, 3)
	g, want := make([]float64, 12), make([]float64, 12)
	h, dense := make([]float64, 144), make([]float64, 144)
	f, _ := q.Hessian(context.Background(), x, g, h)
	exact, _ := p.Hessian(context.Background(), x, want, dense)
	if math.Abs(f/exact-1) > 1e-13 || !q.Quadratic() || q.Dim() != 12 || q.Lead() != 0 {
		t.Errorf("%g, want %g", f, exact)
	}
	for i := range g {
		if math.Abs(g[i]-want[i]) > 1e-11*math.Abs(f) || h[i*12+11] != dense[i*12+11] || h[11*12+i] != h[i*12+11] {
			t.Errorf("entry %d: %g, want %g", i, g[i], want[i])
		}
	}
}

// TestPath: every iterate is the minimum of its net, of a function that is
// quadratic and one that is not, with a ridge and without, up and down.
func TestPath(t *testing.T) {
	_, quadric := tabulated(t)
	for _, f := range []Hessianer{quadric, wide()} {
		for _, ridge := range []float64{0, 0.5} {
			scales := []float64{1e4, 30, 10, 3, 3, 1, 0.1, 0, 5}
			nets := func(yield func(Net) bool) {
				for _, scale := range scales {
					net := Net{L1: slices.Repeat(L1{scale}, 12)}
					net.L1[4] = 0
					if ridge > 0 && scale < 1e4 {
						net.L2 = slices.Repeat([]float64{ridge * scale}, 12)
					}
					if !yield(net) {
						return
					}
				}
			}
			k := 0
			for it, err := range (CoordinateDescent{}).Path(context.Background(), f, nil, nets, Settings{}) {
				if err != nil {
					t.Fatal(err)
				}
				scale := scales[k]
				smooth := HessianFunction(12, func(x, g, h []float64) float64 {
					value, _ := f.Gradient(context.Background(), x, g)
					if h != nil {
						value, _ = f.Hessian(context.Background(), x, g, h)
					}
					for i, v := range x {
						if scale < 1e4 {
							value += ridge * scale * v * v / 2
							g[i] += ridge * scale * v
							if h != nil {
								h[i*13] += ridge * scale
							}
						}
					}
					return value
				})
				w := slices.Repeat(L1{scale}, 12)
				w[4] = 0
				want := minimize(t, Compose(smooth, w), CoordinateDescent{})
				mustEndAs(t, want, Converged)
				mustBeNear(t, it.X, want.X, 1e-8)
				if it.Status != Converged || math.Abs(it.Value-want.Value) > 1e-12*math.Abs(want.Value) || violation(smooth, w, it.X) > 1e-7 {
					t.Errorf("net %d: %v (%s), f = %.15g, want %.15g, violation %g", k, it.Status, it.Reason, it.Value, want.Value, violation(smooth, w, it.X))
				}
				k++
			}
			if k != len(scales) {
				t.Errorf("%d nets of %d", k, len(scales))
			}
		}
	}
}

func TestPathEnds(t *testing.T) {
	_, quadric := tabulated(t)
	count := 0
	endless := func(yield func(Net) bool) {
		for yield(Net{L1: slices.Repeat(L1{1}, 12)}) {
			count++
		}
	}
	for range (CoordinateDescent{}).Path(context.Background(), quadric, nil, endless, Settings{}) {
		break
	}
	if count != 0 {
		t.Errorf("%d nets after the caller has left", count)
	}
	for it, err := range (CoordinateDescent{}).Path(context.Background(), wide(), slices.Repeat([]float64{3}, 12), endless, Settings{MaxIterations: 1}) {
		if err != nil || it.Status != IterationLimit || it.Iteration != 1 {
			t.Errorf("%v, %+v", err, it)
		}
		break
	}
	short := func(yield func(Net) bool) { yield(Net{L1: L1{1}}) }
	for _, err := range (CoordinateDescent{}).Path(context.Background(), quadric, nil, short, Settings{}) {
		if err == nil {
			t.Error("a net of one weight for 12 variables is no error")
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for it, err := range (CoordinateDescent{}).Path(ctx, quadric, nil, endless, Settings{}) {
		if !errors.Is(err, context.Canceled) || it.Status != Canceled {
			t.Errorf("%v, %v", err, it.Status)
		}
	}
}

// TestSweepsLand: columns so nearly equal that sweeps alone would take for
// ever, and a factorisation finds the minimum on the way.
func TestSweepsLand(t *testing.T) {
	const n, rows = 40, 200
	columns := make([][]float64, n)
	y := make([]float64, rows)
	for i := range rows {
		for j := range columns {
			columns[j] = append(columns[j], math.Sin(0.1*float64(i))+0.01*math.Cos(float64(i*(j+1)%97)))
			y[i] += columns[j][i] * float64(j%5-2)
		}
		y[i] += 0.1 * math.Sin(float64(i*i))
	}
	p := newLeastSquares(y, columns...)
	for _, rough := range []Rough{slices.Repeat(L1{0.01}, n), Box{Lower: slices.Repeat([]float64{-1}, n), Upper: slices.Repeat([]float64{1.5}, n)}, slices.Repeat(L1{0}, n)} {
		r := minimize(t, Compose(p, rough), CoordinateDescent{MaxSweeps: 2000})
		mustEndAs(t, r, Converged)
		g, least := make([]float64, n), make([]float64, n)
		p.Gradient(context.Background(), r.X, g)
		rough.(region).least(least, r.X, g)
		if largestAbsolute(least) > 1e-9 || r.Iterations > 10 {
			t.Errorf("%T: %d iterations, a subgradient of %.1e is left", rough, r.Iterations, largestAbsolute(least))
		}
	}
}

// TestALeadingVariableIsEliminated: however far columns are from zero, steps are
// few.
func TestALeadingVariableIsEliminated(t *testing.T) {
	l := wide()
	columns := [][]float64{slices.Repeat([]float64{1}, len(l.y))}
	for _, c := range l.columns {
		far := slices.Clone(c)
		for i := range far {
			far[i] += 1000
		}
		columns = append(columns, far)
	}
	p := newLeastSquares(l.y, columns...)
	w := slices.Repeat(L1{3}, 13)
	w[0] = 0
	r := minimize(t, Compose(led{p}, w), CoordinateDescent{MaxSweeps: 300})
	mustEndAs(t, r, Converged)
	if v := violation(p, w, r.X); v > 1e-6 {
		t.Errorf("a subgradient of %.1e is left", v)
	}
}

// TestAHessianServesForSeveralSteps where there are many variables and the steps
// are good.
func TestAHessianServesForSeveralSteps(t *testing.T) {
	l := &likelihood{columns: make([][]float64, 24)}
	for i := range 300 {
		for j := range l.columns {
			l.columns[j] = append(l.columns[j], math.Sin(float64((i+1)*(j+2)*(j+3))))
		}
		l.y = append(l.y, float64((i*i+i/3)%2))
	}
	w := slices.Repeat(L1{2}, 24)
	r := minimize(t, Compose(l, w), CoordinateDescent{})
	mustEndAs(t, r, Converged)
	if r.Evaluations.Gradients < 1 || r.Evaluations.Hessians > 3 || r.Evaluations.Total() > 10 {
		t.Errorf("%+v", r.Evaluations)
	}
	if v := violation(l, w, r.X); v > 1e-8 {
		t.Errorf("a subgradient of %.1e is left", v)
	}
}
