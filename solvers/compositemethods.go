package solvers

import "slices"

// A CompositeMethod is a method for composite problems.
type CompositeMethod interface {
	Method
	// Takes tells whether it minimises problems with such a rough part.
	Takes(Rough) bool
}

// composites are those for composite problems alone that have a name in programs,
// as methods are.
var composites = []func(tolerance float64) Method{
	func(t float64) Method { return CoordinateDescent{Tolerance: t} },
	func(t float64) Method { return OWLQN{Tolerance: t} },
	func(t float64) Method { return ProximalGradient{Tolerance: t} },
	func(t float64) Method { return ProjectedLBFGS{Tolerance: t} },
}

// CompositeMethods are the names of the methods for an [L1] penalty or a [Box]
// alone, those that need the fewest steps first.
func CompositeMethods() []string { return namesOf(composites) }

// L1Methods are the names of all methods that take an [L1] penalty: some of
// [CompositeMethods], and those for smooth problems that take one too.
func L1Methods() []string { return thatTake(L1{}, slices.Concat(composites, methods)) }

// BoxMethods are the names of those of [CompositeMethods] that take a [Box].
func BoxMethods() []string { return thatTake(Box{}, composites) }

func thatTake(r Rough, list []func(float64) Method) []string {
	var names []string
	for _, m := range list {
		if c, ok := m(0).(CompositeMethod); ok && c.Takes(r) {
			names = append(names, c.Name())
		}
	}
	return names
}

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
