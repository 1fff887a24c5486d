package batch

import (
	"context"
)

// expandRows is the rows of a block of windows without a size.
const expandRows = 512

// expand is windows without a size. The moments of every block are taken about
// its first row, those of all rows before a block are merged from them, one after
// the other, and each block then goes on from there.
func (r *rolling[T]) expand(ctx context.Context) error {
	d, to := r.data, r.o.To
	blocks := (to + expandRows - 1) / expandRows
	intercept, kept := !r.o.NoIntercept, r.o.Forgetting
	rooms := make([]*windowRoom[T], r.o.threads())
	room := func(worker int) *windowRoom[T] {
		if rooms[worker] == nil {
			rooms[worker] = newWindowRoom(r, 0)
		}
		return rooms[worker]
	}
	each := make([]about, blocks)
	err := share(ctx, len(rooms), blocks, func(worker, b int) {
		w := room(worker)
		lo, hi := b*expandRows, min((b+1)*expandRows, to)
		each[b] = newAbout(w.q)
		if intercept {
			here(each[b].c, d, lo)
		}
		for i := lo; i < hi; i++ {
			forget(each[b].moments, kept)
			include(each[b].moments, each[b].moments, w.z, load(w.z, d, i, each[b].c))
		}
	})
	if err != nil {
		return err
	}
	before := make([]about, blocks)
	before[0] = newAbout(len(each[0].c))
	copy(before[0].c, each[0].c)
	for b := 1; b < blocks; b++ {
		before[b] = before[b-1].followed(each[b-1], kept, intercept)
	}
	trouble := newTroubles(len(rooms))
	err = share(ctx, len(rooms), blocks, func(worker, b int) {
		w := room(worker)
		copy(w.c, before[b].c)
		copy(w.now, before[b].moments)
		for i := b * expandRows; i < min((b+1)*expandRows, to); i++ {
			forget(w.now, kept)
			include(w.now, w.now, w.z, load(w.z, d, i, w.c))
			if window, ok := r.wanted(i); ok {
				w.fit(r, window, w.now, 0, i+1, &trouble[worker])
			}
		}
	})
	trouble.into(&r.result.Fits)
	return err
}

// forget multiplies all weights; the number of rows stays.
func forget(moments []float64, kept float64) {
	if kept == 1 {
		return
	}
	for i, v := range moments[:len(moments)-1] {
		moments[i] = float64(kept * v)
	}
}

// about is moments as small has them, of rows less c.
type about struct{ c, moments []float64 }

func newAbout(q int) about {
	return about{make([]float64, q), make([]float64, triangle(q)+q+2)}
}

// followed is a and the rows of one block behind it, whose weights make those
// of a smaller, about the means of all of them if there is an intercept.
func (a about) followed(b about, kept float64, intercept bool) about {
	q := len(a.c)
	all := newAbout(q)
	factor := 1.0
	if kept < 1 {
		for range expandRows {
			factor = float64(factor * kept)
		}
	}
	t := triangle(q)
	weight := float64(factor*a.moments[t+q]) + b.moments[t+q]
	if intercept {
		for j := range q {
			// The mean of all: that of a and a share of the way to that of b.
			away := b.c[j] - a.c[j]
			sum := float64(factor*a.moments[t+j]) + b.moments[t+j] + float64(b.moments[t+q]*away)
			all.c[j] = a.c[j] + sum/weight
			if !isFinite(all.c[j]) {
				all.c[j] = a.c[j]
			}
		}
	}
	a.move(all, factor)
	b.move(all, 1)
	n := len(all.moments)
	all.moments[n-1] = a.moments[n-1] + b.moments[n-1]
	return all
}

// move adds the moments, times a factor, to those about another place.
func (a about) move(to about, factor float64) {
	q := len(a.c)
	t := triangle(q)
	first, weight := a.moments[t:t+q], a.moments[t+q]
	at := 0
	for i := range q {
		off := a.c[i] - to.c[i]
		for j := i; j < q; j++ {
			// Σ w (z + off)(z + off) = Σ wzz + off·Σwz + Σwz·off + W·off·off
			far := a.c[j] - to.c[j]
			v := a.moments[at] + float64(off*first[j]) + float64(far*(first[i]+float64(weight*off)))
			to.moments[at] += float64(factor * v)
			at++
		}
		to.moments[t+i] += float64(factor * (first[i] + float64(weight*off)))
	}
	to.moments[t+q] += float64(factor * weight)
}
