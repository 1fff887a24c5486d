package batch

import (
	"context"
	"slices"
)

// paths is what is not least squares: every fold goes its own way along the
// penalties, and so does the fit to all rows.
func (f *crossing[T]) paths(ctx context.Context) error {
	scales := make([][]float64, f.folds+1)
	if f.o.Standardize {
		_, others, err := f.complements(ctx, f.shift())
		if err != nil {
			return err
		}
		variances := newNormal(f.data.X.Cols, !f.o.NoIntercept, 0)
		for k := range scales {
			variances.load(others[k])
			for j := range f.data.X.Cols {
				scales[k] = append(scales[k], variances.variance(j))
			}
		}
	}
	threads, models := f.o.threads(), f.folds+1
	width := (models + threads - 1) / threads
	return share(ctx, threads, (models+width-1)/width, func(_, task int) {
		f.follow(ctx, scales, task*width, min((task+1)*width, models))
	})
}

// follow is the paths of folds from to to, the last of which may be all rows.
func (f *crossing[T]) follow(ctx context.Context, scales [][]float64, from, to int) {
	d := f.data
	var shift []T
	if !f.o.NoIntercept {
		shift = columnShift(d.X)
	}
	l := newLockstep(d, shift, f.o.Options)
	held := false // the rows of the fold, or those of all others
	l.fetch = func(fold, lo, _ int, y, w []float64) ([]float64, []float64) {
		for i := range y {
			y[i], w[i] = float64(d.Y[lo+i]), 1
			if d.Weights != nil {
				w[i] = float64(d.Weights[lo+i])
			}
			if fold < f.folds && (f.foldOf(lo+i) == fold) != held {
				w[i] = 0
			}
		}
		return y, w
	}
	var models []*contender
	for k := from; k < to; k++ {
		models = append(models, l.newModel(k, 0))
	}
	running := l.begin(models)
	for _, i := range fallingOrder(f.o.Penalties) {
		for _, m := range running {
			for j := range m.penalty {
				m.penalty[j] = f.o.Penalties[i]
				if f.o.Standardize {
					m.penalty[j] *= scales[m.model][j]
				}
			}
			m.restart()
		}
		if l.run(ctx, running); ctx.Err() != nil {
			return
		}
		var fitted []*contender
		for _, m := range models {
			if f.keep(l, m, i); m.status == Converged {
				copy(m.trial, m.x)
				fitted = append(fitted, m)
			}
		}
		held = true
		l.read(fitted, false)
		held = false
		for _, m := range fitted {
			if m.model < f.folds {
				f.curve.FoldErrors[m.model*len(f.o.Penalties)+i] = 2 * m.nextValue / m.sumW
			}
		}
		l.begin(slices.DeleteFunc(slices.Clone(running), func(m *contender) bool { return m.status == Converged }))
	}
}

// keep is how the fit of a model with a penalty ended, and its coefficients if
// it is that to all rows.
func (f *crossing[T]) keep(l *lockstep[T], m *contender, penalty int) {
	if m.model < f.folds {
		f.curve.Status[m.model*len(f.o.Penalties)+penalty] = m.status
		return
	}
	if f.curve.AllStatus[penalty] = m.status; m.status == Converged || m.status == IterationLimit {
		l.coefficients(f.curve.Coefficient(penalty), m)
	}
}
