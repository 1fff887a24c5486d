package solvers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

// A resumable run is a problem, made anew for every run, and a method.
type resumableRun struct {
	name    string
	problem func() Problem
	method  Method
	x0      []float64
}

// resumableRuns has every method on problems of its kind, with all they know
// and with Hessians alone.
func resumableRuns() (list []resumableRun) {
	add := func(name string, m Method, x0 []float64, problem func() Problem) {
		list = append(list, resumableRun{fmt.Sprintf("%s %#v", name, m), problem, m, x0})
	}
	columns, y := measured()
	for _, m := range slices.Concat(smooth, combined, []Method{GradientDescent{Search: FixedStep{Length: 0.5}}}) {
		add("logistic", m, nil, func() Problem { return &likelihood{columns: columns, y: y} })
		if _, fixed := m.(GradientDescent); !fixed || m.(GradientDescent).Search != (FixedStep{Length: 0.5}) {
			add("rosenbrock", m, []float64{-1.2, 1}, func() Problem { return rosenbrock() })
		}
	}
	squares := func() Gradienter {
		l := wide()
		return newLeastSquares(l.y, l.columns...)
	}
	add("squares", Newton{}, nil, func() Problem { return squares() })
	for _, rough := range []Rough{slices.Repeat(L1{1}, 12), Box{Lower: slices.Repeat([]float64{-0.02}, 12), Upper: slices.Repeat([]float64{0.3}, 12)}} {
		methods := forL1
		if _, box := rough.(Box); box {
			methods = forBox
		}
		for _, m := range methods {
			x0 := slices.Repeat([]float64{0.1}, 12)
			add("composite logistic", m, x0, func() Problem { return Compose(wide(), rough) })
			add("composite squares", m, x0, func() Problem { return Compose(squares(), rough) })
		}
	}
	// The start of a run tells when a quartic is at its minimum, zero, and when a
	// straight line has led far enough.
	for _, m := range smooth {
		add("quartic", m, []float64{3, -2}, func() Problem { return quartic() })
		add("straight", m, []float64{2}, func() Problem { return one(func(x float64) (v, g, h float64) { return x, 1, 0 }) })
	}
	for _, m := range forBox {
		add("composite quartic", m, []float64{3, -2}, func() Problem { return Compose(quartic(), Box{Upper: []float64{4, 4}}) })
		add("composite rosenbrock", m, []float64{-1.2, 1}, func() Problem { return Compose(rosenbrock(), Box{Upper: []float64{3, 10}}) })
	}
	// Approximations, of problems that know them and of one that knows its Hessian.
	for _, c := range []Curvature{Diagonal{}, Blocks{Size: 2}, LowRank{Rank: 2, Seed: 5}, Expected{}} {
		for _, m := range []Method{
			ApproximateNewton{Curvature: c}, ApproximateNewton{Curvature: c, Every: 3, Search: Armijo{}},
			NewtonCG{Preconditioner: c}, LBFGS{Initial: c},
		} {
			add("all parts", m, nil, func() Problem { return allParts{likelihood: &likelihood{columns: columns, y: y}} })
			if c != (Expected{}) {
				add("Hessians alone", m, nil, func() Problem { return struct{ Hessianer }{&likelihood{columns: columns, y: y}} })
			}
		}
	}
	// Hessians serve for several steps, and a variable in front is eliminated.
	for _, rough := range []Rough{append(L1{0}, slices.Repeat([]float64{0.5}, 19)...), Box{Lower: append([]float64{math.Inf(-1)}, slices.Repeat([]float64{-0.1}, 19)...)}} {
		for _, m := range []Method{CoordinateDescent{}, CoordinateDescent{MaxSweeps: 2}} {
			add("wider logistic", m, nil, func() Problem { return Compose(wider(), rough) })
			add("wider squares", m, nil, func() Problem { return Compose(led{newLeastSquares(wider().y, wider().columns...)}, rough) })
		}
	}
	// Samples: with all that is known, without a diagonal or a Hessian, with a part
	// that is not smooth, with terms held out.
	for _, m := range stochastic {
		m = m.With(Sampling{Seed: 3, Batch: 16, Tolerance: 1e-4}).(Sampler)
		add("sum of logistic terms", m, nil, func() Problem { return sized(160, true) })
		add("sum of squares", m, nil, func() Problem { return sized(160, false) })
		if m.Name() == (SubsampledNewton{}).Name() {
			continue
		}
		add("terms alone", m, nil, func() Problem { return struct{ FiniteSum }{sized(160, true)} })
		add("composite sum", m, nil, func() Problem { return Compose(sized(160, true), L1{0, 2, 50, 2}) })
		s := m.Sampled()
		s.HoldOut, s.Schedule = 0.25, Cosine{Epochs: 40}
		add("sum", m.With(s), nil, func() Problem { return sized(160, true) })
		s = Sampling{Step: 0.05, LastPoint: true, Order: InBlocks, Schedule: WarmUp{}}
		add("sum", m.With(s), nil, func() Problem { return sized(160, false) })
	}
	return list
}

