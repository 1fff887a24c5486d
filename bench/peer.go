package bench

import (
	"fmt"
	"math"
	"time"

	"github.com/seed-0327bdf7/hesse/kernels"
)

// A Peer does the work of workloads with another library.
type Peer interface {
	Name() string
	Version() string

	// Load takes up a problem, whose shape, type and threads are those of c.
	// data is a *Problem[float64] or *Problem[float32] and stays as it is; a
	// peer in another process may make the same from the same seed.
	Load(c Case, data any) error

	// Ways are the calls and layouts in which it can do a workload, the usual
	// one first; none if it cannot.
	Ways(c Case) ([]string, error)

	// Do does a workload on the first rows, over and over, and says how long
	// all of that took.
	Do(c Case, way string, repeat int) (time.Duration, error)

	// Answer is what the last Do has computed.
	Answer(c Case) (Answer, error)
}

// A Bounded peer ends a run that takes longer than it may, with an error that
// begins with LeftOut. Zero is as long as it wants.
type Bounded interface{ Bound(run time.Duration) }

// A Case is one thing to measure: a workload on a problem.
type Case struct {
	Kernel  string `json:"kernel"`
	Type    string `json:"dtype"`
	Rows    int    `json:"n"`
	Columns int    `json:"p"`
	Threads int    `json:"threads"`
}

// An Answer is what a workload computes: p numbers or the upper triangle of
// p × p, or both. What is below the diagonal is not looked at.
type Answer struct {
	Vector, Matrix []float64

	passes int // that a fit took
}

// differs is an error if another answer is farther from ours than allowed.
func (a Answer) differs(other Answer, allowed float64) error {
	if len(a.Vector) != len(other.Vector) || len(a.Matrix) != len(other.Matrix) {
		return fmt.Errorf("wrong answer: it has %d and %d numbers instead of %d and %d", len(other.Vector), len(other.Matrix), len(a.Vector), len(a.Matrix))
	}
	p := int(math.Sqrt(float64(len(a.Matrix))))
	worst := 0.0
	for i := range p {
		for j := i; j < p; j++ {
			worst = farther(worst, a.Matrix[i*p+j], other.Matrix[i*p+j])
		}
	}
	for j, v := range a.Vector {
		worst = farther(worst, v, other.Vector[j])
	}
	if worst <= allowed {
		return nil
	}
	return fmt.Errorf("wrong answer: off by %.2g, where %.2g is allowed", worst, allowed)
}

// compare is an error if an answer on the rows of b is none of a right peer.
func compare[T kernels.Float](w workload, b *Problem[T], c Case, ours, theirs Answer) error {
	switch {
	case w.judge.f64 == nil:
		return ours.differs(theirs, w.allowed(c, ours))
	case len(theirs.Vector) != len(ours.Vector):
		return ours.differs(theirs, 0)
	}
	switch b := any(b).(type) {
	case *Problem[float64]:
		return w.judge.f64(b, ours, theirs)
	default:
		return w.judge.f32(b.(*Problem[float32]), ours, theirs)
	}
}

// farther is the larger of a distance and that of two numbers; what is no
// number is infinitely far from anything.
func farther(worst, a, b float64) float64 {
	d := math.Abs(a - b)
	if math.IsNaN(d) {
		return math.Inf(1)
	}
	return max(worst, d)
}

// allowed is how far an answer on n rows may be from ours. Data are between −1
// and 1, so that it is a share of what the terms of a sum add up to.
func (w workload) allowed(c Case, ours Answer) float64 {
	if w.tolerance != nil {
		return w.tolerance(c.Type, ours)
	}
	share := 1e-11
	if c.Type == Float32 {
		share = 1e-4 // naive sums pass up to some million rows, and fail where they stand still
	}
	return share * float64(max(c.Rows, 1000))
}

func largest(v []float64) float64 {
	most := 0.0
	for _, x := range v {
		most = max(most, math.Abs(x))
	}
	return most
}

// clone keeps an answer from the next run.
func (a Answer) clone() Answer {
	a.Vector, a.Matrix = append([]float64(nil), a.Vector...), append([]float64(nil), a.Matrix...)
	return a
}
