package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

// predictions parses what predict prints.
func predictions(t testing.TB, out string) []float64 {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if lines[0] != "prediction" || !strings.HasSuffix(out, "\n") {
		t.Fatalf("header %q, end %q", lines[0], out[max(0, len(out)-3):])
	}
	var list []float64
	for _, line := range lines[1:] {
		v, err := strconv.ParseFloat(line, 64)
		if err != nil {
			t.Fatal(err)
		}
		if shortest := strconv.FormatFloat(v, 'g', -1, 64); shortest != line {
			t.Errorf("%s is printed as %s", shortest, line)
		}
		list = append(list, v)
	}
	return list
}

// TestPredict: the same bits as glm.Predict has for all rows at once, whatever
// the order of the columns and what else is in the file.
func TestPredict(t *testing.T) {
	const n = 3*chunkRows + 17
	r := rand.New(rand.NewPCG(1, 2))
	var train, shuffled, renamed strings.Builder
	train.WriteString("a,b,o,y,z\n")
	shuffled.WriteString("note,o,b,a\n")
	renamed.WriteString("a,b,exposure\n")
	var x, offset []float64
	for i := range n {
		a, b, o := r.NormFloat64(), 1e3+r.NormFloat64(), r.Float64()
		x, offset = append(x, a, b), append(offset, o)
		y := 2*a - b + o + r.NormFloat64()
		z := 0
		if r.Float64() < 1/(1+math.Exp(-a-o)) {
			z = 1
		}
		fmt.Fprintf(&train, "%v,%v,%v,%v,%d\n", a, b, o, y, z)
		fmt.Fprintf(&shuffled, "\"row, %d\",%v,%v,%v\n", i, o, b, a)
		fmt.Fprintf(&renamed, "%v,%v,%v\n", a, b, o)
	}
	folder(t, map[string]string{"train.csv": train.String(), "new.csv": shuffled.String(), "renamed.csv": renamed.String()})
	for _, c := range []struct {
		args   []string
		offset bool
	}{
		{[]string{"--target=y"}, false},
		{[]string{"--target=y", "--offset=o"}, true},
		{[]string{"--target=z", "--family=binomial"}, false},
		{[]string{"--target=z", "--family=binomial", "--offset=o", "--no-intercept", "--l2=2"}, true},
	} {
		must(t, "", append([]string{"fit", "train.csv", "--columns=a,b", "--out=m.json"}, c.args...)...)
		m, err := glm.Read(strings.NewReader(text(t, "m.json")))
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range []string{"response", "link"} {
			scale, off := glm.Response, offset
			if kind == "link" {
				scale = glm.Link
			}
			if !c.offset {
				off = nil
			}
			want := make([]float64, n)
			if err := glm.Predict(want, m, x, 0, off, scale); err != nil {
				t.Fatal(err)
			}
			outs := []string{
				must(t, "", "predict", "m.json", "train.csv", "--type", kind),
				must(t, "", "predict", "m.json", "new.csv", "--type", kind),
				must(t, shuffled.String(), "predict", "m.json", "-", "--type", kind),
				must(t, text(t, "m.json"), "predict", "-", "new.csv", "--type", kind),
			}
			if c.offset {
				outs = append(outs, must(t, "", "predict", "m.json", "renamed.csv", "--offset=exposure", "--type", kind))
			}
			for k, out := range outs {
				got := predictions(t, out)
				if len(got) != n {
					t.Fatalf("%d predictions, want %d", len(got), n)
				}
				for i := range want {
					if got[i] != want[i] {
						t.Fatalf("%v %s, %d: row %d is %v, want %v", c.args, kind, k, i, got[i], want[i])
					}
				}
			}
		}
	}
}

// TestPredictionsAreFittedValues: their residuals add up to the deviance, and to
// zero.
func TestPredictionsAreFittedValues(t *testing.T) {
	folder(t, nil)
	fit := must(t, "", "fit", data("longley.csv"), "--target=employed", "--json", "--out=m.json")
	var sum, squares float64
	lines := strings.Split(text(t, data("longley.csv")), "\n")[1:]
	for i, mu := range predictions(t, must(t, "", "predict", "m.json", data("longley.csv"))) {
		y, err := strconv.ParseFloat(lines[i][strings.LastIndexByte(lines[i], ',')+1:], 64)
		if err != nil {
			t.Fatal(err)
		}
		sum += y - mu
		squares += (y - mu) * (y - mu)
	}
	if want := parse(t, fit).Deviance; math.Abs(squares-want) > 1e-9*want || math.Abs(sum) > 1e-6 {
		t.Errorf("sum of squares %v, want %v; sum %v", squares, want, sum)
	}
}

