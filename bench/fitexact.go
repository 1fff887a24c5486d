package bench

import (
	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// fitExact is least squares in double-double. Peers that decompose X have half as
// many digits more than normal equations; none has as many as this. The roof is
// that of one pass in the data's own type, so that the share of it says what the
// digits cost.
var fitExact = workload{
	name: "fit-exact", flops: triangle, target: true, vector: true, whole: true,
	judge: judge{reaches[float64](glm.Gaussian, loss.Squared{}), reaches[float32](glm.Gaussian, loss.Squared{})},
	ours:  ours{exactOurs[float64], exactOurs[float32]},
}

func exactOurs[T kernels.Float](b *Problem[T]) (Answer, error) {
	a, err := fit(b, glm.Options{Family: glm.Gaussian, Precision: glm.Exact})
	a.passes = 1
	return a, err
}
