package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

// A bar says what is measured, how much is done and how long the rest takes: in
// a line that changes on a terminal, in a line now and then elsewhere.
type bar struct {
	w     io.Writer
	bar   *progressbar.ProgressBar // nil is no terminal
	plans []time.Duration          // how long each is expected to take
	at    int                      // the plan of now
	now   func() time.Time
	start time.Time // of the first plan
	said  time.Time // when a line was written
}

// between is how long nothing is said where lines stay.
const between = 15 * time.Second

func newBar(w io.Writer, terminal bool, plans []bench.Plan) *bar {
	b := &bar{w: w, now: time.Now}
	for _, p := range plans {
		b.plans = append(b.plans, p.Expected())
	}
	if terminal {
		b.bar = progressbar.NewOptions64(int64(b.sum(len(plans))),
			progressbar.OptionSetWriter(w), progressbar.OptionSetWidth(20), progressbar.OptionSetPredictTime(false))
	}
	return b
}

// sum is how long the first plans are expected to take.
func (b *bar) sum(plans int) time.Duration {
	var sum time.Duration
	for _, p := range b.plans[:plans] {
		sum += p
	}
	return sum
}

// say draws the bar with what is done now.
func (b *bar) say(what string) {
	if b.bar != nil {
		b.bar.Describe(what)
	}
}

// progress is told by [bench.Run].
func (b *bar) progress(done, all int, next bench.Case) {
	now := b.now()
	if b.start.IsZero() {
		b.start, b.said = now, now
	}
	reached := b.sum(b.at) + b.plans[b.at]*time.Duration(done)/time.Duration(all)
	what := fmt.Sprintf("%s %s, p = %d, %s", next.Kernel, next.Type, next.Columns, story.Threads(next.Threads))
	left := "about " + inWords(b.left(reached)) + " left"
	if b.bar != nil {
		b.bar.Describe(what + ", " + left)
		_ = b.bar.Set64(int64(reached))
		return
	}
	if now.Sub(b.said) >= between {
		b.said = now
		fmt.Fprintf(b.w, "%.0f %% done, %s: %s\n", 100*float64(reached)/float64(b.sum(len(b.plans))), left, what)
	}
}

// left is what the rest takes if it goes on as it did: at first as expected, and
// the more is done the more as it was.
func (b *bar) left(reached time.Duration) time.Duration {
	all := b.sum(len(b.plans))
	trust := all / 8
	pace := float64(b.now().Sub(b.start)+trust) / float64(reached+trust)
	return time.Duration(float64(all-reached) * pace)
}

// inWords is a time in minutes, or in seconds if it is short.
func inWords(d time.Duration) string {
	if d >= 2*time.Minute {
		return fmt.Sprintf("%.0f minutes", d.Minutes())
	}
	return fmt.Sprintf("%.0f seconds", d.Seconds())
}

// next is another plan.
func (b *bar) next() { b.at++ }

// clear makes room for a line of results.
func (b *bar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}
