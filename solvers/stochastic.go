package solvers

import (
	"context"
	"fmt"
	"math"
)

// Sampling are the settings that stochastic methods share. The zero value works:
// with it a run finds its own steps and ends at the minimum.
type Sampling struct {
	// Batch is the number of terms of a step. Zero means 64, and no more than a
	// sixteenth of the terms. The last batch of an epoch may be shorter; its step
	// is shorter by as much, so that every term counts alike.
	Batch int
	// Order is the order of the terms in an epoch.
	Order Order
	// Seed is that of the random numbers. The same seed is the same run, to the
	// last bit.
	Seed uint64

	// Step is the length of the first step, in variables scaled to a curvature of
	// 1 at the start. Zero finds one.
	Step float64
	// Schedule says how steps become shorter. Nil means Halving{}.
	Schedule Schedule
	// LastPoint takes the last point of an epoch for its iterate. Otherwise it is
	// the mean of all points, over some epochs (Polyak and Ruppert), but for SVRG
	// and for composite problems.
	LastPoint bool

	// HoldOut is the share of the terms, chosen at random, from which nothing is
	// learned. Value is then that of these terms, scaled to all of them, and the
	// run ends when it has not fallen for Patience epochs (early stopping). Zero
	// is none.
	HoldOut  float64
	Patience int // 0 means 5

	// Tolerance is what f may exceed its minimum by where a run has converged, as
	// a share of f/Terms, the mean of a term. Zero means 0.01: estimates are then
	// off by about a tenth of their standard errors.
	Tolerance float64
}

// Sampled returns the settings.
func (s Sampling) Sampled() Sampling { return s }

// IterationLimit implements [Limiter].
func (Sampling) IterationLimit() int { return patience }

// A Sampler is a method that takes samples of a [FiniteSum].
type Sampler interface {
	Method
	// Sampled returns its settings.
	Sampled() Sampling
	// With is the method with other settings.
	With(Sampling) Method
}

func (s Sampling) check() error {
	switch {
	case s.Batch < 0:
		return fmt.Errorf("solvers: a batch of %d terms", s.Batch)
	case s.Order.unknown():
		return fmt.Errorf("solvers: order %d is not known", int(s.Order))
	case !(s.Step >= 0) || math.IsInf(s.Step, 0):
		return fmt.Errorf("solvers: a step of %v; it is positive, or 0 to be found", s.Step)
	case !(s.HoldOut >= 0 && s.HoldOut < 1):
		return fmt.Errorf("solvers: a share of %v is held out; it lies between 0 and 1", s.HoldOut)
	case s.Patience < 0:
		return fmt.Errorf("solvers: a patience of %d epochs", s.Patience)
	case !(s.Tolerance >= 0) || math.IsInf(s.Tolerance, 0):
		return fmt.Errorf("solvers: a tolerance of %v", s.Tolerance)
	}
	return nil
}

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
	Judge             int     // the epoch from which on the gap is estimated again
}

// state shows all of it.
func (s *stochasticState) state(v *State) {
	v.Numbers(s.X, s.Memory, s.Sum, s.Earlier, s.Full, s.Metric)
	v.Number(&s.Length, &s.First, &s.BestValue, &s.WindowValue, &s.MiddleValue, &s.MeasuredValue)
	v.Count(&s.Summed, &s.EarlierCount, &s.Steps, &s.Epochs, &s.Stalls, &s.Above, &s.Shorter, &s.BestEpoch, &s.Window, &s.WindowEnd, &s.Judge)
	v.Flag(&s.Grown)
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
	}
}

