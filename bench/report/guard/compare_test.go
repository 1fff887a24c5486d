package main

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/bench"
)

func side(shares ...float64) measured {
	m := measured{}
	for _, s := range shares {
		m.add(bench.Result{Kernel: "gram", Type: bench.Float64, Rows: int(1000 * s), Columns: 10, Threads: 1, RoofFraction: s})
	}
	return m
}

func TestCompare(t *testing.T) {
	for _, c := range []struct {
		name          string
		before, after measured
		lost          int
		says          string
	}{
		{"the same", side(0.8, 0.81, 0.79), side(0.8, 0.79, 0.8), 0, "+0.0%"},
		{"slower", side(0.8, 0.81, 0.79), side(0.7, 0.71, 0.7), 1, "SLOWER"},
		{"faster", side(0.8, 0.81, 0.79), side(0.9, 0.91, 0.9), 0, "faster"},
		{"one slow round of both, and slower", side(0.8, 0.4, 0.8, 0.8), side(0.7, 0.35, 0.7, 0.7), 1, "SLOWER"},
		{"one bad round", side(0.8, 0.8, 0.8, 0.8, 0.8), side(0.8, 0.1, 0.8, 0.8, 0.8), 0, ""},
		{"slower in three of five", side(0.8, 0.8, 0.8, 0.8, 0.8), side(0.7, 0.7, 0.7, 0.82, 0.82), 0, ""},
		{"slower in four of five", side(0.8, 0.8, 0.8, 0.8, 0.8), side(0.7, 0.7, 0.7, 0.7, 0.82), 1, "SLOWER"},
		{"noise", side(0.4, 0.8, 0.9, 0.5, 0.7), side(0.7, 0.6, 0.3, 0.6, 0.8), 0, "too noisy to tell"},
	} {
		var out bytes.Buffer
		slower, err := compare(&out, c.before, c.after, 0.05)
		if err != nil || len(slower) != c.lost || c.name != "the same" && !strings.Contains(out.String(), c.says) {
			t.Errorf("%s: %v slower, %v, %s", c.name, slower, err, out.String())
		}
	}
	if _, err := compare(new(bytes.Buffer), side(), side(1), 0.05); err == nil {
		t.Error("nothing in common is no error")
	}
}

func TestOnlyMeasuresWhatTheCasesHave(t *testing.T) {
	all := &options{Arguments: bench.Workloads(), P: []int{4, 10}, DType: "float64,float32", Rounds: 7}
	these := all.only([]bench.Case{
		{Kernel: "gram", Type: bench.Float32, Columns: 10, Threads: 2},
		{Kernel: "grad", Type: bench.Float32, Columns: 10, Threads: 1},
	})
	if !slices.Equal(these.Arguments, []string{"grad", "gram"}) || !slices.Equal(these.P, []int{10}) ||
		!slices.Equal(these.Threads, []int{1, 2}) || these.DType != bench.Float32 || these.Rounds != 7 {
		t.Errorf("%+v", these)
	}
	if len(all.P) != 2 || len(all.Arguments) != len(bench.Workloads()) {
		t.Errorf("the options of all have changed: %+v", all)
	}
}
