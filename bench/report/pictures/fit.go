package pictures

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

// fitTimes have the time of whole fits against n.
func fitTimes(s *story.Story) ([]Picture, error) {
	var all []Picture
	for _, g := range groups(s, true) {
		for _, p := range story.Distinct(g.results, func(r bench.Result) int { return r.Columns }) {
			title := fmt.Sprintf("%s, %d columns, %s, %s", g.kernel, p, g.dtype, story.Threads(g.threads))
			c := newChart(title, "rows n", "milliseconds")
			c.X.Scale, c.Y.Scale = plot.LogScale{}, plot.LogScale{}
			c.Y.Tick.Marker = decades()
			var rows numbers
			for _, n := range story.Distinct(g.results, func(r bench.Result) int { return r.Rows }) {
				rows = append(rows, float64(n))
			}
			c.X.Tick.Marker = rows
			for _, library := range backwards(s.Libraries(g.results)) {
				var points plotter.XYs
				for _, r := range g.results {
					if t, ok := story.Of(r, library); ok && r.Columns == p {
						points = append(points, plotter.XY{X: float64(r.Rows), Y: t.Seconds * 1e3})
					}
				}
				if len(points) == 0 {
					continue
				}
				if err := c.line(libraryMark(s, library), points); err != nil {
					return nil, err
				}
			}
			c.oursFirst()
			c.Y.Min, c.Y.Max = c.Y.Min/1.2, c.Y.Max*1.2
			widen(c)
			picture, err := c.picture(slug("%s p %d %s %s", g.kernel, p, g.dtype, story.Threads(g.threads)), title, FitTimes)
			if err != nil {
				return nil, err
			}
			all = append(all, picture)
		}
	}
	return all, nil
}
