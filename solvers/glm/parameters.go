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
}

// A parameter is one of them, and the open interval in which it lies.
type parameter struct {
	name      string
	family    Family
	of        func(*Parameters) *float64
	low, high float64
	standard  float64
}

var parameters = []parameter{
	{"power", Tweedie, func(p *Parameters) *float64 { return &p.Power }, 1, 2, 1.5},
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
