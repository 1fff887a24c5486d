package loss

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
)

// losses is every loss, with targets that it accepts. What holds for all of
// them is tested in this file; a new loss is a line here.
var losses = []struct {
	Loss
	targets []float64
	classes bool // of two classes: it has margins

	// kinks is the predictors at which R or D jumps; nil means none.
	kinks func(y float64) []float64

	// bend is what the third and the fourth derivative do not exceed within a
	// step of a difference; nil means 1.
	bend func(eta, y float64) float64
}{
	{Loss: Squared{}, targets: []float64{0, 1, -2.5, 1e3, -1e-3}},
	{Loss: Logistic{}, targets: []float64{0, 1}, classes: true},
	{Loss: Poisson{}, targets: []float64{0, 1, 2, 0.25, 37, 1e6, 5e-324}, bend: func(eta, _ float64) float64 { return 2 * math.Exp(eta) }},
	{Loss: Gamma{}, targets: []float64{1, 0.125, 3.5, 1e3, 1e-300}, bend: func(eta, y float64) float64 { return 2 * y * math.Exp(-eta) }},
	{Loss: Tweedie{}, targets: []float64{0, 1, 0.125, 3.5, 1e3, 1e-300}, bend: tweedieBend(1.5)},
	{Loss: renamed{Tweedie{Power: 1.1}, "tweedie 1.1"}, targets: []float64{0, 1, 0.125, 3.5, 1e3, 1e-300}, bend: tweedieBend(1.1)},
	{Loss: renamed{Tweedie{Power: 1.95}, "tweedie 1.95"}, targets: []float64{0, 1, 0.125, 3.5, 1e3, 1e-300}, bend: tweedieBend(1.95)},
	{Loss: Huber{}, targets: []float64{0, 1, -2.5, 1e3}, kinks: func(y float64) []float64 { return []float64{y - 1.345, y + 1.345} }},
	{Loss: renamed{Huber{Delta: 0.125}, "huber 0.125"}, targets: []float64{0, 1, -2.5}, kinks: func(y float64) []float64 { return []float64{y - 0.125, y + 0.125} }},
	{Loss: Quantile{}, targets: []float64{0, 1, -2.5, 1e3}},
	{Loss: renamed{Quantile{Tau: 0.9, Bandwidth: 0.25}, "quantile 0.9"}, targets: []float64{0, 1, -2.5, 1e3}, bend: func(_, _ float64) float64 { return 16 }},
	{Loss: SquaredHinge{}, targets: []float64{0, 1}, classes: true, kinks: func(y float64) []float64 { return []float64{2*y - 1} }},
}

// renamed is a loss with parameters of its own, under a name of its own.
type renamed struct {
	Loss
	name string
}

func (r renamed) Name() string { return r.name }

func tweedieBend(p float64) func(eta, y float64) float64 {
	return func(eta, y float64) float64 { return 2 * (math.Exp((2-p)*eta) + y*math.Exp((1-p)*eta)) }
}

// product is a result times its weight, and zero without a weight, whatever the
// result is.
func product(v, w float64) float64 {
	if w == 0 && math.IsInf(v, 0) {
		return 0
	}
	return v * w
}

// alike is same, but that zeros of either sign are alike.
func alike(a, b float64) bool { return a == b || same(a, b) }

// etas is predictors of every size, densely where losses bend.
func etas() []float64 {
	v := []float64{
		0, math.Copysign(0, -1), 5e-324, -5e-324, 0x1p-1022, -0x1p-1022, 1e-300, -1e-300, 30, -30, 36.7, -36.8, 40, -40,
		700, -700, 708.4, -708.4, 1e5, -1e5, 1e15, -1e15,
	}
	for eta := -50.0; eta <= 50; eta += 0.0625 + 0x1p-20 {
		v = append(v, eta)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		v = append(v, math.Copysign(math.Ldexp(0.5+random.Float64()/2, random.IntN(50)-40), random.Float64()-0.5))
	}
	return v
}

