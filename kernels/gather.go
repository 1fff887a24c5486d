package kernels

// Gather copies rows of a matrix, in the order of an index,
//
//	dst[i,j] = X[index[i],j].
//
// dst has as many rows as index has elements, the columns of X, and does not
// overlap it. Rows may be repeated. next, which may be nil, lists rows that are
// likely to be gathered next: the first of them are fetched from memory
// meanwhile. One that is no row of X does no harm there.
func Gather[T Float](dst, x Matrix[T], index, next []int) {
	empty := dst.check()
	x.check()
	if dst.Rows != len(index) || dst.Cols != x.Cols {
		panic("kernels: dst has not the shape of the rows of an index")
	}
	for _, i := range index {
		if uint(i) >= uint(x.Rows) {
			panic("kernels: an index beyond the rows of a matrix")
		}
	}
	if empty {
		return
	}
	distance, most := gatherDistance[T](x.Cols), min(rowsPerCall(x.Cols), gatherRows)
	for lo, n := 0, len(index); lo < n; {
		ahead := index[lo:] // which is here already, or on its way
		if later := lo + distance; later < n {
			ahead = index[later:]
		} else if later -= n; later < len(next) {
			ahead = next[later:]
		}
		rows := min(n-lo, len(ahead), most)
		for left := 0; left < x.Cols; left += panel {
			right := min(left+panel, x.Cols)
			gather(dst.Slice(lo, lo+rows).columns(left, right), x.columns(left, right), index[lo:lo+rows], ahead[:rows])
		}
		lo += rows
	}
}

// gatherRows is the most rows of a call, each of which may have to be waited for.
const gatherRows = 256

// gatherDistance is how many rows ahead Gather fetches: some lines more than a
// core has under way at a time.
func gatherDistance[T Float](p int) int {
	const bytes = 2048
	return max(2, min(bytes/(p*elementBytes[T]()), 16))
}
