package main

import (
	"fmt"
	"io"

	"github.com/schollz/progressbar/v3"

	"github.com/seed-0327bdf7/hesse/bench"
)

// A bar is the line on a terminal that says what is measured, how many cases
// are done and how long the rest takes.
type bar struct {
	bar          *progressbar.ProgressBar // nil is no terminal
	before, last int                      // cases of the plans that are done, and of this one
}

func newBar(w io.Writer, progress bool, plans []bench.Plan) *bar {
	if !progress {
		return new(bar)
	}
	all := 0
	for _, p := range plans {
		all += p.Cases()
	}
	return &bar{bar: progressbar.NewOptions(all,
		progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(20), progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true), progressbar.OptionSetElapsedTime(true))}
}

// say draws the bar with what is done now.
func (b *bar) say(what string) {
	if b.bar != nil {
		b.bar.Describe(what)
	}
}

// at is told by [bench.Run].
func (b *bar) at(done, all int, next bench.Case) {
	b.last = all
	if b.bar == nil {
		return
	}
	b.bar.Describe(fmt.Sprintf("%s %s, p = %d, threads %d", next.Kernel, next.Type, next.Columns, next.Threads))
	_ = b.bar.Set(b.before + done)
}

// next is another plan.
func (b *bar) next() { b.before += b.last }

// clear makes room for a line of results.
func (b *bar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}
