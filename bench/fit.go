package bench

import (
	"context"
	"fmt"
	"runtime"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// Whole fits with an intercept, from data in memory to coefficients; ours bring
// their standard errors. The roof is that of the passes that our fit takes. Data
// of a model with a log link are counts, amounts, or their products.
var (
	fitGaussian = fitOf("fit-gaussian", glm.Gaussian, loss.Squared{})
	fitBinomial = fitOf("fit-binomial", glm.Binomial, loss.Logistic{})
	fitPoisson  = fitOf("fit-poisson", glm.Poisson, loss.Poisson{})
	fitGamma    = fitOf("fit-gamma", glm.Gamma, loss.Gamma{})
	fitTweedie  = fitOf("fit-tweedie", glm.Tweedie, loss.Tweedie{Power: 1.5})
)

func fitOf(name string, family glm.Family, l loss.Loss) workload {
	w := workload{
		name: name, flops: newton.flops, target: true, vector: true, loss: l, passes: answerPasses, whole: true,
		judge: judge{reaches[float64](family, l), reaches[float32](family, l)},
		needs: needs{counts: logLink(family)},
		ours:  ours{fitOurs[float64](family), fitOurs[float32](family)},
	}
	if family == glm.Gaussian { // the Hessian does not wait for η
		w.flops, w.loss = triangle, nil
	}
	return w
}

func logLink(family glm.Family) bool {
	return family == glm.Poisson || family == glm.Gamma || family == glm.Tweedie
}

func fitOurs[T kernels.Float](family glm.Family) func(*Problem[T]) (Answer, error) {
	return func(b *Problem[T]) (Answer, error) { return fit(b, glm.Options{Family: family}) }
}

// fitModel fits a family to the targets it is for.
func fitModel[T kernels.Float](b *Problem[T], o glm.Options) (*glm.Model, error) {
	if o.Threads = b.Threads; b.Threads == runtime.GOMAXPROCS(0) {
		o.Threads = 0 // the default: that many, but where they are not worth it
	}
	data := glm.Data[T]{X: b.X.Data, Columns: b.X.Cols, Y: b.targets(o.Family)}
	return glm.Fit(context.Background(), data, o)
}

// fit is such a fit as an answer.
func fit[T kernels.Float](b *Problem[T], o glm.Options) (Answer, error) {
	model, err := fitModel(b, o)
	if err != nil {
		return Answer{}, err
	}
	if !model.Converged && o.MaxIterations == 0 {
		return Answer{}, fmt.Errorf("bench: the fit did not converge: %s", model.Reason)
	}
	a := Answer{Vector: make([]float64, 0, len(model.Coefficients)), passes: model.Evaluations.Hessians}
	for _, c := range model.Coefficients {
		a.Vector = append(a.Vector, c.Estimate)
	}
	return a, nil
}

// targets are those of a family.
func (b *Problem[T]) targets(family glm.Family) []T {
	switch family {
	case glm.Poisson:
		return b.Counts
	case glm.Gamma:
		return b.Amounts
	case glm.Tweedie: // zeros among amounts
		if len(b.products) != len(b.Counts) {
			b.products = make([]T, len(b.Counts))
			for i, v := range b.Counts {
				b.products[i] = v * b.Amounts[i]
			}
		}
		return b.products
	}
	return b.Y
}

func answerPasses(a Answer) int { return max(a.passes, 1) }

// coefficients is the tolerance of coefficients of many fits, which other methods
// find to their own precision.
func coefficients(dtype string, ours Answer) float64 {
	share := 1e-4
	if dtype == Float32 {
		share = 1e-2
	}
	return share * largest(ours.Vector)
}
