package kernels

import (
	"unsafe"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// Kernels of one read, [LeastSquares] and [LogisticRegression], take a group of
// rows from the dot products through a loss to the gradient. Calls of them take
// whole groups, and sums of a panel have eight lanes each.

// oneReadRows is how many rows' sums lie on the stack.
const oneReadRows = 8 * PanelRows

// LossSums is what kernels of one read add up over rows.
type LossSums struct {
	R, Loss, D float64 // of first derivatives, losses, second derivatives

	// Low and High are the least and the greatest margin of rows with a positive
	// weight, as [Logistic] returns them: of no rows, +Inf and −Inf.
	Low, High float64
}

// checkOneRead checks what these kernels have in common.
func checkOneRead[T Float](dst []float64, x Matrix[T], shift []T, beta, w []float64) {
	x.check()
	if len(dst) != x.Cols {
		panic("kernels: length of dst is not the number of columns")
	}
	if len(beta) != x.Cols {
		panic("kernels: length of beta is not the number of columns")
	}
	if w != nil && len(w) != x.Rows {
		panic("kernels: length of w is not the number of rows")
	}
	checkShift(shift, x.Cols)
}

// oneReadPerCall is how many rows of p columns a call takes: whole panels, or a
// part of one that is a power of two.
func oneReadPerCall(p int) int {
	rows := rowsPerCall(p)
	if rows >= PanelRows {
		return rows / PanelRows * PanelRows
	}
	step := UpdateRows
	for 2*step <= rows {
		step *= 2
	}
	return step
}

// fetchOf spreads next over rows. Without it a kernel asks for the rows that it reads
// later, unless they are longer than some bytes and the processor does well without:
// then it asks for beta, which it has. With AVX2 that made no difference but at 16
// columns, a third of the speed.
func fetchOf[T Float](x Matrix[T], beta []float64, next []T, most int) fetcher[T] {
	var idle *T
	if cpu.KeepsUp() && cpu.Active() == cpu.AVX512 && x.Cols*elementBytes[T]() > most {
		idle = (*T)(unsafe.Pointer(&beta[0]))
	}
	return newFetcher(next, idle, max(x.Rows, 1))
}

// NarrowColumns is up to how many columns rows count as short: their dot products
// have eight lanes.
const NarrowColumns = ref.NarrowColumns
