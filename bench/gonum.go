package bench

import (
	"math"
	"runtime/debug"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
	"gonum.org/v1/gonum/blas/blas64"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// gonumVersion is the version that this program was built with.
func gonumVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, m := range info.Deps {
			if m.Path == "gonum.org/v1/gonum" {
				return m.Version
			}
		}
	}
	return "unknown"
}

// gonum is the same work by gonum's BLAS on the first rows of the problem, its
// best call for each: syrk for Gram matrices, of rows scaled with the root of
// d for a sandwich, and two gemv for a gradient.
func (b *problem[T]) gonum(name string, rows int) {
	p := b.x.Cols
	switch name {
	case "gram":
		syrk(b.outcomes[0].matrix, b.x.Data, rows, p)
	case "sandwich":
		syrk(b.outcomes[0].matrix, b.scaled(rows, func(i int) float64 { return b.d[i] }), rows, p)
	case "newton":
		eta := gemv(blas.NoTrans, b.x.Data, rows, p, b.vector(b.beta))
		d := make([]float64, rows)
		for i, e := range eta {
			mu := 1 / (1 + math.Exp(-float64(e)))
			d[i], eta[i] = mu*(1-mu), T(mu)-b.y[i]
		}
		gemv(blas.Trans, b.x.Data, rows, p, eta)
		syrk(b.outcomes[0].matrix, b.scaled(rows, func(i int) float64 { return d[i] }), rows, p)
	default:
		eta := gemv(blas.NoTrans, b.x.Data, rows, p, b.vector(b.beta))
		for i, e := range eta {
			switch name {
			case "grad":
				eta[i] = e - b.y[i]
			case "hvp":
				eta[i] = e * T(b.d[i])
			case "logistic":
				eta[i] = T(1/(1+math.Exp(-float64(e)))) - b.y[i]
			}
		}
		gemv(blas.Trans, b.x.Data, rows, p, eta)
	}
}

func (b *problem[T]) vector(v []float64) []T {
	w := make([]T, len(v))
	for i := range v {
		w[i] = T(v[i])
	}
	return w
}

func (b *problem[T]) scaled(rows int, d func(i int) float64) []T {
	p := b.x.Cols
	scaled := make([]T, rows*p)
	for i := range rows {
		root := T(math.Sqrt(d(i)))
		for j, v := range b.x.Data[i*p : (i+1)*p] {
			scaled[i*p+j] = root * v
		}
	}
	return scaled
}

func syrk[T kernels.Float](dst []float64, x []T, rows, p int) {
	switch x := any(x).(type) {
	case []float64:
		blas64.Syrk(blas.Trans, 1, blas64.General{Rows: rows, Cols: p, Stride: p, Data: x}, 0,
			blas64.Symmetric{N: p, Stride: p, Data: dst, Uplo: blas.Upper})
	case []float32:
		blas32.Syrk(blas.Trans, 1, blas32.General{Rows: rows, Cols: p, Stride: p, Data: x}, 0,
			blas32.Symmetric{N: p, Stride: p, Data: make([]float32, p*p), Uplo: blas.Upper})
	}
}

func gemv[T kernels.Float](t blas.Transpose, x []T, rows, p int, v []T) []T {
	n := rows
	if t == blas.Trans {
		n = p
	}
	result := make([]T, n)
	switch x := any(x).(type) {
	case []float64:
		blas64.Gemv(t, 1, blas64.General{Rows: rows, Cols: p, Stride: p, Data: x},
			blas64.Vector{N: len(v), Inc: 1, Data: any(v).([]float64)}, 0, blas64.Vector{N: n, Inc: 1, Data: any(result).([]float64)})
	case []float32:
		blas32.Gemv(t, 1, blas32.General{Rows: rows, Cols: p, Stride: p, Data: x},
			blas32.Vector{N: len(v), Inc: 1, Data: any(v).([]float32)}, 0, blas32.Vector{N: n, Inc: 1, Data: any(result).([]float32)})
	}
	return result
}
