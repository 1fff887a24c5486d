package glm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// A Family is the distribution of the target, with its link.
type Family int

const (
	Gaussian Family = iota // identity link, least squares
	Binomial               // logit link, targets 0 and 1
)

// families is what the package knows of each family: a new one is a file, a
// constant and a line here.
var families = []*family{
	Gaussian: &gaussian,
	Binomial: &binomial,
}

// A family is all that sets one family apart from the others.
type family struct {
	name, link string
	loss       loss.Loss

	// mean turns linear predictors into means, in place; predictor is the
	// linear predictor of a mean, or not finite if there is none.
	mean      func(eta []float64)
	predictor func(mean float64) float64

	// logLikelihood is that of n rows of the given deviance, without a
	// penalty, as R has it.
	logLikelihood func(deviance float64, n int, sumLogW float64) float64

	canonical  bool   // ∂ℓ/∂η is the mean less the target
	dispersion bool   // estimated from the residuals, not 1; statistics are t, not z
	classes    bool   // targets are two classes, which columns may separate
	explained  string // what one minus deviance over null deviance is called
}

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
