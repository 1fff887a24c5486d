package bench

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// A contender is somebody whose time is taken.
type contender struct {
	peer   Peer // nil is ours
	way    string
	c      Case
	do     func(repeat int) (time.Duration, error)
	repeat int // within a measurement
	warm   bool
	runs   []float64
	spent  time.Duration
	err    error // why it has no time
}

// once does the work and times it, so often that the clock can tell. Before, unless it
// takes so long that this does not count, it is done once without: threads that were
// stopped take milliseconds to find a processor each, and after others have used their
// memory, ours was read at two thirds of its pace at first, on a virtual machine.
func (k *contender) once() error {
	start := time.Now()
	defer func() { k.spent += time.Since(start) }()
	if k.warm {
		if _, err := k.do(1); err != nil {
			return err
		}
	}
	took, err := k.do(k.repeat)
	if err != nil {
		return err
	}
	k.runs = append(k.runs, took.Seconds()/float64(k.repeat))
	return nil
}

// calibrate settles how to measure what takes this long.
func (k *contender) calibrate(took time.Duration) {
	k.repeat = 1
	if took < time.Millisecond {
		k.repeat = int(time.Millisecond/max(took, 100)) + 1
	}
	k.warm = took < long/2
}

// summary is the median, the minimum and the spread of the middle half.
func (k *contender) summary() (median, minimum, spread float64) {
	runs := slices.Sorted(slices.Values(k.runs))
	median = runs[len(runs)/2]
	return median, runs[0], (runs[len(runs)*3/4] - runs[len(runs)/4]) / median
}

// report adds a peer to a result.
func (k *contender) report(r *Result) {
	if k.err != nil {
		r.Refused = append(r.Refused, Refusal{k.peer.Name(), k.peer.Version(), k.way, k.err.Error()})
		return
	}
	median, minimum, spread := k.summary()
	scale := float64(r.Rows) / float64(k.c.Rows)
	r.Peers = append(r.Peers, PeerTime{
		Name: k.peer.Name(), Version: k.peer.Version(), Way: k.way, Seconds: median * scale, Minimum: minimum * scale,
		Spread: spread, Runs: len(k.runs) * k.repeat, Rows: k.c.Rows, Ratio: median * scale / r.Seconds,
	})
}

// alternate lets everybody run in turn, and the roof, so that whatever the machine
// does happens to all of them. The roof takes as much time as the first of them.
func alternate(contenders []*contender, enough time.Duration, left *budget, roof *roofBeside) {
	for again := true; again; {
		again = false
		peers := false // whether one has run in this round
		for _, k := range contenders {
			if k.err != nil || k.done(enough) || k.late(enough, left) {
				continue
			}
			k.err = k.once()
			again, peers = true, peers || k.peer != nil
		}
		if roof.spent == 0 || again && roof.spent < contenders[0].spent {
			roof.once(peers)
		}
	}
}

// done says that there are enough times.
func (k *contender) done(enough time.Duration) bool {
	const most = 200
	least := 5
	if k.peer != nil || enough < shortly {
		least = fewest
	}
	return len(k.runs) >= least && (len(k.runs) >= most || k.spent >= enough)
}

// late says that there is no time for more.
func (k *contender) late(enough time.Duration, left *budget) bool {
	switch {
	case len(k.runs) == 0:
		return false
	case k.peer != nil:
		return k.spent >= 3*enough || !left.again()
	}
	return !left.again() && (len(k.runs) >= fewest || k.spent > shortly)
}

// shortly is so little time that the fewest runs of ours are enough, as for a peer
// always. Ours has as many, if that is soon done, even where no time is left: a share
// of the roof rests on it.
const (
	shortly = time.Second / 5
	fewest  = 3
)

// patient is how often a peer may take as long as we do, and still be given all
// rows: what lies in a last-level cache of a part of them flatters it.
const patient = 3

