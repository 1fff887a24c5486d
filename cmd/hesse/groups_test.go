package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

// shops is a table of groups: lines by key, in the order of the keys.
func shops(keys ...string) (header string, lines map[string][]string) {
	rng := rand.New(rand.NewPCG(31, 32))
	lines = map[string][]string{}
	for i, key := range keys {
		for range 12 + i {
			a, b := rng.NormFloat64(), 100+rng.NormFloat64()
			y := 0
			if a+rng.NormFloat64() > 0 {
				y = 1
			}
			lines[key] = append(lines[key], fmt.Sprintf("%.4f,%s,%.4f,%d,%d", a, quoteCell(key), b, y, 1+rng.IntN(2)))
		}
	}
	return "a,shop,b,y,w", lines
}

func quoteCell(s string) string { return string(csvCell(nil, s)) }

// sorted is the table group by group, mixed a row of each in turn.
func sorted(header string, lines map[string][]string, keys ...string) string {
	text := header + "\n"
	for _, key := range keys {
		text += strings.Join(lines[key], "\n") + "\n"
	}
	return text
}

func mixed(header string, lines map[string][]string, keys ...string) string {
	text := header + "\n"
	for i := range 100 {
		for _, key := range keys {
			if i < len(lines[key]) {
				text += lines[key][i] + "\n"
			}
		}
	}
	return text
}

var keys = []string{"north", `he said "no", twice`, "7", "Köln"}

// TestGroupsAreFitsOfTheirOwn: of sorted rows and of mixed ones, in any family.
func TestGroupsAreFitsOfTheirOwn(t *testing.T) {
	header, lines := shops(keys...)
	for _, args := range [][]string{
		{"--target=b"}, {"--target=y", "--family=binomial", "--l2=0.5"}, {"--target=y", "--family=poisson", "--weights=w"}, {"--target=b", "--no-intercept", "--offset=w", "--columns=a,y"},
	} {
		folder(t, nil)
		out := must(t, sorted(header, lines, keys...), append([]string{"fit", "-", "--by=shop"}, args...)...)
		if again := must(t, mixed(header, lines, keys...), append([]string{"fit", "-", "--by=shop", "--threads=2"}, args...)...); again != out {
			t.Errorf("%v: sorted %s\nmixed %s", args, out, again)
		}
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		objects := strings.Split(strings.TrimSpace(must(t, sorted(header, lines, keys...), append([]string{"fit", "-", "--by=shop", "--json"}, args...)...)), "\n")
		if len(rows) != 1+len(keys) || len(objects) != len(keys) {
			t.Fatalf("%d rows and %d objects for %d groups", len(rows), len(objects), len(keys))
		}
		for i, key := range keys {
			alone := must(t, sorted(header, lines, key), append([]string{"fit", "-", "--exclude=shop", "--json"}, args...)...)
			m, err := glm.Read(strings.NewReader(alone))
			if err != nil {
				t.Fatal(err)
			}
			var object struct {
				Key, Status  string
				N            int
				Coefficients []struct {
					Name     string
					Estimate *float64
					StdError *float64 `json:"std_error"`
				}
			}
			if err := json.Unmarshal([]byte(objects[i]), &object); err != nil {
				t.Fatal(err)
			}
			row, p := rows[1+i], len(m.Coefficients)
			if row[0] != key || row[1] != strconv.Itoa(m.Rows) || row[2] != "converged" || len(row) != 4+2*p || object.Key != key || object.N != m.Rows || object.Status != "converged" {
				t.Errorf("%v: row %q, object %s", args, row, objects[i])
				continue
			}
			for j, c := range m.Coefficients {
				for column, want := range map[int]float64{3 + j: c.Estimate, 3 + p + j: c.StdError} {
					if want != want {
						if row[column] != "" || object.Coefficients[j].StdError != nil {
							t.Errorf("%v: an undefined standard error is %q", args, row[column])
						}
						continue
					}
					got, err := strconv.ParseFloat(row[column], 64)
					if err != nil || !near(got, want) {
						t.Errorf("%v, %s: column %s is %q, want %v", args, key, rows[0][column], row[column], want)
					}
				}
				if rows[0][3+j] != "estimate_"+c.Name || object.Coefficients[j].Name != c.Name || !near(*object.Coefficients[j].Estimate, c.Estimate) {
					t.Errorf("%v: %s is %s, %+v", args, c.Name, rows[0][3+j], object.Coefficients[j])
				}
			}
		}
		mustHold(t)
	}
}

