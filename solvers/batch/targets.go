package batch

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// FitTargets fits the same columns to every column of Y, which has a row for
// each of X: fit j is that of Y[·,j] to X. The Y of d is nil; its weights and
// offset are those of every target. A NaN in Y is a missing value: that target
// is fitted to its other rows. An infinity is NotFinite.
//
// Least squares takes one Gram matrix for all targets that miss the same rows,
// one product XᵀY, one factorisation, and, for standard errors or deviances, one
// product Xβ, whose residuals are added up. Logistic and Poisson models go in
// lockstep, some dozens at a time: a panel of rows is read and centred once for
// all of them, and those that have converged drop out.
//
// Products are made of the kernels of kernels/blas, on the goroutines of the call. Errors are
// shapes, options, negative weights and what is not finite in weights and
// offset, and the end of ctx, with which nothing is fitted by least squares.
func FitTargets[T kernels.Float](ctx context.Context, d *pass.Data[T], y kernels.Matrix[T], o Options) (*Fits, error) {
	if err := kernels.CheckISA(); err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if err := checkShapes(d); err != nil {
		return nil, err
	}
	switch {
	case d.Y != nil:
		return nil, errors.New("batch: Y of the data is for one target; leave it nil beside a matrix of them")
	case !y.Valid() || y.Rows != d.X.Rows:
		return nil, fmt.Errorf("batch: %d×%d targets with stride %d and %d elements for %d rows", y.Rows, y.Cols, y.Stride, len(y.Data), d.X.Rows)
	}
	if err := checkTargets(ctx, d, Options{Threads: o.Threads}); err != nil {
		return nil, err
	}
	t := &targets[T]{data: d, y: y, o: o, shift: make([]T, d.X.Cols)}
	if !o.NoIntercept {
		copy(t.shift, columnShift(d.X))
	}
	width := o.width(d.X.Cols)
	if !o.loss().Quadratic() {
		t.fits = newFits(y.Cols, width, o)
		return t.fits, t.lockstep(ctx)
	}
	t.fits = newFitsUnset(y.Cols, width, o)
	if err := t.allSquares(ctx); err != nil {
		return newFits(y.Cols, width, o), err
	}
	for j, s := range t.fits.Status {
		if s != Converged {
			setUndefined(t.fits.Coefficient(j))
		}
	}
	return t.fits, nil
}

// allSquares is least squares: of all targets as if nothing were missing, which
// costs less than to look, then of those that have come to nothing for want of
// a value.
func (t *targets[T]) allSquares(ctx context.Context) error {
	if t.y.Cols == 0 {
		return ctx.Err()
	}
	all := &alike{}
	for j := range t.y.Cols {
		all.targets = append(all.targets, j)
	}
	if err := t.squares(ctx, all); err != nil {
		return err
	}
	var open []int
	for j, s := range t.fits.Status {
		if s != Converged {
			open = append(open, j)
		}
	}
	for _, a := range t.missing(open) {
		if a.rows == nil {
			continue // nothing is missing: the status stands
		}
		if err := t.squares(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// targets is a call of FitTargets under way.
type targets[T kernels.Float] struct {
	data  *pass.Data[T]
	y     kernels.Matrix[T]
	o     Options
	fits  *Fits
	shift []T // zero without an intercept
}

// alike are targets that have the same rows.
type alike struct {
	targets []int
	rows    []int // nil is all
}

// missing sorts some targets by the rows that they miss, in the order of their
// first.
func (t *targets[T]) missing(some []int) []*alike {
	n := t.y.Rows
	words := (n + 63) / 64
	patterns := make([][]uint64, len(some)) // of rows that are missing; nil is none
	for i := range n {
		row := t.y.Row(i)
		for k, j := range some {
			if v := row[j]; v != v {
				if patterns[k] == nil {
					patterns[k] = make([]uint64, words)
				}
				patterns[k][i/64] |= 1 << (i % 64)
			}
		}
	}
	var list []*alike
	known := map[string]*alike{}
	var key []byte
	for k, pattern := range patterns {
		key = key[:0]
		for _, w := range pattern {
			key = binary.LittleEndian.AppendUint64(key, w)
		}
		a := known[string(key)]
		if a == nil {
			a = &alike{}
			if pattern != nil {
				a.rows = []int{}
				for i := range n {
					if pattern[i/64]>>(i%64)&1 == 0 {
						a.rows = append(a.rows, i)
					}
				}
			}
			known[string(key)] = a
			list = append(list, a)
		}
		a.targets = append(a.targets, some[k])
	}
	return list
}

// lockstep is logistic and Poisson models.
func (t *targets[T]) lockstep(ctx context.Context) error {
	d, m := t.data, t.y.Cols
	shift := t.shift
	if t.o.NoIntercept {
		shift = nil
	}
	usable := t.usable()
	width := t.o.width(d.X.Cols)
	const room, most = 4 << 20, 32 // numbers of the Hessians of a tile, and models
	tile := max(1, min(most, room/(2*width*width+1), (m+t.o.threads()-1)/t.o.threads()))
	rooms := make([]*lockstep[T], t.o.threads())
	trouble := newTroubles(len(rooms))
	err := share(ctx, len(rooms), (m+tile-1)/tile, func(worker, task int) {
		if rooms[worker] == nil {
			rooms[worker] = newLockstep(d, shift, t.o)
			rooms[worker].fetch = t.fetch
		}
		l := rooms[worker]
		l.recycle()
		var models []*contender
		for j := task * tile; j < min((task+1)*tile, m); j++ {
			c := l.newModel(j, t.o.L2)
			if !usable[j] {
				l.countRows(c)
				l.end(c, NotFinite)
			}
			models = append(models, c)
		}
		var rest []*contender
		for _, c := range models {
			if !c.done {
				rest = append(rest, c)
			}
		}
		l.run(ctx, l.begin(rest))
		for _, c := range models {
			if c.done {
				l.result(c, t.fits, c.model, &trouble[worker])
			}
		}
	})
	trouble.into(t.fits)
	return err
}

// usable says of every target whether the loss takes all of it that is there.
func (t *targets[T]) usable() []bool {
	usable := make([]bool, t.y.Cols)
	for j := range usable {
		usable[j] = true
	}
	accepts := t.o.loss().Accepts
	for i := range t.y.Rows {
		for j, v := range t.y.Row(i) {
			if v == v && usable[j] {
				usable[j] = accepts(float64(v))
			}
		}
	}
	return usable
}

// fetch is a column of the targets for a lockstep; what is missing has no
// weight.
func (t *targets[T]) fetch(target, lo, hi int, y, w []float64) ([]float64, []float64) {
	weighted := t.data.Weights != nil
	for i := range y {
		w[i] = 1
		if t.data.Weights != nil {
			w[i] = float64(t.data.Weights[lo+i])
		}
		v := t.y.Data[(lo+i)*t.y.Stride+target]
		if v != v {
			v, w[i], weighted = 0, 0, true
		}
		y[i] = float64(v)
	}
	if !weighted {
		return y, nil
	}
	return y, w
}
