package bench

import (
	"context"
	"math"
	"strings"
	"testing"
	"time"
)

// A copyist does fits as we do. A wrong one halves the largest number of an
// answer.
type copyist struct {
	wrong  bool
	b      *Problem[float64]
	answer Answer
}

func (c *copyist) Name() string {
	if c.wrong {
		return "wrong"
	}
	return "right"
}

func (c *copyist) Version() string { return "1" }

func (c *copyist) Load(_ Case, data any) error { c.b = data.(*Problem[float64]); return nil }

func (c *copyist) Ways(Case) ([]string, error) { return []string{"a", "b"}, nil }

func (c *copyist) Do(k Case, _ string, repeat int) (took time.Duration, err error) {
	w, _ := find(k.Kernel)
	start := time.Now()
	for range repeat {
		if c.answer, err = run(w, c.b.first(k.Rows)); err != nil {
			return 0, err
		}
	}
	c.answer = c.answer.clone()
	return time.Since(start), nil
}

func (c *copyist) Answer(Case) (Answer, error) {
	if c.wrong {
		v := c.answer.Vector
		most := 0
		for i := range v {
			if math.Abs(v[i]) > math.Abs(v[most]) {
				most = i
			}
		}
		v[most] /= 2
	}
	return c.answer, nil
}

// TestFitsAreCompared: of every fit a right answer has a time, and a wrong one
// none.
func TestFitsAreCompared(t *testing.T) {
	plan := Plan{Workloads: Fits(), Rows: []int{3000}, Columns: []int{4}, Threads: []int{2}, Types: []string{Float64}, Bytes: 1 << 20,
		Enough: time.Millisecond, Peers: []Peer{&copyist{}, &copyist{wrong: true}}}
	seen := 0
	_, err := Run(context.Background(), plan, func(r Result) error {
		seen++
		if len(r.Peers) != 1 || r.Peers[0].Name != "right" {
			t.Errorf("%s: with a time: %+v, without: %+v", r.Kernel, r.Peers, r.Refused)
		}
		if len(r.Refused) != 1 || !strings.HasPrefix(r.Refused[0].Reason, "wrong answer: ") {
			t.Errorf("%s: without a time: %+v", r.Kernel, r.Refused)
		}
		return nil
	})
	if err != nil || seen != len(Fits()) {
		t.Errorf("%d results: %v", seen, err)
	}
}

func TestDrawn(t *testing.T) {
	const n, p = 4000, 3
	b := NewProblem(make([]float64, n*p), n, p, 1)
	if b.draw(false, 0); b.Counts != nil || b.Responses.Data != nil {
		t.Error("something is drawn that nobody needs")
	}
	b.draw(true, 2000)
	var counts, amounts float64
	for i, v := range b.Counts {
		if v < 0 || v != math.Trunc(v) || !(b.Amounts[i] > 0) {
			t.Fatalf("row %d: count %v, amount %v", i, v, b.Amounts[i])
		}
		counts += v / n
		amounts += b.Amounts[i] / n
	}
	// The mean is exp of something with a standard deviation of a half or less.
	if counts < 0.9 || counts > 1.3 || math.Abs(counts/amounts-1) > 0.1 {
		t.Errorf("means %v and %v", counts, amounts)
	}
	if b.Responses.Rows != 2000 || b.first(3000).Responses.Rows != 2000 {
		t.Errorf("%d rows of responses, want 2000", b.Responses.Rows)
	}
	part := b.first(100)
	if len(part.Counts) != 100 || len(part.Amounts) != 100 || part.Responses.Rows != 100 || part.Responses.Cols != Responses {
		t.Errorf("the first rows have %d, %d, %d × %d", len(part.Counts), len(part.Amounts), part.Responses.Rows, part.Responses.Cols)
	}
	for mean, want := range map[float64]float64{0.1: 0, 1: 1, 5: 5} {
		if got := poisson(mean, 0.5); got != want {
			t.Errorf("the median at %v is %v", mean, got)
		}
	}
}

// TestResponsesFillNoMoreThanX: where a large cache asks for many rows of few columns, a
// thousand targets to each would not fit in memory.
func TestResponsesFillNoMoreThanX(t *testing.T) {
	plan := Plan{Workloads: []string{"gram", "targets"}, Columns: []int{10}, Threads: []int{1}, Types: []string{Float64}, Bytes: 1 << 27}
	n := plan.rows(10, Float64)[0]
	for _, w := range []workload{gram, targets} {
		rows := plan.cut(w, Roof{}, Float64, n, 10)
		if row := w.bytes(10, 8); rows*int(row) > 1<<28 {
			t.Errorf("%s: %d rows of %v bytes", w.name, rows, row)
		}
	}
	if rows := plan.cut(targets, Roof{}, Float64, 3000, 2000); rows < 2002 {
		t.Errorf("%d rows of 2000 columns", rows)
	}
	if plan.cut(gram, Roof{}, Float64, n, 10) != n {
		t.Error("what needs no responses has fewer rows")
	}
	if plan.Rows = []int{n}; plan.cut(targets, Roof{}, Float64, n, 10) != n {
		t.Error("rows that are asked for are cut")
	}
}
