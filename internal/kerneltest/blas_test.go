package kerneltest

import (
	"math"
	"testing"

	gonum "gonum.org/v1/gonum/blas"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/kernels/blas"
)

// TestBLASEqualsDefinition holds routines of kernels/blas, and with them the
// kernels that they stand on, to the bits of pure Go, between guard pages.
func TestBLASEqualsDefinition(t *testing.T) {
	levels := cpu.Available()[1:]
	if len(levels) == 0 {
		t.Logf("SKIPPED: no assembly on this machine or in this build; the definition is what runs")
		return
	}
	t.Run("float64", func(t *testing.T) { compare(t, levels, blasCalls[float64]()) })
	t.Run("float32", func(t *testing.T) { compare(t, levels, blasCalls[float32]()) })
}

func blasCalls[T kernels.Float]() []call {
	var ours blas.Implementation
	// k is a third size: mostly small, at times more than a chain.
	k := func(s setting) int {
		if s.n+s.p == 12 {
			return 2*kernels.GemmDepth + 3
		}
		return (s.n+2*s.p)%11 + 1
	}
	part := func(m *memory, s setting, rows, columns int) ([]T, int) {
		stride := max(1, columns+s.gap)
		if rows == 0 || columns == 0 {
			return values[T](m, s, 0), stride
		}
		return values[T](m, s, (rows-1)*stride+columns), stride
	}
	gemm := func(tA, tB gonum.Transpose) func(s setting, m *memory) []float64 {
		return func(s setting, m *memory) []float64 {
			ar, ac, br, bc := s.n, k(s), k(s), s.p
			if tA != gonum.NoTrans {
				ar, ac = ac, ar
			}
			if tB != gonum.NoTrans {
				br, bc = bc, br
			}
			if s.n == 0 || s.p == 0 {
				return nil
			}
			c, ldc := part(m, s, s.n, s.p)
			a, lda := part(m, s, ar, ac)
			b, ldb := part(m, s, br, bc)
			switch c := any(c).(type) {
			case []float64:
				ours.Dgemm(tA, tB, s.n, s.p, k(s), 1.25, any(a).([]float64), lda, any(b).([]float64), ldb, 0.75, c, ldc)
			case []float32:
				ours.Sgemm(tA, tB, s.n, s.p, k(s), 1.25, any(a).([]float32), lda, any(b).([]float32), ldb, 0, c, ldc)
			}
			return widen(c)
		}
	}
	return []call{
		{name: "Dot", vector: true, run: func(s setting, m *memory) []float64 {
			x, y := values[T](m, s, s.n*s.p), values[T](m, s, s.n*s.p)
			return []float64{float64(kernels.Dot(x, y))}
		}},
		{name: "RowDots", run: func(s setting, m *memory) []float64 {
			if s.p == 0 {
				return nil
			}
			dst, a, x := values[T](m, s, s.n), matrix[T](m, s), values[T](m, s, s.p)
			kernels.RowDots(dst, 1.25, T(s.n%2)*0.75, a.Data, a.Stride, s.p, 0, x, 0)
			return widen(dst)
		}},
		{name: "RowDots of triangles", square: true, run: func(s setting, m *memory) []float64 {
			if s.p == 0 || s.n != 1 {
				return nil
			}
			x, y, z := values[T](m, s, s.p), values[T](m, s, s.p), values[T](m, s, s.p)
			a, lda := part(m, s, s.p, s.p)
			kernels.RowDots(y, -1, 1, a, lda+1, s.p, -1, x, 1)
			kernels.RowDots(z, 1, 0.5, a, lda, 1, 1, x, 0)
			kernels.RowDots(x, 1, 0, a, lda+1, s.p, -1, x, 1) // in place
			return append(append(widen(x), widen(y)...), widen(z)...)
		}},
		{name: "RowAxpys", run: func(s setting, m *memory) []float64 {
			if s.p == 0 {
				return nil
			}
			dst, x, w, one := matrix[T](m, s), matrix[T](m, s), values[T](m, s, s.n), values[T](m, s, s.p)
			kernels.RowAxpys(dst.Data, dst.Stride, x.Data, x.Stride, 0.75, w, s.p, 0)
			kernels.RowAxpys(dst.Data, dst.Stride, one, 0, -0.5, w, s.p, 0)
			kernels.RowAxpys(one, 0, x.Data, x.Stride, 1, w, s.p, 0)
			return append(widen(dst.Data), widen(one)...)
		}},
		{name: "RowAxpys of triangles", square: true, run: func(s setting, m *memory) []float64 {
			if s.p == 0 || s.n != 1 {
				return nil
			}
			x, w := values[T](m, s, s.p), values[T](m, s, s.p)
			a, lda := part(m, s, s.p, s.p)
			kernels.RowAxpys(a, lda+1, x, 1, 2, w, s.p, -1)
			kernels.RowAxpys(a, lda, x, 0, 2, w, 1, 1)
			return widen(a)
		}},
		{name: "SolveTriangle", run: func(s setting, m *memory) []float64 {
			if s.n == 0 || s.n > kernels.TriangleRows {
				return nil
			}
			t := values[T](m, s, (s.n-1)*(kernels.TriangleRows+1)+1)
			down, up := matrix[T](m, s), matrix[T](m, s)
			kernels.SolveTriangle(down.Data, down.Stride, false, t, s.n, s.p, 1.25)
			kernels.SolveTriangle(up.Data, up.Stride, true, t, s.n, s.p, 1)
			return append(widen(down.Data), widen(up.Data)...)
		}},
		{name: "MultiplyTriangle", run: func(s setting, m *memory) []float64 {
			if s.n == 0 || s.n > kernels.TriangleRows {
				return nil
			}
			t := values[T](m, s, (s.n-1)*(kernels.TriangleRows+1)+1)
			down, up := matrix[T](m, s), matrix[T](m, s)
			kernels.MultiplyTriangle(down.Data, down.Stride, false, t, s.n, s.p, 1.25)
			kernels.MultiplyTriangle(up.Data, up.Stride, true, t, s.n, s.p, -1)
			return append(widen(down.Data), widen(up.Data)...)
		}},
		{name: "AbsSum", vector: true, run: func(s setting, m *memory) []float64 {
			return []float64{float64(kernels.AbsSum(values[T](m, s, s.n*s.p)))}
		}},
		{name: "Norm", vector: true, run: func(s setting, m *memory) []float64 {
			x := values[T](m, s, s.n*s.p)
			norm := kernels.Norm(x)
			kernels.Scal(x, 0x1p-125)
			return []float64{float64(norm), float64(kernels.Norm(x))}
		}},
		{name: "IndexMax", vector: true, run: func(s setting, m *memory) []float64 {
			x := values[T](m, s, s.n*s.p)
			first := kernels.IndexMax(x)
			if n := len(x); n > 0 {
				x[m.random.IntN(n)] = T(math.NaN())
				x[m.random.IntN(n)], x[m.random.IntN(n)] = 1e9, -1e9 // the first of two
			}
			return []float64{float64(first), float64(kernels.IndexMax(x))}
		}},
		{name: "Rot", vector: true, run: func(s setting, m *memory) []float64 {
			x, y := values[T](m, s, s.n*s.p), values[T](m, s, s.n*s.p)
			kernels.Rot(x, y, 0.8, -0.6)
			return append(widen(x), widen(y)...)
		}},
		{name: "Swap", vector: true, run: func(s setting, m *memory) []float64 {
			x, y := values[T](m, s, s.n*s.p), values[T](m, s, s.n*s.p)
			kernels.Swap(x, y)
			return append(widen(x), widen(y)...)
		}},
		{name: "Scal", vector: true, run: func(s setting, m *memory) []float64 {
			x := values[T](m, s, s.n*s.p)
			kernels.Scal(x, T(1)/3)
			return widen(x)
		}},
		{name: "Gather", run: func(s setting, m *memory) []float64 {
			x, dst := matrix[T](m, s), matrix[T](m, s)
			index := make([]int, s.n)
			for i := range index {
				index[i] = i * 7 % s.n
			}
			kernels.Gather(dst, x, index, []int{s.n / 2, s.n + 1<<20, -1})
			return widen(dst.Data)
		}},
		{name: "Transpose", run: func(s setting, m *memory) []float64 {
			src := matrix[T](m, s)
			if s.n == 0 || s.p == 0 {
				return nil
			}
			dst := values[T](m, s, (s.p-1)*(s.n+s.gap)+s.n)
			kernels.Transpose(dst, s.n+s.gap, src)
			return widen(dst)
		}},
		{name: "GemmStrip", run: func(s setting, m *memory) []float64 {
			height, width, _ := kernels.GemmShape[T]()
			n := min(s.n, kernels.GemmDepth)
			columns := 48 * (1 + s.p%3) // whole panels of every level and type
			if n == 0 || columns%width != 0 {
				return nil
			}
			b, ldb := part(m, s, n, columns)
			const rows = 8 // two strips of AVX2, whose panels are narrower, or one
			a, panels, c := values[T](m, s, rows*n), values[T](m, s, n*columns), values[T](m, s, rows*columns)
			next := kernels.Matrix[T]{Rows: n, Cols: columns, Stride: ldb, Data: b}
			for top := 0; top < rows; top += height {
				c, a := c[top*columns:], a[top*n:]
				kernels.GemmStrip(c, columns, a, n, 1, b, ldb, panels, n, columns, 1.25, 0, kernels.Matrix[T]{})
				kernels.GemmStrip(c, columns, a, n, 1, panels, 0, nil, n, columns, 0.75, 0.5, next)
			}
			return widen(c)
		}},
		{name: "gemm", run: gemm(gonum.NoTrans, gonum.NoTrans)},
		{name: "gemm Aᵀ", run: gemm(gonum.Trans, gonum.NoTrans)},
		{name: "gemm Bᵀ", run: gemm(gonum.NoTrans, gonum.Trans)},
		{name: "gemv", run: func(s setting, m *memory) []float64 {
			a, x, y, z := matrix[T](m, s), values[T](m, s, s.p), values[T](m, s, s.n), values[T](m, s, s.p)
			switch a := any(a).(type) {
			case kernels.Matrix[float64]:
				ours.Dgemv(gonum.NoTrans, s.n, s.p, 2, a.Data, max(1, a.Stride), any(x).([]float64), 1, 0.5, any(y).([]float64), 1)
				ours.Dgemv(gonum.Trans, s.n, s.p, 2, a.Data, max(1, a.Stride), any(y).([]float64), 1, 0.5, any(z).([]float64), 1)
			case kernels.Matrix[float32]:
				ours.Sgemv(gonum.NoTrans, s.n, s.p, 2, a.Data, max(1, a.Stride), any(x).([]float32), 1, 0.5, any(y).([]float32), 1)
				ours.Sgemv(gonum.Trans, s.n, s.p, 2, a.Data, max(1, a.Stride), any(y).([]float32), 1, 0.5, any(z).([]float32), 1)
			}
			return append(widen(y), widen(z)...)
		}},
		{name: "symv", square: true, run: func(s setting, m *memory) []float64 {
			if s.p == 0 || s.n != 1 {
				return nil
			}
			x, y := values[T](m, s, s.p), values[T](m, s, s.p)
			a, lda := part(m, s, s.p, s.p)
			switch a := any(a).(type) {
			case []float64:
				ours.Dsymv(gonum.Upper, s.p, 2, a, lda, any(x).([]float64), 1, 0.5, any(y).([]float64), 1)
				ours.Dsymv(gonum.Lower, s.p, 2, a, lda, any(y).([]float64), 1, 0.5, any(x).([]float64), 1)
			case []float32:
				ours.Ssymv(gonum.Upper, s.p, 2, a, lda, any(x).([]float32), 1, 0.5, any(y).([]float32), 1)
				ours.Ssymv(gonum.Lower, s.p, 2, a, lda, any(y).([]float32), 1, 0.5, any(x).([]float32), 1)
			}
			return append(widen(y), widen(x)...)
		}},
		{name: "trsv", square: true, run: func(s setting, m *memory) []float64 {
			if s.p == 0 || s.n != 1 {
				return nil
			}
			x := values[T](m, s, s.p)
			a, lda := part(m, s, s.p, s.p)
			for i := range s.p {
				a[i*lda+i] = 64
			}
			var all []float64
			for _, ul := range []gonum.Uplo{gonum.Upper, gonum.Lower} {
				for _, tA := range []gonum.Transpose{gonum.NoTrans, gonum.Trans} {
					switch a := any(a).(type) {
					case []float64:
						ours.Dtrsv(ul, tA, gonum.NonUnit, s.p, a, lda, any(x).([]float64), 1)
						ours.Dtrmv(ul, tA, gonum.Unit, s.p, a, lda, any(x).([]float64), 1)
					case []float32:
						ours.Strsv(ul, tA, gonum.NonUnit, s.p, a, lda, any(x).([]float32), 1)
						ours.Strmv(ul, tA, gonum.Unit, s.p, a, lda, any(x).([]float32), 1)
					}
					all = append(all, widen(x)...)
				}
			}
			return all
		}},
		{name: "symm and trmm", square: true, run: func(s setting, m *memory) []float64 {
			if s.n == 0 || s.p == 0 || s.n > 17 || s.n%4 != 1 {
				return nil
			}
			a, lda := part(m, s, s.p, s.p)
			b, c := matrix[T](m, s), matrix[T](m, s)
			switch a := any(a).(type) {
			case []float64:
				b, c := any(b.Data).([]float64), any(c.Data).([]float64)
				ours.Dsymm(gonum.Right, gonum.Lower, s.n, s.p, 1, a, lda, b, s.p+s.gap, 0.5, c, s.p+s.gap)
				ours.Dtrmm(gonum.Right, gonum.Upper, gonum.Trans, gonum.Unit, s.n, s.p, 0.5, a, lda, c, s.p+s.gap)
			case []float32:
				b, c := any(b.Data).([]float32), any(c.Data).([]float32)
				ours.Ssymm(gonum.Right, gonum.Upper, s.n, s.p, 1, a, lda, b, s.p+s.gap, 0.5, c, s.p+s.gap)
				ours.Strmm(gonum.Right, gonum.Lower, gonum.NoTrans, gonum.NonUnit, s.n, s.p, 0.5, a, lda, c, s.p+s.gap)
			}
			return widen(c.Data)
		}},
		{name: "syrk", square: true, run: func(s setting, m *memory) []float64 {
			if s.n == 0 || s.p == 0 {
				return nil
			}
			c, ldc := part(m, s, s.p, s.p)
			a := matrix[T](m, s)
			switch c := any(c).(type) {
			case []float64:
				ours.Dsyrk(gonum.Upper, gonum.Trans, s.p, s.n, 1, any(a.Data).([]float64), a.Stride, 1, c, ldc)
			case []float32:
				ours.Ssyrk(gonum.Lower, gonum.Trans, s.p, s.n, 1, any(a.Data).([]float32), a.Stride, 1, c, ldc)
			}
			return widen(c)
		}},
		{name: "trsm", square: true, run: func(s setting, m *memory) []float64 {
			if s.n == 0 || s.p == 0 {
				return nil
			}
			a, lda := part(m, s, s.p, s.p)
			for i := range s.p {
				a[i*lda+i] = 64
			}
			b := matrix[T](m, s)
			switch a := any(a).(type) {
			case []float64:
				ours.Dtrsm(gonum.Right, gonum.Upper, gonum.NoTrans, gonum.NonUnit, s.n, s.p, 1, a, lda, any(b.Data).([]float64), b.Stride)
			case []float32:
				ours.Strsm(gonum.Right, gonum.Upper, gonum.Trans, gonum.NonUnit, s.n, s.p, 1, a, lda, any(b.Data).([]float32), b.Stride)
			}
			return widen(b.Data)
		}},
	}
}
