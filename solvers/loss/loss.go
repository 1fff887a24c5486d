// Package loss holds the losses of generalised linear models, one file each.
//
// A loss ℓ(η, y) compares a linear predictor with a target. It is evaluated a
// block of rows at a time, with its first and second derivatives in η; it
// knows neither X nor the parameters.
package loss

// A Loss is evaluated on blocks of rows. Implementations are stateless, and
// their results do not depend on how rows are divided into blocks.
type Loss interface {
	// Name is the loss in one word, as in a model file.
	Name() string

	// Evaluate fills the results of a block.
	Evaluate(b *Block)

	// Accepts says whether y is a target that the loss is defined for.
	Accepts(y float64) bool

	// Targets says in words which targets are accepted.
	Targets() string

	// Quadratic says that ℓ is quadratic in η with D = w: the Hessian depends
	// on the weights alone.
	Quadratic() bool
}

// A Scorer is a loss that is half a deviance, with a link that is not
// canonical: its second derivative depends on the target.
type Scorer interface {
	Loss

	// Scoring is what one step of Fisher scoring takes the loss for. It has the
	// same R. Its D is the expectation of the loss's own under the mean μ(η), w
	// times (∂μ/∂η)²/V(μ), and its Value half of Pearson's statistic, ½w(y −
	// μ)²/V(μ), V being the variance function.
	Scoring() Loss
}

// A Widener is a loss that is straight, or nearly so, where a residual is larger
// than a width.
type Widener interface {
	Majorizer

	Width() float64

	// Widened is the loss with another width.
	Widened(width float64) Loss
}

// A Majorizer is a loss whose D vanishes, or nearly does, for some rows, so that
// a Hessian far from the minimum says little.
type Majorizer interface {
	Loss

	// Majorized has the same Value and R, and a D as in iteratively reweighted
	// least squares: with it, the quadratic that touches the loss at η lies
	// nowhere below it. D is positive where w is.
	Majorized() Loss
}

// A Block is some rows of a pass. All slices have the same length, but that W
// is nil where every weight is 1. What is filled overlaps nothing else.
type Block struct {
	Eta, Y, W []float64

	Value []float64 // wℓ(η, y)
	R     []float64 // w ∂ℓ/∂η
	D     []float64 // w ∂²ℓ/∂η²

	// The least and the greatest of (2y−1)η over rows with a positive weight,
	// for losses of two classes; others leave them alone. Where the least is
	// positive, the predictor separates the classes.
	MinMargin, MaxMargin float64
}