// allParts is a likelihood that computes every approximation of its Hessian.
type allParts struct{ *likelihood }

func (p allParts) Lead() int { return 1 }

func (p allParts) HessianBlocks(_ context.Context, dst []float64, size int, x []float64) error {
	n := len(x)
	g, h := make([]float64, n), make([]float64, n*n)
	p.evaluate(x, g, h)
	dst[0] = h[0]
	for from := 1; from < n; from += size {
		block := dst[1+(from-1)*size:]
		for i := from; i < min(from+size, n); i++ {
			copy(block[(i-from)*size:][:size], h[i*n+from:i*n+min(from+size, n)])
		}
	}
	return nil
}

// ExpectedHessian is the Hessian and a little more, so that it makes a difference.
func (p allParts) ExpectedHessian(_ context.Context, x, h []float64) error {
	p.evaluate(x, make([]float64, len(x)), h)
	for i := range x {
		h[i*len(x)+i] *= 1.25
	}
	return nil
}

// wider is a logistic problem of 90 rows, an intercept and 19 columns.
func wider() widerLogistic {
	l := &likelihood{columns: make([][]float64, 20)}
	for i := range 90 {
		for j := range l.columns {
			v := 1.0
			if j > 0 {
				v = float64((i*i*(j+1)+5*i*j+j*j*j)%29-14) / float64(4+j%4)
			}
			l.columns[j] = append(l.columns[j], v)
		}
		l.y = append(l.y, float64((i*i+3*i)%7%2))
	}
	return widerLogistic{l}
}

// widerLogistic has an intercept in front.
type widerLogistic struct{ *likelihood }

func (widerLogistic) Lead() int { return 1 }

// quartic is x⁴ + 2y⁴.
func quartic() *function {
	return &function{n: 2, evaluate: func(x, g, h []float64) (sum float64) {
		clear(h)
		for i, v := range x {
			a, square := float64(1+i), float64(v*v)
			sum += float64(a * float64(square*square))
			if g[i] = 4 * float64(a*float64(square*v)); h != nil {
				h[3*i] = 12 * float64(a*square)
			}
		}
		return sum
	}}
}

// fingerprint is all that a caller sees of an iterate.
func fingerprint(it *Iterate) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d %+v %v %q", it.Iteration, it.Evaluations, it.Status, it.Reason)
	for _, v := range slices.Concat(it.X, it.Gradient, []float64{it.Value, it.GradientNorm, it.Decrement, it.Condition, it.StepLength}) {
		fmt.Fprintf(&b, " %x", math.Float64bits(v))
	}
	for i := range len(it.X) {
		if it.Hessian != nil {
			for _, v := range it.Hessian[i*len(it.X)+i : (i+1)*len(it.X)] {
				fmt.Fprintf(&b, " %x", math.Float64bits(v))
			}
		}
	}
	return b.String()
}

func (r *Result) fingerprint() string {
	return fingerprint(&Iterate{Iteration: r.Iterations, X: r.X, Value: r.Value, Gradient: r.Gradient, Hessian: r.Hessian, GradientNorm: r.GradientNorm,
		Decrement: r.Decrement, Condition: r.Condition, Evaluations: r.Evaluations, Status: r.Status, Reason: r.Reason})
}

// seen is a run as its caller sees it.
type seen struct {
	iterates    []string
	checkpoints [][]byte // after each of them, but one that ended the run
}

func encoded(t testing.TB, it *Iterate) []byte {
	t.Helper()
	c, err := it.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.MarshalBinary()
	if err != nil || c.Iteration() != it.Iteration {
		t.Fatalf("%v, iteration %d of %d", err, c.Iteration(), it.Iteration)
	}
	return b
}