func near(a, b float64) bool { d := a - b; return d < 1e-9 && d > -1e-9 || d < 1e-9*b && d > -1e-9*b }

// short makes tables count as long.
func short(t *testing.T, numbers, rows int) {
	before, beforeRows := gatheredNumbers, streamedRows
	gatheredNumbers, streamedRows = numbers, rows
	t.Cleanup(func() { gatheredNumbers, streamedRows = before, beforeRows })
}

// TestGroupsStream: a long table gives what a short one gives, while it is
// read.
func TestGroupsStream(t *testing.T) {
	header, lines := shops(keys...)
	input := sorted(header, lines, keys...)
	args := []string{"fit", "-", "--by=shop", "--target=b"}
	want := must(t, input, args...)
	short(t, 20, 20)
	for _, streamedRows = range []int{1, 20, 1000} {
		if got := must(t, input, args...); got != want {
			t.Errorf("from %d rows on: %s\nwant %s", streamedRows, got, want)
		}
	}
	streamedRows = 1
	toCommand, in := io.Pipe()
	out, fromCommand := io.Pipe()
	ended := make(chan int)
	var stderr bytes.Buffer
	go func() {
		code := run(context.Background(), args, &console{stdin: toCommand, stdout: fromCommand, stderr: &stderr})
		fromCommand.Close()
		ended <- code
	}()
	half := strings.Index(input, "\n"+lines["7"][1])
	io.WriteString(in, input[:half])
	r := bufio.NewReader(out)
	first, _ := r.ReadString('\n')
	second, _ := r.ReadString('\n') // while the third group is being read
	io.WriteString(in, input[half:])
	in.Close()
	rest, _ := io.ReadAll(r)
	if code := <-ended; code != 0 || stderr.Len() > 0 || first+second+string(rest) != want {
		t.Errorf("exit %d, %s\ngot  %swant %s", code, stderr.String(), first+second+string(rest), want)
	}
}

// TestGroupsOutOfOrder: in a long table that was sorted so far, a group that
// comes back is an error, unless all rows are read first.
func TestGroupsOutOfOrder(t *testing.T) {
	header, lines := shops(keys...)
	input := sorted(header, lines, keys...) + lines["north"][0] + "\n"
	line := strings.Count(input, "\n")
	args := []string{"fit", "-", "--by=shop", "--target=b"}
	want := must(t, input, args...)
	short(t, 20, 1)
	message := fmt.Sprintf("hesse: standard input:%d: column 2 (\"shop\"): group \"north\" was complete, other rows came after it; sort the file by this column, or read all of it with --unsorted\n", line)
	if r := hesse(t, input, args...); r.code != exitBadData || r.stderr != message || strings.Count(r.stdout, "\n") < 3 {
		t.Errorf("exit %d, %s, %s", r.code, r.stdout, r.stderr)
	}
	if got := must(t, input, append(args, "--unsorted")...); got != want {
		t.Errorf("unsorted: %s\nwant %s", got, want)
	}
	if got := must(t, mixed(header, lines, keys...), args...); got != must(t, sorted(header, lines, keys...), args...) {
		t.Errorf("a long table that is not sorted at its start: %s", got)
	}
}

