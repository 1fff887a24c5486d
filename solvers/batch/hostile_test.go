package batch

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// A hostileGroup is rows of two columns that some fits fail on, and what becomes of
// each of them.
type hostileGroup struct {
	name                   string
	x, z, y, w             []float64
	squared, logit, counts Status
	dependent              []int // if it is known which
}

func (h *hostileGroup) status(l loss.Loss) Status {
	switch l.(type) {
	case loss.Logistic:
		return h.logit
	case loss.Poisson:
		return h.counts
	}
	return h.squared
}

// goodColumns and goodTargets are a group that all losses can fit.
func goodColumns() [2][]float64 {
	return [2][]float64{{1, 0.3, 2.7, 5, 4.1, 9, 2, 7, 3.3, 6.1}, {3, 1.1, 4, 1.5, 9, 2.6, 5.3, 5.8, 9.7, 9.3}}
}

func goodTargets() []float64 {
	y := make([]float64, len(goodColumns()[0]))
	for i := range y {
		y[i] = float64(i * i % 3 % 2)
	}
	return y
}

// hostileGroups begin with the good one.
func hostileGroups() []hostileGroup {
	nan, inf := math.NaN(), math.Inf(1)
	x, z := goodColumns()[0], goodColumns()[1]
	of := func(f func(i int) float64) []float64 {
		v := make([]float64, len(x))
		for i := range v {
			v[i] = f(i)
		}
		return v
	}
	parity := goodTargets()
	first := func(far float64, v []float64) []float64 { return append([]float64{far}, v[1:]...) }
	twice := func(v []float64) []float64 { return append(slices.Clone(v), v...) }
	last := func(v []float64, row int, to float64) []float64 { v = slices.Clone(v); v[row] = to; return v }
	zero, one := of(func(int) float64 { return 0 }), of(func(int) float64 { return 1 })
	return []hostileGroup{
		{"good", x, z, parity, nil, Converged, Converged, Converged, nil},
		{"constant column", x, of(func(int) float64 { return 2.1 }), parity, nil, RankDeficient, RankDeficient, RankDeficient, []int{1}},
		{"constant column far away", of(func(int) float64 { return 1e9 + .1 }), z, parity, nil, RankDeficient, RankDeficient, RankDeficient, []int{0}},
		{"column of zeros", x, zero, parity, nil, RankDeficient, RankDeficient, RankDeficient, []int{1}},
		{"same row again and again", of(func(int) float64 { return 3.3 }), of(func(int) float64 { return 0.7 }), parity, nil, RankDeficient, RankDeficient, RankDeficient, []int{0, 1}},
		{"every row twice", twice(x), twice(z), twice(parity), nil, Converged, Converged, Converged, nil},
		{"first row far away", first(1e8, x), z, parity, nil, Converged, Converged, Converged, nil},
		{"first row far away in all", first(1e8, x), first(-1e8, z), parity, nil, RankDeficient, RankDeficient, RankDeficient, []int{1}},
		{"first row away in all", first(1e4, x), first(-1e4, z), parity, nil, Converged, Converged, Converged, nil},
		{"last row far away", last(x, len(x)-1, 1e8), z, parity, nil, Converged, Converged, Converged, nil},
		{"tiny spread far away", of(func(i int) float64 { return 1e8 + 1e-3*x[i] }), z, parity, nil, Converged, Converged, Converged, nil},
		{"first row far away from a tiny spread", first(1e5, of(func(i int) float64 { return 1e-3 * x[i] })), z, parity, nil, Converged, Converged, Converged, nil},
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
		{"minus infinity in X", first(-inf, x), z, parity, nil, NotFinite, NotFinite, NotFinite, nil},
		{"both infinities in X", first(-inf, last(x, 5, inf)), z, parity, nil, NotFinite, NotFinite, NotFinite, nil},
		{"minus infinity in y", x, z, first(-inf, parity), nil, NotFinite, NotFinite, NotFinite, nil},
		{"infinite y", x, z, append([]float64{inf}, parity[1:]...), nil, NotFinite, NotFinite, NotFinite, nil},
		{"NaN in one row", []float64{nan}, z[:1], parity[:1], nil, NotFinite, NotFinite, NotFinite, nil},
		{"negative weight", x, z, parity, append([]float64{-1}, one[1:]...), NotFinite, NotFinite, NotFinite, nil},
		{"infinite weight", x, z, parity, append([]float64{inf}, one[1:]...), NotFinite, NotFinite, NotFinite, nil},
		{"squares overflow", of(func(i int) float64 { return 1e200 * x[i] }), z, parity, nil, NotFinite, NotFinite, NotFinite, nil},
	}
}

// losses are those that groups are fitted by.
var losses = []loss.Loss{loss.Squared{}, loss.Logistic{}, loss.Poisson{}}

// TestHostileGroups: each has its status, which is that of package glm, and
// those between them are as if they were alone.
func TestHostileGroups(t *testing.T) {
	x, z, parity := goodColumns()[0], goodColumns()[1], goodTargets()
	one := slices.Repeat([]float64{1}, len(x))
	for _, c := range hostileGroups() {
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
			for _, l := range losses {
				want := c.status(l)
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

// TestHostileGroupsTogether: in one call, each beside others in the lanes, their rows
// dealt out in turn, they have the bits of a call of their own.
func TestHostileGroupsTogether(t *testing.T) {
	all := slices.DeleteFunc(hostileGroups(), func(h hostileGroup) bool { return h.w != nil })
	var keys, place []int // a row of every group that has any left, and so on
	for row := range 20 {
		for k, h := range all {
			if row < len(h.x) {
				keys, place = append(keys, k), append(place, row)
			}
		}
	}
	together := &Groups[float64]{X: kernels.NewMatrix[float64](len(keys), 2), Y: make([]float64, len(keys))}
	for i, k := range keys {
		h, row := &all[k], place[i]
		together.X.Row(i)[0], together.X.Row(i)[1], together.Y[i] = h.x[row], h.z[row], h.y[row]
	}
	var unique []int
	unique, together.Starts, together.Index = Order(keys)
	for _, l := range losses {
		o := Options{Loss: l, StdErrors: true, Deviance: true, Threads: 1}
		f, err := together.Fit(ctx, o, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, k := range unique {
			h := &all[k]
			g := &Groups[float64]{X: kernels.NewMatrix[float64](len(h.x), 2), Y: h.y, Starts: []int{0, len(h.x)}}
			for row := range h.x {
				g.X.Row(row)[0], g.X.Row(row)[1] = h.x[row], h.z[row]
			}
			own, err := g.Fit(ctx, o, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := f.Status[i]; got != h.status(l) || got != own.Status[0] || !slices.Equal(f.Dependent(i), own.Dependent(0)) {
				t.Errorf("%s, %s: %v, alone %v; dependent %v, alone %v", l.Name(), h.name, got, own.Status[0], f.Dependent(i), own.Dependent(0))
			}
			if !sameNumbers(f.Coefficient(i), own.Coefficients) || !sameNumbers(f.StdError(i), own.StdErrors) || !sameNumbers(f.Deviance[i:i+1], own.Deviance) {
				t.Errorf("%s, %s: %v ± %v, %v; alone %v ± %v, %v", l.Name(), h.name, f.Coefficient(i), f.StdError(i), f.Deviance[i], own.Coefficients, own.StdErrors, own.Deviance[0])
			}
		}
	}
}

// sameNumbers says that bits are the same, but for those of NaNs.
func sameNumbers(x, y []float64) bool {
	return slices.EqualFunc(x, y, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })
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
