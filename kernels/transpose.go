package kernels

// transposeColumns is how many columns of a matrix of p rows a call takes.
func transposeColumns(p int) int { return max(panel/p&^7, 8) }

// transposeRows is the most rows a call takes.
const transposeRows = panel / 8

// Transpose sets dst[l,j] = src[j,l], entry (l, j) of dst at l·ldd+j. dst holds
// the whole transpose and does not overlap src.
func Transpose[T Float](dst []T, ldd int, src Matrix[T]) {
	if src.check() {
		return
	}
	if ldd < src.Rows {
		panic("kernels: stride of dst below the number of columns")
	}
	if !fits(src.Cols, src.Rows, ldd, len(dst)) {
		panic("kernels: dst shorter than the transpose")
	}
	for top := 0; top < src.Rows; top += transposeRows {
		part := src.Slice(top, min(top+transposeRows, src.Rows))
		step := transposeColumns(part.Rows)
		for lo := 0; lo < src.Cols; lo += step {
			hi := min(lo+step, src.Cols)
			transpose(dst[lo*ldd+top:], ldd, part.columns(lo, hi))
		}
	}
}
