package glm

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestPenaltyFactorsAreUnitsOfColumns: a factor is what the square of a unit is
// to a column without one.
func TestPenaltyFactorsAreUnitsOfColumns(t *testing.T) {
	for family := range Family(len(families)) {
		d := problem[float64](300, 3, family, true)
		factors := []float64{4, 0.25, 1}
		scaled := d
		scaled.X = slices.Clone(d.X)
		for i := range d.Y {
			for j, factor := range factors {
				scaled.X[i*d.Stride+j] /= math.Sqrt(factor)
			}
		}
		o := Options{Family: family, L2: 3, Parameters: Parameters{}}
		if family == Quantile {
			o.Parameters.Bandwidth = 0.5
		}
		want, err := Fit(ctx, scaled, o)
		if err != nil {
			t.Fatal(err)
		}
		o.PenaltyFactors = factors
		got, err := Fit(ctx, d, o)
		if err != nil || !got.Converged {
			t.Fatalf("%v: %v, %+v", family, err, got)
		}
		for j, factor := range factors {
			a, b := got.Columns()[j], want.Columns()[j]
			if math.Abs(a.Estimate*math.Sqrt(factor)-b.Estimate) > 1e-10*math.Abs(b.Estimate) || a.Penalty != 3*factor || b.Penalty != 3 {
				t.Errorf("%v: %+v with a factor of %v, %+v in other units", family, a, factor, b)
			}
		}
	}
}

// TestAColumnWithoutAPenalty: where all others have a huge one, it is fitted as
// if it were alone.
func TestAColumnWithoutAPenalty(t *testing.T) {
	d := problem[float64](300, 3, Gaussian, true)
	for _, precision := range []Precision{Plain, Exact} {
		m, err := Fit(ctx, d, Options{L2: 1e12, PenaltyFactors: []float64{0, 1, 1}, Precision: precision})
		if err != nil {
			t.Fatal(err)
		}
		alone := d
		alone.Columns = 1
		want, err := Fit(ctx, alone, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if a, b := m.Coefficients[1], want.Coefficients[1]; math.Abs(a.Estimate-b.Estimate) > 1e-6*b.StdError || a.Penalty != 0 {
			t.Errorf("%v: %+v, alone %+v", precision, a, b)
		}
		if !math.IsNaN(m.Coefficients[1].StdError) || !strings.Contains(m.Summary(), "penalty: L2, lambda = 1e+12, 1 column without\n") {
			t.Errorf("%s", m.Summary())
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Read(strings.NewReader(string(text)))
		if err != nil || again.Coefficients[1].Penalty != 0 || again.Coefficients[2].Penalty != 1e12 {
			t.Errorf("read back: %v, %+v", err, again)
		}
	}
}

func TestPenaltyFactorsAreChecked(t *testing.T) {
	d := problem[float64](30, 2, Gaussian, false)
	for _, c := range []struct {
		factors []float64
		l2      float64
		message string
	}{
		{[]float64{1}, 1, "1 penalty factors for 2 columns"},
		{[]float64{1, -1}, 1, "penalty factor 1 is -1"},
		{[]float64{math.NaN(), 1}, 1, "penalty factor 0 is NaN"},
		{[]float64{1, math.Inf(1)}, 1, "penalty factor 1 is +Inf"},
		{[]float64{0, 0}, 1, "every penalty factor is 0"},
		{[]float64{1, 1}, 0, "no L1 or L2 that they multiply"},
	} {
		if _, err := Fit(ctx, d, Options{L2: c.l2, PenaltyFactors: c.factors}); err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%v: error %v, want %q", c.factors, err, c.message)
		}
	}
	same, err := Fit(ctx, d, Options{L2: 1, PenaltyFactors: []float64{1, 1}})
	if err != nil {
		t.Fatal(err)
	}
	want, err := Fit(ctx, d, Options{L2: 1})
	if err != nil || !slices.Equal(bits(same), bits(want)) {
		t.Errorf("factors of 1 are not none: %v", err)
	}
}
