package main

import (
	"fmt"
	"math"
	"time"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// A forecast tells from the iterates so far how long a run will yet take.
//
// What the next step is expected to gain, relative to the loss, falls by a
// factor a step in a run that converges linearly. Where it has fallen as fast in
// the newer half of the run as in the older one, nearly, it is taken to go on to
// the tolerance like that, if that is not far beyond what was seen. Other runs
// are only bounded, by their limit of iterations, if that is known; and of those
// that have just begun, nothing is said.
type forecast struct {
	limit     int     // of iterations; 0 is none that is known
	tolerance float64 // of the gain

	marks [marks]mark // of iterates that are multiples of the stride
	count int
	every int // the stride: it doubles whenever the marks are full
	last  mark
}

// A mark is an iterate, for a forecast.
type mark struct {
	iteration int
	time      time.Time
	gain      float64 // its logarithm
}

const (
	marks = 48
	least = 24 // marks, for a forecast
)

// add takes note of an iterate.
func (f *forecast) add(it *solvers.Iterate, now time.Time) {
	f.last = mark{it.Iteration, now, math.Log(it.Decrement / 2 / math.Abs(it.Value))}
	f.every = max(f.every, 1)
	if it.Iteration%f.every != 0 {
		return
	}
	if f.count == marks {
		f.count, f.every = 0, 2*f.every
		for i, m := range f.marks {
			if i%2 == 0 {
				f.marks[f.count] = m
				f.count++
			}
		}
		if it.Iteration%f.every != 0 {
			return
		}
	}
	f.marks[f.count] = f.last
	f.count++
}

// left is the time left in words, after a comma, or nothing.
func (f *forecast) left() string {
	if f.count < least {
		return ""
	}
	middle := f.marks[f.count/2]
	pace := f.last.time.Sub(middle.time).Seconds() / float64(f.last.iteration-middle.iteration)
	toLimit := math.Inf(1)
	if f.limit > 0 {
		toLimit = float64(max(f.limit-f.last.iteration, 0))
	}
	if steps, ok := f.steps(); ok && steps <= toLimit {
		return fmt.Sprintf(", about %s left", rounded(steps*pace))
	}
	if math.IsInf(toLimit, 1) {
		return ""
	}
	return fmt.Sprintf(", at most %s left", rounded(toLimit*pace))
}

// steps is how many steps bring the gain to the tolerance, if it falls steadily.
func (f *forecast) steps() (float64, bool) {
	older, newer := slope(f.marks[:f.count/2]), slope(f.marks[f.count/2:f.count])
	if !(newer < 0) || !(older > 1.5*newer) || !(older < newer/1.5) {
		return 0, false
	}
	steps := max(f.last.gain-math.Log(f.tolerance), 0) / -newer
	return steps, steps <= 4*float64(f.last.iteration)
}

// slope is that of the line of least squares through marks.
func slope(of []mark) float64 {
	at, gain := 0.0, 0.0
	for _, m := range of {
		at += float64(m.iteration) / float64(len(of))
		gain += m.gain / float64(len(of))
	}
	sum, squares := 0.0, 0.0
	for _, m := range of {
		d := float64(m.iteration) - at
		sum += d * (m.gain - gain)
		squares += d * d
	}
	return sum / squares
}

// rounded is some seconds in two digits or so.
func rounded(seconds float64) string {
	unit := time.Second
	switch {
	case seconds > 1e9: // more than thirty years
		return "years"
	case seconds > 7200:
		unit = 10 * time.Minute
	case seconds > 120:
		unit = 10 * time.Second
	}
	return max(time.Duration(seconds*1e9).Round(unit), time.Second).String()
}

// forecast is that of the fit: its limit and its tolerance, where they are known
// before the method is.
func (c *fitCommand) forecast() forecast {
	f := forecast{tolerance: 1e-16}
	if method, err := solvers.ParseMethod(c.Solver, 0); err == nil {
		f.limit = 100
		if l, ok := method.(solvers.Limiter); ok {
			f.limit = l.IterationLimit()
		}
	}
	switch c.Solver {
	case chosen, "newton", "newton-cg", "trust-region", "subsampled-newton":
		f.tolerance = 1e-14
	case "coordinate-descent":
		f.tolerance = 1e-20
	}
	set(&f.tolerance, c.Tol)
	if s := sampler(c.Solver); s != nil && c.Solver != "subsampled-newton" {
		f.tolerance = 0 // theirs is not one of gains relative to the loss
	}
	set(&f.limit, c.MaxIter)
	set(&f.limit, c.Sampling.Epochs)
	return f
}
