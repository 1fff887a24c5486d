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
// The run starts from a copy of x0, or where that is nil from the origin. The
// iterate is always the same one: it holds until the next.
func Iterates(ctx context.Context, p Problem, m Method, x0 []float64, s Settings) iter.Seq2[*Iterate, error] {
	return func(yield func(*Iterate, error) bool) {
		it := &Iterate{X: slices.Clone(x0), Value: math.NaN(), GradientNorm: math.NaN()}
		stepper, err := start(ctx, p, m, it)
		asked := -1
		for {
			if err == nil && it.Status == Running {
				err = ctx.Err()
			}
			if err != nil {
				yield(it, it.fail(ctx, err))
				return
			}
			it.GradientNorm = largestAbsolute(it.Gradient)
			if it.Iteration > asked {
				asked = it.Iteration
				judge(it, p, m, s)
			}
			if !yield(it, nil) || it.Status != Running {
				return
			}
			err = stepper.Step(ctx, it)
		}
	}
}

func start(ctx context.Context, p Problem, m Method, it *Iterate) (Stepper, error) {
	if it.X == nil {
		it.X = make([]float64, p.Dim())
	}
	if len(it.X) != p.Dim() {
		return nil, fmt.Errorf("solvers: a start of length %d for a problem of %d variables", len(it.X), p.Dim())
	}
	return m.Start(ctx, p, it)
}

// judge asks those who may end the run beside the method.
func judge(it *Iterate, p Problem, m Method, s Settings) {
	if stopper, ok := p.(Stopper); ok && (it.Status == Running || it.Status == Converged) {
		if status, reason := stopper.Stop(it); status != Running {
			it.stop(status, reason)
		}
	}
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
