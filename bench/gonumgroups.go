package bench

import (
	"math"
	"time"

	"gonum.org/v1/gonum/mat"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// gonumGroups are fits to groups as a program with gonum writes them: normal
// equations and a Cholesky factorisation a group, or QR; the inverse for
// standard errors; the residuals.
type gonumGroups struct {
	x, y            []float64
	columns, rows   int
	beta, stdErrors []float64
}

// gonumGroupWays are the ways of them, the faster one first.
var gonumGroupWays = []string{"Cholesky", "QR"}

func newGonumGroups[T kernels.Float](b *Problem[T]) *gonumGroups {
	g := &gonumGroups{columns: b.X.Cols, rows: groupRows(b.X.Cols)}
	for i := range b.X.Rows {
		for _, v := range b.X.Row(i) {
			g.x = append(g.x, float64(v))
		}
		g.y = append(g.y, float64(b.Y[i]))
	}
	return g
}

// do fits all groups of the first rows.
func (g *gonumGroups) do(c Case, way string, repeat int) time.Duration {
	count, width := c.Rows/g.rows, g.columns+1
	g.beta, g.stdErrors = make([]float64, count*width), make([]float64, count*width)
	start := time.Now()
	for range repeat {
		Together(c.Threads, func(thread int) {
			f := newGonumFit(g.rows, width)
			for group := thread; group < count; group += c.Threads {
				f.fit(g, group, way)
			}
		})
	}
	return time.Since(start)
}

// A gonumFit is what one thread needs.
type gonumFit struct {
	design   *mat.Dense
	gram     *mat.SymDense
	factor   mat.Cholesky
	qr       mat.QR
	inverse  mat.SymDense
	right    *mat.VecDense
	residual *mat.VecDense
}

func newGonumFit(rows, width int) *gonumFit {
	return &gonumFit{
		design: mat.NewDense(rows, width, nil), gram: mat.NewSymDense(width, nil),
		right: mat.NewVecDense(width, nil), residual: mat.NewVecDense(rows, nil),
	}
}

func (f *gonumFit) fit(g *gonumGroups, group int, way string) {
	p, width := g.columns, g.columns+1
	rows := f.design.RawMatrix()
	for i := range g.rows {
		row := rows.Data[i*rows.Stride:][:width]
		row[0] = 1
		copy(row[1:], g.x[(group*g.rows+i)*p:])
	}
	y := mat.NewVecDense(g.rows, g.y[group*g.rows:][:g.rows])
	beta := mat.NewVecDense(width, g.beta[group*width:][:width])
	f.gram.SymOuterK(1, f.design.T())
	if !f.factor.Factorize(f.gram) {
		return // an answer of zeros, which is wrong
	}
	if way == gonumGroupWays[0] {
		f.right.MulVec(f.design.T(), y)
		if f.factor.SolveVecTo(beta, f.right) != nil {
			return
		}
	} else {
		f.qr.Factorize(f.design)
		if f.qr.SolveVecTo(beta, false, y) != nil {
			return
		}
	}
	f.residual.MulVec(f.design, beta)
	f.residual.SubVec(y, f.residual)
	variance := mat.Dot(f.residual, f.residual) / float64(g.rows-width)
	if f.factor.InverseTo(&f.inverse) != nil {
		return
	}
	for i := range width {
		g.stdErrors[group*width+i] = math.Sqrt(variance * f.inverse.At(i, i))
	}
}
