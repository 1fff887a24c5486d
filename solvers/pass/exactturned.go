package pass

import (
	"context"
	"fmt"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// Turned reads the rows once and returns the second moments, weighted, of
// other columns than those of the data: column k is Σ_j z_j·(Hi + Lo) over the
// columns of X − c and the ones, with the numbers of w[k]. At takes indices of
// w. Combinations that are nearly orthonormal have moments that tell more than
// those of columns that are nearly collinear: after Yamamoto, Nakatsukasa,
// Yanagisawa and Fukaya, Roundoff error analysis of the CholeskyQR2 algorithm,
// 2015.
func (e *Exact[T]) Turned(ctx context.Context, w []ExactPoint) (*ExactMoments, error) {
	p, n := e.pass.columns, len(w)
	width := kernels.ExactWidth(exactColumns(p, e.offset))
	hi, lo := make([][]float64, n), make([][]float64, n)
	for k, v := range w {
		if len(v.Hi) != p+1 || len(v.Lo) != p+1 {
			return nil, fmt.Errorf("pass: %d and %d numbers for %d columns with the ones", len(v.Hi), len(v.Lo), p+1)
		}
		hi[k], lo[k] = make([]float64, width), make([]float64, width)
		copy(hi[k], v.Hi)
		copy(lo[k], v.Lo)
	}
	type panels struct{ turned, weighted *kernels.ExactPanel }
	workers := map[*exactScratch]panels{}
	for _, s := range e.workers {
		workers[s] = panels{kernels.NewExactPanel(n), kernels.NewExactPanel(n)}
	}
	return e.run(ctx, exactKind{n, n}, func(s *exactScratch, seg *segment[T], m *ExactMoments) {
		rows := seg.x.Rows
		b, sumHi, sumLo := workers[s].turned, s.hi[:rows], s.lo[:rows]
		a := b
		if seg.w != nil {
			a = workers[s].weighted
		}
		e.pack(s.plain, s, seg, nil)
		a.Rows, b.Rows = rows, rows
		for k := range n {
			kernels.ExactDots(sumHi, sumLo, s.plain, hi[k], lo[k])
			kernels.ExactColumn(b, k, sumHi, sumLo, nil)
			if seg.w != nil {
				kernels.ExactColumn(a, k, sumHi, sumLo, seg.w)
			}
		}
		kernels.ExactTriangle(m.square, a, b)
	}, false)
}
