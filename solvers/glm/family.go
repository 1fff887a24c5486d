package glm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// A Family is the distribution of the target, with its link; or a loss that is
// no likelihood, and has no standard errors then.
type Family int

const (
	Gaussian     Family = iota // identity link, least squares
	Binomial                   // logit link, targets 0 and 1
	Poisson                    // log link, targets not negative
	Gamma                      // log link, positive targets
	Tweedie                    // log link, targets not negative; Parameters.Power
	Huber                      // a loss against outliers; Parameters.Delta
	Quantile                   // a loss whose minimum is a quantile; Parameters.Quantile and Bandwidth
	SquaredHinge               // a loss of two classes, 0 and 1
)

// families is what the package knows of each family: a new one is a file, a
// constant and a line here.
var families = []*family{
	Gaussian:     &gaussian,
	Binomial:     &binomial,
	Poisson:      &poisson,
	Gamma:        &gamma,
	Tweedie:      &tweedie,
	Huber:        &huber,
	Quantile:     &quantile,
	SquaredHinge: &squaredHinge,
}

// A family is all that sets one family apart from the others.
type family struct {
	name, link string
	loss       func(Parameters) loss.Loss // half a deviance, if there is a likelihood

	// mean turns linear predictors into means, in place; predictor is the
	// linear predictor of a mean, or not finite if there is none.
	mean      func(eta []float64)
	predictor func(mean float64) float64

	// start is what the intercept of the model without columns lacks, from the
	// moments of that model anywhere. Without it a fit starts at zero.
	start func(Parameters, *pass.Moments) float64

	// logLikelihood is that without a penalty, as R has it, NaN where it is
	// undefined, and nil for a loss that is no likelihood. base is the part of it
	// that depends on the target alone; nil is zero.
	logLikelihood func(evidence) float64
	base          func(dst, y []float64)

	canonical  bool   // ∂ℓ/∂η is the mean less the target
	dispersion bool   // estimated from the residuals by Pearson's statistic, not 1; statistics are t, not z
	classes    bool   // a mean is the probability of one of two classes
	separated  string // why a fit ends where columns separate the classes; empty if they cannot
	explained  string // what one minus deviance over null deviance is called
}

// Accepts says whether y is a target that the family is defined for.
func (f Family) Accepts(y float64) bool { return f.about().loss(Parameters{}).Accepts(y) }

// Targets says in words which targets the family accepts.
func (f Family) Targets() string { return f.about().loss(Parameters{}).Targets() }

// about is what there is to know of f.
func (f Family) about() *family { return families[f] }

func (f Family) known() bool { return 0 <= f && int(f) < len(families) }

// String is the name of the family, in lower case.
func (f Family) String() string {
	if !f.known() {
		return fmt.Sprintf("Family(%d)", int(f))
	}
	return f.about().name
}

// Families are the names of all families.
func Families() []string {
	var names []string
	for _, f := range families {
		names = append(names, f.name)
	}
	return names
}

// ParseFamily is the family of that name.
func ParseFamily(name string) (Family, error) {
	f := slices.Index(Families(), name)
	if f < 0 {
		return 0, fmt.Errorf("glm: family %q is not known; the choice is %s", name, strings.Join(Families(), ", "))
	}
	return Family(f), nil
}
