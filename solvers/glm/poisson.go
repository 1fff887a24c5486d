package glm

import (
	"math"
	"sync"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// poisson is regression of counts, with the canonical link. Targets that are no
// integers, as are rates, have a deviance but no likelihood.
var poisson = family{
	name: "poisson", link: "log", loss: func(Parameters) loss.Loss { return loss.Poisson{} },
	mean:      exponential,
	predictor: kernels.LogOf,
	start:     func(_ Parameters, m *pass.Moments) float64 { return logStart(m, 1) },
	base: func(dst, y []float64) {
		few := fewCounts()
		for i, v := range y {
			if k := int(v); 0 <= k && k < len(few) && float64(k) == v {
				dst[i] = few[k]
			} else {
				dst[i] = countAtItsMean(v)
			}
		}
	},
	logLikelihood: func(e evidence) float64 { return math.FMA(-0.5, e.deviance, e.base) },
	canonical:     true,
	explained:     "explained deviance",
}

// countAtItsMean is the log of the density of a count where the mean is that count.
func countAtItsMean(y float64) float64 {
	switch {
	case y == 0:
		return 0
	case !(y > 0) || y != math.Floor(y):
		return math.NaN()
	}
	return -0.5*(log2Pi+kernels.LogOf(y)) - stirlingError(y)
}

// fewCounts is that of the counts that most data are made of: one takes up to sixteen
// logarithms.
var fewCounts = sync.OnceValue(func() []float64 {
	few := make([]float64, 256)
	for k := range few {
		few[k] = countAtItsMean(float64(k))
	}
	return few
})
