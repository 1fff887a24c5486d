package solvers

import (
	"context"
	"fmt"
	"math"
)

// Stochastic minimises a [FiniteSum], or a [Composite] whose smooth part is one,
// by steps along estimates of the gradient from batches of terms,
//
//	x ← prox(x − t·P⁻¹·chain(estimate)),
//
// where P is the diagonal of the Hessian at the start, if the problem is a
// [Diagonaler], or a multiple of the unit matrix as large as f curves there; the chain of [Update] parts makes the step,
// the [Schedule] its length t. [SGD], [Adam] and the like are Stochastic by a
// shorter name.
//
// An iterate is an epoch: batches that together are all terms, and after them one
// evaluation of value and gradient, at the mean of the points. So values are
// exact, and no bound on a gradient decides but what is left to gain: gᵀH⁻¹g/2,
// with a Hessian of some terms where the problem is a [HessianSum] of up to 1000
// variables. A run has converged if that is at most Tolerance·f/Terms. Where there
// are no Hessians, or a part is not smooth, it has converged if some epochs have
// gained no more, and a step along the gradient would gain no more.
//
// Where noise is most of what is left, and after the first epoch where steps are long
// enough to close most of what is not noise in another one, a run without a Schedule
// and a Step goes on with estimates that are Reduced, and with the last point of an epoch; a chain
// that scales steps by the size of estimates, like that of [Adam], is left out
// from then on.
//
// A first step is found from how much f and batches of it curve at the start. If
// values rise far above that of the start the run goes back to the iterate before,
// with shorter steps. With a Step that was given it ends as [Diverged], and the
// [Result] has the best point.
type Stochastic struct {
	// Label is the name of the method. Empty means "stochastic".
	Label string
	// Chain makes the step, the first part first. Nil is the gradient itself.
	Chain []Update
	// Reduced estimates differences to the gradient of all terms at the iterate,
	// which have less variance (SVRG).
	Reduced bool
	Sampling
}

// Name returns the label.
func (m Stochastic) Name() string {
	if m.Label == "" {
		return "stochastic"
	}
	return m.Label
}

// With implements [Sampler].
func (m Stochastic) With(s Sampling) Method { m.Sampling = s; return m }

// Start evaluates the gradient at the start, and finds the first step.
func (m Stochastic) Start(ctx context.Context, p Problem, it *Iterate) (Stepper, error) {
	s := &stochasticStepper{method: m, chain: m.Chain, schedule: m.Schedule}
	smooth := p
	if c, ok := p.(Composite); ok {
		smooth, s.rough = c.Smooth(), c.Rough()
	}
	var err error
	if s.problem, err = need[FiniteSum](m, smooth, "a finite sum"); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	if s.schedule == nil {
		s.schedule = Halving{}
	}
	if err := s.deal(); err != nil {
		return nil, err
	}
	it.Seed = m.Seed
	s.count = &it.Evaluations
	s.allocate(p.Dim(), it)
	if sum, ok := smooth.(HessianSum); ok && s.rough == nil && p.Dim() <= gapVariables {
		s.gap = newGapEstimate(sum, s.terms, s.count, s.Metric)
	}
	if q, ok := smooth.(Quadratic); ok {
		s.quadratic = q.Quadratic()
	}
	if leader, ok := smooth.(Leader); ok {
		s.turn.Lead = leader.Lead()
	}
	if it.Resumed() {
		return s, nil
	}
	return s, s.begin(ctx, it)
}

