package batch

import (
	"context"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// unit is number i of a stream of numbers between −1 and 1.
func unit(seed, i int) float64 { return float64(int64(draw(uint64(seed), 77, uint64(i)))) / (1 << 63) }

// A making is data to be made for tests.
type making struct {
	rows, columns   int
	loss            loss.Loss // nil is squares
	mean            float64   // of columns and, in squares, of the target
	weights, offset bool
	noise           float64 // of the target; 0 is 0.5
}

// made is random data that a model with coefficients of about one explains in
// part.
func made[T kernels.Float](m making, seed int) *pass.Data[T] {
	stride := m.columns + 1
	d := &pass.Data[T]{
		X: kernels.Matrix[T]{Rows: m.rows, Cols: m.columns, Stride: stride, Data: make([]T, m.rows*stride)},
		Y: make([]T, m.rows),
	}
	if m.noise == 0 {
		m.noise = 0.5
	}
	next := 0
	random := func() float64 { next++; return unit(seed, next) }
	for i := range m.rows {
		eta := 0.3
		common := random()
		for j := range m.columns {
			v := random() + 0.5*common
			eta += v * math.Cos(float64(j))
			d.X.Row(i)[j] = T(m.mean + v)
		}
		o := 0.0
		if m.offset {
			o = 0.5 * random()
			d.Offset = append(d.Offset, T(o))
		}
		if m.weights {
			d.Weights = append(d.Weights, T(math.Floor(2+2*random())))
		}
		switch m.loss.(type) {
		case loss.Logistic:
			if random() < 2/(1+math.Exp(-eta-o))-1 {
				d.Y[i] = 1
			}
		case loss.Poisson:
			d.Y[i] = T(math.Floor(math.Exp(0.4*(eta+o)) + 1 + random()))
		default:
			d.Y[i] = T(m.mean + eta + o + m.noise*random())
		}
	}
	return d
}

// some is the rows of d that are wanted, as glm takes them.
func some[T kernels.Float](d *pass.Data[T], wanted func(row int) bool) glm.Data[T] {
	g := glm.Data[T]{Columns: d.X.Cols, X: []T{}, Y: []T{}}
	for i := range d.X.Rows {
		if !wanted(i) {
			continue
		}
		g.X = append(g.X, d.X.Row(i)...)
		g.Y = append(g.Y, d.Y[i])
		if d.Weights != nil {
			g.Weights = append(g.Weights, d.Weights[i])
		}
		if d.Offset != nil {
			g.Offset = append(g.Offset, d.Offset[i])
		}
	}
	return g
}

func familyOf(l loss.Loss) glm.Family {
	switch l.(type) {
	case loss.Logistic:
		return glm.Binomial
	case loss.Poisson:
		return glm.Poisson
	}
	return glm.Gaussian
}

// fittedAlone is glm's model.
func fittedAlone[T kernels.Float](t testing.TB, d glm.Data[T], o glm.Options) *glm.Model {
	t.Helper()
	m, err := glm.Fit(context.Background(), d, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func estimates(m *glm.Model) (beta, errors []float64) {
	for _, c := range m.Coefficients {
		beta, errors = append(beta, c.Estimate), append(errors, c.StdError)
	}
	return beta, errors
}

// near reports numbers that differ by more than a share of the largest wanted.
func near(t testing.TB, what string, got, want []float64, share float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	largest := 0.0
	for _, w := range want {
		largest = max(largest, math.Abs(w))
	}
	for i, w := range want {
		if !(math.Abs(got[i]-w) <= share*largest) && !(math.IsNaN(w) && math.IsNaN(got[i])) {
			t.Errorf("%s: number %d is %v, want %v", what, i, got[i], w)
			return
		}
	}
}

// sameEverywhere runs a batch on every instruction set and with one to three
// threads: all results must be equal to the last bit.
func sameEverywhere[R any](t *testing.T, run func(threads int) (R, error)) {
	t.Helper()
	var want string
	for _, level := range levels() {
		for threads := 1; threads <= 3; threads++ {
			restore := cpu.Use(level)
			r, err := run(threads)
			restore()
			if err != nil {
				t.Fatal(err)
			}
			got := bitsOf(reflect.ValueOf(r))
			if want == "" {
				want = got
			}
			if got != want {
				t.Errorf("%v, %d threads: other bits than %v with one", level, threads, levels()[0])
			}
		}
	}
}

// bitsOf is the exported fields of a result, exactly.
func bitsOf(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "nil"
		}
		return bitsOf(v.Elem())
	case reflect.Struct:
		s := ""
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				s += v.Type().Field(i).Name + " " + bitsOf(v.Field(i)) + "\n"
			}
		}
		return s
	case reflect.Slice:
		if x, ok := v.Interface().([]float64); ok {
			var s strings.Builder
			for _, v := range x {
				if math.IsNaN(v) { // of any payload
					v = math.NaN()
				}
				fmt.Fprintf(&s, "%x ", math.Float64bits(v))
			}
			return s.String()
		}
	}
	return fmt.Sprint(v.Interface())
}
