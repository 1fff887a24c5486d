package bench

import (
	"fmt"
	"strings"
)

// A Result is one measurement. Its JSON form is a line of `hesse bench --json`.
type Result struct {
	Kernel  string `json:"kernel"`
	Type    string `json:"dtype"`
	Rows    int    `json:"n"`
	Columns int    `json:"p"`
	Threads int    `json:"threads"`
	ISA     string `json:"isa"`

	Seconds float64 `json:"seconds"` // median
	Minimum float64 `json:"seconds_minimum"`
	Spread  float64 `json:"spread"` // of the middle half of the runs, as a share of the median
	Runs    int     `json:"runs"`

	Bandwidth float64 `json:"read_bytes_per_second"` // of the machine, in turn with the runs: medians
	Peak      float64 `json:"flops_per_second"`      // likewise, of the data's type

	GFLOPS       float64    `json:"gflops"`
	GBytes       float64    `json:"gbytes_per_second"`
	RoofSeconds  float64    `json:"roof_seconds"`
	RoofFraction float64    `json:"roof_fraction"` // of the median
	Bound        string     `json:"bound"`         // memory or arithmetic
	Peers        []PeerTime `json:"peers"`
	Refused      []Refusal  `json:"refused,omitempty"` // peers without a time
}

// A PeerTime is how long another library takes for the same work.
type PeerTime struct {
	Name    string  `json:"name"`
	Version string  `json:"version"`
	Way     string  `json:"way,omitempty"`   // call and layout
	Seconds float64 `json:"seconds"`         // median, for all rows, from the rows measured
	Minimum float64 `json:"seconds_minimum"` // likewise
	Spread  float64 `json:"spread"`
	Runs    int     `json:"runs"`
	Rows    int     `json:"rows_measured"` // a slow peer is not given all
	Ratio   float64 `json:"ratio"`         // its seconds / ours
}

// Beginnings of reasons for a [Refusal]; any other is a failure.
const (
	WrongAnswer = "wrong answer"
	LeftOut     = "left out"
)

// Note is why a peer has no time, in two words.
func (r Refusal) Note() string {
	for _, note := range []string{WrongAnswer, LeftOut} {
		if strings.HasPrefix(r.Reason, note) {
			return note
		}
	}
	return "failed"
}

// A Refusal is a peer that has no time, because its answer is wrong, it failed,
// or it would take too long.
type Refusal struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Way     string `json:"way,omitempty"`
	Reason  string `json:"reason"`
}

// A Report is how a run ended.
type Report struct {
	Roofs []Roof // before, one for each number of threads
	After []Roof // the same at the end
	Moved []Move // what moved by more than a twentieth

	Skipped []Case // for which no time was left
}

// A Move is how far a roof was another one at the end.
type Move struct {
	What    string
	Threads int
	Change  float64 // as a share
}

// String says it in words.
func (m Move) String() string {
	return fmt.Sprintf("the %s with %s moved by %+.0f %% during the run", m.What, threads(m.Threads), 100*m.Change)
}

// compare notes what has changed since the start of the run.
func (r *Report) compare(i int) {
	before, after := r.Roofs[i], r.After[i]
	for _, v := range []struct {
		name          string
		before, after float64
	}{
		{"read bandwidth", before.Bandwidth, after.Bandwidth},
		{"float64 peak", before.Peak64, after.Peak64},
		{"float32 peak", before.Peak32, after.Peak32},
	} {
		if change := v.after/v.before - 1; change > 0.05 || change < -0.05 {
			r.Moved = append(r.Moved, Move{v.name, before.Threads, change})
		}
	}
}
