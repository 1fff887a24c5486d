package glm

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// lossFamilies is those that have no likelihood.
var lossFamilies = []Family{Huber, Quantile, SquaredHinge}

// withOutliers is data with a few targets far away.
func withOutliers(scale float64) Data[float64] {
	d := problem[float64](600, 4, Huber, true)
	for i := range d.Y {
		if i%50 == 7 {
			d.Y[i] += 1000
		}
		d.Y[i] *= scale
		d.Offset[i] *= scale
	}
	return d
}

// TestNarrowLossesReachTheirMinimum: losses are convex, so a gradient that
// vanishes beside the weights of the rows is a minimum.
func TestNarrowLossesReachTheirMinimum(t *testing.T) {
	for _, scale := range []float64{1, 0x1p30} {
		d := withOutliers(scale)
		for _, o := range []Options{
			{Family: Huber}, {Family: Huber, Parameters: Parameters{Delta: 0.01 * scale}}, {Family: Huber, Parameters: Parameters{Delta: 1e4 * scale}},
			{Family: Huber, L2: 2, Standardize: true, Parameters: Parameters{Delta: scale}}, {Family: Huber, NoIntercept: true, Parameters: Parameters{Delta: scale}},
			{Family: Quantile}, {Family: Quantile, L2: 2}, {Family: Quantile, NoIntercept: true},
			{Family: Quantile, Parameters: Parameters{Quantile: 0.9}}, {Family: Quantile, Parameters: Parameters{Quantile: 0.01}},
			{Family: Quantile, Parameters: Parameters{Quantile: 0.99, Bandwidth: 0.01 * scale}},
			{Family: Quantile, Parameters: Parameters{Quantile: 0.3, Bandwidth: 1e-4 * scale}},
		} {
			if o.Family == Huber && o.Parameters.Delta == 0 && scale > 1 {
				continue // 1.345 is in the units of the target
			}
			m, err := Fit(ctx, d, o)
			if err != nil {
				t.Fatal(err)
			}
			steepest := m.SumWeights * 5 // of a row's loss, times a large entry of X
			if o.Family == Huber {
				steepest *= m.Parameters.Delta
			}
			if !m.Converged || m.GradientNorm > 1e-9*steepest {
				t.Errorf("%v %+v: %s after %d iterations, gradient %g beside %g: %s", o.Family, o.Parameters, m.Status, m.Iterations, m.GradientNorm, steepest, m.Reason)
			}
		}
	}
}

// TestAWideHuberLossIsLeastSquares, and a narrow one does not see how far
// outliers are.
func TestAWideHuberLossIsLeastSquares(t *testing.T) {
	d := withOutliers(1)
	want, err := Fit(ctx, d, Options{})
	if err != nil {
		t.Fatal(err)
	}
	wide, err := Fit(ctx, d, Options{Family: Huber, Parameters: Parameters{Delta: 1e6}})
	if err != nil {
		t.Fatal(err)
	}
	near, err := Fit(ctx, d, Options{Family: Huber})
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range d.Y {
		if v > 500 {
			d.Y[i] += 1e6
		}
	}
	far, err := Fit(ctx, d, Options{Family: Huber})
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range want.Coefficients {
		if got := wide.Coefficients[i].Estimate; math.Abs(got-c.Estimate) > 1e-10*c.StdError {
			t.Errorf("%s is %v, of least squares %v", c.Name, got, c.Estimate)
		}
		if a, b := near.Coefficients[i].Estimate, far.Coefficients[i].Estimate; math.Abs(a-b) > 1e-9 {
			t.Errorf("%s is %v, and %v with outliers farther away", c.Name, a, b)
		}
	}
	if math.Abs(wide.Deviance-want.Deviance) > 1e-12*want.Deviance || math.Abs(wide.NullDeviance-want.NullDeviance) > 1e-12*want.NullDeviance {
		t.Errorf("deviances %v, %v; of least squares %v, %v", wide.Deviance, wide.NullDeviance, want.Deviance, want.NullDeviance)
	}
}

// TestQuantilesOfNumbers: without columns and with little smoothing the
// intercept lies between the order statistics that the quantile lies between.
func TestQuantilesOfNumbers(t *testing.T) {
	d := problem[float64](999, 0, Quantile, false)
	sorted := slices.Sorted(slices.Values(d.Y))
	for _, tau := range []float64{0.0105, 0.25, 0.5, 0.9, 0.9995} {
		m, err := Fit(ctx, d, Options{Family: Quantile, Parameters: Parameters{Quantile: tau, Bandwidth: 1e-6}})
		if err != nil {
			t.Fatal(err)
		}
		at := int(tau * 999)
		if got := m.Coefficients[0].Estimate; !m.Converged || math.Abs(got-sorted[at]) > 1e-4 {
			t.Errorf("τ = %g: %v (%s), want %v", tau, got, m.Reason, sorted[at])
		}
	}
}

