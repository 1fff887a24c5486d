package batch

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
	"github.com/seed-0327bdf7/hesse/solvers/pass"
)

// heldOut is the deviance per weight of the rows of a fold, by the definition.
func heldOut[T kernels.Float](d *pass.Data[T], l loss.Loss, assignment []int, fold int, m *glm.Model) float64 {
	g := some(d, func(i int) bool { return assignment[i] == fold })
	eta := make([]float64, len(g.Y))
	var offset []float64
	x := make([]float64, len(g.X))
	for i, v := range g.X {
		x[i] = float64(v)
	}
	for _, o := range g.Offset {
		offset = append(offset, float64(o))
	}
	if err := glm.Predict(eta, m, x, 0, offset, glm.Link); err != nil {
		panic(err)
	}
	total, weight := 0.0, 0.0
	for i, y := range g.Y {
		w, v := 1.0, 0.0
		if g.Weights != nil {
			w = float64(g.Weights[i])
		}
		switch y := float64(y); l.(type) {
		case loss.Logistic:
			v = 2 * (math.Log1p(math.Exp(eta[i])) - y*eta[i])
		case loss.Poisson:
			v = 2 * (math.Exp(eta[i]) - y - y*eta[i])
			if y > 0 {
				v += 2 * y * math.Log(y)
			}
		default:
			v = (y - eta[i]) * (y - eta[i])
		}
		total += w * v
		weight += w
	}
	return total / weight
}

// TestFoldsEqualFitsAlone compares every fold and penalty with a fit of glm to
// the rows of the others.
func TestFoldsEqualFitsAlone(t *testing.T) {
	for _, c := range []struct {
		making
		path  Path
		share float64
	}{
		{making{rows: 1300, columns: 5}, Path{Folds: 3, Penalties: []float64{0, 1, 100, 0.1}}, 1e-10},
		{making{rows: 137, columns: 40, mean: 1e8}, Path{Folds: 2, Seed: 7, Penalties: []float64{1, 10}}, 1e-5}, // X itself has 1e-8 of rounding
		{making{rows: 900, columns: 9, weights: true, offset: true}, Path{Folds: 4, Standardize: true, Penalties: []float64{3, 30}}, 1e-10},
		{making{rows: 9000, columns: 3}, Path{Options: Options{NoIntercept: true}, Folds: 5, Standardize: true, Penalties: []float64{5}}, 1e-10},
		{making{rows: 3000, columns: 40, offset: true}, Path{Assignment: inRuns(3000, 4), Standardize: true, Penalties: []float64{0, 10}}, 1e-10}, // read as they lie
		{making{rows: 40000, columns: 2}, Path{Assignment: inRuns(40000, 3), Penalties: []float64{2}}, 1e-10},                                     // over some blocks
		{making{rows: 3000, columns: 5}, Path{Options: Options{NoIntercept: true}, Assignment: inRuns(3000, 3), Penalties: []float64{1}}, 1e-10},
		{making{rows: 800, columns: 4, noise: 1e-10, weights: true}, Path{Folds: 3, Penalties: []float64{0}}, 1e-4}, // residuals below the rounding of moments
		{making{rows: 700, columns: 4, loss: loss.Logistic{}}, Path{Folds: 3, Penalties: []float64{0.5, 0, 20}}, 1e-7},
		{making{rows: 500, columns: 3, loss: loss.Logistic{}, weights: true, offset: true}, Path{Folds: 2, Standardize: true, Penalties: []float64{1, 9}}, 1e-7},
		{making{rows: 600, columns: 3, loss: loss.Poisson{}, offset: true}, Path{Folds: 3, Penalties: []float64{2, 0}}, 1e-7},
	} {
		c.path.Loss = c.loss
		d := made[float64](c.making, 1)
		curve, err := CrossValidate(context.Background(), d, c.path)
		if err != nil {
			t.Fatal(err)
		}
		assignment := c.path.Assignment
		if assignment == nil {
			assignment = dealt(d.X.Rows, c.path.Folds, c.path.Seed)
		}
		var errors []float64
		for k := range slices.Max(assignment) + 1 {
			for _, lambda := range c.path.Penalties {
				o := glm.Options{Family: familyOf(c.loss), L2: lambda, NoIntercept: c.path.NoIntercept, Standardize: c.path.Standardize}
				m := fittedAlone(t, some(d, func(i int) bool { return assignment[i] != k }), o)
				errors = append(errors, heldOut(d, c.loss, assignment, k, m))
			}
		}
		name := fmt.Sprintf("%+v", c.making)
		near(t, name, curve.FoldErrors, errors, c.share)
		for i, lambda := range c.path.Penalties {
			o := glm.Options{Family: familyOf(c.loss), L2: lambda, NoIntercept: c.path.NoIntercept, Standardize: c.path.Standardize}
			want, _ := estimates(fittedAlone(t, some(d, func(int) bool { return true }), o))
			near(t, name+" all rows", curve.Coefficient(i), want, c.share)
		}
	}
}

