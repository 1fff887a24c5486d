package kerneltest

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
)

func bigOf(v float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(v) }

func bigSum(terms ...*big.Float) *big.Float {
	sum := bigOf(0)
	for _, v := range terms {
		sum.Add(sum, v)
	}
	return sum
}

func bigProduct(factors ...*big.Float) *big.Float {
	product := bigOf(1)
	for _, v := range factors {
		product.Mul(product, v)
	}
	return product
}

// share is |hi + lo − want| / size.
func share(hi, lo float64, want *big.Float, size float64) float64 {
	d := bigSum(bigOf(hi), bigOf(lo))
	f, _ := d.Sub(d, want).Float64()
	if f == 0 {
		return 0
	}
	return math.Abs(f) / size
}

// TestExactBounds holds panels, products and dot products to exact
// arithmetic, with columns far from zero and of all sizes.
func TestExactBounds(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	for _, c := range []struct {
		n, p              int
		shifted, weighted bool
	}{{1, 1, true, true}, {9, 3, false, false}, {128, 9, false, true}, {128, 17, true, false}, {100, 10, true, true}} {
		t.Run(fmt.Sprintf("%+v", c), func(t *testing.T) {
			n, p := c.n, c.p
			x := kernels.Matrix[float64]{Rows: n, Cols: p, Stride: p, Data: make([]float64, n*p)}
			var shift, w []float64
			if c.shifted {
				shift = make([]float64, kernels.ExactWidth(p))
				for j := range p {
					shift[j] = 1e8 * random.NormFloat64()
				}
			}
			if c.weighted {
				w = make([]float64, n)
				for i := range w {
					w[i] = random.Float64()
				}
			}
			left, right := make([][]*big.Float, n), make([][]*big.Float, n)
			for i := range n {
				for j := range p {
					v := random.NormFloat64() * math.Ldexp(1, random.IntN(20)-10)
					if c.shifted {
						v += shift[j]
					}
					x.Data[i*p+j] = v
					entry := bigOf(v)
					if c.shifted {
						entry.Sub(entry, bigOf(shift[j]))
					}
					right[i] = append(right[i], entry)
					if c.weighted {
						entry = bigProduct(entry, bigOf(w[i]))
					}
					left[i] = append(left[i], entry)
				}
			}
			a, b := kernels.NewExactPanel(p), kernels.NewExactPanel(p)
			kernels.ExactPack(a, x, shift, w)
			kernels.ExactPack(b, x, shift, nil)
			g := kernels.NewExactSquare(p, p)
			kernels.ExactTriangle(g, a, b)
			kernels.ExactTriangle(g, a, b)
			worst := 0.0
			for i := range p {
				for j := i; j < p; j++ {
					sum, squaresA, squaresB := bigOf(0), 0.0, 0.0
					for r := range n {
						sum.Add(sum, bigProduct(left[r][i], right[r][j]))
						l, _ := left[r][i].Float64()
						m, _ := right[r][j].Float64()
						squaresA += l * l
						squaresB += m * m
					}
					sum.Add(sum, sum)
					at := i*g.Stride + j
					worst = max(worst, share(g.Hi[at], g.Lo[at], sum, 2*math.Sqrt(squaresA)*math.Sqrt(squaresB)))
				}
			}
			if worst > 0x1p-90 {
				t.Errorf("a product is off by %.3g of the norms", worst)
			}
			t.Logf("worst product: 2^%.1f of the norms", math.Log2(worst))

			width := kernels.ExactWidth(p)
			hi, lo, betaHi, betaLo := make([]float64, n), make([]float64, n), make([]float64, width), make([]float64, width)
			for j := range p {
				betaHi[j] = random.NormFloat64()
				betaLo[j] = math.Ldexp(betaHi[j]*random.Float64(), -54)
			}
			kernels.ExactDots(hi, lo, b, betaHi, betaLo)
			for i := range n {
				sum, size := bigOf(0), 0.0
				for j := range p {
					sum.Add(sum, bigProduct(right[i][j], bigSum(bigOf(betaHi[j]), bigOf(betaLo[j]))))
					v, _ := right[i][j].Float64()
					size += math.Abs(v * betaHi[j])
				}
				if e := share(hi[i], lo[i], sum, size); e > (float64(p)/8+8)*0x1p-104 {
					t.Errorf("a dot product is off by %.3g of its terms", e)
				}
			}
		})
	}
}

// TestExactSpecialValues: what is not finite, overflows or underflows does the
// same at every level.
func TestExactSpecialValues(t *testing.T) {
	special := []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, math.SmallestNonzeroFloat64, 0x1p-1022, 0x1p-600, 0x1p600}
	n := len(special)
	run := func(level cpu.Level) []float64 {
		defer cpu.Use(level)()
		var out []float64
		for from := range n {
			for to := from; to < n; to++ { // columns of two values, and their products
				x := kernels.Matrix[float64]{Rows: 2, Cols: 2, Stride: 2, Data: []float64{special[from], special[to], special[to], special[from]}}
				for variant := range 4 {
					var shift, w []float64
					if variant&1 != 0 {
						shift = make([]float64, kernels.ExactStrip)
						shift[0], shift[1] = special[to], 0x1p-30
					}
					if variant&2 != 0 {
						w = []float64{special[from], 1.5}
					}
					p, g := kernels.NewExactPanel(2), kernels.NewExactSquare(2, 2)
					kernels.ExactPack(p, x, shift, w)
					kernels.ExactTriangle(g, p, p)
					hi, lo, zero := []float64{0, 0}, []float64{0, 0}, make([]float64, kernels.ExactStrip)
					kernels.ExactDots(hi, lo, p, []float64{special[from], 1, 0, 0, 0, 0, 0, 0}, zero)
					out = append(append(append(append(out, g.Hi...), g.Lo...), hi...), lo...)
				}
			}
		}
		return out
	}
	want := run(cpu.Generic)
	for _, level := range cpu.Available()[1:] {
		if at := firstDifference(run(level), want); at >= 0 {
			t.Errorf("%v: element %d differs from the definition", level, at)
		}
	}
}
