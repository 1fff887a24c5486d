package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

// boundFlags keep coefficients within bounds.
type boundFlags struct {
	Lower limits `placeholder:"A=0,B=-1" help:"The least that coefficients of single columns may be; a number alone, as in --lower 0, is for all that are not named."`
	Upper limits `placeholder:"A=1" help:"The most they may be, as with --lower. Where a coefficient ends at its bound there are no standard errors."`
}

// given is the name of one that is given, or empty.
func (b boundFlags) given() string {
	switch {
	case b.Lower.given:
		return "--lower"
	case b.Upper.given:
		return "--upper"
	}
	return ""
}

// limits are bounds on one side, as an option takes them: a row of CSV.
type limits struct {
	given   bool
	all     *float64 // of columns that are not named
	columns []factor
}

// Decode implements kong.MapperValue.
func (l *limits) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("list of bounds", &text); err != nil {
		return err
	}
	list, err := parseNames(text)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return errors.New("no bound is there; give COLUMN=NUMBER, or a number for all columns")
	}
	l.given = true
	for _, item := range list {
		name, number, single := assignment(item)
		value, err := strconv.ParseFloat(number, 64)
		switch {
		case err != nil && !single:
			return fmt.Errorf("%q is neither COLUMN=NUMBER nor a number", item)
		case err != nil || math.IsNaN(value):
			return fmt.Errorf("the bound of %q is %q; it is a number", name, number)
		case !single && l.all != nil:
			return errors.New("there are two numbers without a column; give one for all columns")
		case !single:
			l.all = &value
		case slices.ContainsFunc(l.columns, func(other factor) bool { return other.column == name }):
			return fmt.Errorf("column %q is there twice; name it once", name)
		default:
			l.columns = append(l.columns, factor{name, value})
		}
	}
	return nil
}

// assignment cuts an item of a list, COLUMN=NUMBER, or a number for all columns.
func assignment(item string) (column, number string, single bool) {
	cut := strings.LastIndex(item, "=")
	return strings.TrimSpace(item[:max(cut, 0)]), strings.TrimSpace(item[cut+1:]), cut >= 0
}

// of are the limits of the columns of a fit, nil if none are given; none is what
// the others have.
func (l limits) of(features []string, option string, none float64) ([]float64, error) {
	if !l.given {
		return nil, nil
	}
	if l.all != nil {
		none = *l.all
	}
	list := slices.Repeat([]float64{none}, len(features))
	for _, f := range l.columns {
		j := slices.Index(features, f.column)
		if j < 0 {
			return nil, usage("%s names column %q, which is none that the fit has coefficients for", option, f.column)
		}
		list[j] = f.value
	}
	return list, nil
}

// of are the bounds of the columns of a fit.
func (b boundFlags) of(features []string) (lower, upper []float64, err error) {
	if lower, err = b.Lower.of(features, "--lower", math.Inf(-1)); err != nil {
		return nil, nil, err
	}
	if upper, err = b.Upper.of(features, "--upper", math.Inf(1)); err != nil {
		return nil, nil, err
	}
	for j, name := range features {
		switch {
		case lower != nil && math.IsInf(lower[j], 1):
			return nil, nil, usage("--lower of column %q is +Inf; it is a number, or -Inf for none", name)
		case upper != nil && math.IsInf(upper[j], -1):
			return nil, nil, usage("--upper of column %q is -Inf; it is a number, or +Inf for none", name)
		case lower != nil && upper != nil && lower[j] > upper[j]:
			return nil, nil, usage("--lower of column %q, %g, is above its --upper, %g", name, lower[j], upper[j])
		}
	}
	return lower, upper, nil
}

// checkBounds is part of check.
func (c *fitCommand) checkBounds() error {
	able, given := solvers.BoxMethods(), c.Bounds.given()
	switch {
	case given == "":
		return nil
	case c.Penalty.L1 > 0:
		return usage("%s and --l1 do not go together; leave one out, or take --l2", given)
	case c.Solver != chosen && !slices.Contains(able, c.Solver):
		return usage("--solver %s cannot fit with %s; those that can are %s", c.Solver, given, strings.Join(able, ", "))
	case c.Precision == glm.Exact.String():
		return usage("--precision exact is for fits without %s", given)
	case c.CV != nil:
		return usage("--cv and %s do not go together", given)
	}
	return nil
}
