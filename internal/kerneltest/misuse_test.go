package kerneltest

import (
	"math"
	"math/bits"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// wrap is a stride whose sixteenfold overflows to 0.
const wrap = 1 << (bits.UintSize - 4)

// TestOneRowMayHaveAnyStride: nothing is computed from it.
func TestOneRowMayHaveAnyStride(t *testing.T) {
	dst, one := make([]float64, 3*9), []float64{1}
	for _, stride := range []int{1 << 56, math.MaxInt} {
		kernels.Spread(dst, kernels.Matrix[float64]{Rows: 1, Cols: 9, Stride: stride, Data: make([]float64, 9)}, nil, one, one)
	}
}

// TestMisusePanics: every length that does not fit is found before anything
// is read or written, with a message that says what is wrong.
func TestMisusePanics(t *testing.T) {
	x := kernels.Matrix[float64]{Rows: 3, Cols: 2, Stride: 2, Data: make([]float64, 6)}
	three, two, four := make([]float64, 3), make([]float64, 2), make([]float64, 4)
	bad := func(change func(*kernels.Matrix[float64])) kernels.Matrix[float64] {
		m := x
		change(&m)
		return m
	}
	work := make([]float64, kernels.TriangleWork(2))
	one := make([]float64, 1)
	wrapped := kernels.Matrix[float64]{Rows: 17, Cols: 1, Stride: wrap, Data: one}
	seventeen := kernels.Matrix[float64]{Rows: 17, Cols: 1, Stride: 1, Data: make([]float64, 17)}
	panel, square := kernels.NewExactPanel(2), kernels.NewExactSquare(2, 2)
	kernels.ExactPack(panel, x, nil, nil)
	eight := make([]float64, 8)
	strip, none := make([]float64, 8*480), kernels.Matrix[float64]{}
	var sums kernels.LossSums
	for name, misuse := range map[string]func(){
		"ExactPack rows": func() {
			kernels.ExactPack(kernels.NewExactPanel(1), kernels.Matrix[float64]{Rows: kernels.PanelRows + 1, Cols: 1, Stride: 1, Data: make([]float64, kernels.PanelRows+1)}, nil, nil)
		},
		"ExactPack columns":    func() { kernels.ExactPack(kernels.NewExactPanel(1), x, nil, nil) },
		"ExactPack shift":      func() { kernels.ExactPack(panel, x, two, nil) },
		"ExactPack w":          func() { kernels.ExactPack(panel, x, nil, two) },
		"ExactPack overflow":   func() { kernels.ExactPack(panel, wrapped, nil, nil) },
		"ExactColumn column":   func() { kernels.ExactColumn(panel, 2, three, nil, nil) },
		"ExactColumn rows":     func() { kernels.ExactColumn(panel, 0, two, nil, nil) },
		"ExactColumn lo":       func() { kernels.ExactColumn(panel, 0, three, two, nil) },
		"ExactColumn w":        func() { kernels.ExactColumn(panel, 0, three, nil, two) },
		"ExactTriangle shapes": func() { kernels.ExactTriangle(square, panel, kernels.NewExactPanel(2)) },
		"ExactProduct dst":     func() { kernels.ExactProduct(&kernels.ExactSquare{Stride: 8, Hi: eight, Lo: eight}, panel, panel) },
		"ExactDots dst":        func() { kernels.ExactDots(two, three, panel, eight, eight) },
		"ExactDots beta":       func() { kernels.ExactDots(three, three, panel, two, eight) },
		"Gather rows":          func() { kernels.Gather(x, x, []int{0, 1}, nil) },
		"Gather columns":       func() { kernels.Gather(seventeen.Slice(0, 3), x, []int{0, 1, 2}, nil) },
		"Gather index":         func() { kernels.Gather(x, x, []int{0, 3, 1}, nil) },
		"Gather below":         func() { kernels.Gather(x, x, []int{0, -1, 1}, nil) },
		"Gather overflow":      func() { kernels.Gather(seventeen, wrapped, make([]int, 17), nil) },
		"GemmStrip empty":      func() { kernels.GemmStrip(strip, 240, strip, 1, 8, strip, 0, nil, 0, 240, 1, 0, none) },
		"GemmStrip panel":      func() { kernels.GemmStrip(strip, 240, strip, 1, 8, strip, 0, nil, 1, 239, 1, 0, none) },
		"GemmStrip columns":    func() { kernels.GemmStrip(strip, 480, strip, 1, 8, strip, 0, nil, 1, 480, 1, 0, none) },
		"GemmStrip depth":      func() { kernels.GemmStrip(strip, 240, strip, 1, 8, strip, 0, nil, 257, 240, 1, 0, none) },
		"GemmStrip c":          func() { kernels.GemmStrip(two, 240, strip, 1, 8, strip, 0, nil, 1, 240, 1, 0, none) },
		"GemmStrip ldc":        func() { kernels.GemmStrip(strip, 239, strip, 1, 8, strip, 0, nil, 1, 240, 1, 0, none) },
		"GemmStrip a":          func() { kernels.GemmStrip(strip, 240, two, 1, 8, strip, 0, nil, 1, 240, 1, 0, none) },
		"GemmStrip b":          func() { kernels.GemmStrip(strip, 240, strip, 1, 8, two, 240, strip, 1, 240, 1, 0, none) },
		"GemmStrip ldb":        func() { kernels.GemmStrip(strip, 240, strip, 1, 8, strip, 239, strip, 1, 240, 1, 0, none) },
		"GemmStrip panels":     func() { kernels.GemmStrip(strip, 240, strip, 1, 8, strip, 240, two, 1, 240, 1, 0, none) },
		"GemmStrip next":       func() { kernels.GemmStrip(strip, 240, strip, 1, 8, strip, 0, nil, 1, 240, 1, 0, wrapped) },
		"Dots dst":             func() { kernels.Dots(two, x, nil, two) },
		"Dots beta":            func() { kernels.Dots(three, x, nil, three) },
		"Dots shift":           func() { kernels.Dots(three, x, three, two) },
		"Dots data":            func() { kernels.Dots(three, bad(func(m *kernels.Matrix[float64]) { m.Data = m.Data[:5] }), nil, two) },
		"Dots stride":          func() { kernels.Dots(three, bad(func(m *kernels.Matrix[float64]) { m.Stride = 1 }), nil, two) },
		"Dots rows":            func() { kernels.Dots(three, bad(func(m *kernels.Matrix[float64]) { m.Rows = -1 }), nil, two) },
		"LeastSquares dst":     func() { kernels.LeastSquares(&sums, three, x, nil, two, 0, three, nil, nil) },
		"LeastSquares beta":    func() { kernels.LeastSquares(&sums, two, x, nil, three, 0, three, nil, nil) },
		"LeastSquares y":       func() { kernels.LeastSquares(&sums, two, x, nil, two, 0, two, nil, nil) },
		"LeastSquares w":       func() { kernels.LeastSquares(&sums, two, x, nil, two, 0, nil, two, nil) },
		"LeastSquares shift":   func() { kernels.LeastSquares(&sums, two, x, three, two, 0, three, nil, nil) },
		"LeastSquares data": func() {
			kernels.LeastSquares(&sums, two, bad(func(m *kernels.Matrix[float64]) { m.Data = m.Data[:5] }), nil, two, 0, three, nil, nil)
		},
		"LogisticRegression dst":   func() { kernels.LogisticRegression(&sums, three, x, nil, two, 0, three, nil, nil, nil) },
		"LogisticRegression beta":  func() { kernels.LogisticRegression(&sums, two, x, nil, three, 0, three, nil, nil, nil) },
		"LogisticRegression y":     func() { kernels.LogisticRegression(&sums, two, x, nil, two, 0, nil, nil, nil, nil) },
		"LogisticRegression w":     func() { kernels.LogisticRegression(&sums, two, x, nil, two, 0, three, two, nil, nil) },
		"LogisticRegression d":     func() { kernels.LogisticRegression(&sums, two, x, nil, two, 0, three, nil, two, nil) },
		"LogisticRegression shift": func() { kernels.LogisticRegression(&sums, two, x, three, two, 0, three, nil, nil, nil) },
		"Spread dst":               func() { kernels.Spread(three, x, nil, three, three) },
		"Spread r":                 func() { kernels.Spread(make([]float64, 6), x, nil, two, three) },
		"Spread d":                 func() { kernels.Spread(make([]float64, 6), x, nil, three, two) },
		"Spread shift":             func() { kernels.Spread(make([]float64, 6), x, three, three, three) },
		"Update dst":               func() { kernels.Update(three, x, nil, three) },
		"Update r":                 func() { kernels.Update(two, x, nil, two) },
		"Update shift":             func() { kernels.Update(two, x, three, three) },
		"Gram stride":              func() { kernels.Gram(four, 1, x, work) },
		"Gram dst":                 func() { kernels.Gram(three, 2, x, work) },
		"Triangle d":               func() { kernels.Triangle(four, 2, x, two, work, nil) },
		"Sandwich d":               func() { kernels.Sandwich(four, 2, x, two, work) },
		"Sandwich work": func() {
			const p = 40 // few columns need none
			kernels.Sandwich(make([]float64, p*p), p, kernels.NewMatrix[float64](3, p), three, make([]float64, kernels.TriangleWork(p)-1))
		},
		"Pack shapes":          func() { kernels.Pack(x.Slice(0, 2), x, two, nil) },
		"Pack shift":           func() { kernels.Pack(x, x, three, nil) },
		"Pack d":               func() { kernels.Pack(x, x, nil, two) },
		"Axpy lengths":         func() { kernels.Axpy(two, 1, three) },
		"Rot lengths":          func() { kernels.Rot(two, three, 1, 0) },
		"Swap lengths":         func() { kernels.Swap(two, three) },
		"Dot lengths":          func() { kernels.Dot(two, three) },
		"RowDots a":            func() { kernels.RowDots(two, 1, 0, three, 2, 2, 0, two, 0) },
		"RowDots x":            func() { kernels.RowDots(two, 1, 0, four, 2, 2, 0, one, 0) },
		"RowDots negative":     func() { kernels.RowDots(three, 1, 0, four, 1, 1, -1, two, 0) },
		"RowAxpys dst":         func() { kernels.RowAxpys(three, 2, two, 0, 1, two, 2, 0) },
		"SolveTriangle rows":   func() { kernels.SolveTriangle(four, 0, false, four, 9, 0, 1) },
		"SolveTriangle b":      func() { kernels.SolveTriangle(three, 2, false, make([]float64, 10), 2, 2, 1) },
		"SolveTriangle t":      func() { kernels.SolveTriangle(four, 2, false, make([]float64, 9), 2, 2, 1) },
		"MultiplyTriangle ldb": func() { kernels.MultiplyTriangle(four, 1, true, make([]float64, 10), 2, 2, 1) },
		"RowAxpys x":           func() { kernels.RowAxpys(four, 2, three, 2, 1, two, 2, 0) },
		"Logistic value":       func() { kernels.Logistic(two, three, three, three, three, nil) },
		"Logistic r":           func() { kernels.Logistic(three, two, three, three, three, nil) },
		"Logistic d":           func() { kernels.Logistic(three, three, two, three, three, nil) },
		"Logistic y":           func() { kernels.Logistic(three, three, three, three, two, nil) },
		"Logistic w":           func() { kernels.Logistic(three, three, three, three, three, two) },
		"Squared value":        func() { kernels.Squared(two, three, three, three, three) },
		"Squared r":            func() { kernels.Squared(three, two, three, three, three) },
		"Squared d":            func() { kernels.Squared(three, three, two, three, three) },
		"Squared y":            func() { kernels.Squared(three, three, three, three, two) },
		"Multiply lengths":     func() { kernels.Multiply(two, three) },
		"Exp lengths":          func() { kernels.Exp(two, three) },
		"Expm1 lengths":        func() { kernels.Expm1(two, three) },
		"Log lengths":          func() { kernels.Log(two, three) },
		"Log1p lengths":        func() { kernels.Log1p(two, three) },
		"Sigmoid lengths":      func() { kernels.Sigmoid(two, three) },
		"Softplus lengths":     func() { kernels.Softplus(two, three) },
		"Slice out of rows":    func() { x.Slice(1, 4) },
		"Slice data":           func() { bad(func(m *kernels.Matrix[float64]) { m.Data = m.Data[:5] }).Slice(1, 3) },
		"Dots overflow":        func() { kernels.Dots(make([]float64, 17), wrapped, nil, one) },
		"Update overflow":      func() { kernels.Update(one, wrapped, nil, make([]float64, 17)) },
		"Gram overflow":        func() { kernels.Gram(one, 1, wrapped, work) },
		"Pack overflow x":      func() { kernels.Pack(seventeen, wrapped, nil, nil) },
		"Pack overflow dst":    func() { kernels.Pack(wrapped, seventeen, nil, nil) },
		"Systems size":         func() { kernels.Systems(nil, nil, nil, nil, eight, nil, 0, 1) },
		"Systems largest": func() {
			const m, lanes = kernels.SystemSize + 1, kernels.SystemLanes
			v := make([]float64, lanes*m*(m+1))
			kernels.Systems(v, v[:lanes*m*m], v[:lanes*m], v[:lanes*m], eight, v[:lanes*m], m, m+1)
		},
		"Systems a":        func() { kernels.Systems(eight, eight, eight, eight, eight, eight, 1, 2) },
		"Systems inverse":  func() { kernels.Systems(seventeen.Data[:16], seventeen.Data[:16], eight, eight, eight, eight, 1, 2) },
		"Systems x":        func() { kernels.Systems(seventeen.Data[:16], eight, four, eight, eight, eight, 1, 2) },
		"Systems variance": func() { kernels.Systems(seventeen.Data[:16], eight, eight, four, eight, eight, 1, 2) },
		"Systems along":    func() { kernels.Systems(seventeen.Data[:16], eight, eight, eight, four, eight, 1, 2) },
		"Systems v":        func() { kernels.Systems(seventeen.Data[:16], eight, eight, eight, eight, four, 1, 2) },
		"System largest": func() {
			const m = kernels.SystemMost + 1
			v := make([]float64, m*kernels.SystemStride(m))
			kernels.System(v, v, v[:m], v[:m])
		},
		"System a":        func() { kernels.System(eight, seventeen.Data[:16], one, one) },
		"System inverse":  func() { kernels.System(seventeen.Data[:16], eight, two, two) },
		"System variance": func() { kernels.System(eight, eight, one, two) },
		"Systems stride":  func() { kernels.Systems(eight, eight, eight, eight, eight, eight, 1, 1) },
		"RelativeGram rows": func() {
			const n = kernels.PanelRows + 1
			v := make([]float64, n*kernels.CenterWidth)
			kernels.RelativeGram(v, eight, seventeen.Data[:16], &kernels.Matrix[float64]{Rows: n, Cols: 1, Stride: 1, Data: v}, v[:n], nil)
		},
		"RelativeGram gram": func() {
			kernels.RelativeGram(eight, eight, eight, &kernels.Matrix[float64]{Rows: 1, Cols: 1, Stride: 1, Data: one}, one, nil)
		},
		"RelativeGram x": func() {
			kernels.RelativeGram(eight, eight, seventeen.Data[:16], &kernels.Matrix[float64]{Rows: 1, Cols: 1, Stride: 1}, one, nil)
		},
		"RelativeGram y": func() {
			kernels.RelativeGram(eight, eight, seventeen.Data[:16], &kernels.Matrix[float64]{Rows: 1, Cols: 1, Stride: 1, Data: one}, two, nil)
		},
		"RowSquares x":      func() { kernels.RowSquares(seventeen.Data, eight) },
		"RowSquares v":      func() { kernels.RowSquares(eight, four) },
		"RowSquares length": func() { kernels.RowSquares(make([]float64, (kernels.CenterRows+1)*kernels.CenterWidth), eight) },
		"Center rows":       func() { kernels.Center(nil, eight, x.Slice(0, 0), nil) },
		"Center many rows": func() {
			const n = kernels.CenterRows + 1
			v := make([]float64, n*kernels.CenterWidth)
			kernels.Center(v, eight, kernels.Matrix[float64]{Rows: n, Cols: 1, Stride: 1, Data: v}, v[:n])
		},
		"Center columns": func() {
			kernels.Center(eight, eight, kernels.Matrix[float64]{Rows: 1, Cols: 7, Stride: 7, Data: eight}, eight[:1])
		},
		"Center dst":  func() { kernels.Center(eight, eight, x, three) },
		"Center mean": func() { kernels.Center(make([]float64, 24), four, x, three) },
		"Center y":    func() { kernels.Center(make([]float64, 24), eight, x, two) },
		"Sandwich overflow": func() {
			kernels.Sandwich(one, 1, wrapped, make([]float64, 17), make([]float64, kernels.TriangleWork(1)))
		},
		"NewMatrix rows":     func() { kernels.NewMatrix[float32](-1, 2) },
		"NewMatrix overflow": func() { kernels.NewMatrix[float64](wrap, 16) },
		"Slice overflow":     func() { wrapped.Slice(16, 17) },
		"Gram wrapped dst": func() {
			kernels.Gram(make([]float64, 17), wrap, kernels.Matrix[float64]{Rows: 1, Cols: 17, Stride: 17, Data: make([]float64, 17)}, work)
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				message, ok := recover().(string)
				if !ok || !strings.HasPrefix(message, "kernels: ") {
					t.Errorf("panic %q", message)
				}
			}()
			misuse()
			t.Error("no panic")
		})
	}
}

