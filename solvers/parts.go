package solvers

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A Searcher is a method that goes along lines.
type Searcher interface {
	Method
	// Searching is the method with another search, nil for its own.
	Searching(Search) Method
}

// A Curved method has an approximation of the Hessian as a part.
type Curved interface {
	Method
	// Curving is the method with another curvature, nil for its own.
	Curving(Curvature) Method
}

// Searching implements [Searcher].
func (m GradientDescent) Searching(s Search) Method { m.Search = s; return m }

// Searching implements [Searcher].
func (m BarzilaiBorwein) Searching(s Search) Method { m.Search = s; return m }

// Searching implements [Searcher].
func (m ConjugateGradient) Searching(s Search) Method { m.Search = s; return m }

// Searching implements [Searcher].
func (m BFGS) Searching(s Search) Method { m.Search = s; return m }

// Searching implements [Searcher].
func (m LBFGS) Searching(s Search) Method { m.Search = s; return m }

// Searching implements [Searcher].
func (m NewtonCG) Searching(s Search) Method { m.Search = s; return m }

// Searching implements [Searcher].
func (m ApproximateNewton) Searching(s Search) Method { m.Search = s; return m }

// Searching implements [Searcher].
func (m SubsampledNewton) Searching(s Search) Method { m.Search = s; return m }

// Curving implements [Curved]: the preconditioner.
func (m NewtonCG) Curving(c Curvature) Method { m.Preconditioner = c; return m }

// Curving implements [Curved]: what comes before the steps.
func (m LBFGS) Curving(c Curvature) Method { m.Initial = c; return m }

// Curving implements [Curved]: the Hessian of the steps.
func (m ApproximateNewton) Curving(c Curvature) Method { m.Curvature = c; return m }

// A part has a name in programs, and perhaps a number behind a colon.
type part[P any] struct {
	name, number string // what the number is, in words; empty if there is none
	whole        bool   // it is at least 1, and whole; else positive
	of           func(number float64) P
}

var searches = []part[Search]{
	{"strong-wolfe", "", false, func(float64) Search { return StrongWolfe{} }},
	{"armijo", "", false, func(float64) Search { return Armijo{} }},
	{"fixed", "the length of steps", false, func(t float64) Search { return FixedStep{Length: t} }},
}

var curvatures = []part[Curvature]{
	{"diagonal", "", false, func(float64) Curvature { return Diagonal{} }},
	{"blocks", "the size of a block", true, func(n float64) Curvature { return Blocks{Size: int(n)} }},
	{"low-rank", "the rank", true, func(n float64) Curvature { return LowRank{Rank: int(n)} }},
	{"expected", "", false, func(float64) Curvature { return Expected{} }},
}

// Searches are the names of the searches that [ParseSearch] knows.
func Searches() []string { return partNames(searches) }

// ParseSearch is the search of that name with its defaults; fixed:0.1 has steps
// of that length, a multiple of the direction.
func ParseSearch(text string) (Search, error) { return parsePart("search", searches, text) }

// Curvatures are the names of the curvatures that [ParseCurvature] knows.
func Curvatures() []string { return partNames(curvatures) }

// ParseCurvature is the curvature of that name with its defaults; blocks:8 are
// blocks of 8 variables, and low-rank:20 has 20 directions.
func ParseCurvature(text string) (Curvature, error) { return parsePart("curvature", curvatures, text) }

func partNames[P any](list []part[P]) []string {
	var names []string
	for _, p := range list {
		names = append(names, p.name)
	}
	return names
}

func parsePart[P any](what string, list []part[P], text string) (none P, err error) {
	name, number, given := strings.Cut(text, ":")
	for _, p := range list {
		if p.name != name {
			continue
		}
		if !given {
			return p.of(0), nil
		}
		if p.number == "" {
			return none, fmt.Errorf("solvers: %s %q has no number", what, name)
		}
		v, err := strconv.ParseFloat(number, 64)
		switch {
		case p.whole && !(err == nil && v == math.Trunc(v) && 1 <= v && v <= 1e6):
			return none, fmt.Errorf("solvers: %s %q: %s is a whole number from 1 to 1000000", what, text, p.number)
		case err != nil || !(v > 0) || math.IsInf(v, 0):
			return none, fmt.Errorf("solvers: %s %q: %s is positive and finite", what, text, p.number)
		}
		return p.of(v), nil
	}
	return none, fmt.Errorf("solvers: %s %q is not known; the choice is %s", what, name, strings.Join(partNames(list), ", "))
}