// block is room for n rows without margins so far.
func block(n int, weighted bool) *Block {
	b := &Block{
		Eta: make([]float64, n), Y: make([]float64, n), Value: make([]float64, n), R: make([]float64, n), D: make([]float64, n),
		MinMargin: math.Inf(1), MaxMargin: math.Inf(-1),
	}
	if weighted {
		b.W = make([]float64, n)
	}
	for i := range n { // what a destination holds must not matter
		b.Value[i], b.R[i], b.D[i] = math.NaN(), math.Inf(1), math.NaN()
	}
	return b
}

// randomBlock has rows of every size and target, and weights with zeros.
func randomBlock(n int, targets []float64, weighted bool, seed uint64) *Block {
	random := rand.New(rand.NewPCG(seed, uint64(n)))
	b, pool := block(n, weighted), etas()
	for i := range n {
		b.Eta[i], b.Y[i] = pool[random.IntN(len(pool))], targets[random.IntN(len(targets))]
		if weighted && random.IntN(4) > 0 {
			b.W[i] = math.Ldexp(random.Float64(), random.IntN(9)-4)
		}
	}
	return b
}

// rows is a view of some rows of a block, with room for results of its own.
func rows(b *Block, lo, hi int) *Block {
	part := block(hi-lo, false)
	part.Eta, part.Y = b.Eta[lo:hi], b.Y[lo:hi]
	if b.W != nil {
		part.W = b.W[lo:hi]
	}
	return part
}

// evaluate is the three results of one row without a weight.
func evaluate(l Loss, eta, y float64) (value, r, d float64) {
	b := block(1, false)
	b.Eta[0], b.Y[0] = eta, y
	l.Evaluate(b)
	return b.Value[0], b.R[0], b.D[0]
}

// same compares bits; any NaN equals any NaN.
func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || math.IsNaN(a) && math.IsNaN(b)
}

func sameResults(a, b *Block) bool {
	return slices.EqualFunc(a.Value, b.Value, same) && slices.EqualFunc(a.R, b.R, same) && slices.EqualFunc(a.D, b.D, same) &&
		same(a.MinMargin, b.MinMargin) && same(a.MaxMargin, b.MaxMargin)
}

func TestDerivativesAreThoseOfTheValue(t *testing.T) {
	for _, l := range losses {
		for _, y := range l.targets {
			for eta := -6.0; eta <= 6; eta += 0.1 {
				const h = 0x1p-14
				if l.kinks != nil && slices.ContainsFunc(l.kinks(y), func(kink float64) bool { return math.Abs(eta-kink) <= h }) {
					continue // differences across a kink are those of neither side
				}
				value, r, d := evaluate(l, eta, y)
				above, rAbove, _ := evaluate(l, eta+h, y)
				below, rBelow, _ := evaluate(l, eta-h, y)
				// The error of a central difference is rounding over h and h²/6 of
				// the derivative two orders above: the third of the loss for R, the
				// fourth for D.
				bend := 1.0
				if l.bend != nil {
					bend = l.bend(eta, y)
				}
				if slope, allowed := (above-below)/(2*h), bend*h*h/6+8*0x1p-53*(value+math.Abs(r))/h; math.Abs(slope-r) > allowed {
					t.Errorf("%s, eta %g, y %g: R is %g, the slope of the loss %g ± %g", l.Name(), eta, y, r, slope, allowed)
				}
				if slope, allowed := (rAbove-rBelow)/(2*h), bend*h*h/6+8*0x1p-53*(1+math.Abs(eta)+math.Abs(y)+math.Abs(r)+8*d)/h; math.Abs(slope-d) > allowed {
					t.Errorf("%s, eta %g, y %g: D is %g, the slope of R %g ± %g", l.Name(), eta, y, d, slope, allowed)
				}
			}
		}
	}
}

func TestLossesAreConvexAndNotNegative(t *testing.T) {
	for _, l := range losses {
		for _, weighted := range []bool{false, true} {
			b := randomBlock(5000, l.targets, weighted, 3)
			l.Evaluate(b)
			for i := range b.Eta {
				if !(b.Value[i] >= 0 && b.D[i] >= 0) || math.IsNaN(b.R[i]) {
					t.Errorf("%s, eta %g, y %g: value %g, R %g, D %g", l.Name(), b.Eta[i], b.Y[i], b.Value[i], b.R[i], b.D[i])
				}
			}
		}
	}
}

