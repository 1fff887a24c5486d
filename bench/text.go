package bench

import (
	"fmt"
	"math"
)

// Heading is the line above those of Line.
const Heading = "kernel           dtype          n     p  threads  isa       median ms  spread  GFLOP/s    GB/s  % of roof  bound       gonum ÷ hesse"

// Line is a result as a line of a table.
func (r Result) Line() string {
	peers := "-"
	if len(r.Peers) > 0 {
		peers = fmt.Sprintf("%.1f", r.Peers[0].Ratio)
	}
	return fmt.Sprintf("%-15s  %-7s %8d %5d  %7d  %-7s %11.4g  %5.1f%%  %7.1f %7.1f  %8.0f%%  %-10s  %13s",
		r.Kernel, r.Type, r.Rows, r.Columns, r.Threads, r.ISA, r.Seconds*1e3, r.Spread*100, r.GFLOPS, r.GBytes,
		math.Round(r.RoofFraction*100), r.Bound, peers)
}

// String is the roof in words.
func (r Roof) String() string {
	return fmt.Sprintf("roof of %s with %s: read %.1f GB/s, multiply-add %.1f GFLOP/s in float64, %.1f in float32",
		threads(r.Threads), r.ISA, r.Bandwidth/1e9, r.Peak64/1e9, r.Peak32/1e9)
}

// threads is a number of them in words.
func threads(n int) string {
	if n == 1 {
		return "1 thread"
	}
	return fmt.Sprintf("%d threads", n)
}
