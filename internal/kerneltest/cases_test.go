package kerneltest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// A setting is one call of a kernel: its sizes and where its arguments lie.
type setting struct {
	n, p  int
	gap   int  // stride − p
	above bool // arguments end at a guard page, else they begin behind one
}

// A call runs a kernel on seeded data and returns what it wrote.
type call struct {
	name   string
	square bool // it writes p×p elements
	vector bool // n·p is all it knows of a size
	run    func(s setting, m *memory) []float64
}

// calls is every kernel on one type of data. A new kernel is a line here.
func calls[T kernels.Float]() []call {
	return []call{
		{name: "Axpy", run: func(s setting, m *memory) []float64 {
			dst, x := values[T](m, s, s.n*s.p), values[T](m, s, s.n*s.p)
			kernels.Axpy(dst, T(1)/3, x)
			return widen(dst)
		}},
		{name: "Dots", run: func(s setting, m *memory) []float64 {
			dst, x, beta := values[float64](m, s, s.n), matrix[T](m, s), values[float64](m, s, s.p)
			kernels.Dots(dst, x, nil, beta)
			return dst
		}},
		{name: "Dots shifted", run: func(s setting, m *memory) []float64 {
			dst, x, beta, shift := values[float64](m, s, s.n), matrix[T](m, s), values[float64](m, s, s.p), values[T](m, s, s.p)
			kernels.Dots(dst, x, shift, beta)
			return dst
		}},
		{name: "Exact copied", square: true, run: func(s setting, m *memory) []float64 {
			return exactProducts(s, matrix[T](m, s), nil, nil)
		}},
		{name: "Exact shifted", square: true, run: func(s setting, m *memory) []float64 {
			return exactProducts(s, matrix[T](m, s), values[float64](m, s, kernels.ExactWidth(s.p)), nil)
		}},
		{name: "Exact weighted", square: true, run: func(s setting, m *memory) []float64 {
			return exactProducts(s, matrix[T](m, s), nil, values[float64](m, s, s.n))
		}},
		{name: "Exact both", square: true, run: func(s setting, m *memory) []float64 {
			return exactProducts(s, matrix[T](m, s), values[float64](m, s, kernels.ExactWidth(s.p)), values[float64](m, s, s.n))
		}},
		{name: "Gram", square: true, run: func(s setting, m *memory) []float64 {
			dst, x := square(m, s), matrix[T](m, s)
			kernels.Gram(dst, s.p+s.gap, x, work[T](m, s, kernels.TriangleWork(s.p)))
			return dst
		}},
		{name: "LeastSquares", run: func(s setting, m *memory) []float64 {
			dst, x, beta, y := values[float64](m, s, s.p), matrix[T](m, s), values[float64](m, s, s.p), values[T](m, s, s.n)
			var sums kernels.LossSums
			kernels.LeastSquares(&sums, dst, x, nil, beta, 0.75, y, nil, nil)
			return lossSums(dst, sums, nil)
		}},
		{name: "LeastSquares shifted and weighted", run: func(s setting, m *memory) []float64 {
			dst, x, shift, beta := values[float64](m, s, s.p), matrix[T](m, s), values[T](m, s, s.p), values[float64](m, s, s.p)
			var sums kernels.LossSums
			kernels.LeastSquares(&sums, dst, x, shift, beta, 0, values[T](m, s, s.n), values[float64](m, s, s.n), nil)
			return lossSums(dst, sums, nil)
		}},
		{name: "LeastSquares without y", run: func(s setting, m *memory) []float64 {
			dst, x, beta, next := values[float64](m, s, s.p), matrix[T](m, s), values[float64](m, s, s.p), values[T](m, s, s.n*s.p)
			var sums kernels.LossSums
			kernels.LeastSquares(&sums, dst, x, nil, beta, 0, nil, values[float64](m, s, s.n), next)
			return lossSums(dst, sums, nil)
		}},
		{name: "LogisticRegression", run: func(s setting, m *memory) []float64 {
			dst, x, beta, next := values[float64](m, s, s.p), matrix[T](m, s), values[float64](m, s, s.p), values[T](m, s, s.n*s.p)
			sums := kernels.LossSums{R: 1, Low: math.Inf(1), High: math.Inf(-1)}
			kernels.LogisticRegression(&sums, dst, x, nil, beta, 0.75, classes[T](m, s), nil, nil, next)
			return lossSums(dst, sums, nil)
		}},
		{name: "LogisticRegression shifted and weighted", run: func(s setting, m *memory) []float64 {
			dst, x, shift, beta := values[float64](m, s, s.p), matrix[T](m, s), values[T](m, s, s.p), values[float64](m, s, s.p)
			w, d := values[float64](m, s, s.n), values[float64](m, s, s.n)
			sums := kernels.LossSums{R: 1, Low: math.Inf(1), High: math.Inf(-1)}
			kernels.LogisticRegression(&sums, dst, x, shift, beta, 0, classes[T](m, s), w, d, nil)
			return lossSums(dst, sums, d)
		}},
		{name: "Pack centered", run: func(s setting, m *memory) []float64 {
			dst, x, shift := matrix[T](m, s), matrix[T](m, s), values[T](m, s, s.p)
			kernels.Pack(dst, x, shift, nil)
			return widen(dst.Data)
		}},
		{name: "Pack alone", run: func(s setting, m *memory) []float64 {
			dst, x := matrix[T](m, s), matrix[T](m, s)
			kernels.Pack(dst, x, nil, nil)
			return widen(dst.Data)
		}},
		{name: "Pack scaled", run: func(s setting, m *memory) []float64 {
			dst, x, d := matrix[T](m, s), matrix[T](m, s), values[float64](m, s, s.n)
			kernels.Pack(dst, x, nil, d)
			return widen(dst.Data)
		}},
		{name: "Pack both", run: func(s setting, m *memory) []float64 {
			dst, x, shift, d := matrix[T](m, s), matrix[T](m, s), values[T](m, s, s.p), values[float64](m, s, s.n)
			kernels.Pack(dst, x, shift, d)
			return widen(dst.Data)
		}},
		{name: "Sandwich", square: true, run: func(s setting, m *memory) []float64 {
			dst, x, d := square(m, s), matrix[T](m, s), values[float64](m, s, s.n)
			kernels.Sandwich(dst, s.p+s.gap, x, d, work[T](m, s, kernels.TriangleWork(s.p)))
			return dst
		}},
		{name: "Spread", run: func(s setting, m *memory) []float64 {
			dst, x, r, d := values[float64](m, s, 3*s.p), matrix[T](m, s), values[float64](m, s, s.n), values[float64](m, s, s.n)
			kernels.Spread(dst, x, nil, r, d)
			return dst
		}},
		{name: "Spread shifted", run: func(s setting, m *memory) []float64 {
			dst, x, shift := values[float64](m, s, 3*s.p), matrix[T](m, s), values[T](m, s, s.p)
			kernels.Spread(dst, x, shift, values[float64](m, s, s.n), values[float64](m, s, s.n))
			return dst
		}},
		{name: "Triangle", square: true, run: func(s setting, m *memory) []float64 {
			dst, x, d, next := square(m, s), matrix[T](m, s), values[float64](m, s, s.n), values[T](m, s, s.n*s.p)
			kernels.Triangle(dst, s.p+s.gap, x, d, work[T](m, s, kernels.TriangleWork(s.p)), next)
			return dst
		}},
		{name: "Update", run: func(s setting, m *memory) []float64 {
			dst, x, r := values[float64](m, s, s.p), matrix[T](m, s), values[float64](m, s, s.n)
			kernels.Update(dst, x, nil, r)
			return dst
		}},
		{name: "Update shifted", run: func(s setting, m *memory) []float64 {
			dst, x, shift, r := values[float64](m, s, s.p), matrix[T](m, s), values[T](m, s, s.p), values[float64](m, s, s.n)
			kernels.Update(dst, x, shift, r)
			return dst
		}},
	}
}

