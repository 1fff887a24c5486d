package pass

import (
	"context"
	"runtime"

	"github.com/seed-0327bdf7/hesse/internal/par"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// A walk gives the blocks of the rows of a pass to its workers, from memory or
// from a source, and adds up what they return. It may be taken again, which
// allocates nothing.
type walk[T kernels.Float, M any] struct {
	pass  *Pass[T]
	job   par.Job[M]
	block func(worker int, d *Data[T], lo, hi int) M // computes rows lo to hi of d

	rows, blocks int  // in memory
	last         bool // the source has ended
}

func newWalk[T kernels.Float, M any](p *Pass[T], merge func(into, from M), block func(worker int, d *Data[T], lo, hi int) M) *walk[T, M] {
	w := &walk[T, M]{pass: p, block: block}
	w.job.Merge = merge
	if p.source != nil {
		w.job.Threads, w.job.Run = p.threads, 1
		w.job.Claim, w.job.Block = w.claimFromSource, w.blockFromSource
	} else {
		w.job.Claim, w.job.Block = w.claimFromMemory, w.blockFromMemory
	}
	return w
}

// sum takes the walk; ok is false if there were no rows.
func (w *walk[T, M]) sum(ctx context.Context) (total M, ok bool, err error) {
	if p := w.pass; p.source != nil {
		if err := p.source.Rewind(); err != nil {
			return total, false, err
		}
		w.last = false
	} else {
		w.rows = p.data.rows()
		w.blocks = (w.rows + blockRows - 1) / blockRows
		w.job.Threads = max(1, min(p.threads, w.blocks))
		w.job.Run = par.RunLength(w.blocks, w.job.Threads)
	}
	return par.Reduce(ctx, &w.job)
}

func (w *walk[T, M]) claimFromMemory(_, claim int) (blocks int, err error) {
	return max(0, min(w.job.Run, w.blocks-claim*w.job.Run)), nil
}

func (w *walk[T, M]) blockFromMemory(worker, claim, block int) M {
	lo := (claim*w.job.Run + block) * blockRows
	return w.block(worker, w.pass.data, lo, min(lo+blockRows, w.rows))
}

func (w *walk[T, M]) claimFromSource(worker, _ int) (blocks int, err error) {
	if w.last {
		return 0, nil
	}
	s := w.pass.scratch(worker)
	rows, err := s.chunk.fill(w.pass.source)
	s.rows = s.chunk.data(rows)
	w.last = rows < blockRows
	return min(rows, 1), err
}

func (w *walk[T, M]) blockFromSource(worker, _, _ int) M {
	s := w.pass.scratch(worker)
	return w.block(worker, &s.rows, 0, s.rows.rows())
}

// WorthThreads is how many goroutines passes with a Hessian over some rows in memory
// are worth, one at least and as many as run at the same time at most. A processor
// that sleeps takes some 50 microseconds to be of help: with less than that to do,
// two take up to twice as long as one. The time of a row was measured with AVX-512.
func WorthThreads(rows, columns int) int {
	const start = 60_000 // nanoseconds
	p := float64(columns)
	row := 12 + p/3 + p*p/60
	return max(1, int(min(float64(rows)*row/start, float64(runtime.GOMAXPROCS(0)))))
}
