package kernels

import (
	"math"

	"github.com/seed-0327bdf7/hesse/internal/ref"
)

// narrowPanels adds the triangle of columns that narrow takes, some panels a call:
// what a call of one would take to begin and to end are some tens of rows. Without
// next, a panel fetches the one behind it, or, where some are summed at the same time,
// a few later.
func narrowPanels[T Float](dst []float64, ldd int, x Matrix[T], d []float64, next []T) {
	fetch := newFetcher(next, &x.Data[0], x.Rows)
	most, further := narrowRows[T](x.Cols), PanelRows
	if x.Cols <= ref.AbreastColumns && d == nil {
		further = ref.PanelsAbreast[T](x.Cols) * PanelRows
	}
	for lo := 0; lo < x.Rows; lo += most {
		hi := min(lo+most, x.Rows)
		ahead, step := fetch.next(hi - lo)
		if next == nil && lo+further < x.Rows {
			ahead, step = &x.Data[(lo+further)*x.Stride], x.Stride*elementBytes[T]()
		}
		narrow(dst, ldd, x.Slice(lo, hi), part(d, lo, hi), ahead, step)
	}
}

// narrowRows is how many rows of p columns one call of narrow takes: whole panels.
func narrowRows[T Float](p int) int {
	_, _, vector := tileShape[T]()
	vectors := (p + vector - 1) / vector
	products := vector * vectors * (vectors + 1) / 2
	return max(panel/max(p, products)/PanelRows, 1) * PanelRows
}

// trianglePanel adds the triangle of a panel of up to PanelRows rows: stripe by
// stripe of columns, which stay in the first-level cache while the columns of
// the panel pass by; of wide panels a block of them at a time, which stays in the
// second-level cache meanwhile. The memory fetches the rows that come next.
//
//	┌───────┬───────┬─┐  A stripe is tiles above the diagonal, and a triangle
//	│ narrow│ tiles │t│  on it.
//	└───────┤       │a│
//	        │ narrow│i│  The tail is columns that fill no more than half of a
//	        └───────┤l│  vector: they are taken the other way around, number by
//	                └─┘  number beside vectors of the columns before them.
func trianglePanel[T Float](dst []float64, ldd int, x Matrix[T], d []float64, work []T, next []T) {
	height, width, vector := tileShape[T]()
	t := triangle[T]{dst: dst, ldd: ldd, n: x.Rows, d: d, height: height, width: width, vector: vector, heights: tileHeights()}
	t.end = x.Cols
	if tail := x.Cols % vector; tail <= vector/2 {
		t.end -= tail
	}
	t.tail = x.Cols - t.end
	work = atLine(work)
	t.panel = panelRows[T]{data: x.Data, stride: x.Stride}
	if x.Cols >= packedColumns && vector > 1 {
		last := x.Cols / width * width
		if x.Cols-last <= t.tail { // nothing else is left: the tail lies beside the last stripe
			last -= width
		}
		t.panel = packPanel(x, width, last, work)
		work = work[last*PanelRows+t.panel.stride*PanelRows:]
	}
	t.scaled = work
	if t.tail > 0 {
		t.right, _ = t.panel.from(t.end)
		if d != nil {
			t.right = packScaled(t.right, t.n, t.tail, d, work)
			t.scaled = work[PanelRows*t.right.stride:]
		}
	}
	t.fetch = newFetcher(next, &x.Data[0], t.n*t.work())
	block := blockColumns(width, elementBytes[T]())
	for left := 0; left < t.end; left += block {
		for from := left; from < t.end; {
			columns := t.stripe(from)
			t.above(left, min(left+block, from), from, columns)
			switch {
			case from >= left+block: // its own block will have the rest
			case t.takesTail(from, columns):
				t.narrow(from, columns+t.tail)
				return
			default:
				t.narrow(from, columns)
				t.cross(from, columns)
			}
			from += columns
		}
	}
	if t.tail > 0 {
		t.narrow(t.end, t.tail)
	}
}

// A triangle is a panel whose triangle is under way.
type triangle[T Float] struct {
	dst    []float64
	ldd    int
	n      int // rows of the panel
	d      []float64
	panel  panelRows[T]
	scaled []T // room for a stripe times d, rows as far apart as a stripe is wide
	fetch  fetcher[T]

	height, width, vector int // of the widest tiles
	heights               []int

	end, tail int        // columns before the tail, and of it
	right     operand[T] // the tail, times d
}

// stripe is how wide the stripe is that begins with a column: as narrow takes.
func (t *triangle[T]) stripe(from int) int {
	left := t.end - from
	switch {
	case left >= t.width:
		return t.width
	case narrowTakes[T](left):
		return left
	}
	return narrowColumns[T]()
}

