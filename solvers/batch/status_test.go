package batch

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/internal/leak"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// TestHostileGroups: each has its status, which is that of package glm, and
// those between them are as if they were alone.
func TestHostileGroups(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	x := []float64{1, 0.3, 2.7, 5, 4.1, 9, 2, 7, 3.3, 6.1}
	z := []float64{3, 1.1, 4, 1.5, 9, 2.6, 5.3, 5.8, 9.7, 9.3}
	of := func(f func(i int) float64) []float64 {
		v := make([]float64, len(x))
		for i := range v {
			v[i] = f(i)
		}
		return v
	}
	parity := of(func(i int) float64 { return float64(i * i % 3 % 2) })
	zero, one := of(func(int) float64 { return 0 }), of(func(int) float64 { return 1 })
	for _, c := range []struct {
		name                   string
		x, z, y, w             []float64
		squared, logit, counts Status
		dependent              []int
	}{
		{"good", x, z, parity, nil, Converged, Converged, Converged, nil},
		{"constant column", x, of(func(int) float64 { return 2.1 }), parity, nil, RankDeficient, RankDeficient, RankDeficient, []int{1}},
		{"constant column far away", of(func(int) float64 { return 1e9 + .1 }), z, parity, nil, RankDeficient, RankDeficient, RankDeficient, []int{0}},
		{"column of zeros", x, zero, parity, nil, RankDeficient, RankDeficient, RankDeficient, []int{1}},
		{"collinear", x, of(func(i int) float64 { return 0.3 - 0.7*x[i] }), parity, nil, RankDeficient, RankDeficient, RankDeficient, nil},
		{"nearly collinear", x, of(func(i int) float64 { return x[i] + 1e-4*z[i] }), parity, nil, Converged, Converged, Converged, nil},
		{"units apart", of(func(i int) float64 { return 1e12 * x[i] }), of(func(i int) float64 { return 1e-12 * z[i] }), parity, nil, Converged, Converged, Converged, nil},
		{"no rows", nil, nil, nil, nil, TooFewRows, TooFewRows, TooFewRows, nil},
		{"one row", x[:1], z[:1], parity[:1], nil, TooFewRows, TooFewRows, TooFewRows, nil},
		{"as many rows as coefficients", x[:3], z[:3], []float64{0, 1, 0}, nil, Converged, Separated, IterationLimit, nil},
		{"two rows that count", x, z, parity, append([]float64{1, 1}, zero[2:]...), TooFewRows, TooFewRows, TooFewRows, nil},
		{"no weight", x, z, parity, zero, TooFewRows, TooFewRows, TooFewRows, nil},
		{"all zero", x, z, zero, nil, Converged, Separated, Separated, nil},
		{"all one", x, z, one, nil, Converged, Separated, Converged, nil},
		{"separated", x, z, of(func(i int) float64 { return math.Floor(min(x[i]/4, 1)) }), nil, Converged, Separated, Converged, nil},
		{"NaN in X", x, append([]float64{nan}, z[1:]...), parity, nil, NotFinite, NotFinite, NotFinite, nil},
		{"infinite X without weight", append([]float64{inf}, x[1:]...), z, parity, append([]float64{0}, one[1:]...), NotFinite, NotFinite, NotFinite, nil},
		{"NaN in y", x, z, append([]float64{nan}, parity[1:]...), nil, NotFinite, NotFinite, NotFinite, nil},
		{"infinite y", x, z, append([]float64{inf}, parity[1:]...), nil, NotFinite, NotFinite, NotFinite, nil},
		{"NaN in one row", []float64{nan}, z[:1], parity[:1], nil, NotFinite, NotFinite, NotFinite, nil},
		{"negative weight", x, z, parity, append([]float64{-1}, one[1:]...), NotFinite, NotFinite, NotFinite, nil},
		{"infinite weight", x, z, parity, append([]float64{inf}, one[1:]...), NotFinite, NotFinite, NotFinite, nil},
		{"squares overflow", of(func(i int) float64 { return 1e200 * x[i] }), z, parity, nil, NotFinite, NotFinite, NotFinite, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			// The group between two good ones.
			g := &Groups[float64]{X: kernels.NewMatrix[float64](2*len(x)+len(c.x), 2), Starts: []int{0, len(x), len(x) + len(c.x), 2*len(x) + len(c.x)}}
			columns := [2][]float64{slices.Concat(x, c.x, x), slices.Concat(z, c.z, z)}
			for i := range g.X.Rows {
				copy(g.X.Row(i), []float64{columns[0][i], columns[1][i]})
			}
			g.Y = slices.Concat(parity, c.y, parity)
			if c.w != nil {
				g.Weights = slices.Concat(one, c.w, one)
			}
			for l, want := range map[loss.Loss]Status{loss.Squared{}: c.squared, loss.Logistic{}: c.logit, loss.Poisson{}: c.counts} {
				if l != loss.Loss(loss.Squared{}) && slices.ContainsFunc(c.y, func(y float64) bool { return y != 0 && y != 1 }) && want != NotFinite {
					t.Fatal("targets that suit no loss")
				}
				o := Options{Loss: l, StdErrors: true, Deviance: true, Threads: 1}
				f, err := g.Fit(ctx, o, nil)
				if err != nil {
					t.Fatal(err)
				}
				if f.Status[1] != want {
					t.Errorf("%s: %v, want %v", l.Name(), f.Status[1], want)
				}
				if c.name != "infinite X without weight" { // an error of glm, which is not finite either
					agrees(t, l.Name(), g, f, 1, o, 1e-8)
				}
				if f.Status[0] != Converged || !slices.Equal(f.Coefficient(0), f.Coefficient(2)) || !slices.Equal(f.StdError(0), f.StdError(2)) || f.Deviance[0] != f.Deviance[2] {
					t.Errorf("%s: the neighbours are %v %v and %v %v", l.Name(), f.Status[0], f.Coefficient(0), f.Status[2], f.Coefficient(2))
				}
				if d := f.Dependent(1); (want == RankDeficient) != (d != nil) || c.dependent != nil && want == RankDeficient && !slices.Equal(d, c.dependent) {
					t.Errorf("%s: dependent columns %v, want %v", l.Name(), d, c.dependent)
				}
			}
		})
	}
}

