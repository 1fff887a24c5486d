package glm

import (
	"context"
	"errors"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// A stage is where a run has come to, and the design on which it runs.
type stage[T kernels.Float] struct {
	passes    func(pass.Model) (*pass.Pass[T], error)
	objective *objective[T] // whose evaluations tell of rows and weights
	x         []float64
	spent     solvers.Evaluations
}

// minimize runs a method on an objective of the design of passes.
//
// Huber's loss and quantiles are straight, or nearly so, a width away from the
// target: where that is small beside the residuals, the Hessian of Newton's
// method rests on few rows, and its steps lead anywhere. So Newton's method
// starts from least squares, whose residuals have a spread, with a loss as wide
// as that, and makes it narrower by a factor of four at a time; every minimum
// is close to the next.
func (f *fit[T]) minimize(ctx context.Context, passes func(pass.Model) (*pass.Pass[T], error), o *objective[T], m solvers.Method, start []float64, settings solvers.Settings) (*solvers.Result, error) {
	s := &stage[T]{passes: passes, objective: o, x: start}
	if !takesHessians(m) {
		return minimize(ctx, o, m, start, settings)
	}
	if widener, ok := f.loss.(loss.Widener); ok {
		spread, err := s.squares(ctx)
		if err != nil {
			return s.unfinished(), err
		}
		const factor, slow, most = 4, 1e-4, 30
		width := widener.Width()
		for wide := s.widest(spread, width, factor); wide > width; wide /= factor {
			stage, err := s.on(widener.Widened(wide))
			if err != nil {
				return nil, err
			}
			if _, err := s.run(ctx, stage, o.newton(slow), solvers.Settings{MaxIterations: most}); err != nil {
				return s.unfinished(), err
			}
		}
	}
	result, err := s.run(ctx, o, m, settings)
	result.Evaluations = s.spent
	return result, err
}

// takesHessians tells whether a method goes by Hessians alone, and never asks for a
// diagonal.
func takesHessians(m solvers.Method) bool {
	return m.Name() == solvers.Newton{}.Name() || m.Name() == solvers.CoordinateDescent{}.Name()
}

// unfinished is the result of a run that ends before it comes to its objective.
func (s *stage[T]) unfinished() *solvers.Result {
	return &solvers.Result{X: s.x, Value: math.NaN(), Evaluations: s.spent}
}

// widest is width times a power of the factor, the spread about.
func (s *stage[T]) widest(spread, width, factor float64) float64 {
	wide := width
	for most := 64; wide < spread && most > 0; most-- {
		wide *= factor
	}
	return wide
}

// on is the objective with another loss.
func (s *stage[T]) on(l loss.Loss) (*objective[T], error) {
	p, err := s.passes(pass.Model{Loss: l, Intercept: s.objective.intercept})
	of := s.objective
	return &objective[T]{pass: p, family: of.family, intercept: of.intercept, penalty: of.penalty, sparse: of.sparse.again(), history: of.history}, err
}

// squares moves to the minimum of least squares, and returns the standard
// deviation of its residuals.
func (s *stage[T]) squares(ctx context.Context) (float64, error) {
	o, err := s.on(loss.Squared{})
	if err != nil {
		return 0, err
	}
	o.family = Gaussian
	result, err := s.run(ctx, o, o.newton(0), solvers.Settings{})
	if err != nil {
		return 0, err
	}
	return math.Sqrt(2 * (result.Value - o.penaltyAt(result.X) - o.sparse.value(result.X)) / o.first.SumW), nil
}

// run minimises from where the run has come to. A Hessian that is singular
// there, because the loss is straight for most rows, gives way to one that lies
// nowhere below it, of reweighted least squares: for some steps, which may lead
// to where it is regular, and if they don't, to the end. That one is singular
// only if columns are collinear.
func (s *stage[T]) run(ctx context.Context, o *objective[T], m solvers.Method, settings solvers.Settings) (*solvers.Result, error) {
	result, err := minimize(ctx, o, m, s.x, settings)
	majorizer, ok := o.pass.Model().Loss.(loss.Majorizer)
	if ok && stuck(result, err) {
		s.spend(result)
		reweighted, wrong := s.on(majorizer.Majorized())
		if wrong != nil {
			return nil, wrong
		}
		result, err = minimize(ctx, reweighted, m, s.x, solvers.Settings{MaxIterations: 20})
		if s.x = result.X; err == nil && result.Status == solvers.IterationLimit {
			s.spend(result)
			result, err = minimize(ctx, o, m, s.x, settings)
		}
		if stuck(result, err) {
			s.spend(result)
			reweighted.observe = o.observe
			result, err = minimize(ctx, reweighted, m, s.x, settings)
		}
	}
	s.spend(result)
	if s.objective.first == nil {
		s.objective.first = o.first
	}
	s.x = result.X
	return result, err
}

// stuck tells whether a Hessian that vanishes may have ended a run: one that is
// singular, or one that says too little of where to go.
func stuck(r *solvers.Result, err error) bool {
	return errors.As(err, new(*solvers.SingularError)) || err == nil && r.Status == solvers.Stalled
}

func (s *stage[T]) spend(r *solvers.Result) {
	s.spent.Gradients += r.Evaluations.Gradients
	s.spent.Hessians += r.Evaluations.Hessians
}