// A stochasticState is all that a run carries from one epoch to the next, beside
// the iterate: the order of terms follows from the seed and the epoch.
type stochasticState struct {
	X      []float64 // where the next step starts
	Memory []float64 // of the chain, one part after the other
	// The iterate is the mean of the points of this window and of the one before.
	Sum, Earlier []float64
	Full         []float64 // the gradient of the smooth part at the iterate
	Metric       []float64 // P

	Summed, EarlierCount int
	Length               float64 // the first
	Largest              float64 // curvature of the sum where Length was found, in units of the metric; 0 is not known
	Steps                int
	Epochs               int
	Stalls               int
	Above                int // epochs in a row with values above the start
	Shorter              int // times that steps were made shorter since they led away

	First, BestValue float64
	BestEpoch        int
	// Of the window in which something has to be gained.
	Window, WindowEnd int
	WindowValue       float64
	MiddleValue       float64
	MeasuredValue     float64 // where the metric was measured
	Grown             bool    // steps have become longer with this window
	Reducing          bool    // estimates have become those of SVRG
	Unchained         bool    // and so have steps
	Judge             int     // the epoch from which on the gap is estimated again
}

// state shows all of it.
func (s *stochasticState) state(v *State) {
	v.Numbers(s.X, s.Memory, s.Sum, s.Earlier, s.Full, s.Metric)
	v.Number(&s.Length, &s.Largest, &s.First, &s.BestValue, &s.WindowValue, &s.MiddleValue, &s.MeasuredValue)
	v.Count(&s.Summed, &s.EarlierCount, &s.Steps, &s.Epochs, &s.Stalls, &s.Above, &s.Shorter, &s.BestEpoch, &s.Window, &s.WindowEnd, &s.Judge)
	v.Flag(&s.Grown, &s.Reducing, &s.Unchained)
}

type stochasticStepper struct {
	method    Stochastic
	chain     []Update
	schedule  Schedule
	problem   FiniteSum
	rough     Rough // or nil
	terms     *terms
	count     *Evaluations
	known     bool    // the diagonal of the Hessian
	scales    bool    // the chain scales steps
	gain      float64 // what a step comes to in the end
	quadratic bool
	gap       *gapEstimate

	stochasticState

	many           Batch     // to see how the sum curves
	unit, g, other []float64 // P^-½; estimates of the gradient
	trial          point     // at the end of an epoch
	turn           Turn
	memories       [][][]float64 // of every part
}

// State implements [Resumable]. The order of terms follows from the seed.
func (s *stochasticStepper) State(v *State) {
	s.stochasticState.state(v)
	v.Flag(&s.known, &s.scales)
	if v.Reading() {
		s.setUnits()
		if s.Unchained {
			s.unchain()
		}
	}
}

// deal prepares the batches.
func (s *stochasticStepper) deal() error {
	m, n := s.method, s.problem.Terms()
	if n < 1 {
		return fmt.Errorf("solvers: method %s needs terms, and the sum has none", m.Name())
	}
	s.terms = newTerms(n, s.problem.Dim(), m.Batch, m.Order, m.Seed, m.HoldOut)
	if m.HoldOut > 0 && (len(s.terms.held) == 0 || s.terms.count() == 0) {
		return fmt.Errorf("solvers: a share of %v of %d terms leaves none to learn from or none to hold out", m.HoldOut, n)
	}
	return nil
}

func (s *stochasticStepper) allocate(n int, it *Iterate) {
	vectors := 0
	for _, u := range s.chain {
		vectors += u.Vectors()
	}
	all := []*[]float64{
		&s.X, &s.Sum, &s.Earlier, &s.Full, &s.Metric, &s.unit, &s.g, &s.other, &s.trial.x, &s.trial.gradient,
		&s.turn.Step, &s.turn.Scale, &s.turn.Z,
	}
	if !it.Resumed() {
		all = append(all, &it.Gradient)
	}
	room := make([]float64, n*len(all))
	for i, v := range all {
		*v = room[i*n : (i+1)*n : (i+1)*n]
	}
	s.Memory = make([]float64, n*vectors)
	room = s.Memory
	s.gain = 1
	for _, u := range s.chain {
		if m, ok := u.(interface{ gain() float64 }); ok {
			s.gain *= m.gain()
		}
		list := make([][]float64, u.Vectors())
		for i := range list {
			list[i], room = room[:n:n], room[n:]
		}
		s.memories = append(s.memories, list)
	}
}

