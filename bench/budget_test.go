package bench

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestNoTimeIsLeft: then nothing is measured, and everything is named.
func TestNoTimeIsLeft(t *testing.T) {
	plan := small()
	plan.Within = 1
	report, err := Run(context.Background(), plan, func(r Result) error { return errors.New("measured: " + r.Line()) })
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Skipped) != plan.Cases() || report.Skipped[0].Kernel != plan.Workloads[0] || len(report.After) != len(plan.Threads) {
		t.Errorf("%d of %d cases are skipped: %+v", len(report.Skipped), plan.Cases(), report.Skipped)
	}
}

// TestLateCases: a case that has used half as much again as its share takes no
// more peers, one that has used twice as much repeats nothing.
func TestLateCases(t *testing.T) {
	const share = time.Hour
	for _, c := range []struct {
		used              time.Duration
		newcomers, repeat bool
	}{{0, true, true}, {share * 7 / 4, false, true}, {3 * share, false, false}} {
		b := budget{end: time.Now().Add(share), left: 1, share: share, start: time.Now().Add(-c.used)}
		if b.newcomers() != c.newcomers || b.again() != c.repeat {
			t.Errorf("after %v: newcomers %v, again %v", c.used, b.newcomers(), b.again())
		}
		r := &runner{plan: small(), failed: make([]error, 1), budget: b}
		p := NewProblem(make([]float64, 3000), 1000, 3, 1)
		if err := r.plan.Peers[0].Load(Case{}, p); err != nil {
			t.Fatal(err)
		}
		ours, err := run(gram, p)
		if err != nil {
			t.Fatal(err)
		}
		list := challengers(r, gram, p, Case{Kernel: "gram", Type: Float64, Rows: 1000, Columns: 3, Threads: 1}, ours.clone(), 0, time.Millisecond)
		if len(list) != 1 || (list[0].err == nil) != c.newcomers || !c.newcomers && !strings.HasPrefix(list[0].err.Error(), LeftOut) {
			t.Errorf("after %v: %d challengers, %v", c.used, len(list), list[0].err)
		}
		for _, k := range []struct {
			who  *contender
			late int // runs, where no time is left
		}{{&contender{}, 3}, {&contender{spent: time.Hour}, 1}, {&contender{peer: r.plan.Peers[0]}, 1}} {
			runs := 0
			k.who.repeat, k.who.do = 1, func(int) (time.Duration, error) { runs++; return 1, nil }
			alternate([]*contender{k.who}, time.Hour, &b, newRoofBeside(generic, 1, Float64, make([]float64, 1<<13)))
			if want := map[bool]int{true: 3, false: k.late}[c.repeat]; runs != want && !c.repeat || runs < want {
				t.Errorf("after %v: %d runs, want %d", c.used, runs, want)
			}
		}
	}
}

func TestBudgetIsShared(t *testing.T) {
	b := newBudget(time.Hour, 4, 2)
	b.begin()
	if got := b.share.Round(time.Minute); got != 15*time.Minute {
		t.Errorf("a share of %v", got)
	}
	if got := b.each(3, time.Second); got != time.Second {
		t.Errorf("%v each, where more is there than is wanted", got)
	}
	if got := b.each(3, time.Hour).Round(time.Second); got != 150*time.Second {
		t.Errorf("%v each of three", got)
	}
	b.done()
	b.begin()
	if got := b.share.Round(time.Minute); got != 20*time.Minute {
		t.Errorf("a share of %v, where one case took nothing", got)
	}
	b = newBudget(time.Hour, 4, 3)
	b.make(5 * time.Minute)
	b.begin()
	if got := b.share.Round(time.Second); got != 750*time.Second {
		t.Errorf("a share of %v, where two sets of data take 5 minutes each", got)
	}
	b = newBudget(time.Hour, 3, 0)
	b.given, b.used = time.Minute, 2*time.Minute
	b.begin()
	if got := b.share.Round(time.Second); got != 10*time.Minute {
		t.Errorf("a share of %v, where the cases before have used twice theirs", got)
	}
	b = newBudget(0, 4, 1)
	b.begin()
	if b.over() || !b.newcomers() || !b.again() || b.call() != 0 || b.each(3, time.Second) != time.Second {
		t.Error("no bound bounds")
	}
}