// TestGroupStatuses: those that fail say so, and only if all of them do the
// command does.
func TestGroupStatuses(t *testing.T) {
	bad := "k,x,z,y\nfew,1,2,0\nfew,2,3,1\nsame,1,2,0\nsame,2,4,1\nsame,3,6,0\nsame,4,8,1\nsame,5,10,1\napart,1,1,0\napart,2,0,0\napart,3,1,0\napart,4,0,1\napart,5,1,1\n"
	good := "fine,1,0,0\nfine,2,1,1\nfine,3,1,0\nfine,4,0,1\nfine,5,1,0\nfine,6,1,1\n"
	args := []string{"fit", "-", "--by=k", "--target=y", "--family=binomial"}
	r := hesse(t, bad, args...)
	for _, want := range []string{"few,2,too few rows,,,,,,,\n", "same,5,rank deficient,,,,,,,z\n", "apart,5,separated,,,,,,,\n"} {
		if !strings.Contains(r.stdout, want) {
			t.Errorf("%q is not in\n%s", want, r.stdout)
		}
	}
	if want := "hesse: standard input: none of 3 groups converged; their status says why\n"; r.code != exitNotConverged || r.stderr != want {
		t.Errorf("exit %d, %s", r.code, r.stderr)
	}
	if out := must(t, bad+good, args...); !strings.HasPrefix(out, r.stdout) || !strings.Contains(out, "\nfine,6,converged,") {
		t.Errorf("with a good one: %s", out)
	}
	out := hesse(t, bad, append(args, "--json")...).stdout
	if want := `{"key":"same","n":5,"status":"rank deficient","coefficients":[{"name":"(Intercept)","estimate":null,"std_error":null},{"name":"x","estimate":null,"std_error":null},{"name":"z","estimate":null,"std_error":null}],"dependent":["z"]}` + "\n"; !strings.Contains(out, want) {
		t.Errorf("%s is not in\n%s", want, out)
	}
}

// TestGroupsOfBadInput: exit 3, with file, line and column, and nothing
// written, or what came before.
func TestGroupsOfBadInput(t *testing.T) {
	for _, c := range []struct{ name, input, args, message string }{
		{"empty", "", "", "t.csv:1: the file is empty; it needs a header line with the names of the columns"},
		{"header only", "k,a,y\n", "", "t.csv:1: no rows; the header needs at least one row of numbers below it"},
		{"no such column", "K,a,y\n1,2,3\n", "", `t.csv:1: there is no column "k"; did you mean "K"? the columns are "K", "a", "y"`},
		{"no key", "k,a,y\nx,2,3\n ,2,3\n", "", `t.csv:3: column 1 ("k"): empty cell; remove this row or fill the cell`},
		{"text", "k,a,y\nx,2,3\nx,two,3\n", "", `t.csv:3: column 2 ("a"): "two" is not a number; correct the cell, or leave the column out with --exclude`},
		{"missing value", "k,a,y\nx,2,3\nx,NA,3\n", "", `t.csv:3: column 2 ("a"): missing value "NA"; remove this row or fill the cell`},
		{"target", "k,a,y\nx,2,3\n", "--family=binomial", `t.csv:2: column 3 ("y"): the target is 3, neither 0 nor 1; code the two classes as 0 and 1, or use --family gaussian`},
		{"weight", "k,a,y,w\nx,2,3,-1\n", "--weights=w", `t.csv:2: column 4 ("w"): the weight is -1; weights are not negative; correct it, or give the row weight 0 to leave it out`},
		{"ragged", "k,a,y\nx,2,3\nx,2\n", "", "t.csv:3: the row has 2 fields, the header has 3; look for a comma too many or too few, or one that needs quotes around its field"},
	} {
		folder(t, map[string]string{"t.csv": c.input})
		r := hesse(t, "", append([]string{"fit", "t.csv", "--by=k", "--target=y"}, strings.Fields(c.args)...)...)
		if want := "hesse: " + c.message + "\n"; r.code != exitBadData || r.stdout != "" || r.stderr != want {
			t.Errorf("%s: exit %d, %s\ngot  %swant %s", c.name, r.code, r.stdout, r.stderr, want)
		}
	}
}

