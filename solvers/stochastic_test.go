package solvers

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"testing"
)

// stochastic are the methods that take samples.
var stochastic = []Sampler{
	SGD{}, Momentum{}, NesterovSGD{}, AdaGrad{}, RMSProp{}, Adam{}, AdamW{}, SVRG{}, SubsampledNewton{},
}

// rows is a finite sum over rows of a logistic or a least squares problem, with
// a penalty that is part of none.
type rows struct {
	columns  [][]float64
	y        []float64
	logistic bool
	lambda   float64
	samples  int
	err      error // of sample number failing
	failing  int
}

// sized is a problem of n rows and three columns beside ones, one of them far from
// the units of the others.
func sized(n int, logistic bool) *rows {
	r := &rows{columns: make([][]float64, 4), logistic: logistic}
	random := seeded(1, uint64(n))
	next := func() float64 { return float64(random.next()>>12)/(1<<51) - 1 }
	for range n {
		u, v, w := next(), next(), next()
		for j, x := range []float64{1, u, 1000 * (v + float64(0.5*u)), w / 50} {
			r.columns[j] = append(r.columns[j], x)
		}
		eta := 0.5 + float64(1.5*u) - v + float64(0.5*w) + 2*next()
		if logistic {
			y := 0.0
			if eta > 0 {
				y = 1
			}
			eta = y
		}
		r.y = append(r.y, eta)
	}
	return r
}

func (r *rows) Dim() int { return len(r.columns) }

func (r *rows) Terms() int { return len(r.y) }

func (r *rows) Quadratic() bool { return !r.logistic }

func (r *rows) Gradient(_ context.Context, x, g []float64) (float64, error) {
	return r.evaluate(Batch{To: len(r.y)}, x, g, nil), nil
}

func (r *rows) Hessian(_ context.Context, x, g, h []float64) (float64, error) {
	return r.evaluate(Batch{To: len(r.y)}, x, g, h), nil
}

func (r *rows) Sample(_ context.Context, b Batch, x, g []float64) (float64, error) {
	if r.samples++; r.samples == r.failing {
		return 0, r.err
	}
	return r.evaluate(b, x, g, nil), nil
}

func (r *rows) SampleHessian(_ context.Context, b Batch, x, g, h []float64) (float64, error) {
	return r.evaluate(b, x, g, h), nil
}

func (r *rows) HessianDiagonal(_ context.Context, dst, x []float64) error {
	n := len(x)
	h := make([]float64, n*n)
	r.evaluate(Batch{To: len(r.y)}, x, make([]float64, n), h)
	for i := range dst {
		dst[i] = h[i*n+i]
	}
	return nil
}

func (r *rows) evaluate(b Batch, x, g, h []float64) (sum float64) {
	clear(g)
	clear(h)
	n, scale := len(x), float64(len(r.y))/float64(max(1, b.Len()))
	for k := range b.Len() {
		i := b.At(k)
		eta := 0.0
		for j, c := range r.columns {
			eta += float64(c[i] * x[j])
		}
		residual, d := eta-r.y[i], 1.0
		if r.logistic {
			mu := 1 / (1 + math.Exp(-eta))
			residual, d = mu-r.y[i], float64(mu*(1-mu))
			sum += float64(scale * (max(eta, 0) + math.Log1p(math.Exp(-math.Abs(eta))) - float64(r.y[i]*eta)))
		} else {
			sum += float64(scale * float64(0.5*float64(residual*residual)))
		}
		for j, c := range r.columns {
			v := float64(scale * c[i])
			g[j] += float64(v * residual)
			for l := j; l < n && h != nil; l++ {
				h[j*n+l] += float64(float64(v*d) * r.columns[l][i])
			}
		}
	}
	for j := 1; j < n; j++ {
		g[j] += float64(r.lambda * x[j])
		sum += float64(0.5 * float64(float64(r.lambda*x[j])*x[j]))
		if h != nil {
			h[j*n+j] += r.lambda
		}
	}
	return sum
}

// gradientsOnly hides what a finite sum knows of its Hessian.
type gradientsOnly struct{ FiniteSum }

// TestEveryStochasticMethodAgreesWithNewton to what its tolerance claims: f is
// no more above its minimum than a hundredth of the mean of a term.
func TestEveryStochasticMethodAgreesWithNewton(t *testing.T) {
	for _, logistic := range []bool{false, true} {
		for _, n := range []int{100, 3000} {
			p := sized(n, logistic)
			p.lambda = 0.5
			want := minimize(t, p, Newton{})
			mustEndAs(t, want, Converged)
			for _, m := range stochastic {
				for _, problem := range []Problem{p, gradientsOnly{p}} {
					if _, ok := problem.(HessianSum); !ok && m == (SubsampledNewton{}) {
						continue
					}
					if _, ok := problem.(Diagonaler); !ok { // in units as they are a thousandth apart, few get anywhere
						continue
					}
					r := minimize(t, problem, m)
					mustEndAs(t, r, Converged)
					if gap := (r.Value - want.Value) * float64(n) / want.Value; !(gap <= 0.015) { // the gap is estimated from some terms
						t.Errorf("%s, logistic %v, %d terms: %.2g of a term is left", m.Name(), logistic, n, gap)
					}
				}
			}
		}
	}
}

