package pictures

import (
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

// speedUps have the time of the best peer over ours against p, for every
// kernel.
func speedUps(s *story.Story) ([]Picture, error) {
	var all []Picture
	for _, dtype := range []string{bench.Float64, bench.Float32} {
		for _, roof := range s.Roofs {
			results := s.Where(func(r bench.Result) bool {
				return r.Threads == roof.Threads && r.Type == dtype && !story.Fits(r.Kernel) && len(r.Peers) > 0
			})
			if len(results) == 0 {
				continue
			}
			title := "Best peer ÷ hesse, " + dtype + ", " + story.Threads(roof.Threads)
			c := newChart(title, "columns p", "times as fast")
			c.X.Scale, c.Y.Scale = plot.LogScale{}, plot.LogScale{}
			c.X.Tick.Marker, c.Y.Tick.Marker = columns(results), decades()
			kernels := story.Distinct(results, func(r bench.Result) string { return r.Kernel })
			for i, kernel := range kernels {
				var points plotter.XYs
				for _, r := range results {
					if best, ok := story.Best(r); ok && r.Kernel == kernel {
						points = append(points, plotter.XY{X: float64(r.Columns), Y: best.Ratio})
					}
				}
				if err := c.line(kernelMark(kernels, i), points); err != nil {
					return nil, err
				}
			}
			c.Y.Min, c.Y.Max = min(0.5, c.Y.Min), max(2, c.Y.Max*1.1)
			widen(c)
			even, err := plotter.NewLine(plotter.XYs{{X: c.X.Min, Y: 1}, {X: c.X.Max, Y: 1}})
			if err != nil {
				return nil, err
			}
			even.Color, even.Width = color.Gray{90}, vg.Points(1.5)
			c.Add(even)
			p, err := c.picture(slug("speed-up %s %s", dtype, story.Threads(roof.Threads)), title, SpeedUps)
			if err != nil {
				return nil, err
			}
			all = append(all, p)
		}
	}
	return all, nil
}
