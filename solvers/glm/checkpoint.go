package glm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-0327bdf7/hesse/internal/atomicfile"
	"github.com/seed-0327bdf7/hesse/internal/seal"
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// Checkpoints are for fits that may be stopped: killed, or canceled. A fit that
// goes on from a checkpoint gives the model that it would have given, to the
// last bit and with the same counts. It takes one read of the data more, for
// their fingerprint. A fit in exact precision has no iterates and no
// checkpoints: it starts over.
type Checkpoints struct {
	// Save keeps a checkpoint, which is overwritten after the call; nil keeps
	// none. [SaveTo] is one for files. An error ends the fit, which then returns
	// it beside the best model until then.
	Save func(checkpoint []byte) error

	// Every is the least time from one checkpoint to the next: a fit that is
	// killed loses no more than the iterates of that time and the one after it.
	// Zero means 10 ms, or where that is longer, what the last call of Save took:
	// every iterate is kept that takes longer, and keeping takes half of the time
	// at most. Negative means after every iterate, whatever it takes. An iterate
	// at the limit of iterations is always kept.
	Every time.Duration

	// From is a checkpoint to go on from; nil starts anew. Other data or other
	// options than those of the checkpoint are a *[solvers.CheckpointError]. The
	// number of threads, the instruction set and MaxIterations may be others.
	From []byte
}

// standardEvery is about what writing a small file to a disk takes.
const standardEvery = 10 * time.Millisecond

// SaveTo is a [Checkpoints].Save that replaces a file as a whole: after a crash
// at any time there is the last checkpoint or the one before. It is for one fit
// at a time: another one would overwrite its checkpoints.
func SaveTo(path string) func(checkpoint []byte) error {
	cleaned := false
	return func(checkpoint []byte) error {
		if !cleaned {
			if err := atomicfile.RemoveLeftovers(path); err != nil {
				return err
			}
			cleaned = true
		}
		return atomicfile.Replace(path, checkpoint)
	}
}

var checkpointKind = seal.Kind{Magic: "hesse fit", Version: 3, Package: "glm", What: "a checkpoint of a fit"}

// A history is what a fit has done before the run at hand, and keeps checkpoints
// of that. Of every part that is over it has a note, so that a fit that goes on
// need not do it again. nil keeps nothing.
type history struct {
	options     Checkpoints
	description description
	notes       []string
	read        int                 // how many of them the fit has come by
	from        *solvers.Checkpoint // where the run goes on that comes after the notes
	saved       time.Time           // when Save last returned
	took        time.Duration       // what that took
	failed      error               // of Save: it has ended the fit
	buffer      []byte
}

// newHistory is that of a fit of some data, or nil if the options want none.
func newHistory[T kernels.Float](o Options, data func() (*fingerprint[T], error)) (*history, error) {
	if o.Checkpoints.Save == nil && o.Checkpoints.From == nil {
		return nil, nil
	}
	of, err := data()
	if err != nil {
		return nil, err
	}
	h := &history{options: o.Checkpoints, description: describe(o, of)}
	if h.options.From != nil {
		err = h.resume(h.options.From)
	}
	h.saved = time.Now()
	return h, err
}

// resume reads a checkpoint.
func (h *history) resume(checkpoint []byte) error {
	body, err := checkpointKind.Open(checkpoint)
	if err != nil {
		return &solvers.CheckpointError{Reason: err.Error()}
	}
	s := solvers.ReadState(body)
	var of string
	if s.Text(&of); s.Err() == nil {
		if err := h.description.check(of); err != nil {
			return err
		}
	}
	notes := 0
	for s.Count(&notes); notes > 0 && s.Err() == nil; notes-- {
		var note string
		s.Text(&note)
		h.notes = append(h.notes, note)
	}
	if s.Err() != nil {
		return s.Err()
	}
	h.from = new(solvers.Checkpoint)
	return h.from.UnmarshalBinary(s.Bytes())
}