func TestPredictNoRows(t *testing.T) {
	folder(t, map[string]string{"t.csv": small})
	must(t, "", "fit", "t.csv", "--target=y", "--columns=a,b", "--out=m.json")
	if out := must(t, "b,a\n", "predict", "m.json", "-"); out != "prediction\n" {
		t.Errorf("%q", out)
	}
	must(t, "", "fit", "t.csv", "--target=y", "--columns=", "--out=m.json") // an intercept alone
	if got := predictions(t, must(t, "q\nx\ny\n", "predict", "m.json", "-")); len(got) != 2 || got[0] != got[1] || math.Abs(got[0]-5.2333333) > 1e-6 {
		t.Errorf("%v", got)
	}
}

// TestPredictErrors: exit 3 with file, line and column; of the chunk with the
// error nothing is written.
func TestPredictErrors(t *testing.T) {
	folder(t, map[string]string{"t.csv": small})
	must(t, "", "fit", "t.csv", "--target=y", "--columns=a,b", "--out=m.json")
	must(t, "", "fit", "t.csv", "--target=y", "--columns=a,b", "--offset=o", "--out=o.json")
	for _, c := range []struct {
		name, model, input, args, message string
		code                              int
	}{
		{"empty", "m.json", "", "", "standard input:1: the file is empty; it needs a header line with the names of the columns", 3},
		{"a column is missing", "m.json", "a,bb\n1,2\n", "", `standard input:1: there is no column "b"; the columns are "a", "bb"`, 3},
		{"columns are missing", "o.json", "x,y\n1,2\n", "", `standard input:1: there are no columns "a", "b", "o"; the columns are "x", "y"`, 3},
		{"the offset is missing", "o.json", "a,b\n1,2\n", "", `standard input:1: there is no column "o"; the columns are "a", "b"`, 3},
		{"the renamed offset is missing", "o.json", "a,b\n1,2\n", "--offset=exposure", `standard input:1: there is no column "exposure"; the columns are "a", "b"`, 3},
		{"an offset for a model without", "m.json", "a,b,o\n1,2,3\n", "--offset=o", "m.json: the model was fitted without an offset; leave out --offset", 2},
		{"text", "m.json", "a,b\n1,2\n3,x\n", "", `standard input:3: column 2 ("b"): "x" is not a number; correct the cell`, 3},
		{"an empty cell", "m.json", "a,b\n1,2\n,4\n", "", `standard input:3: column 1 ("a"): empty cell; remove this row or fill the cell`, 3},
		{"NaN", "m.json", "a,b\n1,2\nNaN,4\n", "", `standard input:3: column 1 ("a"): the value is NaN; remove this row or fill the cell`, 3},
		{"ragged", "m.json", "a,b\n1,2\n3\n", "", "standard input:3: the row has 1 field, the header has 2; look for a comma too many or too few, or one that needs quotes around its field", 3},
		{"unterminated quotes", "m.json", "a,b\n1,2\n3,\"4\n", "", `standard input:3: column 2 ("b"): the quoted field that begins here does not end; close it with a quote`, 3},
		{"overflow", "m.json", "a,b\n1,2\n1.7e308,1.7e308\n", "", "standard input:3: the prediction is +Inf; look for numbers that are far too large", 3},
	} {
		r := hesse(t, c.input, append([]string{"predict", c.model, "-"}, strings.Fields(c.args)...)...)
		if want := "hesse: " + c.message + "\n"; r.code != c.code || r.stdout != "" || r.stderr != want {
			t.Errorf("%s: exit %d, %s\ngot  %swant %s", c.name, r.code, r.stdout, r.stderr, want)
		}
	}
	long := "a,b\n" + strings.Repeat("1,2\n", 2*chunkRows+5)
	r := hesse(t, long+"x,2\n"+long[4:], "predict", "m.json", "-")
	if want := fmt.Sprintf("hesse: standard input:%d: column 1 (\"a\"): \"x\" is not a number; correct the cell\n", 2*chunkRows+5+2); r.code != exitBadData || r.stderr != want {
		t.Errorf("exit %d, %s", r.code, r.stderr)
	}
	if got := predictions(t, r.stdout); len(got) != 2*chunkRows {
		t.Errorf("%d predictions before the error, want %d", len(got), 2*chunkRows)
	}
}
