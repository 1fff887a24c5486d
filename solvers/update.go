package solvers

import "math"

// An Update is a part of the chain that makes a step of a stochastic method out
// of the estimate of a gradient: a plain struct of settings. What it remembers
// are vectors that the run keeps for it. [Trace], [SumSquares], [MeanSquares],
// [Moments] and [WeightDecay] are updates.
type Update interface {
	// Vectors is how many vectors, one number a variable, it remembers. They are
	// zero when a run begins.
	Vectors() int
	// Apply changes the step.
	Apply(t *Turn)
}

// A Turn is a step in the making, in variables scaled to a curvature of 1 at the
// start (z = √P·x, with the P of [Stochastic]):
//
//	z ← z − t·Scale·Step
//
// where t is the first length times that of the schedule. All slices have one
// number a variable.
type Turn struct {
	Step   []float64   // the estimate of the gradient at first
	Scale  []float64   // ones at first; positive. A proximal step is taken in this metric
	Memory [][]float64 // of the update at hand
	Z      []float64   // where the step starts
	Lead   int         // variables in front that stand for an intercept
	First  float64     // the first length
	Length float64     // of the schedule, by which it is multiplied
	At     Moment
}

// Trace is momentum, m ← Decay·m + Step, which becomes the step.
type Trace struct {
	Decay    float64 // 0 means 0.9
	Nesterov bool    // the step is Step + Decay·m, which looks ahead
}

// Vectors is 1.
func (Trace) Vectors() int { return 1 }

// Apply implements [Update].
func (u Trace) Apply(t *Turn) {
	decay, m := u.decay(), t.Memory[0]
	for j, v := range t.Step {
		m[j] = math.FMA(decay, m[j], v)
		if u.Nesterov {
			t.Step[j] = math.FMA(decay, m[j], v)
		} else {
			t.Step[j] = m[j]
		}
	}
}

func (u Trace) decay() float64 {
	if u.Decay == 0 {
		return 0.9
	}
	return u.Decay
}

// gain is what a step comes to in the end.
func (u Trace) gain() float64 { return 1 / (1 - u.decay()) }

// SumSquares divides by the root of the sum of all squares until now.
type SumSquares struct{}

// Vectors is 1.
func (SumSquares) Vectors() int { return 1 }

// Apply implements [Update].
func (SumSquares) Apply(t *Turn) {
	for j, v := range t.Step {
		s := math.FMA(v, v, t.Memory[0][j])
		t.Memory[0][j] = s
		if s > 0 {
			t.Scale[j] /= math.Sqrt(s)
		}
	}
}

// MeanSquares divides by the root of a mean of squares, of which those of long
// ago are forgotten: v ← Decay·v + (1 − Decay)·Step².
type MeanSquares struct {
	Decay float64 // 0 means 0.99
}

// Vectors is 1.
func (MeanSquares) Vectors() int { return 1 }

// Apply implements [Update]. The mean begins with the first square.
func (u MeanSquares) Apply(t *Turn) {
	decay := u.Decay
	if decay == 0 {
		decay = 0.99
	}
	for j, v := range t.Step {
		square := float64(v * v)
		if t.At.Step > 0 {
			square = math.FMA(decay, t.Memory[0][j], float64((1-decay)*square))
		}
		t.Memory[0][j] = square
		if square > 0 {
			t.Scale[j] /= math.Sqrt(square)
		}
	}
}

// Moments are the means of Adam, of steps and of their squares, each divided by
// 1 − decayᵏ since they begin with zero. The step is the one, divided by the root
// of the other.
type Moments struct {
	First  float64 // decay of the mean of steps; 0 means 0.9
	Second float64 // decay of the mean of squares; 0 means 0.999
}

// Vectors is 2.
func (Moments) Vectors() int { return 2 }

// Apply implements [Update].
func (u Moments) Apply(t *Turn) {
	first, second := u.First, u.Second
	if first == 0 {
		first = 0.9
	}
	if second == 0 {
		second = 0.999
	}
	m, s := t.Memory[0], t.Memory[1]
	k := t.At.Step + 1
	whole := 1 - power(first, k)
	root := math.Sqrt(1 - power(second, k))
	for j, v := range t.Step {
		m[j] = math.FMA(first, m[j], float64((1-first)*v))
		s[j] = math.FMA(second, s[j], float64((1-second)*float64(v*v)))
		t.Step[j] = m[j] / whole
		if s[j] > 0 {
			t.Scale[j] *= root / math.Sqrt(s[j])
		}
	}
}

// power is xᵏ for x in [0, 1), by squaring, with the same bits everywhere.
func power(x float64, k int) float64 {
	p := 1.0
	for ; k > 0 && p > 0; k >>= 1 {
		if k&1 == 1 {
			p = float64(p * x)
		}
		x = float64(x * x)
	}
	return p
}

// WeightDecay moves every variable but an intercept towards zero, by a share of
// Decay·Length³ a step, whatever its scale: the decay of AdamW, which is
// proportional to the length of steps, made to fade beside them where a schedule
// makes them shorter. So a run ends at the minimum of f.
type WeightDecay struct {
	Decay float64 // 0 means 1e-4
}

// Vectors is 0.
func (WeightDecay) Vectors() int { return 0 }

// Apply implements [Update].
func (u WeightDecay) Apply(t *Turn) {
	decay := u.Decay
	if decay == 0 {
		decay = 1e-4
	}
	share := float64(float64(decay*t.Length)*t.Length) / t.First
	for j := t.Lead; j < len(t.Step); j++ {
		t.Step[j] += float64(share*t.Z[j]) / t.Scale[j]
	}
}