// challengers are the peers that do a workload, each with a time to come or the
// reason why it has none.
func challengers[T kernels.Float](r *runner, w workload, b *Problem[T], c Case, ours Answer, took, enough time.Duration) []*contender {
	peers := r.plan.Peers
	list := make([]*contender, len(peers))
	patience := max(2*enough/5, patient*took, time.Second/32)
	for turn := range peers {
		i := (r.done + turn) % len(peers) // whoever comes last may find no time left: not always the same
		k := &contender{peer: peers[i], c: c, err: r.failed[i]}
		var ways []string
		if k.err == nil {
			ways, k.err = k.peer.Ways(c)
		}
		switch {
		case k.err == nil && len(ways) == 0:
			continue
		case k.err == nil && !r.budget.newcomers():
			k.err = fmt.Errorf("%s: the time of this measurement is used up", LeftOut)
		case k.err == nil:
			if peer, ok := k.peer.(Bounded); ok {
				peer.Bound(r.budget.call())
			}
			k.err = challenge(k, ways, w, b, ours, patience, enough, r.plan.enough()/2)
		}
		list[i] = k
	}
	return slices.DeleteFunc(list, func(k *contender) bool { return k == nil })
}

// challenge finds the best way of a peer and compares its answer with ours.
func challenge[T kernels.Float](k *contender, ways []string, w workload, b *Problem[T], ours Answer, patience, enough, choosing time.Duration) error {
	k.way = ways[0]
	k.do = func(repeat int) (time.Duration, error) { return k.peer.Do(k.c, k.way, repeat) }
	least, all := w.least(k.c.Columns), k.c.Rows
	shortened := w.shortest != nil || !w.whole
	if shortened {
		k.c.Rows = least
		if !w.whole {
			k.c.Rows = max(least, all/64) // of very few rows a call would cost more than its work
		}
		if err := k.lengthen(all, patience); err != nil {
			return err
		}
	}
	if err := k.choose(ways, least, choosing); err != nil {
		return err
	}
	if shortened { // the way chosen may do many more: few would lie in a cache
		if err := k.lengthen(all, patience); err != nil {
			return err
		}
	}
	took, err := k.do(1)
	if err != nil {
		return err
	}
	k.calibrate(took)
	if took >= max(enough, long) { // it need not run again
		k.runs, k.spent = append(k.runs, took.Seconds()), 3*took
	}
	answer, err := k.peer.Answer(k.c)
	if err != nil {
		return err
	}
	if k.c.Rows != b.X.Rows {
		if ours, err = run(w, b.first(k.c.Rows)); err != nil {
			return err
		}
	}
	return compare(w, b.first(k.c.Rows), k.c, ours, answer)
}

// lengthen finds how many of all rows a peer does in a time, from those it has on.
func (k *contender) lengthen(all int, patience time.Duration) error {
	for least := k.c.Rows; k.c.Rows < all; k.c.Rows *= 4 {
		took, err := k.do(1)
		again := took < long || k.c.Rows == least && took < 10*long // a first run may have room to make
		if err == nil && 4*took > patience && again {               // it, or something else that ran
			took, err = k.best(2)
		}
		if err != nil || 4*took > patience {
			return err
		}
	}
	k.c.Rows = all
	return nil
}

// best is the shortest of a few runs, or of one that is long.
func (k *contender) best(runs int) (time.Duration, error) {
	best := time.Duration(1<<63 - 1)
	for range runs {
		took, err := k.do(1)
		if err != nil {
			return 0, err
		}
		best = min(best, took)
		if took > long {
			break
		}
	}
	return best, nil
}

// long is a run that what happens beside it does not change much.
const long = time.Second / 2

// choose finds the best way: every one is tried on few rows, those that come near it
// on more, and those that come very near on all, as long as there is time.
func (k *contender) choose(ways []string, least int, choosing time.Duration) error {
	c, tried := k.c, 0
	defer func() { k.c = c }()
	for _, trial := range []struct {
		part int     // of the rows
		near float64 // how many times as long as the best a way may take
	}{{32, 2}, {4, 1.5}, {1, 1}} {
		k.c.Rows = max(min(c.Rows, least), c.Rows/trial.part)
		if k.c.Rows == tried { // as few as that: the first of the ways is the best
			continue
		}
		tried = k.c.Rows
		took := map[string]time.Duration{}
		start := time.Now()
		for i, way := range ways {
			if i > 0 && time.Since(start) > choosing {
				break
			}
			k.way = way
			var err error
			if took[way], err = k.best(2); err != nil { // the first may have another layout to make
				return err
			}
		}
		ways = slices.SortedFunc(maps.Keys(took), func(a, b string) int { return cmp.Compare(took[a], took[b]) })
		best := took[ways[0]]
		ways = slices.DeleteFunc(ways, func(way string) bool { return float64(took[way]) > trial.near*float64(best) })
		if len(ways) == 1 {
			break
		}
	}
	k.way = ways[0]
	return nil
}