// begin evaluates the start.
func (s *stochasticStepper) begin(ctx context.Context, it *Iterate) error {
	if s.rough != nil {
		if h := s.rough.Value(it.X); math.IsInf(h, 1) || math.IsNaN(h) {
			fill(s.turn.Scale, 1)
			s.rough.Prox(it.X, it.X, s.turn.Scale, 1)
		}
	}
	copy(s.trial.x, it.X)
	if err := s.evaluate(ctx); err != nil {
		return err
	}
	it.Value = s.trial.value
	copy(it.Gradient, s.trial.gradient)
	switch {
	case !finite(it.Value) || !finite(it.Gradient...):
		it.stop(NotFinite, "the objective or its gradient is not finite at the start")
		return nil
	case largestAbsolute(it.Gradient) == 0 && s.rough == nil:
		it.stop(Converged, "the gradient is zero at the start")
		return nil
	}
	copy(s.Full, it.Gradient)
	copy(s.X, it.X)
	s.First, s.BestValue = it.Value, it.Value
	if err := s.measure(ctx, it); err != nil {
		return err
	}
	s.open(it.Value)
	s.reduceGradient(it)
	it.StepLength = s.Length
	s.expect(it)
	return nil
}

// measure sets the metric, and the first length unless it is given.
func (s *stochasticStepper) measure(ctx context.Context, it *Iterate) error {
	if err := setMetric(ctx, s.Metric, s.problem, it); err != nil {
		return err
	}
	s.MeasuredValue = it.Value
	s.known = s.count.Diagonals > 0
	s.setUnits()
	if !s.known {
		most, err := s.curvature(ctx, it, s.some())
		if err != nil {
			return err
		}
		if most > 0 {
			fill(s.Metric, most)
			s.setUnits()
		}
	}
	copy(s.g, s.Full)
	s.Length = 1
	s.aim(Moment{}, 1)
	clear(s.Memory)
	for _, v := range s.turn.Scale {
		s.scales = s.scales || v != 1
	}
	if s.Length = s.method.Step; s.Length != 0 {
		return nil
	}
	return s.findLength(ctx, it)
}

func (s *stochasticStepper) setUnits() {
	for j, v := range s.Metric {
		s.unit[j] = 1 / math.Sqrt(v)
	}
}

// evaluate sets value and gradient at the trial point: of all terms, or with a
// hold-out the value of those held out and the gradient of the others.
func (s *stochasticStepper) evaluate(ctx context.Context) (err error) {
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &s.trial
	if s.terms.held == nil {
		t.value, err = counted{s.problem, s.count}.Gradient(ctx, t.x, t.gradient)
	} else {
		s.count.Samples += 2
		if t.value, err = s.problem.Sample(ctx, Batch{Index: s.terms.held}, t.x, s.g); err == nil {
			_, err = s.problem.Sample(ctx, s.terms.part(0, s.terms.count()), t.x, t.gradient)
		}
	}
	if err == nil && s.rough != nil {
		t.value += s.rough.Value(t.x)
	}
	return err
}

// reduceGradient makes the gradient of the smooth part what is left of it beside
// the rough one: what a proximal step does.
func (s *stochasticStepper) reduceGradient(it *Iterate) {
	if s.rough == nil {
		return
	}
	t := min(s.Length, 1)
	for j, g := range it.Gradient {
		s.other[j] = it.X[j] - float64(t*g)/s.Metric[j]
	}
	s.rough.Prox(s.other, s.other, s.Metric, t)
	for j, x := range it.X {
		it.Gradient[j] = float64(s.Metric[j]*(x-s.other[j])) / t
	}
}

// expect sets what a step along the gradient is to gain.
func (s *stochasticStepper) expect(it *Iterate) {
	it.Decrement = dotInverse(it.Gradient, it.Gradient, s.Metric)
}