func decoded(t testing.TB, b []byte) *Checkpoint {
	t.Helper()
	c := new(Checkpoint)
	if err := c.UnmarshalBinary(b); err != nil {
		t.Fatal(err)
	}
	return c
}

const mostIterates = 150

func (r resumableRun) watch(t *testing.T) (s seen) {
	for it, err := range Iterates(context.Background(), r.problem(), r.method, r.x0, Settings{MaxIterations: mostIterates}) {
		if err != nil {
			t.Fatal(err)
		}
		s.iterates = append(s.iterates, fingerprint(it))
		if it.Status == Running || it.Status == IterationLimit {
			s.checkpoints = append(s.checkpoints, encoded(t, it))
		}
	}
	return s
}

// TestResumedRunsHaveTheSameBits stops every method after every iterate, with
// nothing kept but the bytes of a checkpoint and the problem made anew: the
// next iterate, all that is remembered after it, and the result are those of a
// run that was never stopped.
func TestResumedRunsHaveTheSameBits(t *testing.T) {
	for _, r := range resumableRuns() {
		t.Run(r.name, func(t *testing.T) {
			want := r.watch(t)
			whole, err := Minimize(context.Background(), r.problem(), r.method, r.x0, Settings{MaxIterations: mostIterates})
			if err != nil {
				t.Fatal(err)
			}
			for k, b := range want.checkpoints {
				if testing.Short() && k%5 != 1 && k < len(want.checkpoints)-2 {
					continue
				}
				settings := Settings{MaxIterations: mostIterates, From: decoded(t, b)}
				at := k
				for it, err := range Iterates(context.Background(), r.problem(), r.method, nil, settings) {
					if err != nil {
						t.Fatal(err)
					}
					if got := fingerprint(it); got != want.iterates[at] {
						t.Fatalf("resumed at %d, iterate %d is\n%s\nwant\n%s", k, at, got, want.iterates[at])
					}
					if at < len(want.checkpoints) && !bytes.Equal(encoded(t, it), want.checkpoints[at]) {
						t.Fatalf("resumed at %d, iterate %d remembers something else", k, at)
					}
					if at++; at > k+2 {
						break
					}
				}
				if at < min(k+2, len(want.iterates)) {
					t.Fatalf("resumed at %d, the run ended after %d", k, at)
				}
				if k%7 == 0 || k >= len(want.checkpoints)-2 {
					got, err := Minimize(context.Background(), r.problem(), r.method, nil, settings)
					if err != nil || got.fingerprint() != whole.fingerprint() {
						t.Fatalf("resumed at %d, %v, the result is\n%s\nwant\n%s", k, err, got.fingerprint(), whole.fingerprint())
					}
				}
			}
			if len(want.checkpoints) == 0 {
				t.Error("nothing to resume")
			}
		})
	}
}

// TestNothingIsEvaluatedToResume: what counts evaluations is told of the steps
// after the checkpoint alone.
func TestNothingIsEvaluatedToResume(t *testing.T) {
	columns, y := measured()
	for _, m := range smooth {
		first, second := &likelihood{columns: columns, y: y}, &likelihood{columns: columns, y: y}
		var from *Checkpoint
		for it := range Iterates(context.Background(), first, m, nil, Settings{}) {
			if it.Iteration == 2 {
				from = decoded(t, encoded(t, it))
				break
			}
		}
		if from == nil {
			t.Fatal(m.Name(), "has ended")
		}
		before := first.count
		r, err := Minimize(context.Background(), second, m, nil, Settings{From: from})
		if err != nil {
			t.Fatal(err)
		}
		whole := minimize(t, &likelihood{columns: columns, y: y}, m)
		if got, want := second.count.Total(), whole.Evaluations.Total()-before.Total(); got != want || r.Evaluations != whole.Evaluations {
			t.Errorf("%s: %d evaluations after the checkpoint, want %d; %+v, want %+v", m.Name(), got, want, r.Evaluations, whole.Evaluations)
		}
	}
}

