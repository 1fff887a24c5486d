package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

const (
	small  = "a,b,c,y,z,w,o\n1,5,x,2.5,0,1,0.5\n2,3,y,3.1,1,2,0.1\n3,8,z,7.2,0,1,0.2\n4,1,\"x,\n\"\"y\"\"\",3.3,1,3,0.9\n5,9,,9.1,1,1,0.4\n6,2,x,6.2,0,2,0.3\n"
	noText = "--exclude=c"
)

// object is a JSON object with its numbers as they are written.
func object(t testing.TB, text string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var o map[string]any
	if err := d.Decode(&o); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	if d.More() {
		t.Fatalf("more than one object: %s", text)
	}
	return o
}

// without drops fields.
func without(o map[string]any, names ...string) map[string]any {
	for _, name := range names {
		delete(o, name)
	}
	return o
}

func TestSummary(t *testing.T) {
	folder(t, nil)
	out := must(t, "", "fit", data("longley.csv"), "--target", "employed", "--threads", "1")
	for _, want := range []string{
		"gaussian model of employed, identity link\n",
		"n = 16 rows, p = 6 columns and an intercept, penalty: none\n",
		"solver: newton (a quadratic loss takes one Hessian), precision: float64, ISA: " + kernels.ISA() + ", threads: 1\n",
		"estimate  std. error       t  p-value     lower 95%     upper 95%\n",
		"   (Intercept)  -3.48226e+06      890420  -3.911   0.0036  -5.49653e+06  -1.46799e+06\n",
		"log-likelihood  -109.617\n",
		"deviance        836424 on 9 degrees of freedom\n",
		"null deviance   1.85009e+08 on 15\n",
		"AIC 235.235, BIC 241.416\n",
		"R² 0.9955, adjusted 0.9925, residual standard deviation 304.854\n",
		"converged after 1 iteration, gradient norm ",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the summary does not say %q:\n%s", want, out)
		}
	}
	if last := regexp.MustCompile(`\n16 rows read in [\d.]+ [mµ]?s and fitted in [\d.]+ [mµ]?s, \d+ rows per second\n$`); !last.MatchString(out) {
		t.Errorf("the summary has no times:\n%s", out)
	}
	out = must(t, "", "fit", data("wdbc.csv"), "--target", "malignant", "--family", "binomial", "--columns", "radius_mean,texture_mean")
	for _, want := range []string{"binomial model of malignant, logit link\n", "  z  ", "pseudo-R² (McFadden) 0.6126\n", "<1e-16"} {
		if !strings.Contains(out, want) {
			t.Errorf("the summary does not say %q:\n%s", want, out)
		}
	}
	out = must(t, "", "fit", data("wdbc.csv"), "--target", "malignant", "--family", "binomial", "--l2", "0.5", "--standardize")
	if want := "penalty: L2, lambda = 0.5 on standardized columns\n"; !strings.Contains(out, want) {
		t.Errorf("the summary does not say %q:\n%s", want, out)
	}
	mustHold(t) // no --out, no file
}

func TestJSONAndModelFileAreTheSame(t *testing.T) {
	folder(t, map[string]string{"t.csv": small})
	for _, args := range [][]string{
		{"--target=y", noText},
		{"--target=z", "--family=binomial", "--l2=0.1", "--weights=w", "--columns=a,b"},
		{"--target=y", "--columns=a", "--offset=o", "--no-intercept"},
	} {
		printed := must(t, "", append([]string{"fit", "t.csv", "--json", "--out", "m.json"}, args...)...)
		if strings.Count(printed, "\n") != 1 || !strings.HasSuffix(printed, "}\n") {
			t.Errorf("not one line: %s", printed)
		}
		p := parse(t, printed)
		if p.Timing == nil || !(p.Timing.Read > 0 && p.Timing.Fit > 0 && p.Timing.Rate > 0) {
			t.Errorf("no timing: %s", printed)
		}
		file := text(t, "m.json")
		if a, b := without(object(t, printed), "timing"), object(t, file); !reflect.DeepEqual(a, b) {
			t.Errorf("printed %v\nwritten %v", a, b)
		}
		m, err := glm.Read(strings.NewReader(printed))
		if err != nil {
			t.Fatal(err)
		}
		if again := string(modelFile(m)); again != file {
			t.Errorf("read back as %s", again)
		}
		for i, c := range m.Coefficients {
			if c.Estimate != p.Coefficients[i].Estimate {
				t.Errorf("%v is not %v", c.Estimate, p.Coefficients[i].Estimate)
			}
		}
		mustHold(t, "m.json", "t.csv")
	}
}

