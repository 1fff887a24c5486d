package glm

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// infer fills in what follows from the standard errors. The distributions are
// gonum's.
func (m *Model) infer(errors []float64) {
	const confidence = 0.95
	tail := func(v float64) float64 { return distuv.UnitNormal.CDF(-v) } // Survival(v) cancels
	reach := distuv.UnitNormal.Quantile((1 + confidence) / 2)
	if m.Family.about().dispersion && m.ResidualDF() > 0 {
		t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(m.ResidualDF())}
		tail, reach = t.Survival, t.Quantile((1+confidence)/2)
	}
	for i := range m.Coefficients {
		c := &m.Coefficients[i]
		c.StdError = errors[i]
		c.Statistic = c.Estimate / c.StdError
		c.PValue = 2 * tail(math.Abs(c.Statistic))
		c.Lower = c.Estimate - float64(reach*c.StdError)
		c.Upper = c.Estimate + float64(reach*c.StdError)
		if math.IsNaN(c.StdError) || c.StdError == 0 {
			c.Statistic, c.PValue, c.Lower, c.Upper = math.NaN(), math.NaN(), math.NaN(), math.NaN()
		}
	}
}

// StatisticName is t for a dispersion that is estimated, else z.
func (m *Model) StatisticName() string {
	if m.Family.about().dispersion {
		return "t"
	}
	return "z"
}
