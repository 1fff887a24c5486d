package solvers

import (
	"fmt"
	"slices"
	"strings"
)

// methods are those that have a name in programs, with a tolerance that is
// theirs if it is zero.
var methods = []func(tolerance float64) Method{
	func(t float64) Method { return Newton{Tolerance: t} },
	func(t float64) Method { return NewtonCG{Tolerance: t} },
	func(t float64) Method { return TrustRegion{Tolerance: t} },
	func(t float64) Method { return ApproximateNewton{Tolerance: t} },
	func(t float64) Method { return BFGS{Tolerance: t} },
	func(t float64) Method { return LBFGS{Tolerance: t} },
	func(t float64) Method { return ConjugateGradient{Tolerance: t} },
	func(t float64) Method { return BarzilaiBorwein{Tolerance: t} },
	func(t float64) Method { return Nesterov{Tolerance: t} },
	func(t float64) Method { return GradientDescent{Tolerance: t} },
	func(t float64) Method { return SubsampledNewton{Tolerance: t} },
	func(t float64) Method { return SVRG{Sampling{Tolerance: t}} },
	func(t float64) Method { return SGD{Sampling{Tolerance: t}} },
	func(t float64) Method { return Momentum{Sampling: Sampling{Tolerance: t}} },
	func(t float64) Method { return NesterovSGD{Sampling: Sampling{Tolerance: t}} },
	func(t float64) Method { return AdaGrad{Sampling{Tolerance: t}} },
	func(t float64) Method { return RMSProp{Sampling: Sampling{Tolerance: t}} },
	func(t float64) Method { return Adam{Sampling: Sampling{Tolerance: t}} },
	func(t float64) Method { return AdamW{Sampling: Sampling{Tolerance: t}} },
}

// Methods are the names of the methods for smooth problems that [ParseMethod]
// knows: those that evaluate all of a problem, the fewest steps first, then those
// that take samples of it; see [CompositeMethods] for the others.
func Methods() []string { return namesOf(methods) }

// ParseMethod is the method of that name, with its defaults but for the
// tolerance; zero is the default of that too. The error lists the names.
func ParseMethod(name string, tolerance float64) (Method, error) {
	if m := byName(name, tolerance); m != nil {
		return m, nil
	}
	return nil, fmt.Errorf("solvers: method %q is not known; the choice is %s", name, strings.Join(slices.Concat(Methods(), CompositeMethods()), ", "))
}