// TestResiduals: a deviance far below the squares of the target keeps its
// digits.
func TestResiduals(t *testing.T) {
	const n = 40
	g := &Groups[float64]{X: kernels.NewMatrix[float64](n, 2), Starts: []int{0, n}}
	for i := range n {
		a, b := float64(i), float64(i*i%17)
		copy(g.X.Row(i), []float64{1e6 + a, b})
		g.Y = append(g.Y, 1e8+1000*a-50*b+1e-5*float64(i*7%5))
	}
	o := Options{StdErrors: true, Deviance: true}
	f, err := g.Fit(ctx, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	// The same about zero, where nothing cancels.
	for i := range n {
		g.X.Row(i)[0] -= 1e6
		g.Y[i] = (g.Y[i] - 1e8) - 1000*g.X.Row(i)[0] + 50*g.X.Row(i)[1]
	}
	want, err := g.Fit(ctx, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := math.Abs(f.Deviance[0] - want.Deviance[0]); !(d < 1e-6*want.Deviance[0]) || !(want.Deviance[0] > 0) {
		t.Errorf("deviance %v, want %v", f.Deviance[0], want.Deviance[0])
	}
	if a, b := f.StdError(0)[1], want.StdError(0)[1]; math.Abs(a-b) > 1e-6*b {
		t.Errorf("standard error %v, want %v", a, b)
	}
}

// TestGroupsHaveTheSameBits: with any instruction set and number of threads, in
// any neighbourhood and order, in new memory and in old.
func TestGroupsHaveTheSameBits(t *testing.T) {
	leak.None(t, func() {
		for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}} {
			for _, columns := range []int{1, 5, 9, 37} {
				sameBits[float64](t, l, columns)
				sameBits[float32](t, l, columns)
			}
		}
	})
}

// The sum was taken on amd64; a difference means that some product was fused or
// some sum reordered.
func TestGroupsHaveTheSameBitsOnEveryMachine(t *testing.T) {
	sum := fnv.New64a()
	for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}} {
		for _, weighted := range []bool{false, true} {
			g := &Groups[float64]{X: kernels.NewMatrix[float64](240, 3), Starts: []int{0, 12, 30, 100, 240}}
			for i := range g.X.Rows {
				for j := range 3 {
					g.X.Row(i)[j] = float64((i*i*(j+3)+7*j*i+j*j*j)%101) / 7
				}
				g.Y = append(g.Y, float64(i*i%7%2))
				if weighted {
					g.Weights, g.Offset = append(g.Weights, float64(1+i%3)/3), append(g.Offset, float64(i%5)/10)
				}
			}
			f, err := g.Fit(ctx, Options{Loss: l, StdErrors: true, Deviance: true}, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range slices.Concat(f.Coefficients, f.StdErrors, f.Deviance) {
				if v != v {
					t.Fatalf("%s: %v", l.Name(), f.Status)
				}
				fmt.Fprintf(sum, "%x ", math.Float64bits(v))
			}
		}
	}
	if got := fmt.Sprintf("%x", sum.Sum64()); got != "927fab2c54b8f9c9" {
		t.Errorf("bits %s", got)
	}
}