// TestTheBandwidthFollowsTheUnit of the target.
func TestTheBandwidthFollowsTheUnit(t *testing.T) {
	one, err := Fit(ctx, withOutliers(1), Options{Family: Quantile})
	if err != nil {
		t.Fatal(err)
	}
	large, err := Fit(ctx, withOutliers(0x1p40), Options{Family: Quantile})
	if err != nil {
		t.Fatal(err)
	}
	if one.Parameters.Quantile != 0.5 || large.Parameters.Bandwidth != one.Parameters.Bandwidth*0x1p40 || math.Abs(large.Coefficients[1].Estimate/one.Coefficients[1].Estimate/0x1p40-1) > 1e-9 {
		t.Errorf("%+v, %+v; %v, %v", one.Parameters, large.Parameters, one.Coefficients[1], large.Coefficients[1])
	}
	line := column([]float64{1, 2, 3, 4, 5}, []float64{3, 5, 7, 9, 11})
	m, err := Fit(ctx, line, Options{Family: Quantile, Parameters: Parameters{Quantile: 0.9}})
	if err != nil || !m.Converged || math.Abs(m.Coefficients[1].Estimate-2) > 1e-6 || math.Abs(m.Coefficients[0].Estimate-1) > 1e-4 {
		t.Errorf("a perfect line: %v, %+v", err, m)
	}
}

func TestSquaredHinge(t *testing.T) {
	d := problem[float64](400, 3, SquaredHinge, true)
	for _, l2 := range []float64{0, 0.5} {
		m, err := Fit(ctx, d, Options{Family: SquaredHinge, L2: l2})
		if err != nil || !m.Converged || m.GradientNorm > 1e-9*m.SumWeights {
			t.Errorf("λ = %g: %v, %+v", l2, err, m)
		}
	}
	apart := column([]float64{1, 2, 3, 4}, []float64{0, 0, 1, 1})
	m, err := Fit(ctx, apart, Options{Family: SquaredHinge})
	if err != nil || m.Status != solvers.Separated.String() || m.Reason != noLoss {
		t.Errorf("%v, %+v", err, m)
	}
	// By hand: by symmetry about 2.5 only the inner two rows can be within the
	// hinge, and 2(1 − β/2)² + λβ²/2 is least at β = 2/(1 + λ).
	m, err = Fit(ctx, apart, Options{Family: SquaredHinge, L2: 0.125})
	if want := 2 / 1.125; err != nil || !m.Converged || math.Abs(m.Coefficients[1].Estimate-want) > 1e-12 || math.Abs(m.Coefficients[0].Estimate+2.5*want) > 1e-11 {
		t.Errorf("%v, %+v", err, m)
	}
	d.Offset = slices.Repeat([]float64{-1e3}, len(d.Y)) // every row of class 0 is beyond the hinge at the start
	if m, err = Fit(ctx, d, Options{Family: SquaredHinge}); err != nil || !m.Converged {
		t.Errorf("a large offset: %v, %+v", err, m)
	}
}

// TestLossesHaveNoStandardErrors: what is no likelihood says so.
func TestLossesHaveNoStandardErrors(t *testing.T) {
	for _, family := range lossFamilies {
		d := problem[float64](300, 3, family, true)
		m, err := Fit(ctx, d, Options{Family: family})
		if err != nil || !m.Converged {
			t.Fatalf("%v: %v, %+v", family, err, m)
		}
		for _, v := range []float64{m.LogLikelihood, m.AIC, m.BIC, m.Dispersion, m.Coefficients[0].StdError, m.Coefficients[1].PValue} {
			if !math.IsNaN(v) {
				t.Errorf("%v: %v is not undefined: %+v", family, v, m)
			}
		}
		if !(m.RSquared() > 0) || !strings.Contains(m.Summary(), "The "+family.String()+" loss is no likelihood") {
			t.Errorf("%s", m.Summary())
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Read(strings.NewReader(string(text)))
		if err != nil || again.Parameters != m.Parameters || again.Family != family {
			t.Errorf("read back: %v, %+v", err, again)
		}
		p, eta := make([]float64, 1), make([]float64, 1)
		if Predict(p, again, d.X[:3], 0, nil, Response) != nil || Predict(eta, again, d.X[:3], 0, nil, Link) != nil || p[0] != eta[0] {
			t.Errorf("%v: prediction %v on one scale, %v on the other", family, p, eta)
		}
	}
}

// TestCollinearColumnsOfAnyFamily are named, and nothing else is taken for
// them.
func TestCollinearColumnsOfAnyFamily(t *testing.T) {
	for family := range Family(len(families)) {
		d := problem[float64](60, 3, family, false)
		for i := range d.Y {
			row := d.X[i*d.Stride:]
			row[2] = row[0] + row[1]
		}
		if _, err := Fit(ctx, d, Options{Family: family}); err == nil || !strings.Contains(err.Error(), `column "x3" is a linear combination of "x1", "x2"`) {
			t.Errorf("%v: error %v", family, err)
		}
		if m, err := Fit(ctx, d, Options{Family: family, L2: 1}); err != nil || !m.Converged {
			t.Errorf("%v with a penalty: %v, %+v", family, err, m)
		}
	}
	d := problem[float64](100, 2, Huber, false) // a column of two outliers only
	for i := range d.Y {
		d.X[i*d.Stride] = 0
	}
	d.X[0], d.Y[0], d.X[d.Stride], d.Y[1] = 1, 1e6, 1, -1e6
	if m, err := Fit(ctx, d, Options{Family: Huber}); err != nil || m.Status == solvers.NotFinite.String() {
		t.Errorf("%v, %+v", err, m)
	}
}
