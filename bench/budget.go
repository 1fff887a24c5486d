package bench

import "time"

// A budget shares the time of a plan out among its cases, so that the plan ends
// in time however fast the machine and its peers are. Each case gets an equal
// share of what is left. Most leave some of it: after half as much again peers
// that have not had their turn are left out, and after twice as much nobody runs
// again. A case that finds nothing left is skipped. A single long run may end
// later; other cases get less for it. What it takes to make data, and for peers to take
// it up, is set aside: it would else be missing at the end.
type budget struct {
	end   time.Time // zero is no bound
	left  int       // cases, the next one included
	share time.Duration
	start time.Time // of the case

	made, unmade int           // sets of data
	making       time.Duration // what those that are made took
	given, used  time.Duration // by the cases that are done
}

// newBudget is zero time for no bound.
func newBudget(within time.Duration, cases, sets int) budget {
	b := budget{left: cases, unmade: sets}
	if within > 0 {
		b.end = time.Now().Add(within)
	}
	return b
}

// bounded says whether there is a bound at all.
func (b *budget) bounded() bool { return !b.end.IsZero() }

// over says that nothing is left.
func (b *budget) over() bool { return b.bounded() && time.Now().After(b.end) }

// make says how long it took to make a set of data.
func (b *budget) make(took time.Duration) {
	b.made++
	b.unmade--
	b.making += took
}

// begin starts a case.
func (b *budget) begin() {
	b.start = time.Now()
	aside := b.making * time.Duration(b.unmade) / time.Duration(max(b.made, 1))
	b.share = max(b.end.Sub(b.start)-aside, 0) / time.Duration(max(b.left, 1))
	if b.used > b.given {
		b.share = time.Duration(float64(b.share) * float64(b.given) / float64(b.used))
	}
}

// done ends it.
func (b *budget) done() {
	b.left--
	b.given += b.share
	b.used += time.Since(b.start)
}

// each is how long each of some contenders is measured, at most for so long;
// about as long goes into finding out how.
func (b *budget) each(contenders int, most time.Duration) time.Duration {
	if !b.bounded() {
		return most
	}
	return min(most, max(b.share/time.Duration(2*contenders), 10*time.Millisecond))
}

// newcomers says whether a peer may still have its first turn, and again
// whether those that had one may run again.
func (b *budget) newcomers() bool { return !b.bounded() || time.Since(b.start) < b.share*3/2 }
func (b *budget) again() bool     { return !b.bounded() || time.Since(b.start) < b.share*2 }

// call is how long a single run of a peer may take; zero is as long as it wants.
func (b *budget) call() time.Duration {
	if !b.bounded() {
		return 0
	}
	const least = 5 * time.Second // a process that has to start over takes some of it
	return max(least, 2*b.share)
}
