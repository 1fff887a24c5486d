package cholesky

import (
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// panelWidth is the number of rows of R that are finished before the rows below
// them are updated. The panel then stays in the cache while the rest of the
// matrix streams past it once. The bits are those of any other multiple of
// kernels.UpdateRows.
const panelWidth = 8 * kernels.UpdateRows

// eliminate turns the candidates of factor into rows of R:
//
//	r_kj = (c_kj − Σ_{i<k} r_ki·r_kj) / r_kk
//
// with i ascending in groups as kernels.Update sums them, and sets rank and
// indefinite.
func (f *Factorization) eliminate(width int) {
	for start := f.lead; start < f.candidates; start += width {
		end := min(start+width, f.candidates)
		for k := start; k < end; k++ {
			q, found := f.largestPivot(k)
			if !found {
				f.rank = k
				f.update(start, k)
				f.indefinite = f.indefinite || f.remainderIsIndefinite()
				return
			}
			f.swap(k, q)
			f.subtract(k, start, k)
			f.finishRow(k)
		}
		f.update(start, end)
	}
	f.rank = f.candidates
}

// largestPivot returns the position of the largest pivot from a position on, of
// those that count.
func (f *Factorization) largestPivot(from int) (q int, found bool) {
	for k := from; k < f.candidates; k++ {
		p, j := f.pivots[k], f.order[k]
		if !(p > f.limits[j]) {
			continue
		}
		if !found || p > f.pivots[q] || p == f.pivots[q] && j < f.order[q] {
			q, found = k, true
		}
	}
	return q, found
}

// finishRow divides row k by the root of its pivot and takes it off the pivots
// that remain.
func (f *Factorization) finishRow(k int) {
	root := math.Sqrt(f.pivots[k])
	f.factor[k*f.n+k] = root
	row := f.row(k, k+1)
	pivots := f.pivots[k+1:][:len(row)]
	for j, v := range row {
		v /= root
		row[j] = v
		pivots[j] = math.FMA(-v, v, pivots[j])
	}
}

// update takes the finished rows start to end off every row from end on.
func (f *Factorization) update(start, end int) {
	for k := end; k < f.candidates; k++ {
		f.subtract(k, start, end)
	}
}

// subtract takes the finished rows start to end off row k, right of the
// diagonal.
func (f *Factorization) subtract(k, start, end int) {
	row := f.row(k, k+1)
	if start == end || len(row) == 0 {
		return
	}
	weights := f.work[:end-start]
	for i := range weights {
		weights[i] = -f.factor[(start+i)*f.n+k]
	}
	finished := kernels.Matrix[float64]{
		Rows: end - start, Cols: len(row), Stride: f.n,
		Data: f.factor[start*f.n+k+1:],
	}
	kernels.Update(row, finished, nil, weights)
}

// remainderIsIndefinite reports whether what was left without a pivot could not
// be the rounding of zero. In a positive semidefinite matrix no entry exceeds
// the root of the product of its two diagonals, and those are within their
// limits.
func (f *Factorization) remainderIsIndefinite() bool {
	for k := f.rank; k < f.candidates; k++ {
		limit := f.limits[f.order[k]]
		if f.pivots[k] < -limit {
			return true
		}
		for l, v := range f.row(k, k+1) {
			if math.Abs(v) > float64(2*math.Sqrt(float64(limit*f.limits[f.order[k+1+l]]))) {
				return true
			}
		}
	}
	return false
}

// swap exchanges the variables at positions k ≤ q, in the finished rows above k
// and in the upper triangle of what remains.
func (f *Factorization) swap(k, q int) {
	if k == q {
		return
	}
	n, m := f.n, f.factor
	f.order[k], f.order[q] = f.order[q], f.order[k]
	f.pivots[k], f.pivots[q] = f.pivots[q], f.pivots[k]
	for i := range k {
		m[i*n+k], m[i*n+q] = m[i*n+q], m[i*n+k]
	}
	for i := k + 1; i < q; i++ {
		m[k*n+i], m[i*n+q] = m[i*n+q], m[k*n+i]
	}
	upper, lower := f.row(k, q+1), f.row(q, q+1)
	for j := range upper {
		upper[j], lower[j] = lower[j], upper[j]
	}
}
