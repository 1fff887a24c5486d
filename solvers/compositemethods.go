package solvers

import "slices"

// A CompositeMethod is a method for composite problems.
type CompositeMethod interface {
	Method
	// Takes tells whether it minimises problems with such a rough part.
	Takes(Rough) bool
}

// composites are those that have a name in programs, as methods are.
var composites = []func(tolerance float64) Method{
	func(t float64) Method { return CoordinateDescent{Tolerance: t} },
	func(t float64) Method { return OWLQN{Tolerance: t} },
	func(t float64) Method { return ProximalGradient{Tolerance: t} },
}

// CompositeMethods are the names of the methods for an [L1] penalty, those that
// need the fewest steps first.
func CompositeMethods() []string { return namesOf(composites) }

func namesOf(list []func(float64) Method) []string {
	var names []string
	for _, m := range list {
		names = append(names, m(0).Name())
	}
	return names
}

// byName is the method of that name, nil if there is none.
func byName(name string, tolerance float64) Method {
	for _, m := range slices.Concat(methods, composites) {
		if method := m(tolerance); method.Name() == name {
			return method
		}
	}
	return nil
}
