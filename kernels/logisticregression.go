package kernels

import (
	"math"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// LogisticRegression is the gradient of the logistic loss, from one read of the
// rows: with the loss and the derivatives r and d that [Logistic] has of
//
//	eta[i] = alpha + Σ_j (X[i,j] − shift[j])·beta[j]
//
// it adds a transposed product,
//
//	dst[j] += Σ_i (X[i,j] − shift[j])·r[i]
//
// and Σ r, Σ loss, Σ d and margins to sums, and sets d[i], unless d is nil. The
// products are those of [Dots] and [Update], with their bounds; sums are those of
// [Sum] over every [PanelRows] rows, added from the first on. dst and beta have
// X.Cols elements, y has X.Rows, each of them 0 or 1, w and d are nil or have
// X.Rows, shift is nil or has X.Cols. next is memory that the caller reads next;
// with it, up to [NarrowColumns] columns, it is fetched meanwhile, and else what
// follows the rows at hand. It may be nil.
func LogisticRegression[T Float](sums *LossSums, dst []float64, x Matrix[T], shift []T, beta []float64, alpha float64, y []T, w, d []float64, next []T) {
	checkOneRead(dst, x, shift, beta, w)
	if len(y) != x.Rows {
		panic("kernels: length of y is not the number of rows")
	}
	if d != nil && len(d) != x.Rows {
		panic("kernels: length of d is not the number of rows")
	}
	const lanes = ref.LogisticSums * UpdateRows
	least, greatest := math.Inf(1), math.Inf(-1) // of s = (1 − 2y)·eta: margins are −s
	const mostFetched = 248                      // bytes of a row; on Zen 4 without, 31 columns 0.95 times as fast, 32 columns 1.5
	fetch := fetchOf(x, beta, next, mostFetched)
	for lo := 0; lo < x.Rows; lo += oneReadRows {
		hi := min(lo+oneReadRows, x.Rows)
		var room [oneReadRows / PanelRows * lanes]float64
		panels := (hi - lo + PanelRows - 1) / PanelRows
		for panel := range panels {
			margins := room[panel*lanes+3*UpdateRows:][:2*UpdateRows]
			for i := range UpdateRows {
				margins[i], margins[UpdateRows+i] = least, greatest
			}
		}
		logisticRows(dst, room[:], x.Slice(lo, hi), shift, beta, alpha, part(y, lo, hi), part(w, lo, hi), part(d, lo, hi), &fetch)
		for panel := range panels {
			of := room[panel*lanes:][:lanes]
			sums.R += ref.Fold(of)
			sums.Loss += ref.Fold(of[UpdateRows:])
			sums.D += ref.Fold(of[2*UpdateRows:])
			for _, s := range of[3*UpdateRows : 4*UpdateRows] {
				if s < least {
					least = s
				}
			}
			for _, s := range of[4*UpdateRows:] {
				if s > greatest {
					greatest = s
				}
			}
		}
	}
	sums.Low, sums.High = min(sums.Low, 0-greatest), max(sums.High, 0-least) // no negative zero
}

// logisticRows adds to the lanes of every panel.
func logisticRows[T Float](dst, sums []float64, x Matrix[T], shift []T, beta []float64, alpha float64, y []T, w, d []float64, fetch *fetcher[T]) {
	const lanes = ref.LogisticSums * UpdateRows
	first := 0
	if x.Cols > 0 && x.Cols <= updateColumns {
		step := oneReadPerCall(x.Cols)
		for whole := x.Rows &^ (UpdateRows - 1); first < whole; first += step {
			last := min(first+step, whole)
			ahead, bytes := fetch.next(last - first)
			logisticRegression(dst, sums[first/PanelRows*lanes:], x.Slice(first, last), shift, beta, alpha, part(y, first, last), part(w, first, last), part(d, first, last), ahead, bytes)
		}
		first = min(first, x.Rows&^(UpdateRows-1))
	}
	// Rows that are too long for a call, or too few.
	for ; first < x.Rows; first += UpdateRows {
		last := min(first+UpdateRows, x.Rows)
		var e, targets, value, r, second [UpdateRows]float64
		n := last - first
		group, target, rows, weights := e[:n], targets[:n], x.Slice(first, last), part(w, first, last)
		Dots(group, rows, shift, beta)
		for i, v := range y[first:last] {
			group[i] += alpha
			target[i] = float64(v)
		}
		Logistic(value[:n], r[:n], second[:n], group, target, weights)
		ref.LogisticLanes(sums[first/PanelRows*lanes:], value[:], r[:], second[:], group, target, weights)
		if d != nil {
			copy(d[first:], second[:n])
		}
		Update(dst, rows, shift, r[:n])
	}
}