// TestFormsOfInput: line ends, quotes, a byte order mark, columns of text that
// nobody needs, standard input and the number of threads change nothing.
func TestFormsOfInput(t *testing.T) {
	folder(t, map[string]string{"t.csv": small})
	args := []string{"--target=y", "--columns=b,a", "--weights=w", "--json"}
	want := without(object(t, must(t, "", append([]string{"fit", "t.csv"}, args...)...)), "timing", "threads")
	for name, input := range map[string]string{
		"standard input":         small,
		"CRLF":                   strings.ReplaceAll(small, "\n", "\r\n"),
		"no newline at the end":  strings.TrimSuffix(small, "\n"),
		"byte order mark":        "\xef\xbb\xbf" + small,
		"quotes":                 strings.ReplaceAll(strings.ReplaceAll(small, "2.5,", "\"2.5\","), "a,", "\"a\","),
		"spaces and empty lines": strings.ReplaceAll(strings.ReplaceAll(small, "2.5,", " 2.5 ,"), "\n2,3", "\n\n2, 3"),
	} {
		for _, threads := range []string{"1", "3"} {
			got := object(t, must(t, input, append([]string{"fit", "-", "--threads", threads}, args...)...))
			if fmt.Sprint(got["threads"]) != threads {
				t.Errorf("%v threads, want %s", got["threads"], threads)
			}
			if got := without(got, "timing", "threads"); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %v\nwant %v", name, got, want)
			}
		}
	}
}

func TestColumns(t *testing.T) {
	const table = "a,\"b,1\",c,y,w,o\n1,5,x,2.5,1,0.5\n2,3,y,3.1,2,0.1\n3,8,z,7.2,1,0.2\n4,1,x,3.3,3,0.9\n5,9,x,9.1,1,0.4\n6,2,x,6.2,2,0.3\n"
	for _, c := range []struct {
		want string
		args []string
	}{
		{"a|b,1|w|o", []string{"--exclude=c"}},
		{"a|b,1|w|o", []string{"--exclude=c,y"}},
		{"a|b,1|o", []string{"--exclude=c", "--weights=w"}},
		{"a|b,1", []string{"--exclude=c", "--weights=w", "--offset=o"}},
		{"a|w|o", []string{`--exclude=c,"b,1"`}},
		{"b,1|a", []string{`--columns="b,1",a`}},
		{"o|a", []string{"--columns=o", "--columns", "a"}},
		{"w|o", []string{"--columns", " w , o"}},
		{"", []string{"--columns="}},
		{"a", []string{"--columns=a", "--exclude=c"}},
	} {
		var names []string
		for _, k := range parse(t, must(t, table, append([]string{"fit", "-", "--target", " y", "--json"}, c.args...)...)).Coefficients[1:] {
			names = append(names, k.Name)
		}
		if got := strings.Join(names, "|"); got != c.want {
			t.Errorf("%q: %s, want %s", c.args, got, c.want)
		}
	}
}

func TestSettings(t *testing.T) {
	wdbc := []string{"fit", data("wdbc.csv"), "--target=malignant", "--family=binomial", "--columns=radius_mean,texture_mean", "--json"}
	full := parse(t, must(t, "", wdbc...))
	loose := parse(t, must(t, "", append(wdbc, "--tol=0.1")...))
	if !loose.Converged || loose.Iterations >= full.Iterations {
		t.Errorf("%d iterations with a loose tolerance, %d without", loose.Iterations, full.Iterations)
	}
	same := parse(t, must(t, "", append(wdbc, "--tol=1e-14", "--max-iter=100", "--solver=newton")...))
	if same.Iterations != full.Iterations || same.Coefficients[0].Estimate != full.Coefficients[0].Estimate {
		t.Errorf("the defaults are others: %+v", same)
	}
}