func TestValid(t *testing.T) {
	for _, c := range []struct {
		rows, cols, stride, elements int
		want                         bool
	}{
		{3, 2, 2, 6, true}, {3, 2, 2, 5, false}, {3, 2, 4, 10, true}, {3, 2, 4, 9, false},
		{0, 2, 2, 0, true}, {3, 0, 0, 0, true}, {math.MaxInt, 0, math.MaxInt, 0, true}, {0, math.MaxInt, math.MaxInt, 0, true},
		{-1, 2, 2, 6, false}, {3, -1, 2, 6, false}, {3, 2, 1, 6, false}, {1, 0, -1, 6, false},
		{1, 2, math.MaxInt, 2, true}, {2, 2, math.MaxInt, 2, false},
		{17, 1, wrap, 1, false}, {math.MaxInt, math.MaxInt, math.MaxInt, 6, false},
	} {
		x := kernels.Matrix[float32]{Rows: c.rows, Cols: c.cols, Stride: c.stride, Data: make([]float32, c.elements)}
		if got := x.Valid(); got != c.want {
			t.Errorf("%+v: Valid is %v", c, got)
		}
	}
}

// TestHugeStrideOfOneRow: where there is no second row, the stride may be
// anything, though in bytes it does not fit a register.
func TestHugeStrideOfOneRow(t *testing.T) {
	t.Run("float64", hugeStride[float64])
	t.Run("float32", hugeStride[float32])
}