func TestWeightsMultiplyEveryResult(t *testing.T) {
	for _, l := range losses {
		b := randomBlock(3000, l.targets, true, 4)
		l.Evaluate(b)
		for i, w := range b.W {
			value, r, d := evaluate(l, b.Eta[i], b.Y[i])
			if !alike(b.Value[i], product(value, w)) || !alike(b.R[i], product(r, w)) || !alike(b.D[i], product(d, w)) {
				t.Errorf("%s, eta %g, y %g: weight %g gives %g, %g, %g; without it they are %g, %g, %g",
					l.Name(), b.Eta[i], b.Y[i], w, b.Value[i], b.R[i], b.D[i], value, r, d)
			}
		}
		ones := rows(b, 0, len(b.Eta))
		ones.W = slices.Repeat([]float64{1}, len(b.Eta))
		none := rows(b, 0, len(b.Eta))
		none.W = nil
		l.Evaluate(ones)
		l.Evaluate(none)
		if !sameResults(ones, none) {
			t.Errorf("%s: weights of 1 differ from no weights", l.Name())
		}
	}
}

func TestQuadraticMeansDIsTheWeight(t *testing.T) {
	for _, l := range losses {
		b := randomBlock(1000, l.targets, true, 5)
		l.Evaluate(b)
		if constant := slices.Equal(b.D, b.W); constant != l.Quadratic() {
			t.Errorf("%s: Quadratic is %v, D is the weight %v", l.Name(), l.Quadratic(), constant)
		}
	}
}

func TestMarginsAreThoseOfRowsWithAPositiveWeight(t *testing.T) {
	for _, l := range losses {
		for _, weighted := range []bool{false, true} {
			for _, n := range []int{0, 1, 2, 3, 200} {
				for seed := range uint64(20) {
					b := randomBlock(n, l.targets, weighted, seed)
					low, high := math.Inf(1), math.Inf(-1)
					for i := range n {
						if l.classes && (!weighted || b.W[i] > 0) {
							low, high = min(low, (2*b.Y[i]-1)*b.Eta[i]), max(high, (2*b.Y[i]-1)*b.Eta[i])
						}
					}
					l.Evaluate(b)
					if b.MinMargin != low || b.MaxMargin != high {
						t.Errorf("%s, %d rows, weighted %v: margins %g to %g, want %g to %g", l.Name(), n, weighted, b.MinMargin, b.MaxMargin, low, high)
					}
				}
			}
		}
	}
}

func TestMarginsNeitherForgetNorSpoilThoseBefore(t *testing.T) {
	for _, l := range losses {
		b := block(7, true)
		copy(b.Eta, []float64{1, -1, 1e9, 1e9, 1e9, math.NaN(), 2})
		copy(b.Y, []float64{1, 0, 1, 0, 0, 1, 1})
		copy(b.W, []float64{1, 2, 0, -1, math.NaN(), 1, 1})
		b.MinMargin, b.MaxMargin = -7, 8
		l.Evaluate(b)
		if b.MinMargin != -7 || b.MaxMargin != 8 {
			t.Errorf("%s: margins of -7 to 8 became %g to %g", l.Name(), b.MinMargin, b.MaxMargin)
		}
	}
}

func TestRowsDoNotDependOnTheirBlock(t *testing.T) {
	const n = 1500
	random := rand.New(rand.NewPCG(6, 7))
	for _, l := range losses {
		for _, weighted := range []bool{false, true} {
			whole := randomBlock(n, l.targets, weighted, 8)
			l.Evaluate(whole)
			for _, longest := range []int{1, 2, 7, 8, 9, 128, 700} {
				pieces := rows(whole, 0, n)
				for lo := 0; lo < n; {
					hi := min(lo+1+random.IntN(longest), n)
					piece := rows(whole, lo, hi)
					piece.MinMargin, piece.MaxMargin = pieces.MinMargin, pieces.MaxMargin
					l.Evaluate(piece)
					copy(pieces.Value[lo:], piece.Value)
					copy(pieces.R[lo:], piece.R)
					copy(pieces.D[lo:], piece.D)
					pieces.MinMargin, pieces.MaxMargin = piece.MinMargin, piece.MaxMargin
					lo = hi
				}
				if !sameResults(pieces, whole) {
					t.Errorf("%s: blocks of up to %d rows differ from one of %d", l.Name(), longest, n)
				}
			}
		}
	}
}