// exactProducts is what the exact kernels make of the first rows of x, less
// shift, and of its columns times w: panels, their product, dot products.
func exactProducts[T kernels.Float](s setting, x kernels.Matrix[T], shift, w []float64) []float64 {
	if s.n > kernels.PanelRows+2 || s.n > 18 && s.n%16 > 1 || s.p > 26 && s.p%kernels.ExactStrip > 1 {
		return nil // more rows are another call or panel, more columns another strip
	}
	n, width := min(s.n, kernels.PanelRows), kernels.ExactWidth(s.p)
	for j := s.p; j < len(shift); j++ {
		shift[j] = 0
	}
	if w != nil {
		w = w[:n]
	}
	a, b := kernels.NewExactPanel(s.p), kernels.NewExactPanel(s.p)
	kernels.ExactPack(a, x.Slice(0, n), shift, w)
	kernels.ExactPack(b, x.Slice(0, n), shift, nil)
	g := kernels.NewExactSquare(s.p, s.p)
	kernels.ExactTriangle(g, a, b)
	betaHi, betaLo := make([]float64, width), make([]float64, width)
	for j := range s.p {
		betaHi[j], betaLo[j] = pool[j], math.Ldexp(pool[j+s.p], -53)
	}
	hi, lo := make([]float64, n), make([]float64, n)
	kernels.ExactDots(hi, lo, a, betaHi, betaLo)
	if n > 0 && s.p > 2 { // a column with a lo in the product of all columns
		kernels.ExactColumn(b, s.p/2, hi, lo, w)
		kernels.ExactProduct(g, a, b)
	}
	return slices.Concat(g.Hi, g.Lo, hi, lo)
}

