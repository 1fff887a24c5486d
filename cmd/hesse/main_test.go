package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

// A result is how a command line ended.
type result struct {
	code           int
	stdout, stderr string
}

// hesse runs a command line in this process.
func hesse(t testing.TB, stdin string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), args, &console{stdin: strings.NewReader(stdin), stdout: &stdout, stderr: &stderr})
	return result{code, stdout.String(), stderr.String()}
}

// lacking skips a test for what this machine lacks, or fails it where make
// test is told to require everything.
func lacking(t testing.TB, what error) {
	t.Helper()
	if os.Getenv("REQUIRE") != "" {
		t.Fatalf("required: %v", what)
	}
	t.Skip(what)
}

// must runs a command line that should end well and quietly.
func must(t testing.TB, stdin string, args ...string) string {
	t.Helper()
	r := hesse(t, stdin, args...)
	if r.code != 0 || r.stderr != "" {
		t.Fatalf("hesse %s: exit %d, %s", strings.Join(args, " "), r.code, r.stderr)
	}
	return r.stdout
}

// folder makes a new folder with some files the working directory.
func folder(t testing.TB, files map[string]string) {
	t.Helper()
	if tt, ok := t.(*testing.T); ok {
		tt.Chdir(t.TempDir())
	}
	for name, text := range files {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// list is the names of all files in the working directory.
func list(t testing.TB) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// mustHold checks what is in the working directory.
func mustHold(t testing.TB, names ...string) {
	t.Helper()
	slices.Sort(names)
	if got := list(t); !slices.Equal(got, names) {
		t.Errorf("the folder has %q, want %q", got, names)
	}
}

// data is a file of testdata, wherever the working directory is.
func data(name string) string { return filepath.Join(testdata, name) }

var testdata, _ = filepath.Abs("../../testdata")

func text(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// choice is the message for a name that is none of a list.
func choice(option string, names []string, got string) string {
	return fmt.Sprintf(`%s must be one of "%s" but got "%s"`, option, strings.Join(names, `","`), got)
}

func TestUsageErrors(t *testing.T) {
	const see = "; see hesse --help and hesse COMMAND --help\n"
	folder(t, map[string]string{"t.csv": "a,b,y,w\n1,3,2,1\n3,4,4,1\n5,1,9,1\n"})
	for _, c := range []struct{ args, message string }{
		{"", `expected one of "fit", "predict", "bench", "info"` + see},
		{"fti", `unexpected argument fti, did you mean "fit"?` + see},
		{"fit --target y", `expected "<FILE>"` + see},
		{"fit t.csv", "missing flags: --target=COLUMN or --targets=A,B" + see},
		{"fit t.csv u.csv --target y", "unexpected argument u.csv" + see},
		{"fit t.csv --target y --rigde 1", "unknown flag --rigde" + see},
		{"fit t.csv --target y --family cauchy", choice("--family", glm.Families(), "cauchy") + see},
		{"fit t.csv --target y --family huber --delta=-1", "--delta is -1; it is a positive, finite number\n"},
		{"fit t.csv --target y --family huber --quantile 0.3", "--quantile is for the quantile family, not for the huber one\n"},
		{"fit t.csv --target y --family quantile --quantile 1", "--quantile is 1; it lies between 0 and 1\n"},
		{"fit t.csv --target y --family quantile --bandwidth 0", "--bandwidth is 0; leave it out for the default\n"},
		{"fit t.csv --target y --power 1.5", "--power is for the tweedie family, not for the gaussian one\n"},
		{"fit t.csv --target y --family tweedie --power 2", "--power is 2; it lies between 1 and 2\n"},
		{"fit t.csv --target y --family tweedie --power 0", "--power is 0; leave it out for the default\n"},
		{"fit t.csv --target y --solver simplex", choice("--solver", slices.Concat([]string{"auto"}, solvers.Methods(), solvers.CompositeMethods()), "simplex") + see},
		{"fit t.csv --target y --batch 10", "--batch is for a solver that takes samples of the rows, not for --solver auto\n"},
		{"fit t.csv --target y --solver lbfgs --seed 1", "--seed is for a solver that takes samples of the rows, not for --solver lbfgs\n"},
		{"fit t.csv --target y --solver subsampled-newton --step 1", "--step means nothing to --solver subsampled-newton\n"},
		{"fit t.csv --target y --solver sgd --batch 0", "--batch is 0; it is at least 1\n"},
		{"fit t.csv --target y --solver sgd --epochs 0", "--epochs is 0; it is at least 1\n"},
		{"fit t.csv --target y --solver sgd --epochs 5 --max-iter 5", "--epochs and --max-iter are the same; give one of them\n"},
		{"fit t.csv --target y --solver sgd --step 0", "--step is 0; it is positive and finite\n"},
		{"fit t.csv --target y --solver sgd --hold-out 1", "--hold-out is 1; it lies between 0 and 1\n"},
		{"fit t.csv --target y --solver sgd --schedule linear", `--schedule must be one of "halving","constant","inverse-time","inverse-root","stepwise","cosine","warm-up" but got "linear"` + see},
		{"fit t.csv --target y --l2=much", `--l2: expected a float but got "much" (string)` + see},
		{"fit t.csv --target y --columns a,,b", `--columns: "a,,b" has an empty name` + see},
		{"fit t.csv --target y --exclude \"a", "--exclude: \"\\\"a\": extraneous or missing \" in quoted-field" + see},
		{"fit t.csv --target=", "--target is empty; name a column\n"},
		{"fit t.csv --target y --family binomial --precision exact", "--precision exact is for --family gaussian\n"},
		{"fit t.csv --target y --l2=-1", "--l2 is -1; it is a finite number, not negative\n"},
		{"fit t.csv --target y --l2 NaN", "--l2 is NaN; it is a finite number, not negative\n"},
		{"fit t.csv --target y --l2 Inf", "--l2 is +Inf; it is a finite number, not negative\n"},
		{"fit t.csv --target y --l1=-1", "--l1 is -1; it is a finite number, not negative\n"},
		{"fit t.csv --target y --l1 1 --solver lbfgs", "--solver lbfgs cannot fit with --l1; those that can are coordinate-descent, owl-qn, proximal-gradient, svrg, sgd, momentum, nesterov-sgd, adagrad, rmsprop, adam, adamw\n"},
		{"fit t.csv --target y --l1 1 --precision exact", "--precision exact is for fits without --l1\n"},
		{"fit t.csv --target y --penalty-factors a=0", "--penalty-factors multiply --l1 and --l2; give one of them\n"},
		{"fit t.csv --target y --l1 1 --penalty-factors a", `--penalty-factors: "a" is not COLUMN=FACTOR` + see},
		{"fit t.csv --target y --l1 1 --penalty-factors a=-1", `--penalty-factors: the factor of "a" is "-1"; it is a finite number, not negative` + see},
		{"fit t.csv --target y --l1 1 --penalty-factors a=1,a=2", `--penalty-factors: column "a" is there twice; name it once` + see},
		{"fit t.csv --target y --l1 1 --penalty-factors a=1,d=2", `--penalty-factors names column "d", which is none that the fit has coefficients for` + "\n"},
		{"fit t.csv --target y --l1 1 --penalty-factors a=0,b=0,w=0", "--penalty-factors are 0 for every column; leave --l1 and --l2 out\n"},
		{"fit t.csv --target y --max-iter 0", "--max-iter is 0; it is at least 1\n"},
		{"fit t.csv --target y --tol 0", "--tol is 0; it lies between 0 and 1\n"},
		{"fit t.csv --target y --threads 0", "--threads is 0; it lies between 1 and 1024\n"},
		{"fit t.csv --target y --threads 1000000", "--threads is 1000000; it lies between 1 and 1024\n"},
		{"fit t.csv --target y --out -", "--out - is no file; use --json for standard output\n"},
		{"fit t.csv --target y --out t.csv", "t.csv: --out names the data; choose another name\n"},
		{"fit t.csv --target y --out ./t.csv", "t.csv: --out names the data; choose another name\n"},
		{"fit t.csv --target y --weights y", `column "y" is named by both --target and --weights; it can be one of them` + "\n"},
		{"fit t.csv --target y --offset y", `column "y" is named by both --target and --offset; it can be one of them` + "\n"},
		{"fit t.csv --target y --weights w --offset w", `column "w" is named by both --weights and --offset; it can be one of them` + "\n"},
		{"fit t.csv --target y --columns a,y", `column "y" is named by both --target and --columns; it can be one of them` + "\n"},
		{"fit t.csv --target y --weights w --columns w", `column "w" is named by both --weights and --columns; it can be one of them` + "\n"},
		{"fit t.csv --target y --offset w --columns w", `column "w" is named by both --offset and --columns; it can be one of them` + "\n"},
		{"fit t.csv --target y --columns a,b,a", `--columns names column "a" twice; name it once` + "\n"},
		{"fit t.csv --target y --columns a,b --exclude b", `column "b" is named by both --columns and --exclude; decide` + "\n"},
		{"fit t.csv --target y --columns= --no-intercept", "there are no columns to fit and no intercept; leave out --no-intercept or name columns\n"},
		{"predict - -", "MODEL and FILE are both -; only one can be standard input\n"},
		{"predict t.csv", `expected "<FILE>"` + see},
		{"predict m.json t.csv --type odds", `--type must be one of "response","link" but got "odds"` + see},
		{"info now", "unexpected argument now" + see},
	} {
		r := hesse(t, "", strings.Fields(c.args)...)
		if want := "hesse: " + c.message; r.code != exitUsage || r.stdout != "" || r.stderr != want {
			t.Errorf("hesse %s: exit %d, %s\ngot  %swant %s", c.args, r.code, r.stdout, r.stderr, want)
		}
	}
	mustHold(t, "t.csv")
}

func TestHelpAndVersion(t *testing.T) {
	for _, c := range []struct {
		args string
		want []string
	}{
		{"--help", []string{"hesse fit cars.csv --target price", "hesse predict price.json", "predict ", "info ", "HESSE_ISA", "130 interrupted"}},
		{"fit --help", []string{"--target=COLUMN", "--standardize", "    hesse fit - --target bought"}},
		{"predict --help", []string{"--type", "    hesse predict price.json new.csv"}},
		{"info --help", []string{"--json", "    hesse info --json"}},
		{"--version", []string{"hesse " + version()}},
	} {
		out := must(t, "", strings.Fields(c.args)...)
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("hesse %s does not say %q:\n%s", c.args, want, out)
			}
		}
		for _, line := range strings.Split(out, "\n") {
			if len(line) > 100 {
				t.Errorf("hesse %s has a line of %d bytes: %s", c.args, len(line), line)
			}
		}
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
		ok   bool
	}{
		{"", nil, true},
		{"a", []string{"a"}, true},
		{"a, b ,c", []string{"a", "b", "c"}, true},
		{`"a,b",c`, []string{"a,b", "c"}, true},
		{`"say ""x""",c`, []string{`say "x"`, "c"}, true},
		{"\"two\nlines\",c", []string{"two\nlines", "c"}, true},
		{"a,", nil, false},
		{",", nil, false},
		{`"a`, nil, false},
	} {
		got, err := parseNames(c.text)
		if !slices.Equal(got, c.want) || (err == nil) != c.ok {
			t.Errorf("%q: %q, %v", c.text, got, err)
		}
	}
}
