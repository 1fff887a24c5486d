package solvers

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// An Order says in which order an epoch goes through the terms of a finite sum.
type Order int

const (
	// AnyOrder is Shuffled for up to 65536 terms that have with as many variables as
	// there are up to 4 million numbers, some 32 MB, and InBlocks for more.
	AnyOrder Order = iota
	// Shuffled is every term in random order: the best batches, and where terms
	// are rows in memory, reads all over it.
	Shuffled
	// InBlocks is runs of consecutive terms, some batches long, in random order;
	// a batch is consecutive terms. Terms are read from memory in sequence. Where
	// the order of the terms means something (by time, by class), a batch says
	// less of the whole than one of shuffled terms.
	InBlocks
)

var orders = []string{AnyOrder: "auto", Shuffled: "shuffled", InBlocks: "blocks"}

// Orders are the names of the orders.
func Orders() []string { return slices.Clone(orders) }

// String is "auto", "shuffled" or "blocks".
func (o Order) String() string {
	if o.unknown() {
		return fmt.Sprintf("Order(%d)", int(o))
	}
	return orders[o]
}

// ParseOrder is the order of that name.
func ParseOrder(name string) (Order, error) {
	o := slices.Index(orders, name)
	if o < 0 {
		return 0, fmt.Errorf("solvers: order %q is not known; the choice is %s", name, strings.Join(orders, ", "))
	}
	return Order(o), nil
}

// Up to so many terms, and numbers of all of them, are shuffled by default: what lies in a
// cache can be read in any order. From memory, batches of rows of 500 columns come at some 0.55 of
// the rate of a pass in sequence (BenchmarkShuffled of package pass).
const shuffledTerms, shuffledNumbers = 1 << 16, 1 << 22

// of is the order of so many terms of so many variables.
func (o Order) of(terms, variables int) Order {
	switch {
	case o != AnyOrder:
		return o
	case terms <= shuffledTerms && terms <= shuffledNumbers/max(variables, 1):
		return Shuffled
	}
	return InBlocks
}

// terms deals out the terms of a finite sum as batches, epoch after epoch. The
// order of an epoch depends on the seed and the number of the epoch alone, so
// that nothing of it need be kept from one to the next.
type terms struct {
	total, size int // terms of the sum, and of a batch
	seed        uint64

	kept, held []int // with a hold-out: the terms to learn from, and the others
	index      []int // the order of the epoch, of terms if they are shuffled
	blocks     []int // or of blocks
	block      int   // batches of a block, 0 if terms are shuffled
	place      int   // of the block that ends with the last term
}

// newTerms prepares for batches of a size, 0 for one that fits, of terms of so many
// variables, and holds out a share of the terms.
func newTerms(total, variables, size int, order Order, seed uint64, share float64) *terms {
	t := &terms{total: total, size: size, seed: seed}
	if held := int(share * float64(total)); held > 0 {
		all := make([]int, total)
		for i := range all {
			all[i] = i
		}
		r := seeded(seed, holdOut)
		shuffle(all, &r)
		t.held, t.kept = all[:held:held], all[held:]
		slices.Sort(t.held)
		slices.Sort(t.kept)
	}
	n := t.count()
	if t.size == 0 {
		const few, many, least = 64, 256, 16 // terms of a batch, batches of an epoch
		t.size = min(few, n/least)
		if n > shuffledTerms { // an epoch has steps enough, and less noise in each saves epochs
			t.size = many
		}
	}
	t.size = max(1, min(t.size, n))
	if order.of(n, variables) == Shuffled {
		t.index = make([]int, n)
		return t
	}
	const some, least = 4096, 32 // terms of a block, blocks of an epoch
	t.block = max(1, min(some, n/least)/t.size)
	t.blocks = make([]int, (n+t.block*t.size-1)/(t.block*t.size))
	return t
}

// count is how many terms there are to learn from.
func (t *terms) count() int { return t.total - len(t.held) }

// batches is how many batches an epoch has.
func (t *terms) batches() int { return (t.count() + t.size - 1) / t.size }

// shuffle begins an epoch.
func (t *terms) shuffle(epoch int) {
	r := seeded(t.seed, uint64(epoch))
	if t.block > 0 {
		for i := range t.blocks {
			t.blocks[i] = i
		}
		shuffle(t.blocks, &r)
		t.place = slices.Index(t.blocks, len(t.blocks)-1)
		return
	}
	if t.kept != nil {
		copy(t.index, t.kept)
	} else {
		for i := range t.index {
			t.index[i] = i
		}
	}
	shuffle(t.index, &r)
}

// batch is one of the batches of an epoch.
func (t *terms) batch(k int) Batch {
	n := t.count()
	if t.block == 0 {
		end := min((k+1)*t.size, n)
		return Batch{Index: t.index[k*t.size : end], Next: t.index[end:min(end+max(t.size, aheadTerms), n)]}
	}
	// The block that ends with the last term may have fewer batches than the
	// others, wherever in the epoch it comes.
	last := len(t.blocks) - 1
	missing := (last+1)*t.block - t.batches()
	at, within := k/t.block, k%t.block
	if at > t.place || at == t.place && within >= t.block-missing {
		k += missing
		at, within = k/t.block, k%t.block
	}
	k = t.blocks[at]*t.block + within
	return t.part(k*t.size, min((k+1)*t.size, n))
}

// aheadTerms is of how many terms a batch says that they come next, at least.
const aheadTerms = 64

// part is the terms to learn from, from one up to another.
func (t *terms) part(from, to int) Batch {
	if t.kept != nil {
		return Batch{Index: t.kept[from:to]}
	}
	return Batch{From: from, To: to}
}

// some are terms to learn from, chosen at random, in ascending order. They are
// as many as asked for, or all of them.
func (t *terms) some(count int, purpose uint64) Batch {
	n := t.count()
	if count >= n {
		return t.part(0, n)
	}
	// Floyd's algorithm: Bentley, Programming pearls: a sample of brilliance (1987).
	r := seeded(t.seed, purpose)
	chosen := make(map[int]bool, count)
	list := make([]int, 0, count)
	for last := n - count; last < n; last++ {
		i := r.below(last + 1)
		if chosen[i] {
			i = last
		}
		chosen[i] = true
		list = append(list, i)
	}
	slices.Sort(list)
	if t.kept != nil {
		for k, i := range list {
			list[k] = t.kept[i]
		}
	}
	return Batch{Index: list}
}

// What random numbers are for beside epochs, which count from 0.
const (
	holdOut uint64 = 1<<63 + iota
	firstBatches
	curvatureSample
)

// A random is a generator of 64 bits, SplitMix64 by Steele, Lea and Flood
// (2014): its whole state is one number.
type random uint64

// seeded is the generator of a purpose.
func seeded(seed, purpose uint64) random {
	r := random(seed)
	r = random(r.next() ^ purpose)
	return random(r.next())
}

func (r *random) next() uint64 {
	*r += 0x9e3779b97f4a7c15
	z := uint64(*r)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below is a number from 0 to n−1: the upper half of a product. Its bias is
// below n/2⁶⁴.
func (r *random) below(n int) int {
	high, _ := bits.Mul64(r.next(), uint64(n))
	return int(high)
}

func shuffle(list []int, r *random) {
	for i := len(list) - 1; i > 0; i-- {
		j := r.below(i + 1)
		list[i], list[j] = list[j], list[i]
	}
}

// unknown tells whether an order is none.
func (o Order) unknown() bool { return o < AnyOrder || o > InBlocks }