func TestGroupUsage(t *testing.T) {
	folder(t, map[string]string{"t.csv": "k,a,y\nx,2,3\n"})
	for args, want := range map[string]string{
		"--out=m.json":                     "--out does not go with --by: there is no one model; standard output gets all of them",
		"--standardize":                    "--standardize does not go with --by: it would be another penalty for every group",
		"--solver=lbfgs":                   "--solver lbfgs does not go with --by: groups are fitted by newton",
		"--precision=exact":                "--precision exact does not go with --by: groups are fitted in float64",
		"--l1=2":                           "--l1 does not go with --by: groups have one L2 penalty",
		"--l2=1 --penalty-factors=a=2":     "--penalty-factors does not go with --by: groups have one L2 penalty",
		"--family=gamma":                   "--by takes --family gaussian, binomial and poisson, not gamma",
		"--columns=k":                      `column "k" is named by both --by and --columns; it can be one of them`,
		"--weights=k":                      `column "k" is named by both --weights and --by; it can be one of them`,
		"--columns=a --exclude=a":          `column "a" is named by both --columns and --exclude; decide`,
		"--exclude=a --no-intercept":       "there are no columns to fit and no intercept; leave out --no-intercept or name columns",
		"--family=huber --delta=2":         "--by takes --family gaussian, binomial and poisson, not huber",
		"--tol=2":                          "--tol is 2; it lies between 0 and 1",
		"--by= --unsorted --columns=a":     "--unsorted is for --by",
		"--unsorted --solver=newton --l2=": "",
	} {
		r := hesse(t, "", append([]string{"fit", "t.csv", "--by=k", "--target=y"}, strings.Fields(args)...)...)
		if r.code != exitUsage || r.stdout != "" || want != "" && r.stderr != "hesse: "+want+"\n" {
			t.Errorf("%s: exit %d, %s\ngot  %swant %s", args, r.code, r.stdout, r.stderr, want)
		}
	}
}

// TestInterruptOfGroups: while a read hangs, after the last one, and while
// nobody reads what is written.
func TestInterruptOfGroups(t *testing.T) {
	header, lines := shops(keys...)
	input := sorted(header, lines, keys...)
	args := []string{"fit", "-", "--by=shop", "--target=b"}
	short(t, 20, 1)
	for _, gatheredNumbers = range []int{20, 1 << 20} {
		for _, hangs := range []bool{true, false} {
			ctx, cancel := context.WithCancel(context.Background())
			var stdout, stderr bytes.Buffer
			code := run(ctx, args, &console{stdin: &signaled{strings.NewReader(input), cancel, hangs}, stdout: &stdout, stderr: &stderr})
			if code != exitInterrupted || stderr.String() != "hesse: interrupted\n" {
				t.Errorf("exit %d, %s", code, stderr.String())
			}
		}
		ctx, cancel := context.WithCancel(context.Background())
		time.AfterFunc(20*time.Millisecond, cancel)
		_, w := io.Pipe()
		var stderr bytes.Buffer
		if code := run(ctx, args, &console{stdin: strings.NewReader(input), stdout: w, stderr: &stderr}); code != exitInterrupted {
			t.Errorf("exit %d, %s", code, stderr.String())
		}
		fire := failing{errors.New("the disk is on fire")}
		stderr.Reset()
		if code := run(context.Background(), args, &console{stdin: strings.NewReader(input), stdout: fire, stderr: &stderr}); code != exitFailed || stderr.String() != "hesse: standard output: the disk is on fire\n" {
			t.Errorf("exit %d, %s", code, stderr.String())
		}
		stderr.Reset()
		if code := run(context.Background(), args, &console{stdin: io.MultiReader(strings.NewReader(input), fire), stdout: io.Discard, stderr: &stderr}); code != exitBadData || stderr.String() != "hesse: standard input: the disk is on fire\n" {
			t.Errorf("exit %d, %s", code, stderr.String())
		}
	}
}
