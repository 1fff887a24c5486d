package bench

import (
	"math"

	"github.com/seed-0327bdf7/hesse/internal/memory"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// Responses is how many targets [Drawn] has of one design.
const Responses = 1000

// needs are data that only some workloads have.
type needs struct{ counts, responses bool }

// Drawn is such data of a problem, nil where no workload needs it: counts, and
// positive amounts, whose logarithms of the mean are linear in X, for models
// with a log link; and Responses targets to every row, or to as many of the first
// rows as a workload takes.
type Drawn[T kernels.Float] struct {
	Counts, Amounts []T
	Responses       kernels.Matrix[T]
}

// draw makes what is needed, responses to so many rows, from a seed that is made of
// the shape.
func (b *Problem[T]) draw(counts bool, responses int) {
	n, p := b.X.Rows, b.X.Cols
	state := uint64(n)*37 + uint64(p)
	uniform := func() float64 { // above 0, below 1
		state = state*6364136223846793005 + 1442695040888963407
		return float64(state>>12|1) / (1 << 52)
	}
	if counts {
		b.Counts, b.Amounts = make([]T, n), make([]T, n)
		signal := 2 * math.Sqrt(float64(p)) // half of that of the classes
		for i := range n {
			eta := 0.0
			for j, v := range b.X.Row(i) {
				eta += float64(v) * b.Beta[j]
			}
			mean := math.Exp(signal * eta)
			b.Counts[i] = T(poisson(mean, uniform()))
			b.Amounts[i] = T(-mean / 2 * math.Log(uniform()*uniform()))
		}
	}
	if responses > 0 {
		b.Responses = kernels.Matrix[T]{Rows: responses, Cols: Responses, Stride: Responses, Data: memory.Slice[T](responses * Responses)}
		for i := range responses {
			x, y := b.X.Row(i), b.Responses.Row(i)
			for k := range y {
				y[k] = T(2*uniform()-1) + x[k%p]
			}
		}
	}
}

// poisson is the count of a mean at which its distribution reaches u.
func poisson(mean, u float64) float64 {
	share := math.Exp(-mean)
	count, sum := 0.0, share
	for ; sum < u && count < 1000; sum += share {
		count++
		share *= mean / count
	}
	return count
}

// first is what the first rows have of it.
func (d Drawn[T]) first(rows int) Drawn[T] {
	if d.Counts != nil {
		d.Counts, d.Amounts = d.Counts[:rows], d.Amounts[:rows]
	}
	if d.Responses.Data != nil {
		d.Responses = d.Responses.Slice(0, min(rows, d.Responses.Rows))
	}
	return d
}