// takesTail says whether a stripe is the last one, and takes the tail with it.
func (t *triangle[T]) takesTail(from, columns int) bool {
	return from+columns == t.end && narrowTakes[T](columns+t.tail)
}

// work is about how long a triangle takes, in rows of tiles.
func (t *triangle[T]) work() int {
	work := 0
	for from := 0; from < t.end; {
		columns := t.stripe(from)
		work += from/t.tileRows(from, columns) + t.narrowWork(columns)
		if t.tail > 0 && !t.takesTail(from, columns) {
			work++
		}
		from += columns
	}
	return work
}

// narrowWork is the same of a triangle on the diagonal.
func (t *triangle[T]) narrowWork(columns int) int {
	vectors := (columns + t.vector - 1) / t.vector
	tile := t.height * t.width / t.vector
	return max(1, t.vector*vectors*(vectors+1)/2/tile)
}

// above adds the products of a stripe with the columns from left to right, all of them
// before it.
func (t *triangle[T]) above(left, right, from, columns int) {
	if left == right {
		return
	}
	b, _ := t.panel.from(from)
	top := left
	if t.d != nil {
		b = t.weigh(b, top, from, columns)
		top += t.height
	}
	for top < right {
		top += t.tiles(t.dst[top*t.ldd+from:], top, right-top, b, columns)
	}
}

// weigh multiplies a stripe with its first tile, and by the weights: it returns what
// the next tiles take.
func (t *triangle[T]) weigh(b operand[T], top, from, columns int) operand[T] {
	a, _ := t.panel.from(top)
	ahead, step := t.fetch.next(t.n)
	tileWeighted(t.dst[top*t.ldd+from:], t.ldd, a, b, t.d, t.scaled, t.n, columns, ahead, step)
	return operand[T]{t.scaled, t.width}
}

// narrow adds the triangle of some columns.
func (t *triangle[T]) narrow(from, columns int) {
	x, _ := t.panel.from(from)
	work := t.narrowWork(columns)
	ahead, step := t.fetch.next(t.n * work)
	narrow(t.dst[from*t.ldd+from:], t.ldd, x.matrix(t.n, columns), t.d, ahead, step*work)
}

// tiles does as many tiles below one another as lie side by side in the panel
// and fit one call, and returns how many columns of it that were.
func (t *triangle[T]) tiles(dst []float64, top, columns int, b operand[T], width int) int {
	a, beside := t.panel.from(top)
	columns = min(columns, beside, tilesColumns)
	rows := t.tileRows(columns, width)
	count := columns / rows
	ahead, step := t.fetch.next(t.n * count)
	tile(dst, t.ldd, a, b, t.n, rows, width, count, ahead, step)
	return count * rows
}

// blockColumns is how many columns of a panel are multiplied with all stripes before
// the next ones are: whole stripes of a quarter of a megabyte.
func blockColumns(stripe, elementBytes int) int {
	return 1 << 18 / (PanelRows * elementBytes) / stripe * stripe
}

// tilesColumns is how many columns of a panel one call multiplies with a
// stripe: a call must end soon.
const tilesColumns = 40

// cross adds the products of a stripe with the tail: tiles whose rows belong to
// the tail, which are then added the other way around.
func (t *triangle[T]) cross(from, columns int) {
	if t.tail == 0 {
		return
	}
	b, _ := t.panel.from(from)
	var room [tailColumns * stripeColumns]float64
	transposed := room[:t.tail*columns]
	minusZero := math.Copysign(0, -1) // which leaves a zero its sign
	for i := range transposed {
		transposed[i] = minusZero
	}
	for top := 0; top < t.tail; {
		rows := t.tileRows(t.tail-top, columns)
		a := operand[T]{t.right.data[top:], t.right.stride}
		ahead, step := t.fetch.next(t.n)
		tile(transposed[top*columns:], columns, a, b, t.n, rows, columns, 1, ahead, step)
		top += rows
	}
	for i := range columns {
		to := t.dst[(from+i)*t.ldd+t.end:][:t.tail]
		for j := range to {
			to[j] += transposed[j*columns+i]
		}
	}
}

// narrowTakes says whether narrow takes so many columns.
func narrowTakes[T Float](columns int) bool {
	_, width, _ := tileShape[T]()
	return columns <= narrowColumns[T]() || columns == width
}

// tileRows is how many rows the tallest tile of some columns has that has at most limit
// of them, and one at least.
func (t *triangle[T]) tileRows(limit, columns int) int {
	vectors := (columns + t.vector - 1) / t.vector
	for _, rows := range t.heights {
		if rows <= limit && rows*vectors <= t.height*t.width/t.vector {
			return rows
		}
	}
	return 1
}