// vectorCalls is every kernel that knows float64 alone; n·p is their length.
func vectorCalls() []call {
	return []call{
		{name: "Sum", vector: true, run: func(s setting, m *memory) []float64 {
			return []float64{kernels.Sum(values[float64](m, s, s.n*s.p))}
		}},
		unary("Exp", kernels.Exp),
		unary("Expm1", kernels.Expm1),
		unary("Log", kernels.Log),
		unary("Log1p", kernels.Log1p),
		unary("Sigmoid", kernels.Sigmoid),
		unary("Softplus", kernels.Softplus),
		{name: "Multiply", vector: true, run: func(s setting, m *memory) []float64 {
			dst, x := values[float64](m, s, s.n*s.p), values[float64](m, s, s.n*s.p)
			kernels.Multiply(dst, x)
			return dst
		}},
		{name: "Squared", vector: true, run: func(s setting, m *memory) []float64 {
			size := s.n * s.p
			value, r, d := values[float64](m, s, size), values[float64](m, s, size), values[float64](m, s, size)
			kernels.Squared(value, r, d, values[float64](m, s, size), values[float64](m, s, size))
			return slices.Concat(value, r, d)
		}},
		{name: "Center", run: func(s setting, m *memory) []float64 {
			if s.n < 1 || s.p > kernels.CenterColumns {
				return nil
			}
			dst, mean, x, y := values[float64](m, s, s.n*kernels.CenterWidth), values[float64](m, s, kernels.CenterWidth), matrix[float64](m, s), values[float64](m, s, s.n)
			kernels.Center(dst, mean, x, y)
			return slices.Concat(dst, mean)
		}},
		{name: "RelativeGram", run: func(s setting, m *memory) []float64 {
			if s.n < 1 || s.n > kernels.PanelRows || s.p > kernels.CenterColumns {
				return nil
			}
			dst, mean, x, y := values[float64](m, s, s.n*kernels.CenterWidth), values[float64](m, s, kernels.CenterWidth), matrix[float64](m, s), values[float64](m, s, s.n)
			gram := values[float64](m, s, (s.p+1)*kernels.CenterWidth)
			kernels.RelativeGram(dst, mean, gram, &x, y, nil)
			all := slices.Concat(dst, mean)
			for i := range s.p + 1 {
				all = append(all, gram[kernels.CenterWidth*i+i:kernels.CenterWidth*i+s.p+2]...)
			}
			return all
		}},
		{name: "RowSquares", run: func(s setting, m *memory) []float64 {
			if s.p != kernels.CenterWidth {
				return nil
			}
			return []float64{kernels.RowSquares(values[float64](m, s, s.n*s.p), values[float64](m, s, s.p))}
		}},
		{name: "Systems", run: systems},
		{name: "System", run: system},
		{name: "Logistic", vector: true, run: func(s setting, m *memory) []float64 {
			return logistic(s, m, nil)
		}},
		{name: "Logistic weighted", vector: true, run: func(s setting, m *memory) []float64 {
			return logistic(s, m, values[float64](m, s, s.n*s.p)) // half of them positive, some zero
		}},
	}
}

// unary is a function of one variable, at arguments of every size and sign.
func unary(name string, f func(dst, x []float64)) call {
	return call{name: name, vector: true, run: func(s setting, m *memory) []float64 {
		dst, x := values[float64](m, s, s.n*s.p), values[float64](m, s, s.n*s.p)
		spread(m, x)
		f(dst, x)
		return dst
	}}
}

// systems are some of every size, all but one of them definite.
func systems(s setting, m *memory) []float64 {
	size := s.p
	if size < 1 || size > kernels.SystemSize || s.n > 3 {
		return nil
	}
	const lanes = kernels.SystemLanes
	stride := size + 1 + s.gap
	a, inverse := values[float64](m, s, lanes*size*stride), values[float64](m, s, lanes*size*size)
	x, variance, along, v := values[float64](m, s, lanes*size), values[float64](m, s, lanes*size), values[float64](m, s, lanes), values[float64](m, s, lanes*size)
	for i := range size {
		for l := range lanes - 1 {
			at := &a[(i*stride+i)*lanes+l]
			*at = 1000 + math.Abs(*at)
		}
	}
	kernels.Systems(a, inverse, x, variance, along, v, size, stride)
	return slices.Concat(a, inverse, x, variance, along)
}