// TestBestPointIsResumed: a run whose values rise again keeps its best point
// across a checkpoint.
func TestBestPointIsResumed(t *testing.T) {
	p := func() Problem {
		return Function(2, func(x, g []float64) float64 {
			g[0], g[1] = x[0], 3*x[1]
			return x[0]*x[0]/2 + 3*x[1]*x[1]/2
		})
	}
	m := GradientDescent{Search: FixedStep{Length: 0.8}} // diverges in one variable
	x0 := []float64{4, 1e-3}
	whole := minimize(t, p(), m, x0...)
	for at := range whole.Iterations {
		for it := range Iterates(context.Background(), p(), m, x0, Settings{}) {
			if it.Iteration == at {
				r, err := Minimize(context.Background(), p(), m, nil, Settings{From: decoded(t, encoded(t, it))})
				if err != nil || r.fingerprint() != whole.fingerprint() {
					t.Fatalf("resumed at %d: %v, %+v, want %+v", at, err, r, whole)
				}
				break
			}
		}
	}
}

// keeper keeps every checkpoint, up to an error.
type keeper struct {
	kept []*Checkpoint
	last Status
	full error
	at   int
}

func (k *keeper) Keep(it *Iterate) error {
	if k.full != nil && it.Iteration == k.at {
		return k.full
	}
	c, err := it.Checkpoint()
	k.kept, k.last = append(k.kept, c), it.Status
	return err
}

func TestKeeper(t *testing.T) {
	k := &keeper{}
	r, err := Minimize(context.Background(), rosenbrock(), LBFGS{}, []float64{-1.2, 1}, Settings{Keeper: k})
	if err != nil || r.Status != Converged || len(k.kept) != r.Iterations {
		t.Fatalf("%v, %d kept, %+v", err, len(k.kept), r)
	}
	for i, c := range k.kept {
		if c.Iteration() != i {
			t.Errorf("checkpoint %d is of iteration %d", i, c.Iteration())
		}
	}

	// A run that has reached its limit goes on under another one.
	k = &keeper{}
	if r, _ := Minimize(context.Background(), rosenbrock(), LBFGS{}, []float64{-1.2, 1}, Settings{Keeper: k, MaxIterations: 5}); r.Status != IterationLimit || k.last != IterationLimit {
		t.Fatalf("%+v, kept at %v", r, k.last)
	}
	last := k.kept[len(k.kept)-1]
	more := &keeper{}
	got, err := Minimize(context.Background(), rosenbrock(), LBFGS{}, nil, Settings{From: last, Keeper: more})
	if err != nil || got.fingerprint() != r.fingerprint() || len(more.kept) != r.Iterations-6 {
		t.Errorf("%v, %d kept, %+v, want %+v", err, len(more.kept), got, r)
	}
	if got, _ := Minimize(context.Background(), rosenbrock(), LBFGS{}, nil, Settings{From: last, MaxIterations: 4}); got.Status != IterationLimit || got.Iterations != 5 {
		t.Errorf("a limit that has passed: %+v", got)
	}

	full := errors.New("no space left")
	r, err = Minimize(context.Background(), rosenbrock(), LBFGS{}, []float64{-1.2, 1}, Settings{Keeper: &keeper{full: full, at: 3}})
	if !errors.Is(err, full) || r.Status != Failed || r.Iterations != 3 || r.X == nil {
		t.Errorf("%v, %+v", err, r)
	}
	_, err = Minimize(context.Background(), rosenbrock(), walk{1, 2}, []float64{5, 5}, Settings{Keeper: &keeper{}})
	if !errors.Is(err, errors.ErrUnsupported) || !strings.Contains(err.Error(), "method walk") {
		t.Errorf("a stepper without a state: %v", err)
	}
	_, err = Minimize(context.Background(), rosenbrock(), Descent{Direction: opaque{}}, []float64{5, 5}, Settings{Keeper: &keeper{}})
	if !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a heading without a state: %v", err)
	}
	for it := range Iterates(context.Background(), rosenbrock(), LBFGS{}, nil, Settings{}) {
		if it.Status == Converged {
			if _, err := it.Checkpoint(); err == nil {
				t.Error("a checkpoint of a run that is over")
			}
		}
	}
	if _, err := new(Iterate).Checkpoint(); err == nil {
		t.Error("a checkpoint of no run")
	}
}

// opaque is steepest descent that does not show what it remembers.
type opaque struct{}

func (opaque) Start(metric []float64) Heading { return struct{ Heading }{steepest{}.Start(metric)} }

// want0 is the checkpoint of a run without variables.
var want0 = func() []byte {
	for it := range Iterates(context.Background(), rosenbrock(), LBFGS{}, nil, Settings{}) {
		c, err := it.Checkpoint()
		if err != nil {
			panic(err)
		}
		b, _ := c.MarshalBinary()
		return b
	}
	return nil
}()
