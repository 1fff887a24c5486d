package solvers

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// A Quadric is a quadratic function, known by what it is at zero,
//
//	f(x) = f(0) + gᵀx + ½·xᵀHx,
//
// such as the loss of least squares by its Gram matrix. An evaluation takes
// time in proportion to the entries of x that are not zero.
type Quadric struct {
	value     float64
	g, h      []float64 // both triangles
	lead      int
	evaluated []float64 // H·x
}

// NewQuadric is the function with a value and a gradient at zero, and the
// Hessian h, n×n row-major, of which only the upper triangle is read. The
// lower one is set: h is the function's from then on. lead is 1 if variable 0 is
// an intercept, else 0.
func NewQuadric(value float64, g, h []float64, lead int) *Quadric {
	mirror(h, len(g))
	return &Quadric{value: value, g: g, h: h, lead: lead, evaluated: make([]float64, len(g))}
}

// Dim is the number of variables.
func (q *Quadric) Dim() int { return len(q.g) }

// Lead implements [Leader].
func (q *Quadric) Lead() int { return q.lead }

// Quadratic implements [Quadratic].
func (q *Quadric) Quadratic() bool { return true }

// Gradient implements [Gradienter].
func (q *Quadric) Gradient(_ context.Context, x, g []float64) (float64, error) {
	n := len(q.g)
	curved := q.evaluated
	clear(curved)
	for j, v := range x {
		if v != 0 {
			kernels.Axpy(curved, v, q.h[j*n:(j+1)*n])
		}
	}
	f := q.value
	for j, v := range x {
		f = math.FMA(float64(0.5*curved[j])+q.g[j], v, f)
		g[j] = q.g[j] + curved[j]
	}
	return f, nil
}

// Hessian implements [Hessianer].
func (q *Quadric) Hessian(ctx context.Context, x, g, h []float64) (float64, error) {
	memory.Copy(h, q.h)
	return q.Gradient(ctx, x, g)
}
