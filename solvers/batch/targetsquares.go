package batch

import (
	"context"
	"math"

	gonum "gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/kernels/blas"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// A task of up to targetColumns targets goes through the rows targetRows at a time, a
// multiple of the depth of a chain; a large one through half as many, so that they stay in
// the second-level cache. A goroutine is worth leastColumns of targets.
const (
	targetColumns = 8 * sliceColumns
	leastColumns  = 96
	targetRows    = 2 * kernels.GemmDepth
)

// taskColumns is how many of some targets a task has, so that all goroutines have as
// much to do.
func taskColumns(targets, threads int) int {
	_, width, _ := kernels.GemmShape[float64]()
	tasks := (targets + targetColumns - 1) / targetColumns
	if even := (tasks + threads - 1) / threads * threads; targets >= even*leastColumns {
		tasks = even
	}
	each := (targets + tasks - 1) / tasks
	return (each + width - 1) / width * width
}

// squares is least squares for targets with the same rows.
func (t *targets[T]) squares(ctx context.Context, a *alike) error {
	n := t.normal()
	design, err := t.gram(ctx, a)
	if err != nil {
		return err
	}
	n.load(design)
	n.penalise(t.o.L2)
	status, dependent := n.solve()
	unit := undefined(t.fits.Width, 1) // standard errors of a variance of one
	if status == Converged && t.o.StdErrors && t.o.L2 == 0 && t.fits.Width > 0 {
		n.stdErrors(unit, append(widen(t.shift), 0), 1)
	}
	for _, j := range a.targets {
		t.fits.Status[j], t.fits.Rows[j] = status, design.rows
		delete(t.fits.dependent, j)
		if dependent != nil {
			t.fits.dependent[j] = dependent
		}
	}
	if status != Converged {
		return nil
	}
	threads := t.o.threads()
	rooms := make([]*targetRoom[T], threads)
	each := taskColumns(len(a.targets), threads)
	tasks := (len(a.targets) + each - 1) / each
	engine := blas.Implementation{Threads: max(1, threads/tasks)} // of each task
	return share(ctx, threads, tasks, func(worker, task int) {
		if rooms[worker] == nil {
			rooms[worker] = newTargetRoom(t)
			rooms[worker].engine = engine
		}
		lo := task * each
		rooms[worker].fit(a, a.targets[lo:min(lo+each, len(a.targets))], n, unit)
	})
}

func (t *targets[T]) normal() *normal {
	return newNormal(t.data.X.Cols, !t.o.NoIntercept, rankTolerance[T]())
}

// gram is the sums of the rows, with a target of zero.
func (t *targets[T]) gram(ctx context.Context, a *alike) (*sums, error) {
	d, p := t.data, t.data.X.Cols
	rows := pass.Data[T]{X: d.X, Y: memory.Slice[T](d.X.Rows), Weights: d.Weights, Index: a.rows}
	model := pass.Model{Loss: loss.Squared{}, Intercept: !t.o.NoIntercept}
	if model.Intercept {
		model.Shift = widen(t.shift)
	}
	reading, err := pass.New(&rows, model, t.o.threads())
	if err != nil {
		return nil, err
	}
	m, err := reading.Run(ctx, pass.Point{Beta: make([]float64, p)}, pass.Want{Hessian: true})
	if err != nil {
		return nil, err
	}
	s := newSums(p + 1)
	s.rows, s.weight = m.Rows, m.SumW
	copy(s.first, m.CrossD)
	for i := range p {
		memory.Copy(s.second[i*(p+1)+i:i*(p+1)+p], m.Hessian[i*p+i:(i+1)*p])
	}
	return s, nil
}

// A targetRoom is what one goroutine needs.
type targetRoom[T kernels.Float] struct {
	*targets[T]
	engine blas.Implementation

	x, wx  []float64 // targetRows × (p + 1): X less its shift, and ones; times weights
	strips []float64 // the same for the product, and what it copies of Y
	panels []float64
	y      []float64 // rows × targets of a task
	cross  []float64 // (p + 1) × targetColumns: (X − c, 1)ᵀW(Y − c_y); then β and the centred intercept
	shift  []float64 // c_y
	seen   []span    // of the first rows
	rss    []float64
	w      []float64
	right  []float64
}

func newTargetRoom[T kernels.Float](t *targets[T]) *targetRoom[T] {
	q := t.data.X.Cols + 1
	height, _, _ := kernels.GemmShape[float64]()
	r := &targetRoom[T]{
		targets: t, x: memory.Slice[float64](targetRows * q), y: memory.Slice[float64](targetRows * targetColumns / 2),
		cross: memory.Slice[float64]((q + height) * targetColumns), shift: make([]float64, targetColumns), seen: make([]span, targetColumns), rss: make([]float64, targetColumns),
		w: make([]float64, targetRows), right: make([]float64, t.fits.Width),
	}
	r.wx = r.x
	if t.data.Weights != nil {
		r.wx = memory.Slice[float64](targetRows * q)
	}
	return r
}

// fit is least squares for a few targets. n has the factorisation.
func (r *targetRoom[T]) fit(a *alike, list []int, n *normal, unit []float64) {
	p, q, m := n.p, n.p+1, len(list)
	r.centre(a, list)
	height, width, _ := kernels.GemmShape[float64]()
	stride := (m + width - 1) / width * width
	cross := r.cross[:(q+height-1)/height*height*stride]
	memory.Clear(cross)
	if r.engine.Threads > 1 { // there are fewer tasks than goroutines
		r.walk(a, list, false, func(rows int, y []float64, ldy int) {
			r.engine.Dgemm(gonum.Trans, gonum.NoTrans, q, m, rows, 1, r.wx, q, y, ldy, 1, cross, stride)
		})
	} else {
		r.product(a, list, cross, stride)
	}
	row := func(i int) []float64 { return cross[i*stride : i*stride+m] }
	ones := row(p) // Σ w (y − c_y)
	if n.intercept {
		for j := range ones {
			ones[j] /= n.from.weight
		}
		for i := range p {
			kernels.Axpy(row(i), -n.from.first[i], ones)
		}
	}
	if n.plain {
		if p > 0 {
			r.engine.Dtrsm(gonum.Left, gonum.Upper, gonum.Trans, gonum.NonUnit, p, m, 1, n.factor, q, cross, stride)
			r.engine.Dtrsm(gonum.Left, gonum.Upper, gonum.NoTrans, gonum.NonUnit, p, m, 1, n.factor, q, cross, stride)
		}
	} else {
		r.solvePivoted(n, cross, m, stride)
	}
	for k, j := range list { // coefficients would tell too, if there are any
		if !isFinite(ones[k]) {
			r.fits.Status[j] = NotFinite
		}
	}
	// η − c_y = (x − c)β + ȳ − x̄β; without an intercept there is neither.
	if !n.intercept {
		memory.Clear(ones)
	}
	for i := range p {
		kernels.Axpy(ones, -n.mean[i], row(i))
	}
	r.keep(list, cross, stride)
	if r.fits.Deviance != nil || r.fits.StdErrors != nil {
		r.residuals(a, list, cross, stride, unit)
	}
}

// solvePivoted is for a matrix that only pivoting shows to be regular: the
// centred right sides are those of the columns, beside a zero for the intercept.
func (r *targetRoom[T]) solvePivoted(n *normal, cross []float64, m, stride int) {
	lead := n.lead()
	own := newNormal(n.p, n.intercept, n.tolerance) // a factorisation has scratch of its own
	own.from = n.from
	copy(own.lambda, n.lambda)
	own.factorise()
	for j := range m {
		right := r.right
		if lead == 1 {
			right[0] = 0
		}
		for i := range n.p {
			right[lead+i] = cross[i*stride+j]
		}
		own.pivoted.Solve(right, right)
		for i := range n.p {
			cross[i*stride+j] = right[lead+i]
		}
	}
}

// centre sets the shift of every target: its mean over the first rows where
// that is far from zero beside its spread, else zero, so that Y need not be
// copied.
func (r *targetRoom[T]) centre(a *alike, list []int) {
	const some, far = 64, 16
	clear(r.shift)
	if r.o.NoIntercept {
		return
	}
	seen := r.seen[:len(list)]
	for k := range seen {
		seen[k] = span{low: math.Inf(1), high: math.Inf(-1)}
	}
	for i := range min(r.rows(a), some) { // Y is read as it lies
		row := r.row(a, i)
		values, offset := r.targets.y.Row(row), r.offset(row)
		for k, j := range list {
			if v := float64(values[j]) - offset; isFinite(v) {
				seen[k].add(v)
			}
		}
	}
	for k, s := range seen {
		if m := s.sum / s.n; s.n > 0 && isFinite(m) && math.Abs(m) > far*(s.high-s.low) {
			r.shift[k] = m
		}
	}
}

// A span is where some values of a target lie.
type span struct{ sum, low, high, n float64 }

func (s *span) add(v float64) {
	s.sum += v
	s.n++
	if v < s.low {
		s.low = v
	}
	if v > s.high {
		s.high = v
	}
}

func (r *targetRoom[T]) rows(a *alike) int {
	if a.rows == nil {
		return r.data.X.Rows
	}
	return len(a.rows)
}

// row is row i of those that the targets have.
func (r *targetRoom[T]) row(a *alike, i int) int {
	if a.rows == nil {
		return i
	}
	return a.rows[i]
}

func (r *targetRoom[T]) target(row, j int) float64 {
	return float64(r.targets.y.Data[row*r.targets.y.Stride+j]) - r.offset(row)
}

func (r *targetRoom[T]) offset(row int) float64 {
	if r.data.Offset == nil {
		return 0
	}
	return float64(r.data.Offset[row])
}

// walk goes through the rows: x, wx and w are filled, and do gets the targets,
// less their shift, a row every stride numbers. They are a copy if they must be.
func (r *targetRoom[T]) walk(a *alike, list []int, mustCopy bool, do func(rows int, y []float64, stride int)) {
	all, m, step := r.targetsAt(a, list), len(list), targetRows
	if m > targetColumns/2 {
		step = targetRows / 2
	}
	for lo := 0; lo < r.rows(a); lo += step {
		n := min(step, r.rows(a)-lo)
		r.load(a, lo, lo+n)
		y, stride := r.slice(all, a, list, lo, n, 0, m, m, mustCopy)
		do(n, y, stride)
	}
}

// load fills x, wx and w with rows lo to hi.
func (r *targetRoom[T]) load(a *alike, lo, hi int) {
	p, q := r.data.X.Cols, r.data.X.Cols+1
	x := kernels.Matrix[float64]{Rows: hi - lo, Cols: p, Stride: q, Data: r.x}
	wide, ok := any(r.data.X).(kernels.Matrix[float64])
	if ok && a.rows == nil {
		kernels.Pack(x, wide.Slice(lo, hi), any(r.targets.shift).([]float64), nil)
	} else {
		for i := range x.Rows {
			to := x.Row(i)
			for j, v := range r.data.X.Row(r.row(a, lo+i)) {
				to[j] = float64(v - r.targets.shift[j])
			}
		}
	}
	for i := range x.Rows {
		r.x[i*q+p], r.w[i] = 1, 1
		if r.data.Weights != nil {
			r.w[i] = float64(r.data.Weights[r.row(a, lo+i)])
		}
	}
	if r.data.Weights != nil {
		x.Cols = q
		weighted := x
		weighted.Data = r.wx
		kernels.Pack(weighted, x, nil, r.w[:x.Rows])
	}
}

// keep puts coefficients into the fits, in the units of the data.
func (r *targetRoom[T]) keep(list []int, cross []float64, stride int) {
	p, m := r.data.X.Cols, len(list)
	lead, width := r.fits.Width-p, r.fits.Width
	constants := cross[p*stride : p*stride+m]
	if lead == 1 {
		for k := range constants {
			r.rss[k] = constants[k] + r.shift[k]
		}
		for i, c := range r.targets.shift {
			kernels.Axpy(r.rss[:m], -float64(c), cross[i*stride:i*stride+m])
		}
	}
	if lead+p == 0 {
		return
	}
	neighbours := list[m-1]-list[0] == m-1
	if neighbours && p > 0 {
		kernels.Transpose(r.fits.Coefficients[list[0]*width+lead:], width, kernels.Matrix[float64]{Rows: p, Cols: m, Stride: stride, Data: cross})
	}
	for k, j := range list {
		beta := r.fits.Coefficient(j)
		if !neighbours {
			for i := range p {
				beta[lead+i] = cross[i*stride+k]
			}
		}
		if lead == 1 {
			beta[0] = r.rss[k]
		}
		if !areFinite(beta) || !isFinite(constants[k]) {
			r.fits.Status[j] = NotFinite
			setUndefined(beta)
		}
	}
}

// residuals adds up Σ w (y − η)² from a product of rows of X and coefficients.
func (r *targetRoom[T]) residuals(a *alike, list []int, cross []float64, stride int, unit []float64) {
	m, q := len(list), r.data.X.Cols+1
	rss := r.rss[:m]
	clear(rss)
	r.walk(a, list, true, func(rows int, y []float64, _ int) {
		e := kernels.Matrix[float64]{Rows: rows, Cols: m, Stride: m, Data: y[:rows*m]}
		r.engine.Dgemm(gonum.NoTrans, gonum.NoTrans, rows, m, q, -1, r.x, q, cross, stride, 1, e.Data, m)
		kernels.Multiply(e.Data, e.Data)
		kernels.Update(rss, e, nil, r.w[:rows])
	})
	for k, j := range list {
		if r.fits.Status[j] != Converged {
			continue
		}
		if r.fits.Deviance != nil {
			r.fits.Deviance[j] = rss[k]
		}
		free := r.fits.Rows[j] - r.fits.Width
		if r.fits.StdErrors == nil || r.o.L2 > 0 || free <= 0 {
			continue
		}
		sigma := math.Sqrt(rss[k] / float64(free))
		for i, u := range unit {
			r.fits.StdError(j)[i] = float64(u * sigma)
		}
	}
}
