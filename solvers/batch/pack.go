package batch

import "github.com/seed-0327bdf7/hesse/kernels"

// makeRoom is for n packed rows, with ones where there is an intercept.
func (w *worker) makeRoom(n int) {
	if len(w.packed) >= n*w.stride {
		return
	}
	w.packed = room(nil, n*w.stride)
	if w.lead == 1 {
		for at := 0; at < len(w.packed); at += w.stride {
			w.packed[at] = 1
		}
	}
}

// pack copies the rows at hand, centred by their means if there is an
// intercept.
func (w *worker) pack() {
	n, p, stride := w.x.Rows, w.columns, w.stride
	var shift []float64
	if w.lead == 1 {
		clear(w.center)
		kernels.Update(w.center, w.x, nil, w.unit(n))
		for j, sum := range w.center {
			w.center[j] = sum / float64(n)
		}
		shift = w.center
	}
	to := kernels.Matrix[float64]{Rows: n, Cols: p, Stride: stride, Data: w.packed[w.lead:]}
	kernels.Pack(to, w.x, shift, nil)
}

// unit is n ones.
func (w *worker) unit(n int) []float64 {
	if len(w.ones) < n {
		w.ones = room(nil, n)
		for i := range w.ones {
			w.ones[i] = 1
		}
	}
	return w.ones[:n]
}

// packTargets completes the packed rows for squares.
func (w *worker) packTargets() {
	w.centerY = 0
	if w.lead == 1 {
		w.centerY = kernels.Sum(w.y) / float64(len(w.y))
	}
	to := w.packed[w.width:]
	for i, y := range w.y {
		to[i*w.stride] = y - w.centerY
	}
}

// centerAll packs rows and targets together, if kernels.Center takes them. In
// short it does so relative to the first row, and has the Gram matrix as well, but
// for its last row.
func (w *worker) centerAll(short bool) {
	n := w.x.Rows
	w.octets = w.lead == 1 && w.columns <= kernels.CenterColumns && n <= kernels.CenterRows
	w.short = w.octets && short
	if !w.octets {
		return
	}
	packed := w.packed[:n*kernels.CenterWidth]
	if w.short {
		kernels.RelativeGram(packed, w.means, w.gram[:w.width*kernels.CenterWidth], &w.x, w.y, w.next)
	} else {
		kernels.Center(packed, w.means, w.x, w.y)
	}
	w.centerY = w.means[1+w.columns]
}

// design is the packed rows, their first columns.
func (w *worker) design(columns int) kernels.Matrix[float64] {
	n := w.x.Rows
	return kernels.Matrix[float64]{Rows: n, Cols: columns, Stride: w.stride, Data: w.packed[:n*w.stride]}
}
