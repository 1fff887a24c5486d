package glm

import (
	"fmt"
	"slices"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// Data is what a model is fitted to. Nothing of it is copied or changed. The
// Data of a kernels.NewMatrix is a good X where it is large.
type Data[T kernels.Float] struct {
	X       []T // row-major: entry j of row i is X[i*Stride+j]
	Columns int // of X
	Stride  int // 0 means Columns
	Y       []T // the target; its length is the number of rows

	Weights []T // not negative; nil means 1 for every row
	Offset  []T // added to the linear predictor; nil means 0

	Names  []string // of the columns; nil means x1, x2, …
	Target string   // name of the target; empty means y

	OffsetName string // of the offset, if there is one; empty means offset
}

// design is the data as a pass takes it.
func (d *Data[T]) design() (*pass.Data[T], error) {
	stride := d.Stride
	if stride == 0 {
		stride = d.Columns
	}
	n := len(d.Y)
	x := kernels.Matrix[T]{Rows: n, Cols: d.Columns, Stride: stride, Data: d.X}
	switch {
	case d.Columns < 0 || stride < d.Columns:
		return nil, fmt.Errorf("glm: %d columns with stride %d", d.Columns, stride)
	case !x.Valid():
		return nil, fmt.Errorf("glm: X has %d elements, too few for %d rows of %d columns with stride %d", len(d.X), n, d.Columns, stride)
	case d.Weights != nil && len(d.Weights) != n:
		return nil, fmt.Errorf("glm: %d weights for %d rows", len(d.Weights), n)
	case d.Offset != nil && len(d.Offset) != n:
		return nil, fmt.Errorf("glm: %d offsets for %d rows", len(d.Offset), n)
	}
	return &pass.Data[T]{X: x, Y: d.Y, Weights: d.Weights, Offset: d.Offset}, nil
}

// checkRows looks at everything but X, the first row being row number first.
func checkRows[T kernels.Float](l loss.Loss, first int, y, weights, offset []T) error {
	numbers := l.Quadratic() // any will do, and calls would take as long as a pass over ten columns
	for i, v := range y {
		if !finite(float64(v)) {
			return fmt.Errorf("glm: the target of row %d is %v", first+i, v)
		}
		if !numbers && !l.Accepts(float64(v)) {
			return fmt.Errorf("glm: the target of row %d is %v; the %s loss takes %s", first+i, v, l.Name(), l.Targets())
		}
	}
	for i, w := range weights {
		if !finite(float64(w)) || w < 0 {
			return fmt.Errorf("glm: the weight of row %d is %v; weights are not negative", first+i, w)
		}
	}
	for i, o := range offset {
		if !finite(float64(o)) {
			return fmt.Errorf("glm: the offset of row %d is %v", first+i, o)
		}
	}
	return nil
}

// checkDesign finds the entry that made a pass come out not finite. It is nil
// if there is none.
func checkDesign[T kernels.Float](first int, x kernels.Matrix[T], names []string) error {
	for i := range x.Rows {
		for j, v := range x.Data[i*x.Stride:][:x.Cols] {
			if !finite(float64(v)) {
				return fmt.Errorf("glm: column %q of row %d is %v", names[j], first+i, v)
			}
		}
	}
	return nil
}

// allFinite tells whether no entry is NaN or infinite.
func allFinite(x []float64) bool {
	return !slices.ContainsFunc(x, func(v float64) bool { return !finite(v) })
}

func finite(v float64) bool { return v-v == 0 } // NaN less itself is NaN, and so is an infinity

// columnNames fills in names that are not given.
func columnNames(names []string, columns int) ([]string, error) {
	if names == nil {
		for j := range columns {
			names = append(names, fmt.Sprintf("x%d", j+1))
		}
	}
	if len(names) != columns {
		return nil, fmt.Errorf("glm: %d names for %d columns", len(names), columns)
	}
	return names, nil
}
