package main

import (
	"slices"

	"github.com/seed-0327bdf7/hesse/internal/table"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

// columns says what is what in a table: the features first, then the target,
// the weights and the offset, those that there are.
type columns struct {
	features                []string
	target, weights, offset string
	by                      string // the column with the groups, which is not a number
}

// names are the columns in the order in which they are read.
func (c *columns) names() []string {
	return slices.Concat(c.features, c.special())
}

// special are the columns that are not features.
func (c *columns) special() []string {
	list := []string{c.target}
	for _, name := range []string{c.weights, c.offset} {
		if name != "" {
			list = append(list, name)
		}
	}
	return list
}

// checkColumns finds contradictions between the options that name columns.
func (c *fitCommand) checkColumns() error {
	named := map[string]string{}
	for _, of := range []struct {
		option string
		names  []string
	}{{c.targetOption(), c.targets()}, {"--weights", []string{c.Weights}}, {"--offset", []string{c.Offset}}, {"--by", []string{c.By}}, {"--columns", c.Columns}} {
		for _, name := range of.names {
			if name == "" {
				continue
			}
			switch before := named[name]; before {
			case "":
			case of.option:
				return usage("%s names column %q twice; name it once", of.option, name)
			default:
				return usage("column %q is named by both %s and %s; it can be one of them", name, before, of.option)
			}
			named[name] = of.option
		}
	}
	for _, name := range c.Exclude {
		if slices.Contains(c.Columns, name) {
			return usage("column %q is named by both --columns and --exclude; decide", name)
		}
	}
	return nil
}

// choose finds the columns of the fit in a table, and makes r read them.
func (c *fitCommand) choose(r *table.Reader, file string) (*columns, error) {
	chosen := &columns{features: c.Columns, target: c.Target, weights: c.Weights, offset: c.Offset, by: c.By}
	special := chosen.special()
	if c.By != "" {
		special = append(special, c.By)
	}
	if err := r.Select(slices.Concat(special, c.Columns, c.Exclude)); err != nil {
		return nil, err // so that all unknown names are in one error
	}
	header := r.Columns()
	if c.Columns == nil {
		for _, name := range header {
			if !slices.Contains(special, name) && !slices.Contains(c.Exclude, name) {
				chosen.features = append(chosen.features, name)
			}
		}
	}
	if slices.Contains(chosen.features, glm.InterceptName) {
		return nil, &table.Error{File: file, Line: r.Line(), Column: slices.Index(header, glm.InterceptName) + 1, Name: glm.InterceptName,
			Problem: "the name is that of the intercept", Advice: "rename the column or leave it out with --exclude"}
	}
	if len(chosen.features) == 0 && c.NoIntercept {
		return nil, usage("there are no columns to fit and no intercept; leave out --no-intercept or name columns")
	}
	if _, err := c.Penalty.factorsOf(chosen.features); err != nil {
		return nil, err // before the rows are read
	}
	if _, _, err := c.Bounds.of(chosen.features); err != nil {
		return nil, err
	}
	return chosen, r.Select(chosen.names())
}
