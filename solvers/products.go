package solvers

import (
	"context"
	"slices"

	"github.com/seed-0327bdf7/hesse/internal/memory"
)

// counted is a problem whose evaluations are counted, and not started once the
// context has ended.
type counted struct {
	Gradienter
	count *Evaluations
}

func (c counted) Gradient(ctx context.Context, x, g []float64) (float64, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	c.count.Gradients++
	return c.Gradienter.Gradient(ctx, x, g)
}

// products is a problem that multiplies with its Hessian, whichever way, and
// counts what it evaluates.
type products interface {
	Gradienter
	HessianVector(ctx context.Context, dst, x, v []float64) error
}

// needProducts returns p as one that multiplies with its Hessian: it has
// products of its own, or a Hessian.
func needProducts(m Method, p Problem, count *Evaluations) (products, error) {
	if own, ok := p.(HessianVectorer); ok {
		return ownProducts{own, counted{own, count}}, nil
	}
	h, err := need[Hessianer](m, p, "products with the Hessian, or a Hessian,")
	if err != nil {
		return nil, err
	}
	return newDense(h, count), nil
}

// ownProducts is a problem with products of its own.
type ownProducts struct {
	HessianVectorer
	counted counted
}

func (p ownProducts) Gradient(ctx context.Context, x, g []float64) (float64, error) {
	return p.counted.Gradient(ctx, x, g)
}

func (p ownProducts) HessianVector(ctx context.Context, dst, x, v []float64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.counted.count.Products++
	return p.HessianVectorer.HessianVector(ctx, dst, x, v)
}

// denseProducts multiplies with a Hessian that comes with the gradient. It
// remembers two places: that of the iterate and that of a trial.
type denseProducts struct {
	Hessianer
	count  *Evaluations
	places [2]point // the latest first; x is empty where nothing is known
}

func newDense(p Hessianer, count *Evaluations) *denseProducts {
	n := p.Dim()
	d := &denseProducts{Hessianer: p, count: count}
	for i := range d.places {
		d.places[i] = point{x: make([]float64, 0, n), gradient: make([]float64, n), hessian: memory.Slice[float64](n * n)}
	}
	return d
}

// State implements [Resumable].
func (d *denseProducts) State(v *State) {
	for i := range d.places {
		p := &d.places[i]
		known := len(p.x) > 0
		if v.Flag(&known); !known {
			p.x = p.x[:0]
			continue
		}
		p.x = p.x[:cap(p.x)]
		v.Numbers(p.x, p.gradient)
		v.Number(&p.value)
		v.triangle(p.hessian, len(p.gradient))
	}
}

// at is what is known at x, which is evaluated unless it is one of the places.
func (d *denseProducts) at(ctx context.Context, x []float64) (*point, error) {
	latest, other := &d.places[0], &d.places[1]
	if len(latest.x) > 0 && slices.Equal(latest.x, x) {
		return latest, nil
	}
	*latest, *other = *other, *latest
	if len(latest.x) > 0 && slices.Equal(latest.x, x) {
		return latest, nil
	}
	latest.x = latest.x[:0]
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d.count.Hessians++
	var err error
	if latest.value, err = d.Hessian(ctx, x, latest.gradient, latest.hessian); err != nil {
		return nil, err
	}
	latest.x = append(latest.x, x...)
	return latest, nil
}

func (d *denseProducts) Gradient(ctx context.Context, x, g []float64) (float64, error) {
	p, err := d.at(ctx, x)
	if err != nil {
		return 0, err
	}
	copy(g, p.gradient)
	return p.value, nil
}

func (d *denseProducts) HessianVector(ctx context.Context, dst, x, v []float64) error {
	p, err := d.at(ctx, x)
	if err != nil {
		return err
	}
	clear(dst)
	symmetric(dst, p.hessian, v)
	return nil
}

// HessianDiagonal implements [Diagonaler].
func (d *denseProducts) HessianDiagonal(ctx context.Context, dst, x []float64) error {
	p, err := d.at(ctx, x)
	if err != nil {
		return err
	}
	for i := range dst {
		dst[i] = p.hessian[i*len(dst)+i]
	}
	return nil
}
