package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

// penaltyFlags are what there is beside --l2.
type penaltyFlags struct {
	L1             float64 `name:"l1" default:"0" placeholder:"LAMBDA" help:"Penalty LAMBDA times the sum of absolute coefficients, which makes some of them zero: the rows' weights times Lasso's alpha, 1/C of LogisticRegression; an elastic net together with --l2."`
	PenaltyFactors factors `placeholder:"A=0,B=2" help:"What the penalty of single columns is multiplied by; 0 leaves a column without one."`
}

// given is the name of one that is given, or empty.
func (p penaltyFlags) given() string {
	switch {
	case p.L1 != 0:
		return "--l1"
	case p.PenaltyFactors != nil:
		return "--penalty-factors"
	}
	return ""
}

// solverNames are what --solver takes.
func solverNames() []string {
	return slices.Concat([]string{chosen}, solvers.Methods(), solvers.CompositeMethods())
}

// A factor is what multiplies the penalty of a column.
type factor struct {
	column string
	value  float64
}

// factors is a list of them as an option takes it: a row of CSV.
type factors []factor

// Decode implements kong.MapperValue.
func (f *factors) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("list of factors", &text); err != nil {
		return err
	}
	list, err := parseNames(text)
	if err != nil {
		return err
	}
	for _, item := range list {
		name, number, single := assignment(item)
		if !single {
			return fmt.Errorf("%q is not COLUMN=FACTOR", item)
		}
		value, err := strconv.ParseFloat(number, 64)
		if err != nil || !(value >= 0) || math.IsInf(value, 0) {
			return fmt.Errorf("the factor of %q is %q; it is a finite number, not negative", name, number)
		}
		if slices.ContainsFunc(*f, func(other factor) bool { return other.column == name }) {
			return fmt.Errorf("column %q is there twice; name it once", name)
		}
		*f = append(*f, factor{name, value})
	}
	return nil
}

// checkPenalty is part of check.
func (c *fitCommand) checkPenalty() error {
	able := solvers.L1Methods()
	switch p := c.Penalty; {
	case !(p.L1 >= 0) || math.IsInf(p.L1, 0):
		return usage("--l1 is %v; it is a finite number, not negative", p.L1)
	case p.L1 > 0 && c.Solver != chosen && !slices.Contains(able, c.Solver):
		return usage("--solver %s cannot fit with --l1; those that can are %s", c.Solver, strings.Join(able, ", "))
	case p.L1 > 0 && c.Precision == glm.Exact.String():
		return usage("--precision exact is for fits without --l1")
	case len(p.PenaltyFactors) > 0 && p.L1 == 0 && c.L2 == 0:
		return usage("--penalty-factors multiply --l1 and --l2; give one of them")
	}
	return nil
}

// factorsOf are those of the columns of a fit, nil if none are given.
func (p penaltyFlags) factorsOf(features []string) ([]float64, error) {
	if p.PenaltyFactors == nil {
		return nil, nil
	}
	list := slices.Repeat([]float64{1}, len(features))
	for _, f := range p.PenaltyFactors {
		j := slices.Index(features, f.column)
		if j < 0 {
			return nil, usage("--penalty-factors names column %q, which is none that the fit has coefficients for", f.column)
		}
		list[j] = f.value
	}
	if len(list) > 0 && slices.Max(list) == 0 {
		return nil, usage("--penalty-factors are 0 for every column; leave --l1 and --l2 out")
	}
	return list, nil
}