func sameBits[T kernels.Float](t *testing.T, l loss.Loss, columns int) {
	g := random[T](rand.New(rand.NewPCG(5, uint64(columns))), columns, l, []int{60, 130, 0, 45, 300, 44, 70, 3, 129, 99, 64, 1500}, true, true)
	o := Options{Loss: l, StdErrors: true, Deviance: true, Threads: 1}
	want, err := g.Fit(ctx, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	check := func(what string, f *Fits, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range [][2][]float64{{f.Coefficients, want.Coefficients}, {f.StdErrors, want.StdErrors}, {f.Deviance, want.Deviance}} {
			for i := range v[1] {
				if a, b := v[0][i], v[1][i]; math.Float64bits(a) != math.Float64bits(b) && !(a != a && b != b) {
					t.Errorf("%s, %d columns, %s: %v, want %v", l.Name(), columns, what, a, b)
					return
				}
			}
		}
		if !slices.Equal(f.Status, want.Status) || !slices.Equal(f.Iterations, want.Iterations) || !slices.Equal(f.Rows, want.Rows) {
			t.Errorf("%s, %d columns, %s: %v, want %v", l.Name(), columns, what, f.Status, want.Status)
		}
	}
	for _, level := range cpu.Available() {
		restore := cpu.Use(level)
		o.Threads = 3
		f, err := g.Fit(ctx, o, nil)
		check(level.String(), f, err)
		restore()
	}
	old, err := g.Fit(ctx, Options{NoIntercept: true, Loss: l}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := g.Fit(ctx, o, old)
	check("in old memory", f, err)

	// Rows dealt out, and put in order by their keys.
	key := make([]int, g.X.Rows)
	for group := range g.Starts[1:] {
		for i := g.Starts[group]; i < g.Starts[group+1]; i++ {
			key[i] = group
		}
	}
	rank := rand.New(rand.NewPCG(8, 9)).Perm(len(want.Status))
	at := slices.Clone(g.Starts)
	mixed := &Groups[T]{X: kernels.NewMatrix[T](g.X.Rows, columns)}
	var keys []int
	for len(keys) < g.X.Rows {
		for _, group := range rank {
			if i := at[group]; i < g.Starts[group+1] {
				copy(mixed.X.Row(len(keys)), g.X.Row(i))
				keys = append(keys, group)
				mixed.Y, mixed.Weights, mixed.Offset = append(mixed.Y, g.Y[i]), append(mixed.Weights, g.Weights[i]), append(mixed.Offset, g.Offset[i])
				at[group]++
			}
		}
	}
	var unique []int
	unique, mixed.Starts, mixed.Index = Order(keys)
	f, err = mixed.Fit(ctx, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, group := range unique {
		if !slices.Equal(f.Coefficient(i), want.Coefficient(group)) && f.Status[i] == Converged || f.Status[i] != want.Status[group] {
			t.Errorf("%s, %d columns, group %d of mixed rows: %v %v, want %v %v", l.Name(), columns, group, f.Status[i], f.Coefficient(i), want.Status[group], want.Coefficient(group))
		}
	}
}

// TestLargeGroups are split, or read by passes on one thread, and agree with
// package glm all the same.
func TestLargeGroups(t *testing.T) {
	if testing.Short() {
		t.Skip("some hundred thousand rows")
	}
	for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}} {
		large[float64](t, l, 1e-10)
		large[float32](t, l, 1e-5)
	}
}

func large[T kernels.Float](t *testing.T, l loss.Loss, share float64) {
	g := random[T](rand.New(rand.NewPCG(3, 4)), 3, l, []int{40, splitRows + 1000, 50, packedElements/8 + 1}, true, true)
	if !g.divided(1) || g.packed(3) || g.divided(3) || !g.packed(0) {
		t.Fatal("groups are not as large as they should be")
	}
	var first *Fits
	for _, threads := range []int{1, 2} {
		o := Options{Loss: l, StdErrors: true, Deviance: true, Threads: threads}
		f, err := g.Fit(ctx, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		for group := range 4 {
			if !agrees(t, "large, "+l.Name(), g, f, group, o, share) {
				t.Errorf("%s: group %d is %v", l.Name(), group, f.Status[group])
			}
		}
		if first == nil {
			first = f
		}
		if !slices.Equal(f.Coefficients, first.Coefficients) || !slices.Equal(f.StdErrors, first.StdErrors) || !slices.Equal(f.Deviance, first.Deviance) {
			t.Errorf("%s: %d threads change bits", l.Name(), threads)
		}
	}
	for i := range g.X.Rows { // a column that depends on the other two
		row := g.X.Row(i)
		row[2] = row[0] - row[1]
	}
	f, err := g.Fit(ctx, Options{Loss: l}, first)
	if err != nil {
		t.Fatal(err)
	}
	for group, s := range f.Status {
		if s != RankDeficient || len(f.Dependent(group)) != 1 {
			t.Errorf("%s: group %d is %v, dependent %v", l.Name(), group, s, f.Dependent(group))
		}
	}
}

// TestFitsAreUsedAgain: nothing is allocated a fit.
func TestFitsAreUsedAgain(t *testing.T) {
	for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}} {
		for _, threads := range []int{1, 2} {
			g := random[float32](rand.New(rand.NewPCG(1, 1)), 4, l, slices.Repeat([]int{50, 20, 90, 0, 33}, 200), true, true)
			o := Options{Loss: l, StdErrors: true, Deviance: true, Threads: threads}
			f, err := g.Fit(ctx, o, nil)
			if err != nil {
				t.Fatal(err)
			}
			least := math.Inf(1)
			for range 5 {
				least = min(least, testing.AllocsPerRun(1, func() {
					if again, err := g.Fit(ctx, o, f); err != nil || again != f {
						t.Error("other results, or ", err)
					}
				}))
			}
			if least > 16 { // of goroutines and claims, for 1000 fits
				t.Errorf("%s, %d threads: %v allocations", l.Name(), threads, least)
			}
		}
	}
}

