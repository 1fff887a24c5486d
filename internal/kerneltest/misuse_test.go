package kerneltest

import (
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
)

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
	work := make([]float64, kernels.SandwichWork(2))
	for name, misuse := range map[string]func(){
		"Dots dst":          func() { kernels.Dots(two, x, nil, two) },
		"Dots beta":         func() { kernels.Dots(three, x, nil, three) },
		"Dots shift":        func() { kernels.Dots(three, x, three, two) },
		"Dots data":         func() { kernels.Dots(three, bad(func(m *kernels.Matrix[float64]) { m.Data = m.Data[:5] }), nil, two) },
		"Dots stride":       func() { kernels.Dots(three, bad(func(m *kernels.Matrix[float64]) { m.Stride = 1 }), nil, two) },
		"Dots rows":         func() { kernels.Dots(three, bad(func(m *kernels.Matrix[float64]) { m.Rows = -1 }), nil, two) },
		"Update dst":        func() { kernels.Update(three, x, nil, three) },
		"Update r":          func() { kernels.Update(two, x, nil, two) },
		"Update shift":      func() { kernels.Update(two, x, three, three) },
		"Gram stride":       func() { kernels.Gram(four, 1, x, nil) },
		"Gram dst":          func() { kernels.Gram(three, 2, x, nil) },
		"Triangle shapes":   func() { kernels.Triangle(four, 2, x, x.Slice(0, 2), nil, nil) },
		"Sandwich d":        func() { kernels.Sandwich(four, 2, x, two, work) },
		"Sandwich work":     func() { kernels.Sandwich(four, 2, x, three, work[1:]) },
		"Pack shapes":       func() { kernels.Pack(x.Slice(0, 2), x, two, nil) },
		"Pack shift":        func() { kernels.Pack(x, x, three, nil) },
		"Pack d":            func() { kernels.Pack(x, x, nil, two) },
		"Axpy lengths":      func() { kernels.Axpy(two, 1, three) },
		"Logistic lengths":  func() { kernels.Logistic(two, three, three, three) },
		"Slice out of rows": func() { x.Slice(1, 4) },
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