func TestEveryLevelGivesTheSameBits(t *testing.T) {
	special := []float64{math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, -math.MaxFloat64, 745.2, -745.2, 749.9, -751}
	for _, l := range losses {
		for _, weighted := range []bool{false, true} {
			for _, n := range []int{0, 1, 7, 8, 9, 31, 128, 3001} {
				b := randomBlock(n, l.targets, weighted, 9)
				if n > 100 {
					copy(b.Eta[50:], special)
				}
				run := func(level cpu.Level) *Block {
					defer cpu.Use(level)()
					result := rows(b, 0, n)
					l.Evaluate(result)
					return result
				}
				want := run(cpu.Generic)
				for _, level := range cpu.Available()[1:] {
					if !sameResults(run(level), want) {
						t.Errorf("%s, %d rows, weighted %v: %v differs from pure Go", l.Name(), n, weighted, level)
					}
				}
			}
		}
	}
}

func TestEvaluateChangesNothingButResults(t *testing.T) {
	for _, l := range losses {
		b := randomBlock(300, l.targets, true, 10)
		eta, y, w := slices.Clone(b.Eta), slices.Clone(b.Y), slices.Clone(b.W)
		l.Evaluate(b)
		if !slices.EqualFunc(b.Eta, eta, same) || !slices.EqualFunc(b.Y, y, same) || !slices.EqualFunc(b.W, w, same) {
			t.Errorf("%s changes its arguments", l.Name())
		}
	}
}

func TestEvaluateAllocatesNothing(t *testing.T) {
	for _, l := range losses {
		for _, level := range cpu.Available() {
			b := randomBlock(128, l.targets, true, 11)
			restore := cpu.Use(level)
			allocations := testing.AllocsPerRun(20, func() { l.Evaluate(b) })
			restore()
			if allocations != 0 {
				t.Errorf("%s at %v: %g allocations", l.Name(), level, allocations)
			}
		}
	}
}

// TestNoPredictorHidesBehindAFiniteLoss: where eta is infinite or not a number
// the loss of the row is its limit or NaN, so that a sum over rows tells.
func TestNoPredictorHidesBehindAFiniteLoss(t *testing.T) {
	for _, l := range losses {
		for _, y := range l.targets {
			for _, eta := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
				value, r, _ := evaluate(l, eta, y)
				if !math.IsNaN(value) && !math.IsInf(value, 1) {
					t.Errorf("%s, eta %g, y %g: the loss is %g", l.Name(), eta, y, value)
				}
				if math.IsNaN(eta) && !math.IsNaN(r) {
					t.Errorf("%s, eta %g, y %g: R is %g", l.Name(), eta, y, r)
				}
			}
		}
	}
}

func TestWordsAndTargets(t *testing.T) {
	names := map[string]bool{}
	for _, l := range losses {
		if names[l.Name()] || l.Name() == "" || l.Targets() == "" {
			t.Errorf("name %q, targets %q", l.Name(), l.Targets())
		}
		names[l.Name()] = true
		for _, y := range l.targets {
			if !l.Accepts(y) {
				t.Errorf("%s refuses %g", l.Name(), y)
			}
		}
	}
	for _, y := range []float64{-1, 0.5, 2, 1 + 0x1p-52, 5e-324, math.Inf(1), math.Inf(-1), math.NaN()} {
		if (Logistic{}).Accepts(y) {
			t.Errorf("logistic accepts %g", y)
		}
	}
	if !(Logistic{}).Accepts(math.Copysign(0, -1)) {
		t.Error("logistic refuses -0")
	}
}
