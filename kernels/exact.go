package kernels

import (
	"math"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// ExactStrip is how many columns a strip of an [ExactPanel] has.
const ExactStrip = ref.ExactStrip

// An ExactPanel is up to PanelRows rows of numbers of twice the precision of a
// float64, pairs hi + lo, as the exact kernels take them. What is said of their
// errors holds where no square of a column's norm over the rows overflows and
// no product that counts lies below 2⁻⁹⁶⁹: what its rounding loses must itself
// be a float64.
type ExactPanel struct {
	Rows, Cols int

	data          []float64 // strips: hi of all rows, then lo
	squares, rest []float64 // Σ hi² of a column; the bitwise or of its lo
	top, left     []float64 // three norms, one norm, each raised to a power of two
}

// ExactWidth is p columns in whole strips.
func ExactWidth(p int) int { return (p + ExactStrip - 1) / ExactStrip * ExactStrip }

// NewExactPanel is room for p columns, all zero.
func NewExactPanel(p int) *ExactPanel {
	if p < 0 {
		panic("kernels: negative dimension")
	}
	w := ExactWidth(p)
	return &ExactPanel{Cols: p, data: make([]float64, w/ExactStrip*ref.ExactGap),
		squares: make([]float64, w), rest: make([]float64, w), top: make([]float64, w), left: make([]float64, w)}
}

// ExactPack sets the number of rows of a panel and its first columns,
//
//	dst[i,j] = w[i]·(X[i,j] − shift[j]),
//
// the difference without error, the product rounded to the precision of a
// pair. shift is nil or has ExactWidth(X.Cols) elements, zeros behind the
// last column; w is nil or has X.Rows. Columns of dst that lie behind those of
// X, but in their last strip, are lost.
func ExactPack[T Float](dst *ExactPanel, x Matrix[T], shift, w []float64) {
	empty := x.check()
	if x.Rows > PanelRows || x.Cols > dst.Cols {
		panic("kernels: matrix larger than the panel")
	}
	if shift != nil && len(shift) != ExactWidth(x.Cols) {
		panic("kernels: length of shift is not ExactWidth")
	}
	if w != nil && len(w) != x.Rows {
		panic("kernels: length of w is not the number of rows")
	}
	dst.Rows = x.Rows
	if empty {
		return
	}
	if shift == nil && w == nil {
		clear(dst.rest[:ExactWidth(x.Cols)]) // lo is not touched, and not read
	}
	for left := 0; left < x.Cols; left += exactColumns {
		right := min(left+exactColumns, x.Cols)
		var c []float64
		if shift != nil {
			c = shift[left:]
		}
		exactPack(dst.data[left/ExactStrip*ref.ExactGap:], dst.squares[left:], dst.rest[left:], x.columns(left, right), c, w)
	}
}

// exactColumns is how many columns of a whole panel one call packs.
const exactColumns = panel / PanelRows

// ExactColumn sets one column of a panel that has its rows,
//
//	dst[i,j] = w[i]·(hi[i] + lo[i]),
//
// with an error of about 2⁻¹⁰⁶. lo and w may be nil.
func ExactColumn(dst *ExactPanel, j int, hi, lo, w []float64) {
	n := dst.Rows
	if j < 0 || j >= dst.Cols {
		panic("kernels: no such column")
	}
	if len(hi) != n || lo != nil && len(lo) != n || w != nil && len(w) != n {
		panic("kernels: length of a column is not the number of rows")
	}
	strip := dst.data[j/ExactStrip*ref.ExactGap+j%ExactStrip:]
	if lo == nil && w == nil {
		dst.squares[j], dst.rest[j] = exactCopy(strip, hi), 0 // lo is not read
		return
	}
	sum, or := 0.0, uint64(0)
	for i, h := range hi {
		low := 0.0
		if lo != nil {
			low = lo[i]
		}
		if w != nil {
			product := float64(w[i] * h)
			h, low = product, math.FMA(w[i], low, math.FMA(w[i], h, -product))
		}
		strip[i*ExactStrip] = h
		strip[ref.ExactLow+i*ExactStrip] = low
		or |= math.Float64bits(low)
		sum = math.FMA(h, h, sum)
	}
	dst.squares[j], dst.rest[j] = sum, math.Float64frombits(or)
}

// exactCopy copies v into a column of a strip and returns its squares, added in
// four chains, (0+1) + (2+3), the rest to the first.
func exactCopy(strip, v []float64) float64 {
	var s0, s1, s2, s3 float64
	for ; len(v) >= 4; v, strip = v[4:], strip[4*ExactStrip:] {
		to, from := strip[:3*ExactStrip+1], v[:4:4]
		a, b, c, d := from[0], from[1], from[2], from[3]
		to[0], to[ExactStrip], to[2*ExactStrip], to[3*ExactStrip] = a, b, c, d
		s0, s1, s2, s3 = math.FMA(a, a, s0), math.FMA(b, b, s1), math.FMA(c, c, s2), math.FMA(d, d, s3)
	}
	for i, a := range v {
		strip[i*ExactStrip] = a
		s0 = math.FMA(a, a, s0)
	}
	return (s0 + s1) + (s2 + s3)
}

// paired says whether any lo of the columns from lo to hi counts.
func (p *ExactPanel) paired(lo, hi int) bool {
	for _, v := range p.rest[lo:hi] {
		if v != 0 {
			return true
		}
	}
	return false
}

// lows makes every lo readable in the strips where one counts, or in all of
// them: where a column has none, they may be those of other rows.
func (p *ExactPanel) lows(all bool) {
	for first := 0; first < p.Cols; first += ExactStrip {
		if !all && !p.paired(first, first+ExactStrip) {
			continue
		}
		strip := p.data[first/ExactStrip*ref.ExactGap+ref.ExactLow:]
		for l := range ExactStrip {
			if p.rest[first+l] != 0 {
				continue
			}
			for i := range p.Rows {
				strip[i*ExactStrip+l] = 0
			}
		}
	}
}

// measure finds the powers of two that chains start from.
func (p *ExactPanel) measure() {
	for j, s := range p.squares {
		norm := math.Sqrt(s)
		if 0 < norm && norm <= math.MaxFloat64 { // up to the next power of two
			norm = math.Float64frombits((math.Float64bits(norm)>>52 + 1) << 52)
		}
		p.top[j], p.left[j] = 3*norm, norm
	}
}

// An ExactSquare is n×n or n×m pairs: entry (i, j) is Hi[i*Stride+j] +
// Lo[i*Stride+j]. There is room for whole strips of rows and columns.
type ExactSquare struct {
	Stride int
	Hi, Lo []float64
}

// NewExactSquare is room for the product of two panels, zero.
func NewExactSquare(rows, columns int) *ExactSquare {
	w := ExactWidth(columns)
	n := ExactWidth(rows) * w
	return &ExactSquare{Stride: w, Hi: make([]float64, n), Lo: make([]float64, n)}
}

// ExactTriangle adds the upper triangle of the product of two panels of the
// same shape, dst[i,j] += Σ_r a[r,i]·b[r,j] for j ≥ i. What is below the
// diagonal, but in the same strip, is added too; the rest is not touched.
//
//	|error| ≤ 2⁻⁹⁰·‖a_i‖·‖b_j‖ + 2⁻¹⁰⁴·|dst[i,j]|
//
// with the norms of the columns over the rows of the panel; where roundings
// are not all of one sign it is about 2⁻¹⁰⁰. a and b may be the same.
func ExactTriangle(dst *ExactSquare, a, b *ExactPanel) { exactProduct(dst, a, b, true) }

// ExactProduct adds the product of two panels of as many rows, dst[i,j] +=
// Σ_r a[r,i]·b[r,j], with the error of ExactTriangle.
func ExactProduct(dst *ExactSquare, a, b *ExactPanel) { exactProduct(dst, a, b, false) }

func exactProduct(dst *ExactSquare, a, b *ExactPanel, triangle bool) {
	if a.Rows != b.Rows || triangle && a.Cols != b.Cols {
		panic("kernels: panels of different shapes")
	}
	width := ExactWidth(b.Cols)
	if need := ExactWidth(a.Cols) * dst.Stride; dst.Stride < width || len(dst.Hi) < need || len(dst.Lo) < need {
		panic("kernels: dst smaller than the product")
	}
	if a.Rows == 0 {
		return
	}
	a.measure()
	if a != b {
		b.measure()
	}
	both := b.paired(0, width)
	a.lows(both)
	b.lows(false)
	for i := 0; i < a.Cols; i += ExactStrip {
		rows := (min(ExactStrip, a.Cols-i) + 1) &^ 1
		j := 0
		if triangle {
			j = i
		}
		for ; j < b.Cols; j += ExactStrip {
			at, pairs := i*dst.Stride+j, 0
			if b.paired(j, j+ExactStrip) {
				pairs = 2
			} else if a.paired(i, i+ExactStrip) {
				pairs = 1
			}
			exactTile(dst.Hi[at:], dst.Lo[at:], dst.Stride,
				a.data[i/ExactStrip*ref.ExactGap:], b.data[j/ExactStrip*ref.ExactGap:], a.top[i:], b.left[j:], a.Rows, rows, pairs)
		}
	}
}

// ExactDots sets hi + lo to the dot product of every row of a panel with
// beta, pairs too, with ExactWidth(x.Cols) elements, zeros behind the last
// column. hi and lo have x.Rows elements.
//
//	|error| ≤ (p/8 + 8)·2⁻¹⁰⁴·Σ_j |x[i,j]|·|beta[j]|
func ExactDots(hi, lo []float64, x *ExactPanel, betaHi, betaLo []float64) {
	width := ExactWidth(x.Cols)
	if len(hi) != x.Rows || len(lo) != x.Rows {
		panic("kernels: length of dst is not the number of rows")
	}
	if len(betaHi) != width || len(betaLo) != width {
		panic("kernels: length of beta is not ExactWidth")
	}
	if x.Rows == 0 || x.Cols == 0 {
		clear(hi)
		clear(lo)
		return
	}
	pairs := 0
	if x.paired(0, width) {
		pairs = 1
		x.lows(true)
	}
	for first := 0; first < x.Rows; first += exactRows {
		last := min(first+exactRows, x.Rows)
		exactDots(hi[first:last], lo[first:last], x.data[first*ExactStrip:], width/ExactStrip, pairs, betaHi, betaLo)
	}
}

// exactRows is how many rows one call multiplies, whatever their length: a
// tenth of a panel.
const exactRows = 16
