package solvers

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
)

// A Method is a way to minimise: a plain struct of settings that can be used
// for any number of runs. What a run has to remember lives in the stepper.
type Method interface {
	// Name is the name of the method, in lower case.
	Name() string
	// Start evaluates p at it.X, fills the iterate and returns what takes steps
	// from there. If p cannot compute what the method needs, that is an error
	// that wraps errors.ErrUnsupported, before any evaluation.
	Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error)
}

// A Stepper takes the steps of one run.
type Stepper interface {
	// Step moves the iterate on and counts it, or leaves it in place and sets
	// its status. It may do both: a step that shows convergence. With an error
	// the iterate stays where it was.
	Step(ctx context.Context, it *Iterate) error
}

// Settings are those of a run, whatever the method.
type Settings struct {
	// MaxIterations is the largest number of steps. Zero means the limit of the
	// method, if it is a [Limiter], else 100.
	MaxIterations int
	// From is where the run goes on, instead of at x0; nil is a run from the
	// start. The problem and the method have to be those of that run. Its limit
	// of iterations need not.
	From *Checkpoint
	// Keeper keeps checkpoints of the run; nil is none. It needs a method whose
	// steppers are [Resumable], as all in this package are.
	Keeper Keeper
}

// A Limiter is a method that takes another number of steps than 100 if nobody
// limits it.
type Limiter interface {
	IterationLimit() int
}

func (s Settings) maxIterations(m Method) int {
	if s.MaxIterations != 0 {
		return s.MaxIterations
	}
	if l, ok := m.(Limiter); ok {
		return l.IterationLimit()
	}
	return 100
}

// Iterates is a run of a method as a sequence: the start, then the iterate
// after each step, the last with a status other than Running. If the method
// finds only afterwards that there is no step to take, the last iterate comes a
// second time, with that status. An error ends the sequence and comes with the
// iterate reached by then, never nil.
//
// The run starts from a copy of x0, or where that is nil from the origin; or it
// goes on from Settings.From, whose iterate then is the first. The iterate is
// always the same one: it holds until the next.
func Iterates(ctx context.Context, p Problem, m Method, x0 []float64, s Settings) iter.Seq2[*Iterate, error] {
	return func(yield func(*Iterate, error) bool) {
		r := &run{problem: p, method: m}
		it := &Iterate{Value: math.NaN(), GradientNorm: math.NaN(), run: r}
		asked := -1
		err := r.begin(ctx, it, x0, s.From)
		if s.From != nil {
			asked = it.Iteration // and kept
		}
		for {
			if err == nil && it.Status == Running {
				err = ctx.Err()
			}
			if err != nil {
				yield(it, it.fail(ctx, err))
				return
			}
			it.GradientNorm = largestAbsolute(it.Gradient)
			fresh := it.Iteration > asked
			if fresh {
				asked = it.Iteration
				judge(it, p)
			}
			limit(it, m, s)
			if it.Status == Running {
				r.best.keep(it)
			}
			if fresh && s.Keeper != nil && (it.Status == Running || it.Status == IterationLimit) {
				if err := s.Keeper.Keep(it); err != nil {
					yield(it, it.fail(ctx, err))
					return
				}
			}
			if !yield(it, nil) || it.Status != Running {
				return
			}
			err = r.stepper.Step(ctx, it)
		}
	}
}

// begin starts the run at x0, or goes on from a checkpoint unless that is nil.
func (r *run) begin(ctx context.Context, it *Iterate, x0 []float64, from *Checkpoint) (err error) {
	if from != nil {
		return r.resume(ctx, it, from)
	}
	if it.X = slices.Clone(x0); it.X == nil {
		it.X = make([]float64, r.problem.Dim())
	}
	if len(it.X) != r.problem.Dim() {
		return fmt.Errorf("solvers: a start of length %d for a problem of %d variables", len(it.X), r.problem.Dim())
	}
	r.stepper, err = r.method.Start(ctx, r.problem, it)
	return err
}

// judge asks the problem whether the run ends here.
func judge(it *Iterate, p Problem) {
	if stopper, ok := p.(Stopper); ok && (it.Status == Running || it.Status == Converged) {
		if status, reason := stopper.Stop(it); status != Running {
			it.stop(status, reason)
		}
	}
}

// limit ends the run where it has taken as many steps as it may.
func limit(it *Iterate, m Method, s Settings) {
	if limit := s.maxIterations(m); it.Status == Running && it.Iteration >= limit {
		it.stop(IterationLimit, fmt.Sprintf("the limit of %d iterations is reached", limit))
	}
}

// need returns p as a C, or an error that says what the method lacks.
func need[C Problem](m Method, p Problem, capability string) (C, error) {
	c, ok := p.(C)
	if !ok {
		return c, unfit(m, p, capability)
	}
	return c, nil
}

// unfit is the error of a problem, or a part of one, that lacks what a method
// needs.
func unfit(m Method, p any, capability string) error {
	return fmt.Errorf("solvers: method %s needs %s, which %T does not have: %w", m.Name(), capability, p, errors.ErrUnsupported)
}