// deal prepares the batches.
func (s *stochasticStepper) deal() error {
	m, n := s.method, s.problem.Terms()
	if n < 1 {
		return fmt.Errorf("solvers: method %s needs terms, and the sum has none", m.Name())
	}
	s.terms = newTerms(n, m.Batch, m.Order, m.Seed, m.HoldOut)
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
	s.open(it.Value)
	if err := s.measure(ctx, it); err != nil {
		return err
	}
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

// Step takes the steps of an epoch and evaluates what they have led to.
func (s *stochasticStepper) Step(ctx context.Context, it *Iterate) error {
	for {
		whole, err := s.epoch(ctx, it)
		if err != nil {
			return err
		}
		if whole {
			s.place()
			if err := s.evaluate(ctx); err != nil {
				return err
			}
			whole = finite(s.trial.value) && finite(s.trial.gradient...)
		}
		if !s.leadsAway(whole) {
			break
		}
		if s.method.Step != 0 || s.Shorter >= 24 {
			it.stop(Diverged, fmt.Sprintf("steps of %.3g lead away from the minimum: values rose above that of the start; take shorter steps", s.Length))
			return nil
		}
		s.shorten(it)
	}
	s.accept(it)
	return s.judge(ctx, it)
}

// epoch goes through all batches. It is not whole if a sample was not finite.
func (s *stochasticStepper) epoch(ctx context.Context, it *Iterate) (whole bool, err error) {
	s.terms.shuffle(s.Epochs + s.Shorter<<32)
	batches := s.terms.batches()
	mean := s.averages()
	for k := range batches {
		if k%64 == 0 {
			if err := ctx.Err(); err != nil {
				return false, err
			}
		}
		b := s.terms.batch(k)
		f, err := s.problem.Sample(ctx, b, s.X, s.g)
		s.count.Samples++
		if err != nil {
			return false, err
		}
		if f-f != 0 {
			return false, nil
		}
		if s.method.Reduced {
			s.count.Samples++
			if _, err := s.problem.Sample(ctx, b, it.X, s.other); err != nil {
				return false, err
			}
			for j, v := range s.other {
				s.g[j] = s.g[j] - v + s.Full[j]
			}
		}
		at := Moment{Step: s.Steps, Epoch: float64(s.Epochs) + float64(k)/float64(batches), Stalls: s.Stalls}
		s.move(at, float64(b.Len())/float64(s.terms.size))
		s.Steps++
		if mean {
			s.Summed++
			for j, x := range s.X {
				s.Sum[j] += x
			}
		}
	}
	s.Epochs++
	return finite(s.X...), nil
}

// move takes a step along the estimate g, shorter by the share that a batch is
// of a whole one.
func (s *stochasticStepper) move(at Moment, share float64) {
	length := s.schedule.Length(at)
	t := float64(s.Length*length) * share
	if len(s.chain) == 0 && s.rough == nil {
		for j, g := range s.g {
			u := s.unit[j]
			s.X[j] -= float64(t * float64(float64(g*u)*u))
		}
		return
	}
	s.aim(at, length)
	turn := &s.turn
	for j, u := range turn.Step {
		s.X[j] -= float64(t * float64(float64(turn.Scale[j]*u)*s.unit[j]))
	}
	if s.rough != nil {
		for j, u := range s.unit {
			s.other[j] = 1 / float64(float64(turn.Scale[j]*u)*u)
		}
		s.rough.Prox(s.X, s.X, s.other, float64(t*s.gain)) // as far as steps come to in the end
	}
}

// aim takes the estimate through the chain.
func (s *stochasticStepper) aim(at Moment, length float64) {
	turn := &s.turn
	turn.At, turn.Length, turn.First = at, length, s.Length
	for j, g := range s.g {
		u := s.unit[j]
		turn.Step[j] = float64(g * u)
		turn.Scale[j] = 1
		turn.Z[j] = s.X[j] / u
	}
	for i, u := range s.chain {
		turn.Memory = s.memories[i]
		u.Apply(turn)
	}
}

// averages tells whether an iterate is a mean of points.
func (s *stochasticStepper) averages() bool {
	return !s.method.LastPoint && !s.method.Reduced && s.rough == nil
}

// place sets the trial point to where the epoch has led.
func (s *stochasticStepper) place() {
	copy(s.trial.x, s.X)
	if s.averages() {
		for j, v := range s.Sum {
			s.trial.x[j] = (v + s.Earlier[j]) / float64(s.Summed+s.EarlierCount)
		}
	}
}

// leadsAway tells whether the run has got far from where it began: at once if
// its steps can be made shorter, or values are not finite.
func (s *stochasticStepper) leadsAway(whole bool) bool {
	if !whole {
		return true
	}
	room := float64(0.5 * max(math.Abs(s.First), s.First-s.BestValue))
	if !(s.trial.value > s.First+room) {
		s.Above = 0
		return false
	}
	s.Above++
	return s.method.Step == 0 || s.Above >= 3
}

// shorten goes back to the iterate, with steps a quarter as long.
func (s *stochasticStepper) shorten(it *Iterate) {
	s.Length *= 0.25
	s.Shorter++
	s.Above = 0
	s.forget(it)
	s.open(it.Value)
}

// restart goes on from the iterate, and begins the mean anew.
func (s *stochasticStepper) restart(it *Iterate) {
	copy(s.X, it.X)
	clear(s.Sum)
	clear(s.Earlier)
	s.Summed, s.EarlierCount = 0, 0
}

// forget goes on from the iterate as if the run began there.
func (s *stochasticStepper) forget(it *Iterate) {
	clear(s.Memory)
	s.Steps = 0
	s.restart(it)
}

// open begins a window, at the end of which something has to be gained.
func (s *stochasticStepper) open(value float64) {
	if s.Window == 0 {
		s.Window = 2
	}
	s.WindowEnd, s.WindowValue, s.MiddleValue = s.Epochs+s.Window, value, value
}

// accept makes the trial point the iterate.
func (s *stochasticStepper) accept(it *Iterate) {
	copy(it.X, s.trial.x)
	copy(it.Gradient, s.trial.gradient)
	copy(s.Full, s.trial.gradient)
	it.Value = s.trial.value
	it.Iteration++
	it.StepLength = float64(s.Length * s.schedule.Length(Moment{Step: s.Steps, Epoch: float64(s.Epochs), Stalls: s.Stalls}))
	if it.Value < s.BestValue {
		s.BestValue, s.BestEpoch = it.Value, s.Epochs
	}
	if s.method.Reduced {
		copy(s.X, it.X)
	}
	s.reduceGradient(it)
	s.expect(it)
}

// allowed is what f may exceed its minimum by at the end.
func (s *stochasticStepper) allowed() float64 {
	tolerance := s.method.Tolerance
	if tolerance == 0 {
		tolerance = 0.01
	}
	return max(float64(tolerance*math.Abs(s.BestValue))/float64(s.problem.Terms()), float64(1e-16*(s.First-s.BestValue)))
}

// judge tells whether the run has converged or does not move on.
func (s *stochasticStepper) judge(ctx context.Context, it *Iterate) error {
	if s.method.HoldOut > 0 {
		wait := s.method.Patience
		if wait == 0 {
			wait = 5
		}
		if s.Epochs-s.BestEpoch >= wait {
			it.stop(Converged, fmt.Sprintf("early stopping: the value of the terms held out has not fallen for %d epochs", wait))
			return nil
		}
	}
	allowed, over := s.allowed(), s.Epochs >= s.WindowEnd
	if s.gap != nil && (over || s.Epochs >= s.Judge && s.gap.possible(it, allowed)) {
		gap, err := s.gap.at(ctx, it)
		if err != nil {
			return err
		}
		it.Decrement = 2 * gap
		if gap <= allowed {
			it.stop(Converged, fmt.Sprintf("what is left to gain, %.1e, is below the tolerance", gap))
			return nil
		}
		s.Judge = s.Epochs + 1 + s.Epochs/8
	}
	if s.Epochs == s.WindowEnd-s.Window/2 {
		s.MiddleValue = it.Value
	}
	if !over {
		return nil
	}
	gained := s.WindowValue - s.BestValue
	if s.gap == nil && gained <= allowed && it.Decrement/2 <= allowed {
		it.stop(Converged, "epochs gain no more than the tolerance, and the gradient promises no more")
		return nil
	}
	return s.turnOver(ctx, it, allowed)
}

// turnOver ends a window. What its second half should have gained, had its steps
// gone along gradients, and has not, is there because of noise, or because steps
// are long beside how curvatures change. If that is most of what is left, only
// shorter steps help.
func (s *stochasticStepper) turnOver(ctx context.Context, it *Iterate, allowed float64) error {
	left, promised := s.promise(it)
	noise, grown := promised-(s.MiddleValue-it.Value), s.Grown
	s.Grown = false
	switch {
	case noise > float64(0.5*left) && grown:
		s.shorten(it)
	case noise > float64(0.5*left):
		s.Stalls++
		for more := 0; s.gap != nil && more < 2 && left > float64(16*allowed); more++ {
			left /= 4 // which falls with the square of the length, or slower
			s.Stalls++
		}
		s.restart(it)
		s.Window = max(s.Window/2, 4)
	case s.method.Step == 0 && !s.quadratic && s.MeasuredValue-s.BestValue > float64(0.2*math.Abs(s.MeasuredValue)):
		// Curvatures may have changed with the value.
		before := s.Length
		s.forget(it)
		if err := s.measure(ctx, it); err != nil {
			return err
		}
		if s.scales {
			s.Length = max(s.Length, before)
		}
	default:
		if s.method.Step == 0 && promised < left/4 && s.Stalls == 0 && s.Shorter == 0 {
			s.Length *= 2 // nothing has told yet that steps are too long
			s.Grown = true
		} else if s.averages() {
			s.Window = min(s.Window+(s.Window+1)/2, longestWindow)
		}
		copy(s.Earlier, s.Sum)
		s.EarlierCount = s.Summed
		clear(s.Sum)
		s.Summed = 0
	}
	s.open(s.BestValue)
	if it.StepLength < float64(0x1p-60*s.Length) {
		it.stop(Stalled, "steps of no length lower the objective")
	}
	return nil
}

// longestWindow is over how many epochs a mean is taken at least, in the end.
const longestWindow = 300

// promise is what is left to gain, and how much of it half a window of steps
// along gradients would gain.
func (s *stochasticStepper) promise(it *Iterate) (left, promised float64) {
	reach := float64(2*float64(s.gain*it.StepLength)) * float64(s.terms.batches()*(s.Window-s.Window/2))
	for j, u := range s.unit {
		scale := 1.0
		if s.scales {
			scale = s.turn.Scale[j]
		}
		s.other[j] = 1 / float64(float64(float64(reach*scale)*u)*u)
	}
	if s.gap != nil {
		left = it.Decrement / 2
		return left, s.gap.within(s.other)
	}
	for j, g := range it.Gradient {
		square := float64(0.5 * float64(g*g))
		left += square / s.Metric[j]
		promised += square / (s.Metric[j] + s.other[j])
	}
	return left, promised
}
