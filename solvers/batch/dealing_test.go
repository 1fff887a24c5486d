package batch

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestAnAssignmentIsDealt row by row, whatever runs it has, the last one cut off.
func TestAnAssignmentIsDealt(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, run := range []int{1, 2, 3, 6, 8, 96, 128, 256, 1000} {
		for range 20 {
			assignment := make([]int, r.IntN(2000))
			most := 0
			for lo := 0; lo < len(assignment); lo += run {
				fold := r.IntN(7)
				for i := lo; i < min(lo+run, len(assignment)); i++ {
					assignment[i] = fold
				}
				most = max(most, fold+1)
			}
			d, got, err := dealingOf(assignment, 0)
			if err != nil || got != most {
				t.Fatalf("runs of %d: %d folds, want %d: %v", run, got, most, err)
			}
			for i, fold := range assignment {
				if d.foldOf(i) != fold {
					t.Fatalf("runs of %d: row %d of %d is in fold %d, want %d", run, i, len(assignment), d.foldOf(i), fold)
				}
				if end := d.endOfFold(i, len(assignment)); end <= i || assignment[end-1] != fold || end < len(assignment) && d.run == 1 && assignment[end] == fold {
					t.Fatalf("runs of %d: fold %d of row %d ends at %d", run, fold, i, end)
				}
			}
		}
	}
	for _, c := range []struct {
		folds int
		want  string
	}{{0, "batch: row 1 is in fold -1; they are numbered from 0"}, {3, "batch: row 1 is in fold -1; they are numbered from 0 to 2"}} {
		if _, _, err := dealingOf([]int{0, -1, 2}, c.folds); err == nil || err.Error() != c.want {
			t.Errorf("%d folds: %v, want %s", c.folds, err, c.want)
		}
	}
	for _, none := range [][]int{{-1, 0, 1}, {-1, -1, -1}} {
		if _, _, err := dealingOf(none, 2); err == nil || !strings.Contains(err.Error(), "row 0 is in fold -1") {
			t.Errorf("%v: %v", none, err)
		}
	}
	if _, _, err := dealingOf([]int{0, 3}, 3); err == nil || !strings.Contains(err.Error(), "row 1 is in fold 3") {
		t.Errorf("fold 3 of 3: %v", err)
	}
}
