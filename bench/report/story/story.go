// Package story is what a report tells: the machine, what it can do, the peers,
// and every measurement.
package story

import (
	"fmt"
	"slices"

	"github.com/seed-0327bdf7/hesse/bench"
)

// A Story is everything that is measured in one run of the report.
type Story struct {
	Machine  Machine        `json:"machine"`
	Started  string         `json:"started"`
	Took     float64        `json:"took_seconds"`
	Command  string         `json:"command"`
	Survey   bench.Survey   `json:"survey"`
	Roofs    []bench.Roof   `json:"roofs"`
	Peers    []Library      `json:"peers"`
	Missing  []string       `json:"missing"`
	Warnings []string       `json:"warnings"`
	Skipped  []string       `json:"skipped,omitempty"` // for which no time was left
	Results  []bench.Result `json:"results"`
}

// A Library is a peer that is here.
type Library struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Ours is our name among the libraries.
const Ours = "hesse"

// A Time is how long a library takes, as a share of the roof too.
type Time struct {
	Seconds, Share float64
}

// Of is the time of a library in a result.
func Of(r bench.Result, library string) (Time, bool) {
	if library == Ours {
		return Time{r.Seconds, r.RoofFraction}, true
	}
	for _, p := range r.Peers {
		if p.Name == library {
			return Time{p.Seconds, r.RoofSeconds / p.Seconds}, true
		}
	}
	return Time{}, false
}

// Best is the fastest peer of a result.
func Best(r bench.Result) (bench.PeerTime, bool) {
	if len(r.Peers) == 0 {
		return bench.PeerTime{}, false
	}
	return slices.MinFunc(r.Peers, func(a, b bench.PeerTime) int {
		if a.Seconds < b.Seconds {
			return -1
		}
		return 1
	}), true
}

// Where are the results that a condition holds for.
func (s *Story) Where(holds func(bench.Result) bool) []bench.Result {
	var some []bench.Result
	for _, r := range s.Results {
		if holds(r) {
			some = append(some, r)
		}
	}
	return some
}

// Libraries are ours and the peers that have a time in some results, in the
// order of the story.
func (s *Story) Libraries(results []bench.Result) []string {
	list := []string{Ours}
	for _, p := range s.Peers {
		if slices.ContainsFunc(results, func(r bench.Result) bool { _, ok := Of(r, p.Name); return ok }) {
			list = append(list, p.Name)
		}
	}
	return list
}

// Distinct is what a function says of results, each once, in their order.
func Distinct[V comparable](results []bench.Result, of func(bench.Result) V) []V {
	var list []V
	for _, r := range results {
		if v := of(r); !slices.Contains(list, v) {
			list = append(list, v)
		}
	}
	return list
}

// Roof is that of a number of threads.
func (s *Story) Roof(threads int) (bench.Roof, bool) {
	i := slices.IndexFunc(s.Roofs, func(r bench.Roof) bool { return r.Threads == threads })
	if i < 0 {
		return bench.Roof{}, false
	}
	return s.Roofs[i], true
}

// Threads is a number of threads in words.
func Threads(n int) string {
	if n == 1 {
		return "1 thread"
	}
	return fmt.Sprintf("%d threads", n)
}

// Fits says whether a workload is a whole fit.
func Fits(kernel string) bool { return slices.Contains(bench.Fits(), kernel) }
