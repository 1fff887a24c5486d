package glm

import (
	"fmt"
	"math"
)

// Parameters are what some families have beside their coefficients. Zero means
// the default. To set one for a family that does not have it is an error.
type Parameters struct {
	// Power of a tweedie family is p of the variance μ^p, between 1 and 2. The
	// default is 1.5.
	Power float64

	// Delta of a huber family is the residual, in units of the target, beyond
	// which the loss is straight. The default, 1.345, is for noise of standard
	// deviation 1.
	Delta float64

	// Quantile of a quantile family is τ, between 0 and 1. The default is 0.5,
	// the median.
	Quantile float64

	// Bandwidth of a quantile family is the scale h of the smoothing, in units
	// of the target. The default is s·max(0.05, √(τ(1 − τ))·((p + log n)/n)^0.4),
	// s the standard deviation of the residuals of least squares. The model says
	// what it was.
	Bandwidth float64
}

// A parameter is one of them, and the open interval in which it lies.
type parameter struct {
	name      string
	family    Family
	of        func(*Parameters) *float64
	low, high float64
	standard  float64 // the default; 0 is one that depends on the data
}

var parameters = []parameter{
	{"power", Tweedie, func(p *Parameters) *float64 { return &p.Power }, 1, 2, 1.5},
	{"delta", Huber, func(p *Parameters) *float64 { return &p.Delta }, 0, math.Inf(1), 1.345},
	{"quantile", Quantile, func(p *Parameters) *float64 { return &p.Quantile }, 0, 1, 0.5},
	{"bandwidth", Quantile, func(p *Parameters) *float64 { return &p.Bandwidth }, 0, math.Inf(1), 0},
}

// Check says whether a fit of the family takes the parameters.
func (p Parameters) Check(family Family) error {
	for _, known := range parameters {
		v := *known.of(&p)
		switch {
		case v == 0:
		case known.family != family:
			return fmt.Errorf("glm: %s is for the %s family, not for the %s one", known.name, known.family, family)
		case known.low < v && v < known.high:
		case math.IsInf(known.high, 1):
			return fmt.Errorf("glm: %s is %v; it is a positive, finite number", known.name, v)
		default:
			return fmt.Errorf("glm: %s is %v; it lies between %v and %v", known.name, v, known.low, known.high)
		}
	}
	return nil
}

// withDefaults are the parameters of a family, none of them zero that has a
// default.
func (p Parameters) withDefaults(family Family) Parameters {
	for _, known := range parameters {
		if v := known.of(&p); *v == 0 && known.family == family {
			*v = known.standard
		}
	}
	return p
}

// list visits the parameters of a family.
func (p Parameters) list(family Family, visit func(name string, value float64)) {
	for _, known := range parameters {
		if known.family == family {
			visit(known.name, *known.of(&p))
		}
	}
}