// TestStochasticWithoutHessians: no diagonal, no Hessian, units that are alike.
func TestStochasticWithoutHessians(t *testing.T) {
	for _, logistic := range []bool{false, true} {
		p := sized(500, logistic)
		for i := range p.y {
			p.columns[2][i] /= 1000
			p.columns[3][i] *= 50
		}
		want := minimize(t, p, Newton{})
		for _, m := range stochastic {
			if m == (SubsampledNewton{}) {
				continue
			}
			r := minimize(t, gradientsOnly{p}, m)
			mustEndAs(t, r, Converged)
			if gap := (r.Value - want.Value) * 500 / want.Value; !(gap <= 0.05) {
				t.Errorf("%s, logistic %v: %.2g of a term is left", m.Name(), logistic, gap)
			}
		}
	}
}

// TestStochasticL1 beside OWL-QN.
func TestStochasticL1(t *testing.T) {
	p := sized(1000, true)
	w := L1{0, 20, 3000, 2}
	want := minimize(t, Compose(p, w), CoordinateDescent{})
	mustEndAs(t, want, Converged)
	for _, m := range stochastic {
		if m == (SubsampledNewton{}) {
			continue
		}
		r := minimize(t, Compose(p, w), m)
		mustEndAs(t, r, Converged)
		if gap := (r.Value - want.Value) * 1000 / want.Value; !(gap <= 0.05) {
			t.Errorf("%s: %.2g of a term is left after %d epochs", m.Name(), gap, r.Iterations)
		}
		for j, v := range r.X {
			if (v == 0) != (want.X[j] == 0) {
				t.Errorf("%s: %g, want %g", m.Name(), r.X, want.X)
			}
		}
	}
}

// TestSchedulesReachTheMinimum that make steps shorter, whatever the batch.
func TestSchedulesReachTheMinimum(t *testing.T) {
	p := sized(300, true)
	want := minimize(t, p, Newton{})
	for _, s := range []Schedule{Halving{}, InverseTime{30}, InverseRoot{30}, Stepwise{30, 0}, Cosine{Epochs: 300, Least: 1e-3}, WarmUp{}, WarmUp{Then: InverseTime{30}}} {
		for _, batch := range []int{1, 7, 300} {
			r := minimize(t, p, SGD{Sampling{Schedule: s, Batch: batch}})
			if r.Status != Converged {
				t.Errorf("%T, batches of %d: %v: %s", s, batch, r.Status, r.Reason)
			}
			if gap := (r.Value - want.Value) * 300 / want.Value; !(gap <= 0.015) {
				t.Errorf("%T, batches of %d: %.2g of a term is left after %d epochs", s, batch, gap, r.Iterations)
			}
		}
	}
}

func TestStochasticStepsAllocateNothing(t *testing.T) {
	for _, m := range stochastic {
		for _, order := range []Order{Shuffled, InBlocks} {
			p := sized(300, true)
			it := &Iterate{X: make([]float64, 4)}
			s, err := m.With(Sampling{Order: order, Batch: 9, Tolerance: 1e-30, Step: 1e-4}).Start(context.Background(), gradientsOnly2{p}, it)
			if err != nil {
				t.Fatal(err)
			}
			least := math.Inf(1)
			for range 3 {
				least = min(least, testing.AllocsPerRun(3, func() {
					if err := s.Step(context.Background(), it); err != nil || it.Status != Running {
						t.Skip(m.Name(), it.Status, err)
					}
				}))
			}
			if least != 0 {
				t.Errorf("%s: %g allocations an epoch", m.Name(), least)
			}
		}
	}
}

// gradientsOnly2 has Hessians and no diagonal, which allocates in rows.
type gradientsOnly2 struct{ HessianSum }

// TestStochasticBitsAreTheSameOnEveryMachine, but for exponentials, which are
// package math's: least squares.
func TestStochasticBitsAreTheSameOnEveryMachine(t *testing.T) {
	want := map[string]string{
		"sgd":               "3d296a393b61a771",
		"momentum":          "81cdc95a88fdab29",
		"nesterov-sgd":      "b9379c7e93ea8a1f",
		"adagrad":           "633425e5d27bb5cc",
		"rmsprop":           "d63141b5cc153521",
		"adam":              "4ced07d9eae8f455",
		"adamw":             "2417b5dead6c42c9",
		"svrg":              "8121f6f9c9049945",
		"subsampled-newton": "5516200a50384f0b",
	}
	for _, m := range stochastic {
		sum := fnv.New64a()
		for it, err := range Iterates(context.Background(), sized(200, false), m.With(Sampling{Tolerance: 1e-6}), nil, Settings{MaxIterations: 30}) {
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range []float64{it.X[0], it.X[1], it.X[3], it.Value, it.Gradient[2], it.Decrement, it.StepLength} {
				fmt.Fprintf(sum, "%x ", math.Float64bits(v))
			}
		}
		if got := fmt.Sprintf("%x", sum.Sum64()); got != want[m.Name()] {
			t.Errorf("\n\t\t%q: %q,", m.Name(), got)
		}
	}
}
