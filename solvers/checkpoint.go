package solvers

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/internal/seal"
)

// A Checkpoint is a run between two steps. A run from there, with the same
// problem and the same method, gives the same iterates, counts and results, to
// the last bit, as one that was never stopped.
type Checkpoint struct {
	method    string // and its settings
	iteration int
	state     []byte
}

// Iteration is the number of steps that were taken.
func (c *Checkpoint) Iteration() int { return c.iteration }

// A CheckpointError says why a checkpoint is no start for a run.
type CheckpointError struct{ Reason string }

// Error returns the reason.
func (e *CheckpointError) Error() string { return e.Reason }

// A Keeper keeps checkpoints of a run.
type Keeper interface {
	// Keep is called with every iterate but the last, the start included, and
	// with one that ends the run at the iteration limit. it.Checkpoint is where a
	// later run may go on. An error ends the run.
	Keep(it *Iterate) error
}

// run is what an iterate knows of the run it is part of.
type run struct {
	problem Problem
	method  Method
	stepper Stepper
	best    Result // of the iterates so far
	resumed bool   // Start is not to evaluate anything
}

// Resumed reports, while a method starts, whether the iterate comes from a
// checkpoint. Then it is complete, and Start makes a stepper with all its
// slices, but evaluates nothing: what the stepper has to know is read by its
// State.
func (it *Iterate) Resumed() bool { return it.run != nil && it.run.resumed }

// Checkpoint is the run as it stands, while its iterate is looked at. It is an
// error, that wraps errors.ErrUnsupported, if the method's stepper or a part of
// it is not [Resumable].
func (it *Iterate) Checkpoint() (*Checkpoint, error) {
	r := it.run
	if r == nil || r.stepper == nil || it.Status != Running && it.Status != IterationLimit {
		return nil, fmt.Errorf("solvers: there is no run that could go on from an iterate that is %v", it.Status)
	}
	s := NewState(make([]byte, 0, 8*(6*len(it.X)+len(it.Hessian)/2)))
	it.state(s)
	r.best.state(s, it)
	s.Part(r.stepper)
	s.perhaps(r.problem)
	if s.err != nil {
		return nil, fmt.Errorf("solvers: method %s: %w", r.method.Name(), s.err)
	}
	return &Checkpoint{method: describe(r.method), iteration: it.Iteration, state: s.bytes}, nil
}

// describe names a method and its settings, exactly.
func describe(m Method) string { return fmt.Sprintf("%s %#v", m.Name(), m) }

// resume makes an iterate and a stepper of a checkpoint.
func (r *run) resume(ctx context.Context, it *Iterate, c *Checkpoint) error {
	if here := describe(r.method); here != c.method {
		return &CheckpointError{fmt.Sprintf("solvers: the checkpoint is of method %s; this run is of %s", c.method, here)}
	}
	n := r.problem.Dim()
	s := ReadState(c.state)
	it.X, it.Gradient = make([]float64, n), make([]float64, n)
	it.state(s)
	r.best.state(s, it)
	if s.err != nil {
		return s.err
	}
	r.resumed = true
	stepper, err := r.method.Start(ctx, r.problem, it)
	if r.resumed = false; err != nil {
		return err
	}
	s.Part(stepper)
	s.perhaps(r.problem)
	if len(s.bytes) > 0 {
		s.Refuse("something is left over")
	}
	r.stepper = stepper
	return s.err
}

func (it *Iterate) state(s *State) {
	e := &it.Evaluations
	s.Count(&it.Iteration, &e.Gradients, &e.Hessians, &e.Products, &e.Diagonals, &e.Samples)
	s.Numbers(it.X, it.Gradient)
	s.Number(&it.Value, &it.Decrement, &it.Condition, &it.StepLength)
	square := it.Hessian != nil
	s.Flag(&square)
	if n := len(it.X); square {
		if s.reading && s.room(n*(n+1)/2) {
			it.Hessian = memory.Slice[float64](n * n)
		}
		if it.Hessian != nil {
			s.triangle(it.Hessian, n)
		}
	}
	it.GradientNorm = largestAbsolute(it.Gradient)
}

// squareHessian refuses a checkpoint whose iterate lacks the Hessian that a
// method is to go on with.
func (it *Iterate) squareHessian() error {
	if len(it.Hessian) != len(it.X)*len(it.X) || it.Hessian == nil {
		return &CheckpointError{"solvers: the state of a run does not fit: it has no Hessian"}
	}
	return nil
}

// room refuses a state that has fewer numbers than are needed: before room for
// them is made.
func (s *State) room(numbers int) bool {
	if len(s.bytes)/8 < numbers {
		s.Refuse("it is too short")
	}
	return s.err == nil
}

// state shows the best point, which mostly is the iterate.
func (r *Result) state(s *State, it *Iterate) {
	same := sameBits(r.X, it.X) && sameBits(r.Gradient, it.Gradient) && sameBits([]float64{r.Value}, []float64{it.Value})
	s.Flag(&same)
	switch {
	case same && s.reading:
		r.keep(it)
	case !same:
		s.Grown(&r.X, &r.Gradient)
		s.Number(&r.Value)
		r.GradientNorm = largestAbsolute(r.Gradient)
		if s.reading && (len(r.X) != len(it.X) || len(r.Gradient) != len(it.X)) {
			s.Refuse("the best point has other variables")
		}
	}
}

var checkpointKind = seal.Kind{Magic: "hesse run", Version: 5, Package: "solvers", What: "a checkpoint of a run"}

// MarshalBinary encodes a checkpoint exactly: a version, the method with its
// settings, all that the run remembers in little-endian order, a CRC-32 at the
// end.
func (c *Checkpoint) MarshalBinary() ([]byte, error) { return c.AppendBinary(nil) }

// AppendBinary appends what MarshalBinary returns.
func (c *Checkpoint) AppendBinary(b []byte) ([]byte, error) {
	from := len(b)
	s := NewState(checkpointKind.Begin(b, len(c.state)+len(c.method)+16))
	s.Text(&c.method)
	s.Count(&c.iteration)
	return seal.Seal(append(s.bytes, c.state...), from), nil
}

// UnmarshalBinary decodes what MarshalBinary wrote. One that is damaged, or of
// another version, is a *[CheckpointError], and c is as before.
func (c *Checkpoint) UnmarshalBinary(data []byte) error {
	body, err := checkpointKind.Open(data)
	if err != nil {
		return &CheckpointError{err.Error()}
	}
	s := ReadState(body)
	var d Checkpoint
	s.Text(&d.method)
	s.Count(&d.iteration)
	if s.err != nil {
		return s.err
	}
	d.state = slices.Clone(s.bytes)
	*c = d
	return nil
}
