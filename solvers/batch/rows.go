package batch

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// prepare is what every batch asks before it begins.
func prepare[T kernels.Float](ctx context.Context, d *pass.Data[T], o Options) error {
	if err := kernels.CheckISA(); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	if err := checkShapes(d); err != nil {
		return err
	}
	if len(d.Y) != d.X.Rows {
		return fmt.Errorf("batch: Y has %d elements for %d rows", len(d.Y), d.X.Rows)
	}
	return ctx.Err()
}

// checkShapes is for all but Y.
func checkShapes[T kernels.Float](d *pass.Data[T]) error {
	x := d.X
	switch {
	case !x.Valid():
		return fmt.Errorf("batch: %d×%d matrix with stride %d does not fit in %d elements", x.Rows, x.Cols, x.Stride, len(x.Data))
	case d.Weights != nil && len(d.Weights) != x.Rows:
		return fmt.Errorf("batch: Weights has %d elements for %d rows", len(d.Weights), x.Rows)
	case d.Offset != nil && len(d.Offset) != x.Rows:
		return fmt.Errorf("batch: Offset has %d elements for %d rows", len(d.Offset), x.Rows)
	case d.Index != nil:
		return errors.New("batch: rows by an Index are for passes; give the rows themselves")
	}
	return nil
}

// checkTargets finds the first row that no fit to all rows could use, by its
// target, if there are any beside X, its weight or its offset.
func checkTargets[T kernels.Float](ctx context.Context, d *pass.Data[T], o Options) error {
	const some = 1 << 15 // rows of a task
	failures := make([]error, (d.X.Rows+some-1)/some)
	err := share(ctx, o.threads(), len(failures), func(_, task int) {
		failures[task] = checkTargetsOf(d, o.loss(), task*some, min((task+1)*some, d.X.Rows))
	})
	if err != nil {
		return err
	}
	for _, err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

// checkTargetsOf is for rows lo to hi.
func checkTargetsOf[T kernels.Float](d *pass.Data[T], l loss.Loss, lo, hi int) error {
	numbers := l.Quadratic() // any will do
	looks := d.Y != nil && !(numbers && sumIsFinite(d.Y[lo:hi]))
	if !looks && d.Weights == nil && d.Offset == nil {
		return nil
	}
	for i := lo; i < hi; i++ {
		if looks {
			if y := d.Y[i]; !isFinite(float64(y)) || !numbers && !l.Accepts(float64(y)) {
				return fmt.Errorf("batch: the target of row %d is %v; the %s loss takes %s", i, y, l.Name(), l.Targets())
			}
		}
		if d.Weights != nil {
			if w := d.Weights[i]; !(w >= 0) || !isFinite(float64(w)) {
				return fmt.Errorf("batch: the weight of row %d is %v; weights are finite and not negative", i, w)
			}
		}
		if d.Offset != nil {
			if o := d.Offset[i]; !isFinite(float64(o)) {
				return fmt.Errorf("batch: the offset of row %d is %v", i, o)
			}
		}
	}
	return nil
}

// sumIsFinite says so where it is quick to tell: then all of the numbers are.
func sumIsFinite[T kernels.Float](v []T) bool {
	wide, ok := any(v).([]float64)
	return ok && isFinite(kernels.Sum(wide))
}

func (o Options) loss() loss.Loss {
	if o.Loss == nil {
		return loss.Squared{}
	}
	return o.Loss
}

func (o Options) iterations() int {
	if o.MaxIterations == 0 {
		return 100
	}
	return o.MaxIterations
}

func (o Options) tolerance() float64 {
	if o.Tolerance == 0 {
		return 1e-14
	}
	return o.Tolerance
}

func isFinite(v float64) bool { return v-v == 0 }

// rankTolerance is the share of a column's diagonal that counts as zero where
// sums begin in T: the rule of package cholesky.
func rankTolerance[T kernels.Float]() float64 {
	if _, narrow := any(T(0)).(float32); narrow {
		return 16 * 0x1p-23
	}
	return 1e-11
}

// centreRows is how many rows the shift is the mean of.
const centreRows = 1024

// columnShift is the means of the first rows, of what is finite in them,
// rounded to T: what columns are taken relative to.
func columnShift[T kernels.Float](x kernels.Matrix[T]) []T {
	rows := min(x.Rows, centreRows)
	shift := make([]T, x.Cols)
	sums, counts := make([]float64, x.Cols), make([]float64, x.Cols)
	for i := range rows {
		for j, v := range x.Row(i) {
			if isFinite(float64(v)) {
				sums[j] += float64(v)
				counts[j]++
			}
		}
	}
	for j := range shift {
		shift[j] = mean[T](sums[j], counts[j])
	}
	return shift
}

// areNear says that no column is farther from zero than twice its standard deviation, in any
// PanelRows of the first rows: one number that is far from all others would make a column
// look near. There squares about zero are no more than five times those about the means.
func areNear[T kernels.Float](x kernels.Matrix[T]) bool {
	rows := min(x.Rows, centreRows)
	for lo := 0; lo < rows; lo += kernels.PanelRows {
		hi := min(lo+kernels.PanelRows, rows)
		for j := range x.Cols {
			sum, squares := 0.0, 0.0
			for i := lo; i < hi; i++ {
				sum += float64(x.Data[i*x.Stride+j])
			}
			mean := sum / float64(hi-lo)
			for i := lo; i < hi; i++ {
				e := float64(x.Data[i*x.Stride+j]) - mean
				squares = math.FMA(e, e, squares)
			}
			if !(float64(mean*mean)*float64(hi-lo) <= 4*squares) { // NaN is not near
				return false
			}
		}
	}
	return true
}

// mean is sum/n rounded to T, and zero where there is none.
func mean[T kernels.Float](sum, n float64) T {
	if m := T(sum / n); isFinite(float64(m)) {
		return m
	}
	return 0
}

// target is row i of the targets less its offset, for least squares.
func target[T kernels.Float](d *pass.Data[T], i int) T {
	if d.Offset == nil {
		return d.Y[i]
	}
	return T(float64(d.Y[i]) - float64(d.Offset[i]))
}

// targetShift is what targets less their offsets are taken relative to.
func targetShift[T kernels.Float](d *pass.Data[T]) T {
	sum, n := 0.0, 0.0
	for i := range min(len(d.Y), centreRows) {
		if v := float64(target(d, i)); isFinite(v) {
			sum += v
			n++
		}
	}
	return mean[T](sum, n)
}

var errNotFinite = errors.New("batch: X holds a NaN or an infinity, or numbers too large for float64 squares")

func widen[T kernels.Float](x []T) []float64 {
	wide := make([]float64, len(x))
	for i, v := range x {
		wide[i] = float64(v)
	}
	return wide
}
