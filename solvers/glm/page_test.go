package glm

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/solvers"
)

var page = flag.String("page", "", "write what approximations of the Hessian cost and gain to this folder, as a page with pictures")

// A trial is a method that is tried on the problems of the page.
type trial struct {
	name   string
	method solvers.Method
}

func trials(rows int) []trial {
	return []trial{
		{"newton", solvers.Newton{}},
		{"newton-cg, diagonal", solvers.NewtonCG{}},
		{"newton-cg, blocks of 8", solvers.NewtonCG{Preconditioner: solvers.Blocks{Size: 8}}},
		{"newton-cg, rank 10", solvers.NewtonCG{Preconditioner: solvers.LowRank{Rank: 10}}},
		{"lbfgs, diagonal", solvers.LBFGS{}},
		{"lbfgs, blocks of 8", solvers.LBFGS{Initial: solvers.Blocks{Size: 8}}},
		{"lbfgs, rank 10", solvers.LBFGS{Initial: solvers.LowRank{Rank: 10}}},
		{"approximate-newton, diagonal", solvers.ApproximateNewton{}},
		{"approximate-newton, blocks of 8", solvers.ApproximateNewton{Curvature: solvers.Blocks{Size: 8}}},
		{"approximate-newton, rank 10", solvers.ApproximateNewton{Curvature: solvers.LowRank{Rank: 10}}},
		{"approximate-newton, expected", solvers.ApproximateNewton{Curvature: solvers.Expected{}}},
		{"subsampled-newton, a tenth of the rows", solvers.SubsampledNewton{Batch: rows / 10}},
	}
}

// A subject is a problem of the page.
type subject struct {
	file, title, about string
	family             Family
	data               Data[float64]
}

// subjects are three kinds of dependence between columns.
func subjects(rows int) []subject {
	common := problem[float64](rows, 80, Binomial, false)
	groups := problem[float64](rows, 80, Poisson, false)
	none := problem[float64](rows, 80, Gamma, false)
	for i := range rows {
		row := common.X[i*common.Stride:][:80]
		shared := 3*row[0] - 2*row[1] + row[2]
		for j := range row {
			row[j] = (row[j] + float64(j%4)*shared) * math.Ldexp(1, j%9)
		}
		row = groups.X[i*groups.Stride:][:80]
		for j := range row { // every eighth column, and the seven beside it that are nearly it
			if j%8 > 0 {
				row[j] = row[j-j%8] + 0.1*row[j]
			}
			row[j] /= 4
		}
	}
	return []subject{
		{"common", "A part in common", "binomial; most columns share one part, and units lie far apart", Binomial, common},
		{"groups", "Groups", "poisson; ten groups of eight columns that nearly agree", Poisson, groups},
		{"none", "Independent columns", "gamma, whose expected Hessian is another than its own", Gamma, none},
	}
}

// A course is how a run went: after so many passes and seconds, what is left of
// f − f*, relative to f*.
type course struct {
	passes, seconds, left []float64
	evaluations           solvers.Evaluations
}

