package story

import (
	"slices"

	"github.com/seed-0327bdf7/hesse/bench"
)

// A Summary is all shapes of one workload with one type and number of threads.
type Summary struct {
	Kernel, Type string
	Threads      int
	Cases        int
	Share        float64 // of the roof, median; the least and the greatest
	LeastShare   float64
	MostShare    float64

	Compared   int     // cases with a peer
	Ahead      int     // those where nobody is faster than we are
	Speed      float64 // the best peer's time over ours, median; the least and the greatest
	LeastSpeed float64
	MostSpeed  float64
	Rival      string // who is the best peer most often
}

// Summaries are those of all results, in their order.
func (s *Story) Summaries() []Summary {
	type key struct {
		kernel, dtype string
		threads       int
	}
	of := func(r bench.Result) key { return key{r.Kernel, r.Type, r.Threads} }
	var all []Summary
	for _, k := range Distinct(s.Results, of) {
		sum := Summary{Kernel: k.kernel, Type: k.dtype, Threads: k.threads}
		var shares, speeds []float64
		wins := map[string]int{}
		for _, r := range s.Where(func(r bench.Result) bool { return of(r) == k }) {
			shares = append(shares, r.RoofFraction)
			if best, ok := Best(r); ok {
				speeds = append(speeds, best.Ratio)
				wins[best.Name]++
				if best.Ratio >= 1 {
					sum.Ahead++
				}
			}
		}
		sum.Cases, sum.Compared = len(shares), len(speeds)
		sum.Share, sum.LeastShare, sum.MostShare = middle(shares)
		if len(speeds) > 0 {
			sum.Speed, sum.LeastSpeed, sum.MostSpeed = middle(speeds)
		}
		for _, p := range s.Peers {
			if wins[p.Name] > wins[sum.Rival] {
				sum.Rival = p.Name
			}
		}
		all = append(all, sum)
	}
	return all
}

// middle is the median, the least and the greatest.
func middle(v []float64) (median, least, most float64) {
	sorted := slices.Sorted(slices.Values(v))
	return sorted[len(sorted)/2], sorted[0], sorted[len(sorted)-1]
}
