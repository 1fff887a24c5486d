package glm

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"math"
	"slices"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
)

// walk takes the path.
func (w *walker[T]) walk(ctx context.Context, start []float64) error {
	method := solvers.CoordinateDescent{Tolerance: cmp.Or(w.options.Tolerance, 1e-16)}
	k := -1
	for it, err := range method.Path(ctx, w.problem, start, w.nets(), solvers.Settings{MaxIterations: w.options.MaxIterations}) {
		if err != nil {
			return err
		}
		if it.Status == solvers.NotFinite {
			if err := w.fit.locate(); err != nil {
				return err
			}
			return fmt.Errorf("glm: %s: the data are too large for float64 squares", it.Reason)
		}
		if err := w.problem.see(ctx, it.X); err != nil {
			return err
		}
		if k++; k == 0 {
			w.objective.sparse.first = w.problem.value
			w.choose()
			continue // of the largest penalty
		}
		w.keep(it)
		if w.path.Lambdas[k-1] == 0 {
			if err := w.tellSeparation(ctx, it, k-1); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellSeparation marks a fit without a penalty whose classes are separated.
func (w *walker[T]) tellSeparation(ctx context.Context, it *solvers.Iterate, fit int) error {
	about := w.options.Family.about()
	if !about.classes {
		return nil
	}
	free := *w.objective
	free.sparse, free.previous, free.latest = nil, w.problem.before, it.X
	reason, err := about.separated, error(nil)
	if about.separated == "" || !(free.last.MinMargin > 0) {
		reason, err = free.separatesSome(ctx)
	}
	if err == nil && reason != "" {
		w.path.Converged[fit], w.path.Reasons[fit] = false, reason
	}
	return err
}

// nets are the penalties: a huge one, then those of the path, which are known
// when the first fit is.
func (w *walker[T]) nets() iter.Seq[solvers.Net] {
	return func(yield func(solvers.Net) bool) {
		if !yield(solvers.Net{L1: w.huge().weights}) {
			return
		}
		for _, lambda := range w.path.Lambdas {
			net := solvers.Net{L1: scaled(w.lines, lambda)}
			if w.squares != nil {
				net.L2 = scaled(w.squares, lambda)
			}
			if !yield(net) {
				return
			}
		}
	}
}

func scaled(x []float64, by float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = by * v
	}
	return y
}

// choose finds the largest λ, from the gradient where every penalised
// coefficient is zero, and with it the others.
func (w *walker[T]) choose() {
	p := w.path
	for j, line := range w.lines {
		if line > 0 {
			p.LambdaMax = max(p.LambdaMax, math.Abs(w.problem.gradient[j])/line)
		}
	}
	p.LambdaMax *= 1 + 0x1p-40 // so that rounding lets nothing in
	p.Lambdas = slices.Clone(w.options.Lambdas)
	if p.Lambdas != nil {
		return
	}
	count, ratio := w.options.Count, w.options.Ratio
	if count == 0 {
		count = 100
	}
	if ratio == 0 {
		ratio = 1e-3
	}
	p.Lambdas = make([]float64, count)
	for k := range p.Lambdas {
		p.Lambdas[k] = kernels.LogOf(ratio) * (float64(k) / float64(max(count-1, 1)))
	}
	kernels.Exp(p.Lambdas, p.Lambdas)
	for k := range p.Lambdas {
		p.Lambdas[k] *= p.LambdaMax
	}
}