func hugeStride[T kernels.Float](t *testing.T) {
	for _, p := range []int{1, 7, 40, 300} {
		run := func(level cpu.Level, stride int) []float64 {
			defer cpu.Use(level)()
			one := func() kernels.Matrix[T] {
				m := kernels.Matrix[T]{Rows: 1, Cols: p, Stride: stride, Data: make([]T, p)}
				for j := range m.Data {
					m.Data[j] = T(j%7) - 2.5
				}
				return m
			}
			x, packed, work := one(), one(), make([]T, kernels.TriangleWork(p))
			eta, g, gram, sandwich := []float64{0}, make([]float64, p), make([]float64, p*p), make([]float64, p*p)
			beta := widen(x.Data)
			kernels.Dots(eta, x, nil, beta)
			kernels.Update(g, x, nil, eta)
			kernels.Pack(packed, x, x.Data, eta)
			kernels.Gram(gram, p, x, work)
			kernels.Sandwich(sandwich, p, x, eta, work)
			if p == 1 {
				kernels.Gram(gram, stride, x, work)
			}
			return append(append(append(append(eta, g...), widen(packed.Data)...), gram...), sandwich...)
		}
		want := run(cpu.Generic, p)
		for _, level := range cpu.Available() {
			for _, stride := range []int{math.MaxInt, wrap, math.MaxInt - 5} {
				if at := firstDifference(run(level, stride), want); at >= 0 {
					t.Errorf("%v, %d columns, stride %d: element %d differs", level, p, stride, at)
				}
			}
		}
	}
}
