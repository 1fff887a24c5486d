package solvers

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"
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

func (r *rows) Dim() int        { return len(r.columns) }
func (r *rows) Terms() int      { return len(r.y) }
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
	// One term in a thousand that curves a thousand times as much as all others.
	p := sized(2000, false)
	for j := range p.columns {
		p.columns[j][77] *= 300
	}
	for _, m := range []Sampler{SGD{}, SVRG{}, Momentum{}} {
		r := minimize(t, p, m)
		want := minimize(t, p, Newton{})
		if gap := (r.Value - want.Value) * 2000 / want.Value; r.Status != Converged || !(gap <= 0.015) {
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
		held := newTerms(400, 0, AnyOrder, 5, 0.25).held
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

// TestAnEpochIsEveryTermOnce, whatever the batch, the order and the hold-out, and
// only its last batch, or that of one block, is short.
func TestAnEpochIsEveryTermOnce(t *testing.T) {
	for _, n := range []int{1, 2, 7, 100, 1000, 5000} {
		for _, size := range []int{0, 1, 7, 64, n, 2 * n} {
			for _, order := range []Order{AnyOrder, Shuffled, InBlocks} {
				for _, share := range []float64{0, 0.3} {
					d := newTerms(n, size, order, 3, share)
					before := ""
					for epoch := range 3 {
						d.shuffle(epoch)
						seen, short := map[int]int{}, 0
						for k := range d.batches() {
							b := d.batch(k)
							if b.Len() < d.size {
								short++
							}
							for i := range b.Len() {
								seen[b.At(i)]++
							}
							if b.Len() < 1 || b.Len() > d.size {
								t.Fatalf("%d terms, batches of %d, order %v: one of %d", n, d.size, order, b.Len())
							}
						}
						for _, i := range d.held {
							seen[i]++
						}
						if len(seen) != n || short > 1 {
							t.Fatalf("%d terms, batches of %d, order %v, share %v: %d terms, %d short batches", n, size, order, share, len(seen), short)
						}
						for i, count := range seen {
							if count != 1 {
								t.Fatalf("%d terms, batches of %d, order %v: term %d comes %d times", n, size, order, i, count)
							}
						}
						sequence := fmt.Sprint(d.index, d.blocks)
						if n >= 1000 && size == 7 && sequence == before {
							t.Errorf("%d terms, order %v: two epochs are alike", n, order)
						}
						before = sequence
						d.shuffle(99)
						d.shuffle(epoch)
						if again := fmt.Sprint(d.index, d.blocks); again != sequence {
							t.Errorf("epoch %d differs the second time", epoch)
						}
					}
				}
			}
		}
	}
}

// TestBlocksAreSequential: batches of consecutive terms, most of them one after
// the other.
func TestBlocksAreSequential(t *testing.T) {
	d := newTerms(1<<20, 256, AnyOrder, 1, 0)
	d.shuffle(0)
	jumps, last := 0, -1
	for k := range d.batches() {
		b := d.batch(k)
		if b.Index != nil {
			t.Fatal("terms are listed")
		}
		if b.From != last {
			jumps++
		}
		last = b.To
	}
	if jumps > 300 || jumps < 100 {
		t.Errorf("%d jumps", jumps)
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

func TestScheduleLengths(t *testing.T) {
	for _, c := range []struct {
		s    Schedule
		at   Moment
		want float64
	}{
		{Constant{}, Moment{Epoch: 50, Stalls: 3}, 1},
		{Halving{}, Moment{Epoch: 50}, 1}, {Halving{}, Moment{Stalls: 3}, 0.125}, {Halving{0.1}, Moment{Stalls: 2}, 0.01},
		{InverseTime{}, Moment{Epoch: 3}, 0.25}, {InverseTime{10}, Moment{Epoch: 10}, 0.5},
		{InverseRoot{}, Moment{Epoch: 3}, 0.5}, {InverseRoot{4}, Moment{Epoch: 32}, 1.0 / 3},
		{Stepwise{}, Moment{Epoch: 9.9}, 1}, {Stepwise{}, Moment{Epoch: 20}, 0.25}, {Stepwise{5, 0.1}, Moment{Epoch: 5}, 0.1},
		{Cosine{}, Moment{}, 1}, {Cosine{}, Moment{Epoch: 50}, 0.5}, {Cosine{Epochs: 8, Least: 0.5}, Moment{Epoch: 4}, 0.75},
		{Cosine{Epochs: 12}, Moment{Epoch: 4}, 0.75}, {Cosine{Epochs: 12}, Moment{Epoch: 8}, 0.25}, {Cosine{Epochs: 8, Least: 0.1}, Moment{Epoch: 9}, 0.1},
		{WarmUp{}, Moment{Epoch: 0.5}, 0.5}, {WarmUp{}, Moment{Epoch: 2, Stalls: 1}, 0.5}, {WarmUp{4, InverseTime{}}, Moment{Epoch: 3}, 0.1875},
	} {
		if got := c.s.Length(c.at); math.Abs(got-c.want) > 1e-14 {
			t.Errorf("%+v at %+v: %v, want %v", c.s, c.at, got, c.want)
		}
	}
	for _, name := range Schedules() {
		s, err := ParseSchedule(name, 20)
		if err != nil || !(s.Length(Moment{Epoch: 10}) > 0) {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
	if _, err := ParseSchedule("linear", 0); err == nil || !strings.Contains(err.Error(), "cosine") {
		t.Errorf("error %v", err)
	}
	for _, name := range Orders() {
		if o, err := ParseOrder(name); err != nil || o.String() != name {
			t.Errorf("%s: %v, %v", name, o, err)
		}
	}
	if _, err := ParseOrder("backwards"); err == nil || Order(7).String() != "Order(7)" {
		t.Errorf("error %v, %v", err, Order(7))
	}
}

// TestUpdates on two steps of one variable, by hand.
func TestUpdates(t *testing.T) {
	for _, c := range []struct {
		u      Update
		first  float64 // Step·Scale for a gradient of 2
		second float64 // and then of 4
	}{
		{Trace{}, 2, 5.8}, {Trace{Decay: 0.5}, 2, 5}, {Trace{Decay: 0.5, Nesterov: true}, 3, 6.5},
		{SumSquares{}, 1, 4 / math.Sqrt(20)}, {MeanSquares{Decay: 0.5}, 1, 4 / math.Sqrt(10)},
		{Moments{First: 0.5, Second: 0.5}, 1, (0.5*1 + 2) / 0.75 / math.Sqrt((0.5*2+8)/0.75)},
		{WeightDecay{Decay: 0.1}, 2 + 0.1*3/0.5, 4 + 0.1*3/0.5},
	} {
		turn := &Turn{Step: make([]float64, 1), Scale: make([]float64, 1), Z: []float64{3}, First: 0.5, Length: 1}
		for range c.u.Vectors() {
			turn.Memory = append(turn.Memory, make([]float64, 1))
		}
		for k, want := range []float64{c.first, c.second} {
			turn.Step[0], turn.Scale[0], turn.At = float64(2+2*k), 1, Moment{Step: k}
			c.u.Apply(turn)
			if got := turn.Step[0] * turn.Scale[0]; math.Abs(got-want) > 1e-14*want {
				t.Errorf("%#v, step %d: %v, want %v", c.u, k, got, want)
			}
		}
	}
	for k, want := range []float64{1, 0.9, 0.81, 0.729} {
		if got := power(0.9, k); math.Abs(got-want) > 1e-15 {
			t.Errorf("power %d: %v", k, got)
		}
	}
}

// TestStochasticBitsAreTheSameOnEveryMachine, but for exponentials, which are
// package math's: least squares.
func TestStochasticBitsAreTheSameOnEveryMachine(t *testing.T) {
	want := map[string]string{
		"sgd":               "a3223585d29d7695",
		"momentum":          "3df68f16b59e0159",
		"nesterov-sgd":      "e70c2c1ed1d39719",
		"adagrad":           "633425e5d27bb5cc",
		"rmsprop":           "d63141b5cc153521",
		"adam":              "4ced07d9eae8f455",
		"adamw":             "2417b5dead6c42c9",
		"svrg":              "f5b0523801079628",
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