// TestGroupsAreStopped: what is done stays.
func TestGroupsAreStopped(t *testing.T) {
	g := random[float64](rand.New(rand.NewPCG(1, 1)), 3, loss.Squared{}, slices.Repeat([]int{100}, 1000), false, false)
	for _, threads := range []int{1, 2} {
		stopped := &stopping{Context: ctx}
		stopped.after.Store(4)
		var f *Fits
		var err error
		leak.None(t, func() { f, err = g.Fit(stopped, Options{Threads: threads}, nil) })
		if !errors.Is(err, context.Canceled) || f == nil {
			t.Fatalf("%v, error %v", f, err)
		}
		done := 0
		for i, s := range f.Status {
			switch {
			case s == Converged && finite(f.Coefficient(i)[0]):
				done++
			case s != NotFitted || !math.IsNaN(f.Coefficient(i)[0]):
				t.Errorf("fit %d: %v, %v", i, s, f.Coefficient(i))
			}
		}
		if done < 100 || done > 900 {
			t.Errorf("%d of 1000 were done", done)
		}
	}
}

// A stopping context has ended when it was asked so often.
type stopping struct {
	context.Context
	after atomic.Int32
}

func (s *stopping) Err() error {
	if s.after.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

func TestBadShapes(t *testing.T) {
	for message, change := range map[string]func(*Groups[float64], *Options){
		"batch: 3 targets for 4 rows":                                     func(g *Groups[float64], o *Options) { g.Y = g.Y[:3] },
		"batch: 1 weights for 4 rows":                                     func(g *Groups[float64], o *Options) { g.Weights = []float64{1} },
		"batch: 1 offsets for 4 rows":                                     func(g *Groups[float64], o *Options) { g.Offset = []float64{1} },
		"batch: X of 4×2 with stride 2 does not fit in 7 elements":        func(g *Groups[float64], o *Options) { g.X.Data = g.X.Data[:7] },
		"batch: Starts is empty":                                          func(g *Groups[float64], o *Options) { g.Starts = nil },
		"batch: Starts begins with -1":                                    func(g *Groups[float64], o *Options) { g.Starts[0] = -1 },
		"batch: group 1 begins at row 2 and ends at row 1":                func(g *Groups[float64], o *Options) { g.Starts[2] = 1 },
		"batch: the last group ends at row 5 of 4":                        func(g *Groups[float64], o *Options) { g.Starts[2] = 5 },
		"batch: the last group ends at row 4 of 3":                        func(g *Groups[float64], o *Options) { g.Index = []int{0, 1, 2} },
		"batch: Index[1] is row 4 of 4":                                   func(g *Groups[float64], o *Options) { g.Index = []int{0, 4, 2, 1} },
		"batch: X has no columns, and there is no intercept":              func(g *Groups[float64], o *Options) { g.X.Cols, o.NoIntercept = 0, true },
		"batch: 2001 columns; a batch takes up to 2000, package glm more": func(g *Groups[float64], o *Options) { g.X = kernels.NewMatrix[float64](4, 2001) },
		"batch: L2 is -1":                                                 func(g *Groups[float64], o *Options) { o.L2 = -1 },
		"batch: loss loss.Gamma; the choice is loss.Squared":              func(g *Groups[float64], o *Options) { o.Loss = loss.Gamma{} },
		"batch: Tolerance is 1":                                           func(g *Groups[float64], o *Options) { o.Tolerance = 1 },
		"batch: MaxIterations is -1":                                      func(g *Groups[float64], o *Options) { o.MaxIterations = -1 },
		"batch: Threads is -2":                                            func(g *Groups[float64], o *Options) { o.Threads = -2 },
	} {
		g := &Groups[float64]{X: kernels.NewMatrix[float64](4, 2), Y: make([]float64, 4), Starts: []int{0, 2, 4}}
		var o Options
		change(g, &o)
		if f, err := g.Fit(ctx, o, nil); f != nil || err == nil || !strings.HasPrefix(err.Error(), message) {
			t.Errorf("%v, error %v, want %s", f, err, message)
		}
	}
}

func TestOrder(t *testing.T) {
	for _, c := range []struct {
		keys, unique  string
		starts, index []int
	}{
		{"", "", []int{0}, nil},
		{"a", "a", []int{0, 1}, nil},
		{"bbaac", "bac", []int{0, 2, 4, 5}, nil},
		{"abab", "ab", []int{0, 2, 4}, []int{0, 2, 1, 3}},
		{"cabbac", "cab", []int{0, 2, 4, 6}, []int{0, 5, 1, 4, 2, 3}},
	} {
		unique, starts, index := Order([]rune(c.keys))
		if string(unique) != c.unique || !slices.Equal(starts, c.starts) || !slices.Equal(index, c.index) {
			t.Errorf("%q: %q, %v, %v", c.keys, string(unique), starts, index)
		}
	}
}

// TestStride: what lies between rows is not looked at, and the last may end
// with its last column.
func TestStride(t *testing.T) {
	for _, l := range []loss.Loss{loss.Squared{}, loss.Logistic{}} {
		g := random[float64](rand.New(rand.NewPCG(7, 7)), 3, l, []int{30, 0, 50, 1000, 7000}, false, false)
		o := Options{Loss: l, StdErrors: true, Threads: 1}
		want, err := g.Fit(ctx, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		wide := slices.Repeat([]float64{math.NaN()}, (g.X.Rows-1)*5+3)
		for i := range g.X.Rows {
			copy(wide[i*5:], g.X.Row(i))
		}
		g.X.Stride, g.X.Data = 5, wide
		got, err := g.Fit(ctx, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range want.Status {
			if got.Status[i] != s || s == Converged && (!slices.Equal(got.Coefficient(i), want.Coefficient(i)) || !slices.Equal(got.StdError(i), want.StdError(i))) {
				t.Errorf("%s, group %d: %v %v, want %v %v", l.Name(), i, got.Status[i], got.Coefficient(i), s, want.Coefficient(i))
			}
		}
	}
}

// TestFlatLoss: where the offset makes every probability 0 or 1 there is no step
// to take.
func TestFlatLoss(t *testing.T) {
	g := random[float64](rand.New(rand.NewPCG(7, 7)), 2, loss.Logistic{}, []int{30}, false, true)
	for i, y := range g.Y {
		g.Offset[i] = 1e5 * (2*y - 1)
	}
	for _, l2 := range []float64{0, 1} {
		f, err := g.Fit(ctx, Options{Loss: loss.Logistic{}, L2: l2, StdErrors: true}, nil)
		if err != nil || f.Status[0] != Stalled || !math.IsNaN(f.StdError(0)[0]) {
			t.Errorf("L2 %v: %v, %v, error %v", l2, f.Status, f.StdErrors, err)
		}
	}
}
