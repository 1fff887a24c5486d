package main

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/seed-0327bdf7/hesse/bench"
)

// measured are the shares of the roof that one side has reached, by case, one a
// round.
type measured map[bench.Case][]float64

func (m measured) add(r bench.Result) {
	// The rows follow from the roof of the moment, and are no part of a case.
	c := bench.Case{Kernel: r.Kernel, Type: r.Type, Columns: r.Columns, Threads: r.Threads}
	m[c] = append(m[c], r.RoofFraction)
}

// compare prints both sides in some cases, or in all that they have in common if
// none is named, and returns those that have lost more than the noise: the
// stated one, or the spread of the rounds where that is more. Three rounds of four
// must agree. A round is compared with itself, since a machine may be slower in
// another.
func compare(w io.Writer, before, after measured, stated float64, cases ...bench.Case) (slower []bench.Case, err error) {
	if len(cases) == 0 {
		cases = slices.Collect(maps.Keys(after))
	}
	cases = slices.DeleteFunc(slices.Clone(cases), func(c bench.Case) bool { return len(before[c]) == 0 || len(after[c]) == 0 })
	if len(cases) == 0 {
		return nil, fmt.Errorf("the two have no case in common")
	}
	slices.SortFunc(cases, func(a, b bench.Case) int { return slices.Compare(key(a), key(b)) })
	fmt.Fprintf(w, "%-9s %-8s %5s %7s  %8s %8s  %8s  %8s\n", "kernel", "dtype", "p", "threads", "before", "after", "change", "noise")
	for _, c := range cases {
		b, a := before[c], after[c]
		ratios := make([]float64, min(len(b), len(a)))
		losses := 0
		for i := range ratios {
			ratios[i] = a[i] / b[i]
			if ratios[i] < 1 {
				losses++
			}
		}
		noise := max(stated, spread(ratios))
		change := median(ratios) - 1
		verdict := ""
		switch {
		case change < -noise && 4*losses >= 3*len(ratios):
			slower = append(slower, c)
			verdict = "  SLOWER"
		case change > noise:
			verdict = "  faster"
		case noise > 3*stated:
			verdict = "  too noisy to tell"
		}
		if _, err := fmt.Fprintf(w, "%-9s %-8s %5d %7d  %7.1f%% %7.1f%%  %+7.1f%%  %7.1f%%%s\n",
			c.Kernel, c.Type, c.Columns, c.Threads, 100*median(b), 100*median(a), 100*change, 100*noise, verdict); err != nil {
			return slower, err
		}
	}
	return slower, nil
}

func key(c bench.Case) []string {
	return []string{c.Kernel, c.Type, fmt.Sprintf("%6d", c.Threads), fmt.Sprintf("%6d", c.Columns)}
}

func median(v []float64) float64 { return slices.Sorted(slices.Values(v))[len(v)/2] }

// spread is half of what lies between the outer quartiles, as a share of the median.
func spread(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return (s[len(s)*3/4] - s[len(s)/4]) / 2 / median(v)
}
