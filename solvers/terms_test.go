package solvers

import (
	"fmt"
	"testing"
)

// TestAnEpochIsEveryTermOnce, whatever the batch, the order and the hold-out, and
// only its last batch, or that of one block, is short.
func TestAnEpochIsEveryTermOnce(t *testing.T) {
	for _, n := range []int{1, 2, 7, 100, 1000, 5000} {
		for _, size := range []int{0, 1, 7, 64, n, 2 * n} {
			for _, order := range []Order{AnyOrder, Shuffled, InBlocks} {
				for _, share := range []float64{0, 0.3} {
					d := newTerms(n, 10, size, order, 3, share)
					before := ""
					for epoch := range 3 {
						d.shuffle(epoch)
						seen, short := map[int]int{}, 0
						for k := range d.batches() {
							b := d.batch(k)
							if b.Len() < d.size {
								short++
							}
							for i := range b.Len() {
								seen[b.At(i)]++
							}
							if b.Len() < 1 || b.Len() > d.size {
								t.Fatalf("%d terms, batches of %d, order %v: one of %d", n, d.size, order, b.Len())
							}
						}
						for _, i := range d.held {
							seen[i]++
						}
						if len(seen) != n || short > 1 {
							t.Fatalf("%d terms, batches of %d, order %v, share %v: %d terms, %d short batches", n, size, order, share, len(seen), short)
						}
						for i, count := range seen {
							if count != 1 {
								t.Fatalf("%d terms, batches of %d, order %v: term %d comes %d times", n, size, order, i, count)
							}
						}
						sequence := fmt.Sprint(d.index, d.blocks)
						if n >= 1000 && size == 7 && sequence == before {
							t.Errorf("%d terms, order %v: two epochs are alike", n, order)
						}
						before = sequence
						d.shuffle(99)
						d.shuffle(epoch)
						if again := fmt.Sprint(d.index, d.blocks); again != sequence {
							t.Errorf("epoch %d differs the second time", epoch)
						}
					}
				}
			}
		}
	}
}

// TestBlocksAreSequential: batches of consecutive terms, most of them one after
// the other.
func TestBlocksAreSequential(t *testing.T) {
	d := newTerms(1<<20, 10, 256, AnyOrder, 1, 0)
	d.shuffle(0)
	jumps, last := 0, -1
	for k := range d.batches() {
		b := d.batch(k)
		if b.Index != nil {
			t.Fatal("terms are listed")
		}
		if b.From != last {
			jumps++
		}
		last = b.To
	}
	if jumps > 300 || jumps < 100 {
		t.Errorf("%d jumps", jumps)
	}
}

// TestTheSizeOfABatch that nobody has chosen, and of one that is chosen.
func TestTheSizeOfABatch(t *testing.T) {
	for _, c := range []struct{ terms, asked, want int }{
		{1, 0, 1}, {15, 0, 1}, {320, 0, 20}, {1024, 0, 64}, {1 << 16, 0, 64}, {1<<16 + 1, 0, 256}, {1 << 24, 0, 256},
		{1 << 20, 64, 64}, {100, 1000, 100},
	} {
		if got := newTerms(c.terms, 10, c.asked, AnyOrder, 1, 0).size; got != c.want {
			t.Errorf("%d terms, %d asked for: batches of %d, want %d", c.terms, c.asked, got, c.want)
		}
	}
}

// TestTheOrder that nobody has chosen, and one that is chosen.
func TestTheOrder(t *testing.T) {
	for _, c := range []struct {
		asked, want      Order
		terms, variables int
	}{
		{AnyOrder, Shuffled, 1000, 10}, {AnyOrder, Shuffled, 1 << 16, 64}, {AnyOrder, InBlocks, 1 << 16, 65}, {AnyOrder, InBlocks, 1<<16 + 1, 1},
		{AnyOrder, Shuffled, 0, 0}, {AnyOrder, InBlocks, 50_000, 500}, {Shuffled, Shuffled, 1 << 20, 500}, {InBlocks, InBlocks, 10, 1},
	} {
		if got := c.asked.of(c.terms, c.variables); got != c.want {
			t.Errorf("%v of %d terms of %d variables is %v, want %v", c.asked, c.terms, c.variables, got, c.want)
		}
	}
	// What is held out is not read in an epoch.
	if d := newTerms(70_000, 10, 0, AnyOrder, 1, 0.25); d.index == nil || d.size != 64 {
		t.Errorf("52,500 terms that are left to learn from are not shuffled, or their batches are of %d", d.size)
	}
}