// TestCurve follows the definitions of mean, standard error and choice.
func TestCurve(t *testing.T) {
	nan := math.NaN()
	c := &Curve{
		Penalties:  []float64{1, 8, 2, 4, 16},
		FoldErrors: []float64{5, 3, 1, 2, nan, 7, 5, 2, 2, 1},
		Status:     make([]Status, 10), FoldWeight: []float64{1, 3},
		Error: make([]float64, 5), StdError: make([]float64, 5),
	}
	if err := c.choose(); err != nil {
		t.Fatal(err)
	}
	near(t, "mean", c.Error[:4], []float64{6.5, 4.5, 1.75, 2}, 1e-15)
	near(t, "standard error", c.StdError[:4], []float64{math.Sqrt(0.75), math.Sqrt(0.75), math.Sqrt(3) / 4, 0}, 1e-15)
	if !math.IsNaN(c.Error[4]) || !math.IsNaN(c.StdError[4]) {
		t.Errorf("%v ± %v of a fold that failed", c.Error[4], c.StdError[4])
	}
	if c.Best != 2 || c.OneStdError != 3 {
		t.Errorf("best %d, within one standard error %d; want 2 and 3", c.Best, c.OneStdError)
	}
}

// inRuns is an assignment of runs of 64 rows, the last of which is short.
func inRuns(rows, folds int) []int {
	list := make([]int, rows)
	for i := range list {
		list[i] = i / 64 * 7 % folds
	}
	return list
}

// TestRowsAsTheyLie: rows are not copied where columns are near zero, and runs long; what is
// far from zero is shifted.
func TestRowsAsTheyLie(t *testing.T) {
	d := made[float64](making{rows: 3000, columns: 3}, 1)
	far := made[float64](making{rows: 3000, columns: 3, mean: 10}, 1)
	weighted := made[float64](making{rows: 3000, columns: 3, weights: true}, 1)
	for i, c := range []struct {
		data *pass.Data[float64]
		runs []int
		want bool
	}{{d, inRuns(3000, 3), true}, {d, dealt(3000, 3, 1), false}, {far, inRuns(3000, 3), false}, {weighted, inRuns(3000, 3), false}} {
		given, _, err := dealingOf(c.runs, 3)
		if err != nil {
			t.Fatal(err)
		}
		f := &crossing[float64]{data: c.data, folds: 3, dealing: given}
		if got := f.asTheyAre(f.shift()); got != c.want {
			t.Errorf("case %d: as they are: %v", i, got)
		}
	}
}

// TestOneNumberMakesNoColumnNear: nor is the fit singular to all folds but the one it is in.
func TestOneNumberMakesNoColumnNear(t *testing.T) {
	d := made[float64](making{rows: 3000, columns: 3, mean: 1e6}, 1)
	for j := range 3 {
		d.X.Row(100 + j)[j] = 4e7
	}
	curve, err := CrossValidate(context.Background(), d, Path{Assignment: inRuns(3000, 3), Penalties: []float64{0}})
	if err != nil {
		t.Fatal(err)
	}
	for k, s := range curve.Status {
		if s != Converged {
			t.Errorf("fold %d: %v", k, s)
		}
	}
}

// dealt is the fold of every row.
func dealt(rows, folds int, seed uint64) []int {
	d := deal(rows, folds, seed)
	list := make([]int, rows)
	for i := range list {
		list[i] = d.foldOf(i)
	}
	return list
}

// TestManyRowsAreDealtInRuns: folds of many rows, too, differ by no more than a
// run, and their moments are those of their rows.
func TestManyRowsAreDealtInRuns(t *testing.T) {
	for rows, run := range map[int]int{manyRows - 1: 1, manyRows + 5: 8, 1<<17 - 1: 8, 1 << 17: 16, 1_000_000: 64, 1 << 20: 128, 1<<21 + 3: 128} {
		a := dealt(rows, 3, 1)
		counts := make([]int, 3)
		for i, k := range a {
			counts[k]++
			if k != a[i/run*run] {
				t.Fatalf("row %d of %d is in fold %d, its run begins in %d", i, rows, k, a[i/run*run])
			}
		}
		if slices.Max(counts)-slices.Min(counts) > run || runLength(rows) != run {
			t.Errorf("%d rows: folds of %v, runs of %d", rows, counts, runLength(rows))
		}
	}
	a := dealt(manyRows+5, 3, 1)
	d := made[float64](making{rows: manyRows + 5, columns: 2, weights: true}, 1)
	drawn, err := CrossValidate(context.Background(), d, Path{Folds: 3, Seed: 1, Penalties: []float64{7}})
	if err != nil {
		t.Fatal(err)
	}
	m := fittedAlone(t, some(d, func(i int) bool { return a[i] != 2 }), glm.Options{L2: 7})
	near(t, "fold 2", drawn.FoldErrors[2:], []float64{heldOut(d, nil, a, 2, m)}, 1e-10)
}

