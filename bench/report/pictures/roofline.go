package pictures

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

// rooflines have every kernel at every p: its arithmetic a byte against its
// rate, below what memory and arithmetic leave to any program.
func rooflines(s *story.Story) ([]Picture, error) {
	var all []Picture
	for _, dtype := range []string{bench.Float64, bench.Float32} {
		for _, roof := range s.Roofs {
			results := s.Where(func(r bench.Result) bool {
				return r.Threads == roof.Threads && r.Type == dtype && !story.Fits(r.Kernel)
			})
			if len(results) == 0 {
				continue
			}
			peak := roof.Peak64
			if dtype == bench.Float32 {
				peak = roof.Peak32
			}
			title := "Roofline, " + dtype + ", " + story.Threads(roof.Threads)
			c := newChart(title, "FLOP a byte of X, y, d", "GFLOP/s")
			c.X.Scale, c.Y.Scale = plot.LogScale{}, plot.LogScale{}
			c.X.Tick.Marker, c.Y.Tick.Marker = decades(), decades()
			low, high := math.Inf(1), 0.0
			kernels := story.Distinct(results, func(r bench.Result) string { return r.Kernel })
			for i, kernel := range kernels {
				var points plotter.XYs
				for _, r := range results {
					if r.Kernel == kernel {
						x := r.GFLOPS / r.GBytes
						low, high = min(low, x), max(high, x)
						points = append(points, plotter.XY{X: x, Y: r.GFLOPS})
					}
				}
				if err := c.scatter(kernelMark(kernels, i), points); err != nil {
					return nil, err
				}
			}
			ridge := peak / roof.Bandwidth
			from, to := min(low, ridge)/1.5, max(high, ridge)*2
			line, err := plotter.NewLine(plotter.XYs{{X: from, Y: from * roof.Bandwidth / 1e9}, {X: ridge, Y: peak / 1e9}, {X: to, Y: peak / 1e9}})
			if err != nil {
				return nil, err
			}
			line.Width, line.Color = vg.Points(1.5), color.Gray{90}
			c.Add(line)
			c.marks = append(c.marks, mark{name: "roof", color: line.Color})
			c.X.Min, c.X.Max, c.Y.Min, c.Y.Max = from, to, c.Y.Min/1.3, peak/1e9*1.5
			p, err := c.picture(slug("roofline %s %s", dtype, story.Threads(roof.Threads)), title, Rooflines)
			if err != nil {
				return nil, err
			}
			all = append(all, p)
		}
	}
	return all, nil
}
