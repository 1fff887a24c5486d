package solvers

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// An innerCG solves H·s = −g approximately by conjugate gradients, within a
// ball.
type innerCG struct {
	problem products
	metric  []float64
	most    int
	r, d, z []float64 // residual, direction, H·d
	curved  []float64 // H·s

	flat bool    // the step goes along a direction without curvature, as far as the preconditioner says
	left float64 // the slope of such a direction, or of a concave one, that was met later

	preconditioner Approximation // nil is the metric
	solved         []float64     // its inverse times r
}

func newInner(p products, metric []float64, most int) *innerCG {
	n := len(metric)
	if most == 0 {
		most = max(10, min(n, 500))
	}
	return &innerCG{
		problem: p, metric: metric, most: most,
		r: make([]float64, n), d: make([]float64, n), z: make([]float64, n), curved: make([]float64, n),
	}
}

// State implements [Resumable].
func (c *innerCG) State(v *State) {
	v.Numbers(c.metric)
	v.perhaps(c.problem)
	if c.preconditioner != nil {
		v.Part(c.preconditioner)
	}
}

// solve sets s and curved = H·s. It ends within a residual that shrinks with
// the gradient, whose norm at the start of the run is first; at the edge of a
// ball of a radius in the metric; or along a direction without curvature, which
// is followed to the edge, or where there is none, taken if it is the first or
// flat.
// edge says that the step is as long as the ball lets it be.
func (c *innerCG) solve(ctx context.Context, s []float64, it *Iterate, first, radius float64) (edge bool, err error) {
	c.flat, c.left = false, 0
	clear(s)
	clear(c.curved)
	copy(c.r, it.Gradient)
	rr := c.size(c.r)
	for i, v := range c.r {
		c.d[i] = -c.pulled(i, v)
	}
	unit := unitOf(largestAbsolute(c.d))
	for i, v := range c.d {
		c.d[i] = float64(unit * v)
	}
	norm := math.Sqrt(rr)
	enough := float64(min(0.5, math.Sqrt(norm/first)) * norm)
	largest := 0.0 // curvature of a direction
	for k := range c.most {
		if err := c.problem.HessianVector(ctx, c.z, it.X, c.d); err != nil {
			return false, err
		}
		curvature, dd := dot(c.d, c.z), dotScaled(c.d, c.d, c.metric)
		if !finite(curvature) || !c.curves(curvature, dd, largest) {
			switch {
			case !math.IsInf(radius, 1) && finite(c.z...):
				c.follow(s, c.toEdge(s, radius))
				return true, nil
			case k == 0:
				for i, v := range c.d {
					s[i] = v / unit
				}
				c.flat = true
			default:
				if c.left = rr; finite(c.z...) && !c.curves(-curvature, dd, largest) {
					c.follow(s, 1/unit)
				}
			}
			return false, nil
		}
		largest = max(largest, curvature/dd)
		alpha := rr / curvature * unit
		if !math.IsInf(radius, 1) {
			if limit := c.toEdge(s, radius); alpha >= limit {
				c.follow(s, limit)
				return true, nil
			}
		}
		c.follow(s, alpha)
		kernels.Axpy(c.r, alpha, c.z)
		next := c.size(c.r)
		if math.Sqrt(next) <= enough {
			return false, nil
		}
		beta := next / rr
		for i, v := range c.r {
			c.d[i] = float64(beta*c.d[i]) - float64(unit*c.pulled(i, v))
		}
		rr = next
	}
	return false, nil
}

// curves reports whether dᵀHd is more than the rounding of its sum, and of
// sums as large as others at this iterate have been.
func (c *innerCG) curves(curvature, dd, largest float64) bool {
	const rounding = 1e-14
	sum := float64(math.Sqrt(dd) * math.Sqrt(dotInverse(c.z, c.z, c.metric)))
	return curvature > float64(rounding*sum) && curvature > float64(rounding*float64(largest*dd))
}

// size is rᵀP⁻¹r, P the preconditioner.
func (c *innerCG) size(r []float64) float64 {
	if c.preconditioner == nil {
		return dotInverse(r, r, c.metric)
	}
	c.preconditioner.Solve(c.solved, r)
	return dot(c.solved, r)
}

// pulled is an entry of P⁻¹r, after size, where v is that of r.
func (c *innerCG) pulled(i int, v float64) float64 {
	if c.preconditioner == nil {
		return v / c.metric[i]
	}
	return c.solved[i]
}

// follow adds α·d to s.
func (c *innerCG) follow(s []float64, alpha float64) {
	kernels.Axpy(s, alpha, c.d)
	kernels.Axpy(c.curved, alpha, c.z)
}

// toEdge is the τ ≥ 0 with which s + τ·d has the length of the radius.
func (c *innerCG) toEdge(s []float64, radius float64) float64 {
	size := math.Sqrt(dotScaled(c.d, c.d, c.metric))
	along := dotScaled(s, c.d, c.metric) / size
	rest := max(float64(radius*radius)-dotScaled(s, s, c.metric), 0)
	root := math.Sqrt(float64(along*along) + rest)
	if along > 0 {
		return rest / (along + root) / size
	}
	return (root - along) / size
}
