package bench

import (
	"fmt"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

// Stochastic fits to equal accuracy: f − f* ≤ (f₀ − f*)/1000, f the loss, f* its
// minimum and f₀ that of the model without columns. How many epochs somebody
// needs is found before, without the clock; then as many are run. The roof is
// a pass of the gradient an epoch. Peers get standardised columns, and the best
// of some steps, as a user would after some trials; ours finds its own.
var (
	sgdGaussian = sgdOf("sgd-gaussian", glm.Gaussian, loss.Squared{})
	sgdBinomial = sgdOf("sgd-binomial", glm.Binomial, loss.Logistic{})
)

// sgdGap is how far from its minimum a loss may be, as a share of what columns
// gain.
const sgdGap = 1e-3

// sgdEpochs is how many are tried.
const sgdEpochs = 64

func sgdOf(name string, family glm.Family, l loss.Loss) workload {
	w := workload{
		name: name, flops: products, target: true, vector: true, loss: l, passes: answerPasses, whole: true,
		judge: judge{nears[float64](family, l), nears[float32](family, l)},
		ours:  ours{sgdOurs[float64](family), sgdOurs[float32](family)},
	}
	if family == glm.Gaussian {
		w.loss = nil
	}
	return w
}

func sgdOurs[T kernels.Float](family glm.Family) func(*Problem[T]) (Answer, error) {
	return func(b *Problem[T]) (Answer, error) {
		epochs, err := b.epochs(family)
		if err != nil {
			return Answer{}, err
		}
		a, err := fit(b, glm.Options{Family: family, Method: solvers.SGD{}, MaxIterations: epochs})
		a.passes = epochs
		return a, err
	}
}

// epochs is how many ours needs; it is the same with every number of threads.
func (b *Problem[T]) epochs(family glm.Family) (int, error) {
	key := passKey{family.String(), b.X.Rows}
	if known := b.enough[key]; known > 0 {
		return known, nil
	}
	enough, err := b.near(family)
	if err != nil {
		return 0, err
	}
	first := 0
	_, err = fit(b, glm.Options{Family: family, Method: solvers.SGD{}, MaxIterations: sgdEpochs, Observe: func(it *solvers.Iterate) {
		if first == 0 && it.Value <= enough {
			first = it.Iteration
		}
	}})
	if err != nil {
		return 0, err
	}
	if first == 0 {
		return 0, fmt.Errorf("bench: the loss is not near its minimum after %d epochs", sgdEpochs)
	}
	b.enough[key] = first
	return first, nil
}

// near is the loss that is near enough.
func (b *Problem[T]) near(family glm.Family) (float64, error) {
	model, err := fitModel(b, glm.Options{Family: family})
	if err != nil {
		return 0, err
	}
	best, none := model.Deviance/2, model.NullDeviance/2
	return best + sgdGap*(none-best), nil
}

// nears is a judge: is it near, and is ours?
func nears[T kernels.Float](family glm.Family, l loss.Loss) func(b *Problem[T], ours, theirs Answer) error {
	return func(b *Problem[T], ours, theirs Answer) error {
		enough, err := b.near(family)
		if err != nil {
			return err
		}
		for i, a := range []Answer{ours, theirs} {
			f, err := b.lossAt(family, l, a.Vector)
			if err != nil {
				return err
			}
			if !(f <= enough*(1+1e-7)) {
				return fmt.Errorf("wrong answer: the loss of %s is %.8g, where %.8g is near enough", []string{"ours", "the peer"}[i], f, enough)
			}
		}
		return nil
	}
}
