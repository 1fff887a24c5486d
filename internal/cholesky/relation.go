package cholesky

import (
	"math"
	"slices"
)

// relevant is the smallest share that a term of a relation is worth naming for.
// A relation is known to about the root of the tolerance.
const relevant = 1e-6

// A Term is one variable of a linear combination.
type Term struct {
	Variable    int
	Coefficient float64
}

// Relation returns the combination of the variables with a pivot that variable
// j equals, up to rounding: the terms in ascending order of variable, in the
// units of A, without those that contribute less than a millionth. It is empty
// for a variable that is zero, and nil for one that has a pivot.
func (f *Factorization) Relation(j int) []Term {
	q := slices.Index(f.order, j)
	if q < f.rank {
		return nil
	}
	terms := []Term{}
	c := f.work[:f.rank]
	known := min(f.rank, f.lead)
	if q < f.candidates {
		known = f.rank
	}
	for k := range known {
		c[k] = f.factor[k*f.n+q]
	}
	f.solveUpper(c, 0, known)

	// In the scaled matrix each centred variable has length one. The leading
	// variable's coefficient is a difference of means.
	means := math.Abs(f.leading[j])
	if q < f.candidates {
		means = float64(means * f.unit[j])
	}
	for k := f.lead; k < known; k++ {
		i := f.order[k]
		means = math.FMA(math.Abs(c[k]), math.Abs(float64(f.leading[i]*f.unit[i])), means)
	}
	for k, v := range c[:known] {
		least := 1.0
		if k < f.lead {
			least = means / f.leading[0]
		}
		if math.Abs(v) > float64(relevant*least) {
			i := f.order[k]
			terms = append(terms, Term{i, float64(v*f.scale[i]) / f.scale[j]})
		}
	}
	slices.SortFunc(terms, func(a, b Term) int { return a.Variable - b.Variable })
	return terms
}