// TestEverySolver fits the same model, in the units of the data as they are.
func TestEverySolver(t *testing.T) {
	wdbc := []string{"fit", data("wdbc.csv"), "--target=malignant", "--family=binomial", "--columns=radius_mean,texture_mean,area_mean", "--l2=0.5", "--json"}
	want := parse(t, must(t, "", wdbc...))
	if want.Solver != "newton" || want.SolverReason == "" {
		t.Errorf("chose %q: %q", want.Solver, want.SolverReason)
	}
	for _, name := range solvers.Methods() {
		got := parse(t, must(t, "", append(wdbc, "--solver="+name)...))
		if got.Solver != name || got.SolverReason != "" || !got.Converged {
			t.Errorf("%s: %q, %q, converged %v: %s", name, got.Solver, got.SolverReason, got.Converged, got.Reason)
		}
		if sampler(name) != nil && math.Abs(got.Deviance/want.Deviance-1) < 1e-3 {
			continue // they end within a tenth of a standard error
		}
		for i, c := range got.Coefficients {
			if w := want.Coefficients[i].Estimate; math.Abs(c.Estimate-w) > 1e-4*math.Abs(w) {
				t.Errorf("%s: %s is %v, newton has %v", name, c.Name, c.Estimate, w)
			}
		}
	}
}

// TestExitNotConverged: the model is printed and written all the same.
func TestExitNotConverged(t *testing.T) {
	const separable = "x,y\n1,0\n2,0\n3,1\n4,1\n"
	folder(t, map[string]string{"s.csv": separable, "q.csv": "x,y\n1,0\n2,0\n2,1\n3,1\n", "one.csv": "x,y\n1,1\n2,1\n3,1\n", "wdbc.csv": text(t, data("wdbc.csv"))})
	for _, c := range []struct{ file, target, option, status, reason string }{
		{"s.csv", "y", "", "separated", "a linear combination of the columns separates the classes perfectly"},
		{"q.csv", "y", "", "separated", "a linear combination of the columns separates some rows perfectly"},
		{"one.csv", "y", "", "separated", "the target is the same in every row"},
		{"wdbc.csv", "malignant", "", "separated", "a linear combination of the columns separates the classes perfectly"},
		{"wdbc.csv", "malignant", "--max-iter=3", "iteration limit", "the limit of 3 iterations is reached"},
	} {
		args := []string{"fit", c.file, "--target", c.target, "--family=binomial", "--out=m.json"}
		if c.option != "" {
			args = append(args, c.option)
		}
		r := hesse(t, "", append(args, "--json")...)
		if r.code != exitNotConverged || !strings.HasPrefix(r.stderr, "hesse: "+c.file+": "+c.status+": "+c.reason) || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%s: exit %d, %s", c.file, r.code, r.stderr)
		}
		o := object(t, r.stdout)
		if o["converged"] != false || !strings.HasPrefix(o["reason"].(string), c.reason) || o["status"] != c.status {
			t.Errorf("%s: %v", c.file, o)
		}
		if !reflect.DeepEqual(without(o, "timing"), object(t, text(t, "m.json"))) {
			t.Errorf("%s: the model file is another", c.file)
		}
		if p := hesse(t, "", "predict", "m.json", c.file); p.code != 0 {
			t.Errorf("%s: prediction: %+v", c.file, p)
		}
		os.Remove("m.json")
		if r := hesse(t, "", args...); r.code != exitNotConverged || !strings.Contains(r.stdout, "\n"+c.status+" after ") {
			t.Errorf("%s: exit %d, %s", c.file, r.code, r.stdout)
		}
		os.Remove("m.json")
	}
	must(t, separable, "fit", "-", "--target=y", "--family=binomial", "--l2=1")
}

// TestNotDetermined: exit 1 with the columns named and no model; with a penalty
// the same data can be fitted.
func TestNotDetermined(t *testing.T) {
	const advice = "; leave columns out or add an L2 penalty (--exclude, --l2)\n"
	for _, c := range []struct{ name, table, message string }{
		{"collinear", "a,b,d,y,z\n1,2,5,1,0\n2,4,1,3,1\n3,6,2,2,0\n4,8,9,5,1\n5,10,3,4,1\n6,12,7,1,0\n", `column "b" is collinear with "a"`},
		{"constant", "a,k,y,z\n1,7,1,0\n2,7,3,1\n3,7,2,0\n4,7,5,1\n5,7,2,0\n", `column "k" is constant beside the intercept`},
		{"wide", "a,b,d,y,z\n1,3,5,1,0\n2,5,1,3,1\n", `2 rows for 4 coefficients; column "`},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder(t, map[string]string{"t.csv": c.table, "m.json": "old"})
			for _, family := range []string{"gaussian", "binomial"} {
				args := []string{"fit", "t.csv", "--target=y", "--exclude=z", "--family", family, "--out=m.json"}
				if family == "binomial" {
					args[2], args[3] = "--target=z", "--exclude=y"
				}
				r := hesse(t, "", args...)
				if r.code != exitFailed || r.stdout != "" || !strings.HasPrefix(r.stderr, "hesse: t.csv: the coefficients are not determined: "+c.message) ||
					!strings.HasSuffix(r.stderr, advice) || strings.Count(r.stderr, "\n") != 1 {
					t.Errorf("%s: exit %d, %s%s", family, r.code, r.stdout, r.stderr)
				}
				mustHold(t, "m.json", "t.csv")
				if text(t, "m.json") != "old" {
					t.Error("the file at --out was touched")
				}
				must(t, "", append([]string{"fit", "t.csv", "--l2=0.5"}, args[2:len(args)-1]...)...)
			}
		})
	}
}

