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
	bar *progressbar.ProgressBar // nil is no terminal
}

func newBar(w io.Writer, progress bool) *bar {
	if !progress {
		return new(bar)
	}
	return &bar{progressbar.NewOptions(1,
		progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(20), progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(true), progressbar.OptionSetElapsedTime(true))}
}

// at is told by [bench.Run].
func (b *bar) at(done, all int, next bench.Case) {
	if b.bar == nil {
		return
	}
	b.bar.ChangeMax(all)
	b.bar.Describe(fmt.Sprintf("%s %s, p = %d, threads %d", next.Kernel, next.Type, next.Columns, next.Threads))
	_ = b.bar.Set(done)
}

// clear makes room for a line of results.
func (b *bar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}
