package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// TestSamplingFlags: each of them reaches the solver.
func TestSamplingFlags(t *testing.T) {
	batch, epochs, seed, step, schedule, order, share := 7, 30, uint64(5), 0.5, "cosine", "blocks", 0.25
	f := samplingFlags{&batch, &epochs, &seed, &step, &schedule, &order, &share}
	got := f.apply(solvers.Adam{Sampling: solvers.Sampling{Tolerance: 0.5}}, 30).(solvers.Sampler).Sampled()
	want := solvers.Sampling{Batch: 7, Seed: 5, Step: 0.5, Schedule: solvers.Cosine{Epochs: 30}, Order: solvers.InBlocks, HoldOut: 0.25, Tolerance: 0.5}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := f.apply(solvers.Newton{}, 0); got != (solvers.Newton{}) {
		t.Errorf("%+v", got)
	}
	if got := new(samplingFlags).apply(solvers.SGD{}, 0); got != (solvers.SGD{}) {
		t.Errorf("%+v", got)
	}
}

// TestSampledFit from the command line: the seed decides and is printed, epochs
// limit it, and a step that is too long is named.
func TestSampledFit(t *testing.T) {
	wdbc := []string{"fit", data("wdbc.csv"), "--target=malignant", "--family=binomial", "--columns=radius_mean,texture_mean", "--json", "--solver=sgd"}
	field := func(name string, options ...string) any {
		var m map[string]any
		if err := json.Unmarshal([]byte(must(t, "", append(wdbc, options...)...)), &m); err != nil {
			t.Fatal(err)
		}
		return m[name]
	}
	if seed := field("seed", "--seed=12"); seed != 12.0 {
		t.Errorf("seed %v", seed)
	}
	if a, b, c := field("deviance", "--seed=1"), field("deviance", "--seed=1", "--threads=1"), field("deviance", "--seed=2"); a != b || a == c {
		t.Errorf("deviances %v and %v of one seed, %v of another", a, b, c)
	}
	if share := field("hold_out", "--hold-out=0.25"); share != 0.25 {
		t.Errorf("hold-out %v", share)
	}
	for option, message := range map[string]string{"--epochs=1": "the limit of 1 iterations is reached; raise --max-iter", "--step=1e4": "leave --step out"} {
		r := hesse(t, "", append(wdbc, option)...)
		if r.code != exitNotConverged || !strings.Contains(r.stderr, message) {
			t.Errorf("%s: exit %d: %s", option, r.code, r.stderr)
		}
	}
}