// TestOverflowOfExp: linear predictors far beyond the reach of exp.
func TestOverflowOfExp(t *testing.T) {
	folder(t, map[string]string{"t.csv": "x,o,y\n1,2000,1\n2,-3000,0\n3,1500,0\n4,-800,1\n5,0,1\n6,0,0\n7,0,1\n1,0,1\n"})
	r := hesse(t, "", "fit", "t.csv", "--target=y", "--family=binomial", "--columns=x", "--offset=o", "--l2=0.1", "--json", "--out=m.json")
	if r.code != 0 {
		t.Fatalf("exit %d, %s", r.code, r.stderr)
	}
	p := parse(t, r.stdout)
	b0, b1 := p.Coefficients[0].Estimate, p.Coefficients[1].Estimate
	// The two rows that their offsets contradict lose what they are off by, the
	// two that agree lose nothing.
	want := (b0 + 3*b1 + 1500) - (b0 + 4*b1 - 800)
	for _, row := range [][2]float64{{5, 1}, {6, -1}, {7, 1}, {1, 1}} {
		want += math.Log1p(math.Exp(-row[1] * (b0 + row[0]*b1)))
	}
	if p.LogLikelihood == nil || math.Abs(*p.LogLikelihood+want) > 1e-9*want {
		t.Errorf("log-likelihood %v, want %v", p.LogLikelihood, -want)
	}
	out := must(t, "", "predict", "m.json", "t.csv")
	lines := strings.Split(out, "\n")
	for i, want := range []string{"prediction", "1", "0", "1", "0"} {
		if lines[i] != want {
			t.Errorf("prediction %d is %s, want %s", i, lines[i], want)
		}
	}
}

func TestTooLargeForSquares(t *testing.T) {
	r := hesse(t, "x,y\n1e200,1\n-1e200,2\n3e200,4\n", "fit", "-", "--target=y")
	if r.code != exitFailed || r.stdout != "" || !strings.HasPrefix(r.stderr, "hesse: standard input: ") || !strings.Contains(r.stderr, "too large") {
		t.Errorf("%+v", r)
	}
}

func TestThreadsByDefault(t *testing.T) {
	var large strings.Builder
	large.WriteString("a,c,y\n")
	for i := range 20_000 {
		fmt.Fprintf(&large, "%d,x,%d\n", i%7, i%5)
	}
	all := min(4, runtime.GOMAXPROCS(0)) // 20,000 rows are worth four
	for _, c := range []struct {
		table   string
		threads int
	}{{small, 1}, {large.String(), all}} {
		if p := parse(t, must(t, c.table, "fit", "-", "--target=y", noText, "--json")); p.Threads != c.threads || p.ISA != kernels.ISA() {
			t.Errorf("%d threads, want %d, %s", p.Threads, c.threads, p.ISA)
		}
	}
}

func TestWithField(t *testing.T) {
	if got := withField([]byte(`{"a":1}`), "b", []int{2}); !bytes.Equal(got, []byte("{\"a\":1,\"b\":[2]}\n")) {
		t.Errorf("%s", got)
	}
}

func TestInWords(t *testing.T) {
	for seconds, want := range map[float64]string{1.2345e-5: "12.3 µs", 0.04567: "45.7 ms", 3.14159: "3.14 s", 99.94: "99.9 s", 3725.4: "1h2m5s"} {
		if got := inWords(seconds); got != want {
			t.Errorf("%v s is %q, want %q", seconds, got, want)
		}
	}
}