func TestDealIsBalanced(t *testing.T) {
	for _, folds := range []int{2, 7, 10} {
		a := dealt(1003, folds, 5)
		for lo := 0; lo+folds <= len(a); lo += folds {
			seen := map[int]bool{}
			for _, k := range a[lo : lo+folds] {
				seen[k] = true
			}
			if len(seen) != folds {
				t.Fatalf("%d folds: rows from %d on are in %v", folds, lo, a[lo:lo+folds])
			}
		}
		if fmt.Sprint(a) == fmt.Sprint(dealt(1003, folds, 6)) || fmt.Sprint(a) != fmt.Sprint(dealt(1003, folds, 5)) {
			t.Errorf("%d folds do not follow the seed", folds)
		}
	}
}

// TestBadFold: a column that is nothing outside of one fold stops that fit and
// no other, and a penalty makes up for it.
func TestBadFold(t *testing.T) {
	d := made[float64](making{rows: 90, columns: 2}, 3)
	assignment := make([]int, 90)
	for i := range assignment {
		assignment[i] = i % 3
		if i%3 != 1 {
			d.X.Row(i)[1] = 4
		}
	}
	curve, err := CrossValidate(context.Background(), d, Path{Penalties: []float64{0, 1}, Assignment: assignment})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(curve.Status), "[converged converged rank deficient converged converged converged]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if !math.IsNaN(curve.Error[0]) || curve.Best != 1 {
		t.Errorf("error %v, best %d", curve.Error, curve.Best)
	}
	separable := made[float64](making{rows: 60, columns: 1, loss: loss.Logistic{}}, 4)
	for i := range separable.Y {
		separable.Y[i] = 0
		if separable.X.Row(i)[0] > 0 {
			separable.Y[i] = 1
		}
	}
	curve, err = CrossValidate(context.Background(), separable, Path{Options: Options{Loss: loss.Logistic{}}, Folds: 2, Penalties: []float64{0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(curve.Status), "[separated converged separated converged]"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestCrossValidateErrors(t *testing.T) {
	d := made[float64](making{rows: 20, columns: 2}, 3)
	bad := made[float64](making{rows: 20, columns: 2}, 3)
	bad.Y[3] = math.Inf(1)
	for _, c := range []struct {
		d    *pass.Data[float64]
		path Path
		want string
	}{
		{d, Path{}, "no Penalties"},
		{d, Path{Penalties: []float64{-1}}, "penalty 0 is -1"},
		{d, Path{Penalties: []float64{1}, Folds: 1}, "1 folds of 20 rows"},
		{d, Path{Penalties: []float64{1}, Folds: 21}, "21 folds of 20 rows"},
		{d, Path{Penalties: []float64{1}, Assignment: make([]int, 3)}, "Assignment has 3 elements"},
		{d, Path{Penalties: []float64{1}, Folds: 2, Assignment: make([]int, 20)}, "fold 1 has no rows"},
		{d, Path{Options: Options{L2: 1}, Penalties: []float64{1}}, "L2, StdErrors and Deviance"},
		{d, Path{Options: Options{Loss: loss.Logistic{}}, Penalties: []float64{1}}, "the target of row 0 is"},
		{bad, Path{Penalties: []float64{1}}, "the target of row 3 is +Inf"},
	} {
		if _, err := CrossValidate(context.Background(), c.d, c.path); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
	nan := made[float64](making{rows: 20, columns: 2}, 3)
	nan.X.Row(19)[1] = math.NaN()
	if _, err := CrossValidate(context.Background(), nan, Path{Penalties: []float64{1}, Folds: 2}); err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Errorf("a NaN: %v", err)
	}
	ended, end := context.WithCancel(context.Background())
	end()
	if _, err := CrossValidate(ended, d, Path{Penalties: []float64{1}}); err != context.Canceled {
		t.Errorf("%v after the end of the context", err)
	}
}

func TestCrossValidateHasTheSameBitsEverywhere(t *testing.T) {
	for _, m := range []making{{rows: 20000, columns: 7, weights: true}, {rows: 1500, columns: 4, loss: loss.Logistic{}}} {
		d, narrow := made[float64](m, 5), made[float32](m, 5)
		path := Path{Options: Options{Loss: m.loss}, Folds: 5, Penalties: []float64{10, 1, 0.1}, Standardize: true}
		sameEverywhere(t, func(threads int) (*Curve, error) {
			path.Threads = threads
			return CrossValidate(context.Background(), d, path)
		})
		sameEverywhere(t, func(threads int) (*Curve, error) {
			path.Threads = threads
			return CrossValidate(context.Background(), narrow, path)
		})
		path.Assignment, d.Weights = inRuns(m.rows, 5), nil
		sameEverywhere(t, func(threads int) (*Curve, error) {
			path.Threads = threads
			return CrossValidate(context.Background(), d, path)
		})
	}
}
