package pictures

import (
	"fmt"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

// fitTimes have the time of whole fits against n, where there is more than one
// n, and the times of everybody at every shape.
func fitTimes(s *story.Story) ([]Picture, error) {
	var all []Picture
	for _, g := range groups(s, true) {
		columns := story.Distinct(g.results, func(r bench.Result) int { return r.Columns })
		for _, p := range columns {
			results := g.where(func(r bench.Result) bool { return r.Columns == p })
			if len(results) < 2 {
				continue
			}
			picture, err := byRows(s, g, p, results)
			if err != nil {
				return nil, err
			}
			all = append(all, picture)
		}
		if len(columns) == 1 && len(g.results) > 1 {
			continue // all of it is there
		}
		picture, err := byShape(s, g)
		if err != nil {
			return nil, err
		}
		all = append(all, picture)
	}
	return all, nil
}

// where are the results of a group that a condition holds for.
func (g group) where(holds func(bench.Result) bool) []bench.Result {
	var some []bench.Result
	for _, r := range g.results {
		if holds(r) {
			some = append(some, r)
		}
	}
	return some
}

// byRows is the time against n.
func byRows(s *story.Story, g group, p int, results []bench.Result) (Picture, error) {
	title := fmt.Sprintf("%s, %d columns, %s, %s", g.kernel, p, g.dtype, story.Threads(g.threads))
	c := newChart(title, "rows n", "milliseconds")
	c.X.Scale = plot.LogScale{}
	var rows numbers
	for _, r := range results {
		rows = append(rows, float64(r.Rows))
	}
	c.X.Tick.Marker = rows
	if err := c.times(s, results, func(i int) float64 { return rows[i] }); err != nil {
		return Picture{}, err
	}
	widen(c)
	return c.picture(slug("%s p %d %s %s", g.kernel, p, g.dtype, story.Threads(g.threads)), title, FitTimes)
}

// byShape has a place for every number of columns, with the most rows of it.
func byShape(s *story.Story, g group) (Picture, error) {
	var results []bench.Result
	var places plot.ConstantTicks
	for _, p := range story.Distinct(g.results, func(r bench.Result) int { return r.Columns }) {
		var largest bench.Result
		for _, r := range g.results {
			if r.Columns == p && r.Rows > largest.Rows {
				largest = r
			}
		}
		places = append(places, plot.Tick{Value: float64(len(results)), Label: short(float64(largest.Rows)) + " × " + short(float64(p))})
		results = append(results, largest)
	}
	title := fmt.Sprintf("%s, %s, %s", g.kernel, g.dtype, story.Threads(g.threads))
	c := newChart(title, "rows × columns", "milliseconds")
	c.X.Tick.Marker = places
	if err := c.times(s, results, func(i int) float64 { return float64(i) }); err != nil {
		return Picture{}, err
	}
	c.X.Min, c.X.Max = -0.4, float64(len(results))-0.6
	return c.picture(slug("%s %s %s", g.kernel, g.dtype, story.Threads(g.threads)), title, FitTimes)
}

// times adds a line of milliseconds for everybody who has a time.
func (c *chart) times(s *story.Story, results []bench.Result, x func(i int) float64) error {
	c.Y.Scale, c.Y.Tick.Marker = plot.LogScale{}, decades()
	low, high := math.Inf(1), 0.0
	for _, library := range backwards(s.Libraries(results)) {
		var points plotter.XYs
		for i, r := range results {
			if t, ok := story.Of(r, library); ok {
				ms := t.Seconds * 1e3
				low, high = min(low, ms), max(high, ms)
				points = append(points, plotter.XY{X: x(i), Y: ms})
			}
		}
		if err := c.line(libraryMark(s, library), points); err != nil {
			return err
		}
	}
	c.oursFirst()
	c.Y.Min, c.Y.Max = low/1.5, high*1.5
	return nil
}