// system is one of every size, of some also one that is not definite. What is left of a
// diagonal is anything, and nobody's business.
func system(s setting, m *memory) []float64 {
	size, stride := s.p, kernels.SystemStride(s.p)
	if size > kernels.SystemMost || s.n != 1 && s.n != 3 {
		return nil
	}
	a, inverse := values[float64](m, s, size*stride), values[float64](m, s, size*stride)
	x, variance := values[float64](m, s, size), values[float64](m, s, size)
	for i := range size {
		at := &a[i*stride+i]
		*at = 1000 + math.Abs(*at)
		if s.n == 3 && i == size/2 {
			*at = -1
		}
	}
	kernels.System(a, inverse, x, variance)
	results := slices.Concat(x, variance)
	for i := range size {
		results = slices.Concat(results, a[i*stride+i+1:i*stride+size+1], inverse[i*stride+i:i*stride+size])
	}
	return results
}

func logistic(s setting, m *memory, w []float64) []float64 {
	size := s.n * s.p
	value, r, d, eta, y := values[float64](m, s, size), values[float64](m, s, size), values[float64](m, s, size), values[float64](m, s, size), values[float64](m, s, size)
	spread(m, eta)
	for i := range y {
		y[i] = float64(m.random.IntN(2))
	}
	low, high := kernels.Logistic(value, r, d, eta, y, w)
	return slices.Concat(value, r, d, []float64{low, high})
}

// classes are zeros and ones.
func classes[T kernels.Float](m *memory, s setting) []T {
	y := values[T](m, s, s.n)
	for i := range y {
		y[i] = T(m.random.IntN(2))
	}
	return y
}

// lossSums is all results of a kernel of one read.
func lossSums(dst []float64, sums kernels.LossSums, d []float64) []float64 {
	return slices.Concat(dst, []float64{sums.R, sums.Loss, sums.D, sums.Low, sums.High}, d)
}

// spread scales numbers to many more magnitudes.
func spread(m *memory, x []float64) {
	for i := range x {
		x[i] = math.Ldexp(x[i], m.random.IntN(24)-9)
	}
}

// memory deals out the arguments of a call, each from an arena of its own.
type memory struct {
	arenas []*arena
	next   int
	random *rand.Rand
}

const maxArguments = 7

func newMemory(t testing.TB, bytes int) *memory {
	m := &memory{}
	for range maxArguments {
		m.arenas = append(m.arenas, newArena(t, bytes))
	}
	return m
}

func (m *memory) reset(s setting) {
	m.next = 0
	m.random = rand.New(rand.NewPCG(uint64(s.n), uint64(s.p)))
}

// pool is numbers of many magnitudes, zeros of both signs among them.
var pool = func() []float64 {
	random := rand.New(rand.NewPCG(1, 2))
	v := make([]float64, 1<<16)
	for i := range v {
		v[i] = math.Ldexp(random.Float64()-0.5, random.IntN(13)-6)
		if random.IntN(32) == 0 {
			v[i] = math.Copysign(0, v[i])
		}
	}
	return v
}()

// values is a slice of numbers from a random place of the pool.
func values[T kernels.Float](m *memory, s setting, n int) []T {
	v := elements[T](m.arenas[m.next], n, s.above)
	m.next++
	from := m.random.IntN(len(pool))
	for i := range v {
		v[i] = T(pool[from])
		if from++; from == len(pool) {
			from = 0
		}
	}
	return v
}

// work is scratch memory with nothing useful in it.
func work[T kernels.Float](m *memory, s setting, n int) []T {
	v := elements[T](m.arenas[m.next], n, s.above)
	m.next++
	for i := range v {
		v[i] = T(math.NaN())
	}
	return v
}

func matrix[T kernels.Float](m *memory, s setting) kernels.Matrix[T] {
	x := kernels.Matrix[T]{Rows: s.n, Cols: s.p, Stride: s.p + s.gap}
	length := 0
	if s.n > 0 && s.p > 0 {
		length = (s.n-1)*x.Stride + s.p
	}
	x.Data = values[T](m, s, length)
	return x
}

func square(m *memory, s setting) []float64 {
	if s.p == 0 {
		return values[float64](m, s, 0)
	}
	return values[float64](m, s, (s.p-1)*(s.p+s.gap)+s.p)
}

func widen[T kernels.Float](v []T) []float64 {
	w := make([]float64, len(v))
	for i := range v {
		w[i] = float64(v[i])
	}
	return w
}
