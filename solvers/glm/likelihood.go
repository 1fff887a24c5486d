package glm

import (
	"context"
	"math"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// evidence is what the log-likelihood of a fit depends on.
type evidence struct {
	deviance      float64
	rows          int
	sumW, sumLogW float64
	base          float64 // Σ w·base(y) of the family
}

// undefined is the log-likelihood of a loss that is none.
func undefined(evidence) float64 { return math.NaN() }

// likelihood sets the log-likelihood, AIC and BIC, as R has them.
func (m *Model) likelihood(e evidence) {
	m.LogLikelihood, m.AIC, m.BIC = math.NaN(), math.NaN(), math.NaN()
	about, parameters := m.Family.about(), len(m.Coefficients)
	if about.logLikelihood == nil {
		return
	}
	if about.dispersion {
		if m.ResidualDF() <= 0 {
			return
		}
		parameters++
	}
	m.LogLikelihood = about.logLikelihood(e)
	if m.penalized() {
		return
	}
	k := float64(parameters)
	m.AIC = 2*k - 2*m.LogLikelihood
	m.BIC = float64(k*kernels.LogOf(float64(m.Rows))) - 2*m.LogLikelihood
}

// targetLoss sums what depends on the target alone: Value is w·of(y), and R is
// w·y. A pass adds them up in its own order, from memory or from a reader.
type targetLoss struct {
	of func(dst, y []float64) // nil is zero
}

func (targetLoss) Name() string         { return "target" }
func (targetLoss) Accepts(float64) bool { return true }
func (targetLoss) Targets() string      { return "numbers" }
func (targetLoss) Quadratic() bool      { return false }

func (l targetLoss) Evaluate(b *loss.Block) {
	clear(b.D)
	if l.of == nil {
		clear(b.Value)
	} else {
		l.of(b.Value, b.Y)
	}
	copy(b.R, b.Y)
	if b.W == nil {
		return
	}
	kernels.Multiply(b.R, b.W)
	for i, w := range b.W {
		if w == 0 { // whatever its target is
			b.Value[i] = 0
		} else {
			b.Value[i] *= w
		}
	}
}

// null runs one pass of a loss over a design without columns.
func (f *fit[T]) null(ctx context.Context, l loss.Loss, intercept float64) (*pass.Moments, error) {
	p, err := f.nullPasses(pass.Model{Loss: l, Intercept: true})
	if err != nil {
		return nil, err
	}
	return p.Run(ctx, pass.Point{Intercept: intercept}, pass.Want{})
}