// Keep implements [solvers.Keeper].
func (h *history) Keep(it *solvers.Iterate) error {
	if h.options.Save == nil || !h.due() && it.Status != solvers.IterationLimit {
		return nil
	}
	began := time.Now()
	c, err := it.Checkpoint()
	if err != nil {
		return fmt.Errorf("glm: %w", err)
	}
	s := solvers.NewState(checkpointKind.Begin(h.buffer[:0], 0))
	of, notes := h.description.text(), len(h.notes)
	s.Text(&of)
	s.Count(&notes)
	for i := range h.notes {
		s.Text(&h.notes[i])
	}
	if h.buffer, err = c.AppendBinary(s.Bytes()); err != nil {
		return err
	}
	h.buffer = seal.Seal(h.buffer, 0)
	h.failed = h.options.Save(h.buffer)
	h.saved = time.Now()
	h.took = h.saved.Sub(began)
	return h.failed
}

// due tells whether the time since the last checkpoint is enough for another.
func (h *history) due() bool {
	every := h.options.Every
	if every == 0 {
		every = max(standardEvery, h.took)
	}
	return time.Since(h.saved) >= every
}

// note does a part of the fit, and notes what it comes to, all that show shows;
// or reads what a fit before has noted.
func (h *history) note(do func() error, show func(*solvers.State)) error {
	switch {
	case h == nil:
		return do()
	case h.read < len(h.notes):
		s := solvers.ReadState([]byte(h.notes[h.read]))
		h.read++
		show(s)
		if len(s.Bytes()) > 0 {
			s.Refuse("something is left over")
		}
		return s.Err()
	}
	if err := do(); err != nil {
		return err
	}
	s := solvers.NewState(nil)
	show(s)
	h.notes = append(h.notes, string(s.Bytes()))
	h.read++
	return s.Err()
}

// minimize is [solvers.Minimize], kept by the history of the objective. Of a run
// that a fit before has ended, the result has what other runs start from: the
// point, the value, the status and the evaluations; and a
// [solvers.SingularError] names nothing.
func minimize[T kernels.Float](ctx context.Context, o *objective[T], m solvers.Method, x0 []float64, s solvers.Settings) (r *solvers.Result, err error) {
	h := o.history
	if h == nil {
		return solvers.Minimize(ctx, o.problem(), m, x0, s)
	}
	singular := false
	wrong := h.note(func() error {
		s.From, h.from, s.Keeper = h.from, nil, h
		r, err = solvers.Minimize(ctx, o.problem(), m, x0, s)
		if singular = errors.As(err, new(*solvers.SingularError)); singular {
			return nil
		}
		return err
	}, func(v *solvers.State) {
		if r == nil {
			r = new(solvers.Result)
		}
		status, e := int(r.Status), &r.Evaluations
		v.Grown(&r.X)
		v.Number(&r.Value)
		v.Count(&status, &r.Iterations, &e.Gradients, &e.Hessians, &e.Products, &e.Diagonals, &e.Samples)
		v.Flag(&singular)
		showSums(v, &o.first)
		o.sparse.show(v)
		if r.Status = solvers.Status(status); v.Reading() && (len(r.X) != o.Dim() || o.first == nil) {
			v.Refuse("a run has other variables")
		}
	})
	if err == nil && singular {
		err = new(solvers.SingularError)
	}
	return r, cmp.Or(wrong, err)
}

// State implements [solvers.Resumable].
func (o *objective[T]) State(v *solvers.State) {
	if showSums(v, &o.first); o.first == nil {
		v.Refuse("nothing was evaluated")
	}
	last := &o.last
	showSums(v, &last)
	o.last = *last
	v.Grown(&o.at, &o.previous, &o.latest)
	o.sparse.show(v)
}

// State implements [solvers.Resumable].
func (c composite[T]) State(v *solvers.State) { c.objective.State(v) }

// show shows what is known of the conditions of a minimum.
func (s *sparse) show(v *solvers.State) {
	if s == nil {
		return
	}
	v.Number(&s.first)
	v.Grown(&s.diagonal, &s.start, &s.gradient)
	for _, known := range [][]float64{s.diagonal, s.start, s.gradient} {
		if known != nil && len(known) != len(s.weights) {
			v.Refuse("a gradient has other variables")
			s.diagonal, s.start, s.gradient = nil, nil, nil
		}
	}
}

// showSums shows what of moments does not grow with the columns; nil stays nil.
func showSums(v *solvers.State, of **pass.Moments) {
	known := *of != nil
	if v.Flag(&known); !known {
		return
	}
	if *of == nil {
		*of = new(pass.Moments)
	}
	m := *of
	v.Count(&m.Rows)
	v.Number(&m.SumW, &m.SumLogW, &m.Loss, &m.SumR, &m.SumD, &m.MinMargin, &m.MaxMargin)
}
