package bench

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// A Plan is what to measure: every combination of its lists.
type Plan struct {
	Workloads []string
	Rows      []int // nil is as many as fill Bytes
	Columns   []int
	Threads   []int
	Types     []string
	Bytes     int    // of X, where the rows are not given
	Peers     []Peer // to measure beside ours

	// Longest cuts the rows, where they are not given, of what memory keeps
	// longer at the roof, or arithmetic half as long, which needs no rows
	// beyond the caches. There are as many as columns. Zero is no cut.
	Longest time.Duration

	// Enough is how long one workload on one shape is repeated; zero means a
	// second. A peer has half of it to find its fastest way.
	Enough time.Duration

	// Within, unless it is zero, bounds the time of the plan: repeats become
	// fewer, then peers are left out, and cases skipped at last.
	Within time.Duration

	// Progress is told how many of all cases are done, and the next one; nil
	// is nobody.
	Progress func(done, all int, next Case)
}

// Check is an error if the plan cannot be measured.
func (p *Plan) Check() error {
	for _, name := range p.Workloads {
		if _, ok := find(name); !ok {
			return fmt.Errorf("bench: kernel %q is not known; the choice is %v", name, Workloads())
		}
	}
	for _, v := range []struct {
		name  string
		list  []int
		least int
	}{{"n", p.Rows, 1}, {"p", p.Columns, 1}, {"threads", p.Threads, 1}} {
		for _, n := range v.list {
			if n < v.least {
				return fmt.Errorf("bench: %s = %d; the least is %d", v.name, n, v.least)
			}
		}
	}
	for _, t := range p.Types {
		if t != Float64 && t != Float32 {
			return fmt.Errorf("bench: type %q; the choice is %s, %s", t, Float64, Float32)
		}
	}
	if p.Bytes < 1<<16 {
		return fmt.Errorf("bench: %d bytes of X; the least is 64 KiB", p.Bytes)
	}
	return nil
}

// rows are the numbers of rows to measure p columns at.
func (p *Plan) rows(columns int, dtype string) []int {
	if len(p.Rows) > 0 {
		return p.Rows
	}
	return []int{max(min(p.Bytes/size(dtype)/max(columns, 1), mostRows), kernels.PanelRows)}
}

// mostRows keeps what there is beside one column, a target, a weight and what
// peers write for every row, from being several times as large as X.
const mostRows = 20_000_000

// enough is Enough or what it is without being told.
func (p *Plan) enough() time.Duration {
	if p.Enough == 0 {
		return time.Second
	}
	return p.Enough
}

// cut is how many of n rows Longest allows, and responses that fill Bytes, but what a
// workload needs.
func (p *Plan) cut(w workload, roof Roof, dtype string, n, columns int) int {
	if len(p.Rows) > 0 {
		return n
	}
	least := max(columns, 1)
	if w.fewest != nil {
		least = max(least, w.fewest(columns))
	}
	least = (least + kernels.PanelRows - 1) &^ (kernels.PanelRows - 1)
	if w.needs.responses {
		n = min(n, max(p.Bytes/size(dtype)/(columns+Responses), least))
	}
	if p.Longest == 0 {
		return n
	}
	row := max(w.bytes(columns, size(dtype))/roof.Bandwidth, 2*w.flops(columns)/roof.peak(dtype))
	rows := int(p.Longest.Seconds() / row)
	return min(n, max(rows&^(kernels.PanelRows-1), least))
}

// Expected is about how long the plan takes on a machine whose peers are not
// slow.
func (p *Plan) Expected() time.Duration {
	expected := 2 * p.enough() * time.Duration(p.Cases()*(len(p.Peers)+1))
	if p.Within > 0 {
		expected = min(expected, p.Within)
	}
	return expected
}

// Cases is how many results the plan has.
func (p *Plan) Cases() int { return p.sets() * len(p.Threads) * len(p.Workloads) }

// sets is how many shapes of data there are, of one type or another.
func (p *Plan) sets() int {
	sets := 0
	for _, dtype := range p.Types {
		for _, columns := range p.Columns {
			sets += len(p.rows(columns, dtype))
		}
	}
	return sets
}

// counted says whether any workload needs counts.
func (p *Plan) counted() bool {
	return slices.ContainsFunc(p.Workloads, func(name string) bool {
		w, _ := find(name)
		return w.needs.counts
	})
}

// largest is how many numbers of float64 the largest X takes.
func (p *Plan) largest() int {
	most := 0
	for _, dtype := range p.Types {
		for _, columns := range p.Columns {
			for _, n := range p.rows(columns, dtype) {
				most = max(most, n*columns)
			}
		}
	}
	return most
}

func size(dtype string) int {
	if dtype == Float32 {
		return 4
	}
	return 8
}
