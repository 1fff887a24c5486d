package kerneltest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// TestCenterErrorBound holds the means to exact arithmetic.
func TestCenterErrorBound(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{1, 2, 5, 50, 333, kernels.CenterRows} {
		p := 1 + n%kernels.CenterColumns
		x, y := kernels.NewMatrix[float64](n, p), make([]float64, n)
		for i := range n {
			for j := range p {
				x.Row(i)[j] = 1e6 + random.NormFloat64()*math.Ldexp(1, random.IntN(21)-10)
			}
			y[i] = random.NormFloat64()
		}
		dst, mean := make([]float64, n*kernels.CenterWidth), make([]float64, kernels.CenterWidth)
		kernels.Center(dst, mean, x, y)
		bound := (float64(n)/4 + 2) * 2 * epsilon
		for j := range p + 1 {
			total := newExact()
			for i := range n {
				v := y[i]
				if j < p {
					v = x.Row(i)[j]
				}
				total.add(v, 1/float64(n))
				if got := dst[i*kernels.CenterWidth+1+j]; got != v-mean[1+j] {
					t.Fatalf("%d×%d: entry %d,%d is %v, want %v", n, p, i, j, got, v-mean[1+j])
				}
			}
			total.check(t, "a mean", mean[1+j], bound)
		}
		if mean[0] != -1 || dst[0] != 1 || dst[(n-1)*kernels.CenterWidth] != 1 {
			t.Errorf("the column of ones is %v, its mean %v", dst[0], mean[0])
		}
	}
}

// TestRelativeGram: its rows are differences, and their products those of Gram;
// RowSquares is Dots and Dot.
func TestRelativeGram(t *testing.T) {
	const width = kernels.CenterWidth
	random := rand.New(rand.NewPCG(9, 10))
	for n := 1; n <= kernels.PanelRows; n++ {
		p := n % (kernels.CenterColumns + 1)
		x, y := kernels.NewMatrix[float64](n, p), make([]float64, n)
		for i := range x.Data {
			x.Data[i] = random.NormFloat64()
		}
		for i := range y {
			y[i] = random.NormFloat64()
		}
		dst, shift, gram := make([]float64, width*n), make([]float64, width), make([]float64, width*(p+1))
		kernels.RelativeGram(dst, shift, gram, &x, y, dst[:n])
		if want := append(append([]float64{-1}, x.Row(0)...), y[0]); !slices.Equal(shift[:p+2], want) {
			t.Fatalf("%d×%d: shift is %v, want %v", n, p, shift, want)
		}
		for i := range n {
			want := make([]float64, width)
			want[0] = 1
			for j, v := range x.Row(i) {
				want[1+j] = v - x.Row(0)[j]
			}
			want[1+p] = y[i] - y[0]
			if got := dst[width*i : width*(i+1)]; !slices.Equal(got, want) {
				t.Fatalf("%d×%d: row %d is %v, want %v", n, p, i, got, want)
			}
		}
		want, z := make([]float64, (p+2)*(p+2)), kernels.Matrix[float64]{Rows: n, Cols: p + 2, Stride: width, Data: dst}
		kernels.Gram(want, p+2, z, make([]float64, kernels.TriangleWork(p+2)))
		for i := range p + 1 {
			if got, want := gram[width*i+i:width*i+p+2], want[i*(p+2)+i:(i+1)*(p+2)]; !slices.Equal(got, want) {
				t.Errorf("%d×%d: row %d is %v, that of Gram %v", n, p, i, got, want)
			}
		}
		v, e := []float64{1, -2, 3, -4, 5, -6, 7, -8}, make([]float64, n)
		kernels.Dots(e, kernels.Matrix[float64]{Rows: n, Cols: width, Stride: width, Data: dst}, nil, v)
		if got, want := kernels.RowSquares(dst, v), kernels.Dot(e, e); got != want {
			t.Errorf("%d rows: RowSquares is %v, Dots and Dot make %v", n, got, want)
		}
	}
}

// TestSystemsSolve: each lane its own equations, and a bad one none of the
// others.
func TestSystemsSolve(t *testing.T) {
	const lanes = kernels.SystemLanes
	random := rand.New(rand.NewPCG(7, 8))
	for m := 1; m <= kernels.SystemSize; m++ {
		a, inverse := make([]float64, lanes*m*(m+1)), make([]float64, lanes*m*m)
		x, variance, along, v := make([]float64, lanes*m), make([]float64, lanes*m), make([]float64, lanes), make([]float64, lanes*m)
		for i := range m {
			for j := i; j <= m; j++ {
				for l := range lanes {
					a[(i*(m+1)+j)*lanes+l] = random.NormFloat64()
					if i == j {
						a[(i*(m+1)+j)*lanes+l] += 2 * float64(m)
					}
				}
			}
			for l := range lanes {
				v[i*lanes+l] = random.NormFloat64()
			}
		}
		a[3] = math.NaN()
		h := append([]float64(nil), a...)
		kernels.Systems(a, inverse, x, variance, along, v, m, m+1)
		for l := range lanes {
			entry := func(i, j int) float64 { return h[(min(i, j)*(m+1)+max(i, j))*lanes+l] }
			if l == 3 {
				if !math.IsNaN(x[l]) || !math.IsNaN(variance[l]) || !math.IsNaN(along[l]) {
					t.Errorf("%d variables: NaN gives x %v, variance %v, along %v", m, x[l], variance[l], along[l])
				}
				continue
			}
			// H·(R⁻¹R⁻ᵀ) is the unit matrix, whose diagonal and vᵀH⁻¹v follow.
			inverted := func(i, j int) float64 {
				sum := 0.0
				for k := max(i, j); k < m; k++ {
					sum += inverse[(i*m+k)*lanes+l] * inverse[(j*m+k)*lanes+l]
				}
				return sum
			}
			total := 0.0
			for i := range m {
				residual := -h[(i*(m+1)+m)*lanes+l]
				for j := range m {
					residual += entry(i, j) * x[j*lanes+l]
					unit := 0.0
					for k := range m {
						unit += entry(i, k) * inverted(k, j)
					}
					if i == j {
						unit--
					}
					if math.Abs(unit) > 1e-13 {
						t.Errorf("%d variables, lane %d: H·H⁻¹ is off by %g at %d,%d", m, l, unit, i, j)
					}
					total += v[i*lanes+l] * inverted(i, j) * v[j*lanes+l]
				}
				if math.Abs(residual) > 1e-13 || math.Abs(inverted(i, i)-variance[i*lanes+l]) > 1e-14 {
					t.Errorf("%d variables, lane %d: residual %g, variance %v, want %v", m, l, residual, variance[i*lanes+l], inverted(i, i))
				}
			}
			if math.Abs(total-along[l]) > 1e-13 {
				t.Errorf("%d variables, lane %d: vᵀH⁻¹v is %v, want %v", m, l, along[l], total)
			}
		}
	}
}
