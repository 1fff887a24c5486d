package glm

import (
	"context"
	"slices"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// watched is a problem that remembers its latest evaluation.
type watched struct {
	solvers.Hessianer
	lead      int
	threads   int
	quadratic bool
	count     solvers.Evaluations

	x, gradient []float64
	before      []float64 // what was x before
	value       float64
}

func (w *watched) Lead() int       { return w.lead }
func (w *watched) Threads() int    { return w.threads }
func (w *watched) Quadratic() bool { return w.quadratic }

func (w *watched) Gradient(ctx context.Context, x, g []float64) (value float64, err error) {
	w.count.Gradients++
	value, err = w.Hessianer.Gradient(ctx, x, g)
	w.remember(x, g, value)
	return value, err
}

func (w *watched) Hessian(ctx context.Context, x, g, h []float64) (value float64, err error) {
	w.count.Hessians++
	value, err = w.Hessianer.Hessian(ctx, x, g, h)
	w.remember(x, g, value)
	return value, err
}

func (w *watched) remember(x, g []float64, value float64) {
	w.x, w.before = append(w.before[:0], x...), w.x
	w.gradient, w.value = append(w.gradient[:0], g...), value
}

// see makes x the latest evaluation.
func (w *watched) see(ctx context.Context, x []float64) error {
	if slices.Equal(w.x, x) {
		return nil
	}
	_, err := w.Gradient(ctx, x, make([]float64, len(x)))
	return err
}
