package main

import (
	"slices"
	"time"

	"github.com/seed-0327bdf7/hesse/bench"
)

// A shape is one that fits are measured at, and the fits that are.
type shape struct {
	rows    []int
	columns int
	fits    []string
}

// models are fits of one model to all rows; others take peers long, and are
// measured at fewer shapes.
var (
	models = []string{"fit-gaussian", "fit-binomial", "fit-poisson", "fit-gamma", "fit-tweedie", "path"}
	others = append([]string{"fit-exact", "sgd-gaussian", "sgd-binomial"}, models...)
)

// shapes are those of the whole report: two fits against n, all models at four
// shapes of tables that people have, and many fits at once.
var shapes = []shape{
	{[]int{1000, 10_000, 100_000}, 10, []string{"fit-gaussian", "fit-binomial"}},
	{[]int{1_000_000}, 10, others},
	{[]int{500_000}, 32, models},
	{[]int{200_000}, 100, others},
	{[]int{50_000}, 500, models},
	{[]int{1_000_000}, 5, []string{"groups", "groups-binomial", "groups-ridge", "groups-weighted", "rolling", "expanding", "recursive"}},
	{[]int{10_000}, 100, []string{"targets"}},
	{[]int{1_000_000}, 50, []string{"folds"}},
}

// fitPlans are those of the shapes that have what is asked for, or of shapes
// that are asked for.
func (c *command) fitPlans(p bench.Plan) []bench.Plan {
	asked := c.asked(bench.Fits(), "fit-gaussian", "fit-binomial")
	if len(asked) == 0 {
		return nil
	}
	if len(p.Types) == 0 {
		p.Types = []string{bench.Float64}
	}
	if len(c.Threads) == 0 {
		p.Threads = p.Threads[len(p.Threads)-1:]
	}
	quick := c.Quick && len(c.Kernels) == 0
	var plans []bench.Plan
	if quick || len(c.P) > 0 || len(c.N) > 0 {
		p.Workloads = asked
		if len(c.P) == 0 {
			p.Columns = []int{10}
		}
		if len(c.N) == 0 {
			p.Rows = []int{10_000, 100_000}
		}
		plans = append(plans, p)
	} else {
		for _, s := range shapes {
			of := p
			of.Rows, of.Columns = s.rows, []int{s.columns}
			of.Workloads = slices.DeleteFunc(slices.Clone(s.fits), func(name string) bool { return !slices.Contains(asked, name) })
			plans = append(plans, of)
		}
	}
	cases := 0
	for _, p := range plans {
		cases += p.Cases()
	}
	within := min(fitTime, longestFit*time.Duration(cases))
	if c.Quick {
		within = quickFitTime
	}
	for i := range plans { // a case is as long as another
		plans[i].Within = within * time.Duration(plans[i].Cases()) / time.Duration(max(cases, 1))
	}
	return plans
}
