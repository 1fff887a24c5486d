package solvers

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/internal/memory"
)

// SubsampledNewton minimises a [HessianSum] by Newton's method with gradients of
// all terms and, in every step, the Hessian of some that are chosen anew. The
// length is searched for, t = 1 first. An iteration gains a factor of about
// √(Dim/Batch), where Newton's method would double the digits.
//
// A run has converged as a [Descent] has.
//
// Source: Byrd, Chin, Neveitt and Nocedal, On the use of stochastic Hessian
// information in optimization methods for machine learning (2011).
type SubsampledNewton struct {
	// Batch is the number of terms of a Hessian. Zero means 20 times the number of
	// variables, and no less than 1000.
	Batch int
	// Seed is that of the random numbers.
	Seed uint64
	// Search is Armijo{} if it is nil.
	Search Search
	// Tolerance is as in [Descent]. Zero means 1e-14.
	Tolerance float64
}

// Name returns "subsampled-newton".
func (SubsampledNewton) Name() string { return "subsampled-newton" }

// IterationLimit implements [Limiter].
func (SubsampledNewton) IterationLimit() int { return 1000 }

// Sampled implements [Sampler].
func (m SubsampledNewton) Sampled() Sampling {
	return Sampling{Batch: m.Batch, Seed: m.Seed, Tolerance: m.Tolerance}
}

// With implements [Sampler]: it takes Batch, Seed and Tolerance, and leaves out
// what has no meaning here.
func (m SubsampledNewton) With(s Sampling) Method {
	m.Batch, m.Seed, m.Tolerance = s.Batch, s.Seed, s.Tolerance
	return m
}

// Start evaluates the gradient at the start, and a Hessian.
func (m SubsampledNewton) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	problem, err := need[HessianSum](m, p, "a finite sum with Hessians")
	if err != nil {
		return nil, err
	}
	if err := m.Sampled().check(); err != nil {
		return nil, err
	}
	if m.Search == nil {
		m.Search = Armijo{}
	}
	n := p.Dim()
	batch := m.Batch
	if batch == 0 {
		batch = max(1000, 20*n)
	}
	it.Seed = m.Seed
	s := &subsampledStepper{
		search: m.Search, problem: problem, count: &it.Evaluations, model: newQuadraticModel(p),
		terms: newTerms(problem.Terms(), n, batch, Shuffled, m.Seed, 0), g: make([]float64, n), s: make([]float64, n), y: make([]float64, n),
	}
	counting := counted{problem, &it.Evaluations}
	if s.metric, err = firstGradient(ctx, counting, p, it); err != nil || it.Status != Running {
		return s, err
	}
	s.place = Iterate{Gradient: it.Gradient, Hessian: memory.Slice[float64](n * n)}
	s.line = newLine(counting, it)
	s.goal = newGoal(m.Tolerance, 1e-14, it)
	if it.Resumed() {
		return s, nil
	}
	return s, s.aim(ctx, it)
}

type subsampledStepper struct {
	search  Search
	problem HessianSum
	terms   *terms
	count   *Evaluations
	model   *quadraticModel
	line    *Line
	goal    goal
	place   Iterate // with the Hessian of some terms, which the iterate does not have
	metric  []float64
	g, s, y []float64
}

// State implements [Resumable]. The terms of the next Hessian follow from the
// seed.
func (s *subsampledStepper) State(v *State) {
	v.Numbers(s.metric)
	v.Part(&s.goal)
	v.Part(s.line)
	v.perhaps(s.search)
}

// aim finds the next step with a Hessian of other terms than before.
func (s *subsampledStepper) aim(ctx context.Context, it *Iterate) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.count.Samples++
	s.terms.shuffle(it.Iteration)
	at, b := &s.place, s.terms.batch(0)
	if _, err := s.problem.SampleHessian(ctx, b, it.X, s.g, at.Hessian); err != nil {
		return err
	}
	n := len(it.X)
	for i := range n {
		row := at.Hessian[i*n : (i+1)*n]
		if row[i] == 0 && b.Len() < s.terms.total { // none of these terms knows the variable
			row[i] = s.metric[i]
		}
		if !finite(row[i:]...) {
			it.stop(NotFinite, "the Hessian is not finite")
			return nil
		}
	}
	at.X, at.Gradient, at.Iteration = it.X, it.Gradient, it.Iteration
	if b.Len() < s.terms.total {
		at.Iteration = max(1, at.Iteration) // what is singular among some need not be among all
	}
	if err := s.model.factorise(at); err != nil {
		return err
	}
	s.model.solve(at)
	it.Decrement = at.Decrement
	copy(s.line.step, s.model.step)
	s.line.turn()
	return nil
}

// Step implements [Stepper].
func (s *subsampledStepper) Step(ctx context.Context, it *Iterate) error {
	found, err := false, error(nil)
	if s.line.Slope < 0 {
		found, err = s.search.Search(ctx, s.line, 1)
	}
	switch {
	case err != nil:
		return err
	case math.IsInf(s.line.last.Value, -1):
		it.stop(Unbounded, "the objective is minus infinity within one step")
		return nil
	case !found:
		s.goal.giveUp(it, it.Decrement/2, s.line.tried)
		return nil
	}
	before := it.Value
	s.line.accept(s.s, s.y)
	if largestAbsolute(it.Gradient) == 0 {
		it.Decrement = 0
		it.stop(Converged, "the gradient is zero")
		return nil
	}
	if err := s.aim(ctx, it); err != nil || it.Status != Running {
		return err
	}
	s.goal.judge(it, s.line, before)
	return nil
}
