package glm

import (
	"fmt"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// A Family is the distribution of the target, with its canonical link.
type Family int

const (
	Gaussian Family = iota // identity link, least squares
	Binomial               // logit link, targets 0 and 1
)

// families is what the package knows of each family.
var families = []struct {
	name, link string
	loss       loss.Loss
	dispersion bool // estimated from the residuals, not 1
}{
	Gaussian: {"gaussian", "identity", loss.Squared{}, true},
	Binomial: {"binomial", "logit", loss.Logistic{}, false},
}

// String is the name of the family, in lower case.
func (f Family) String() string { return families[f].name }

// ParseFamily is the family of that name.
func ParseFamily(name string) (Family, error) {
	for f, known := range families {
		if known.name == name {
			return Family(f), nil
		}
	}
	return 0, fmt.Errorf("glm: family %q is not known; the choice is gaussian, binomial", name)
}

// respond turns linear predictors into means, in place.
func (f Family) respond(eta []float64) {
	if f == Gaussian {
		return
	}
	rest := make([]float64, 2*len(eta))
	kernels.Logistic(eta, rest[:len(eta)], rest[len(eta):], eta)
}

// logLikelihood is that of a fit of the given deviance, without a penalty, as
// R has it.
func (f Family) logLikelihood(deviance float64, n int, sumLogW float64) float64 {
	if f == Binomial {
		return -deviance / 2
	}
	const log2Pi = 1.8378770664093453
	rows := float64(n)
	return 0.5 * (sumLogW - float64(rows*(log2Pi+1-kernels.Log(rows)+kernels.Log(deviance))))
}

// parameters is how many parameters the likelihood has beside the
// coefficients.
func (f Family) parameters() int {
	if families[f].dispersion {
		return 1
	}
	return 0
}
