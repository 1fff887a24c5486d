package pictures

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

// shares have, for each kernel, the share of the roof against p, for us and
// every peer.
func shares(s *story.Story) ([]Picture, error) {
	var all []Picture
	for _, g := range groups(s, false) {
		title := g.kernel + ", " + g.dtype + ", " + story.Threads(g.threads)
		c := newChart(title, "columns p", "% of the roof")
		c.X.Scale = plot.LogScale{}
		c.X.Tick.Marker = columns(g.results)
		for _, library := range backwards(s.Libraries(g.results)) {
			var points plotter.XYs
			for _, r := range g.results {
				if t, ok := story.Of(r, library); ok {
					points = append(points, plotter.XY{X: float64(r.Columns), Y: 100 * t.Share})
				}
			}
			if err := c.line(libraryMark(s, library), points); err != nil {
				return nil, err
			}
		}
		c.oursFirst()
		c.Y.Tick.Marker = percents{}
		c.Y.Min, c.Y.Max = 0, max(105, c.Y.Max)
		widen(c)
		p, err := c.picture(slug("share %s %s %s", g.kernel, g.dtype, story.Threads(g.threads)), title, Shares)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// A group is results that differ in their shape alone.
type group struct {
	kernel, dtype string
	threads       int
	results       []bench.Result
}

// groups are those of kernels, or of fits.
func groups(s *story.Story, fits bool) []group {
	type key struct {
		kernel, dtype string
		threads       int
	}
	of := func(r bench.Result) key { return key{r.Kernel, r.Type, r.Threads} }
	var all []group
	for _, k := range story.Distinct(s.Where(func(r bench.Result) bool { return story.Fits(r.Kernel) == fits }), of) {
		all = append(all, group{k.kernel, k.dtype, k.threads, s.Where(func(r bench.Result) bool { return of(r) == k })})
	}
	return all
}

// columns are the ticks of results.
func columns(results []bench.Result) plot.Ticker {
	var n numbers
	for _, p := range story.Distinct(results, func(r bench.Result) int { return r.Columns }) {
		n = append(n, float64(p))
	}
	return n
}

// percents are ticks at every fifth.
type percents struct{}

// Ticks implements [plot.Ticker].
func (percents) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for v := 0.0; v <= high; v += 20 {
		ticks = append(ticks, plot.Tick{Value: v, Label: short(v)})
	}
	return ticks
}

// backwards draws ours last, above the others.
func backwards(libraries []string) []string {
	var list []string
	for i := len(libraries) - 1; i >= 0; i-- {
		list = append(list, libraries[i])
	}
	return list
}

// widen leaves room beside the first and the last point, of which there may be
// one.
func widen(c *chart) { c.X.Min, c.X.Max = c.X.Min/1.1, c.X.Max*1.1 }
