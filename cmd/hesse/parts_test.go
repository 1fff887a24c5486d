package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// TestPartsOfSolvers: every one leads to the same estimates.
func TestPartsOfSolvers(t *testing.T) {
	folder(t, nil)
	fit := []string{"fit", data("wdbc.csv"), "--target", "malignant", "--family", "binomial", "--columns", "radius_mean,texture_mean,smoothness_mean", "--l2=1", "--standardize", "--json"}
	want := object(t, must(t, "", fit...))
	passes := map[string]string{}
	for _, parts := range []string{
		"approximate-newton", "approximate-newton --hessian diagonal", "approximate-newton --hessian blocks:2", "approximate-newton --hessian low-rank:3", "approximate-newton --hessian expected",
		"newton-cg --hessian blocks", "lbfgs --hessian expected", "lbfgs --search armijo", "gradient-descent --search strong-wolfe", "gradient-descent --search fixed:0.1",
		"lbfgs --hessian low-rank --search fixed", "subsampled-newton --search strong-wolfe",
	} {
		got := object(t, must(t, "", append(fit, strings.Fields("--solver "+parts)...)...))
		for i, c := range got["coefficients"].([]any) {
			a, b := estimate(t, c), estimate(t, want["coefficients"].([]any)[i])
			if !(a > b-1e-4 && a < b+1e-4) {
				t.Errorf("%s: estimate %d is %v, want %v", parts, i, a, b)
			}
		}
		passes[parts] = fmt.Sprint(got["gradient_evaluations"], got["hessian_evaluations"], got["product_evaluations"], got["diagonal_evaluations"])
	}
	for _, pair := range [][2]string{
		{"approximate-newton", "approximate-newton --hessian blocks:2"}, {"approximate-newton", "approximate-newton --hessian expected"}, {"lbfgs --search armijo", "lbfgs --hessian expected"},
		{"gradient-descent --search strong-wolfe", "gradient-descent --search fixed:0.1"},
	} {
		if passes[pair[0]] == passes[pair[1]] {
			t.Errorf("%s and %s take the same passes: %s", pair[0], pair[1], passes[pair[0]])
		}
	}
	if passes["approximate-newton"] != passes["approximate-newton --hessian diagonal"] {
		t.Errorf("the diagonal is not what approximate-newton has: %v", passes)
	}
}

func estimate(t *testing.T, coefficient any) float64 {
	t.Helper()
	v, err := coefficient.(map[string]any)["estimate"].(json.Number).Float64()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestPartUsage(t *testing.T) {
	folder(t, map[string]string{"t.csv": "a,b,y\n1,3,2\n3,4,4\n5,1,9\n"})
	for _, c := range []struct{ args, message string }{
		{"--hessian diagonal", "--hessian is for --solver newton-cg, approximate-newton, lbfgs"},
		{"--solver newton --hessian diagonal", "--hessian is for --solver newton-cg, approximate-newton, lbfgs"},
		{"--solver lbfgs --hessian exact", `--hessian: curvature "exact" is not known; the choice is diagonal, blocks, low-rank, expected`},
		{"--solver lbfgs --hessian blocks:0", `--hessian: curvature "blocks:0": the size of a block is a whole number from 1 to 1000000`},
		{"--solver newton --search armijo", "--search is for --solver newton-cg, approximate-newton, bfgs, lbfgs, cg, barzilai-borwein, gradient-descent, subsampled-newton"},
		{"--solver lbfgs --search golden", `--search: search "golden" is not known; the choice is strong-wolfe, armijo, fixed`},
		{"--solver lbfgs --search fixed:-1", `--search: search "fixed:-1": the length of steps is positive and finite`},
	} {
		if r := hesse(t, "", append([]string{"fit", "t.csv", "--target=y"}, strings.Fields(c.args)...)...); r.code != exitUsage || r.stderr != "hesse: "+c.message+"\n" {
			t.Errorf("fit %s: exit %d, %s", c.args, r.code, r.stderr)
		}
	}
}
