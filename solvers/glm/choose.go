package glm

import (
	"fmt"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// newtonColumns is up to how many columns Newton's method is chosen for a loss
// that is not quadratic. A Hessian takes p² of what a gradient takes p of, but
// runs at the pace of arithmetic and not of memory; five to ten of them are as
// good as some hundred gradients. Both grow with n alike.
const newtonColumns = 1000

// method is the one of the options, or if they name none, one that fits p and
// the loss, with the reason.
func (o Options) method(columns int) (m solvers.Method, reason string) {
	switch {
	case o.Method != nil:
		return o.Method, ""
	case o.L1 > 0:
		return o.sparseMethod(columns)
	case o.bounded():
		return o.boundedMethod(columns)
	case o.Family.about().loss(o.Parameters).Quadratic():
		return solvers.Newton{Tolerance: o.Tolerance}, "a quadratic loss takes one Hessian"
	case columns <= newtonColumns:
		return solvers.Newton{Tolerance: o.Tolerance}, fmt.Sprintf("few passes, at up to %d columns", newtonColumns)
	}
	return solvers.LBFGS{Tolerance: o.Tolerance}, fmt.Sprintf("no Hessians, at more than %d columns", newtonColumns)
}