// follow runs a method and takes notes.
func follow(t testing.TB, s subject, m solvers.Method, least float64) course {
	var c course
	start := time.Now()
	_, err := Fit(ctx, s.data, Options{Family: s.family, L2: 1, Method: m, Threads: 1, MaxIterations: 300, Observe: func(it *solvers.Iterate) {
		if n := len(c.left); n > 0 && c.left[n-1] <= 1e-8 {
			return
		}
		c.passes = append(c.passes, float64(it.Evaluations.Total())+float64(it.Evaluations.Samples)/10)
		c.seconds = append(c.seconds, time.Since(start).Seconds())
		c.left = append(c.left, (it.Value-least)/least)
		c.evaluations = it.Evaluations
	}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestApproximationsGain: where blocks, or a few directions, are what the Hessian
// has beside its diagonal, they save passes. With -page it writes all of it down:
//
//	go test ./solvers/glm -run TestApproximationsGain -page ../../docs
func TestApproximationsGain(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED in short runs: passes are as many in every build; go test without -short, as make test does first, counts them")
	}
	rows := 1000
	if *page != "" {
		rows = 20000
	}
	var text strings.Builder
	text.WriteString(pageHead)
	for _, s := range subjects(rows) {
		least := math.Inf(1)
		if _, err := Fit(ctx, s.data, Options{Family: s.family, L2: 1, Observe: func(it *solvers.Iterate) { least = min(least, it.Value) }}); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&text, "\n## %s\n\n%d rows of %d columns, %s. L2 penalty 1.\n\n| method | passes | of these gradients | products | diagonals, blocks | Hessians | of a tenth | seconds |\n|---|---|---|---|---|---|---|---|\n", s.title, rows, s.data.Columns, s.about)
		names, courses := []string{}, []course{}
		passes := map[string]float64{}
		for _, trial := range trials(rows) {
			c := follow(t, s, trial.method, least)
			for range 2 { // the least of three times
				if *page != "" {
					again := follow(t, s, trial.method, least)
					for i := range c.seconds {
						c.seconds[i] = min(c.seconds[i], again.seconds[i])
					}
				}
			}
			last, e := len(c.left)-1, c.evaluations
			if passes[trial.name] = c.passes[last]; !(c.left[last] <= 1e-8) {
				passes[trial.name] = math.Inf(1)
				fmt.Fprintf(&text, "| %s | not in %.0f | | | | | | |\n", trial.name, c.passes[last])
			} else {
				fmt.Fprintf(&text, "| %s | %s | %d | %d | %d | %d | %d | %.3f |\n", trial.name, strconv.FormatFloat(c.passes[last], 'f', -1, 64), e.Gradients, e.Products, e.Diagonals, e.Hessians, e.Samples, c.seconds[last])
			}
			names, courses = append(names, trial.name), append(courses, c)
		}
		t.Logf("%s: %v", s.title, passes)
		if s.file == "groups" && !(passes["newton-cg, blocks of 8"] < passes["newton-cg, diagonal"] && passes["lbfgs, blocks of 8"] < passes["lbfgs, diagonal"]) {
			t.Errorf("blocks gain nothing where columns come in groups: %v", passes)
		}
		if s.file == "common" && !(passes["lbfgs, rank 10"] < passes["lbfgs, diagonal"]) {
			t.Errorf("a few directions gain nothing where columns share one part: %v", passes)
		}
		if s.file == "none" && !(passes["approximate-newton, expected"] < passes["approximate-newton, diagonal"]) {
			t.Errorf("the expected Hessian is no better than its diagonal: %v", passes)
		}
		fmt.Fprintf(&text, "\n![%s: what is left against passes](approximations-%s.svg)\n", s.title, s.file)
		if *page != "" {
			if err := os.WriteFile(filepath.Join(*page, "approximations-"+s.file+".svg"), []byte(chart(s.title, names, courses)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if *page != "" {
		if err := os.WriteFile(filepath.Join(*page, "approximations.md"), []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

const pageHead = `# Approximations of the Hessian: what they cost and gain

This page and its pictures are written by

    go test ./solvers/glm -run TestApproximationsGain -page ../../docs

Every method runs until (f − f*)/f* ≤ 1e-8. Passes are reads of the data, whatever they compute; seconds are the least of three, on one
thread, of the machine at hand while others used it: compare them with each other, roughly. A diagonal or a block is one pass a time, the
directions of rank r take r products. A Hessian is one pass too, but one of p²/2 multiply-adds a row where a gradient takes 2p; one of a tenth of the rows, drawn
anew for every step, is a tenth of a pass.

Newton's method takes the fewest passes on all three. Approximations are for Hessians that are too large to sum, to hold or to factorise.
`

// chart is a picture: what is left, from 1 down to 1e-8, against passes, both in
// logarithms.
func chart(title string, names []string, courses []course) string {
	const width, height, left, top, legend = 420.0, 320.0, 50.0, 30.0, 260.0
	most := 1.0
	for _, c := range courses {
		most = max(most, slices.Max(c.passes))
	}
	x := func(passes float64) float64 { return left + width*math.Log(max(passes, 1))/math.Log(most) }
	y := func(gap float64) float64 {
		return top + height*min(max(-math.Log10(max(gap, 1e-300)), 0), 8)/8
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n", left+width+legend, top+height+45)
	fmt.Fprintf(&b, "<text x=\"%.0f\" y=\"18\" font-size=\"14\">%s: (f − f*)/f* against passes</text>\n", left, title)
	for k := 0; k <= 8; k += 2 {
		fmt.Fprintf(&b, "<line x1=\"%.0f\" x2=\"%.0f\" y1=\"%[3]g\" y2=\"%[3]g\" stroke=\"#ddd\"/><text x=\"%.0f\" y=\"%g\" text-anchor=\"end\">1e-%d</text>\n", left, left+width, y(math.Pow(10, -float64(k))), left-5, y(math.Pow(10, -float64(k)))+4, k)
	}
	for decade := 1.0; decade <= most; decade *= 10 {
		fmt.Fprintf(&b, "<text x=\"%.1f\" y=\"%.0f\" text-anchor=\"middle\">%g</text>\n", x(decade), top+height+16, decade)
	}
	for k, c := range courses {
		colour := fmt.Sprintf("hsl(%d,70%%,40%%)", 360*k/len(courses))
		var points []string
		for i, passes := range c.passes {
			points = append(points, fmt.Sprintf("%.1f,%.1f", x(passes), y(c.left[i])))
		}
		fmt.Fprintf(&b, "<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"%s\" points=\"%s\"/>\n", colour, strings.Join(points, " "))
		fmt.Fprintf(&b, "<rect x=\"%.0f\" y=\"%g\" width=\"12\" height=\"3\" fill=\"%s\"/><text x=\"%.0f\" y=\"%g\">%s</text>\n", left+width+15, top+20*float64(k)+6, colour, left+width+32, top+20*float64(k)+12, names[k])
	}
	b.WriteString("</svg>\n")
	return b.String()
}
