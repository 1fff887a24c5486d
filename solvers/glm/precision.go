package glm

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
)

// A Precision is what the sums of a fit are held in.
type Precision int

const (
	// Automatic is float64, and for a gaussian family Exact where that has
	// lost too many digits.
	Automatic Precision = iota
	// Plain is float64, the chains of a Hessian in the data's own type.
	Plain
	// Exact is double-double: two float64 a number, 106 bits. It is for the
	// gaussian family without an L1 penalty, and solves the normal equations
	// whatever the method.
	Exact
)

var precisions = []string{Automatic: "auto", Plain: "float64", Exact: "exact"}

// String is "auto", "float64" or "exact".
func (p Precision) String() string {
	if !p.known() {
		return fmt.Sprintf("Precision(%d)", int(p))
	}
	return precisions[p]
}

func (p Precision) known() bool { return 0 <= p && int(p) < len(precisions) }

// Precisions are the names of all precisions.
func Precisions() []string { return slices.Clone(precisions) }

// ParsePrecision is the precision of that name.
func ParsePrecision(name string) (Precision, error) {
	p := slices.Index(precisions, name)
	if p < 0 {
		return 0, fmt.Errorf("glm: precision %q is not known; the choice is %s", name, strings.Join(precisions, ", "))
	}
	return Precision(p), nil
}

// conditionLimit is the condition number of a scaled, centred Hessian beyond
// which float64 does not do. A Hessian summed with roundings of u is off by
// about u, its solution by condition·u: at 1/√u half of the digits are wrong.
// A correction from a gradient in float64 brings back no more digits than the
// solution had, and then shares the error of a QR decomposition, which is √condition·u
// plus, for residuals that are not small, condition·u. So here a half is what
// a fit can be sure to keep. For float32 data, whose sums start in float32,
// u is that of float32.
func conditionLimit[T kernels.Float]() float64 {
	u := 0x1p-53
	if is32[T]() {
		u = 0x1p-24
	}
	return 1 / math.Sqrt(u)
}

func is32[T kernels.Float]() bool {
	var t T
	return unsafe.Sizeof(t) == 4
}

// needsExact says whether the end of a run in float64 is none to rely on: its
// Hessian was singular, or too near to that, or its one step did not lead to a
// minimum.
func (f *fit[T]) needsExact(result *solvers.Result, err error, o *objective[T]) bool {
	if f.options.samples() || f.options.Precision != Automatic || f.options.Family != Gaussian || len(f.names) > maxExactColumns || o.first == nil || o.sparse != nil {
		return false
	}
	if err != nil {
		// Fewer rows than coefficients are singular in any precision.
		return errors.As(err, new(*solvers.SingularError)) && (o.first.Rows >= o.Dim() || o.penalty != nil)
	}
	switch result.Status {
	case solvers.Converged:
		return result.Condition > conditionLimit[T]()
	case solvers.Stalled, solvers.Unbounded:
		return true
	}
	return false
}
