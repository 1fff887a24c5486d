package solvers

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestMethodsByName(t *testing.T) {
	for _, name := range append(Methods(), CompositeMethods()...) {
		m, err := ParseMethod(name, 0)
		if err != nil || m.Name() != name {
			t.Errorf("%s: %v, %v", name, m, err)
		}
		if m, _ = ParseMethod(name, 0.25); reflect.ValueOf(m).FieldByName("Tolerance").Float() != 0.25 {
			t.Errorf("%s: %+v", name, m)
		}
	}
	for _, m := range smooth {
		if _, err := ParseMethod(m.Name(), 0); err != nil {
			t.Error(err)
		}
	}
	for _, name := range CompositeMethods() {
		m, _ := ParseMethod(name, 0)
		c := m.(CompositeMethod)
		if lines, box := name != "projected-lbfgs", name != "owl-qn"; c.Takes(L1{}) != lines || c.Takes(Box{}) != box || slices.Contains(L1Methods(), name) != lines || slices.Contains(BoxMethods(), name) != box {
			t.Errorf("%s takes something else", name)
		}
	}
	if list := strings.Join(L1Methods(), " "); !strings.Contains(list, "svrg") || strings.Contains(list, "subsampled") || strings.Contains(list, " lbfgs") {
		t.Errorf("L1 penalties are for %s", list)
	}
	if _, err := ParseMethod("simplex", 0); err == nil || !strings.Contains(err.Error(), "lbfgs") {
		t.Errorf("error %v", err)
	}
}

// TestPartsByName: what a name stands for becomes part of each method that has
// such a part, and of no other.
func TestPartsByName(t *testing.T) {
	for text, want := range map[string]Curvature{"diagonal": Diagonal{}, "blocks": Blocks{}, "blocks:8": Blocks{Size: 8}, "low-rank:3": LowRank{Rank: 3}, "expected": Expected{}} {
		if got, err := ParseCurvature(text); err != nil || got != want {
			t.Errorf("%s: %#v, %v", text, got, err)
		}
	}
	for text, want := range map[string]Search{"strong-wolfe": StrongWolfe{}, "armijo": Armijo{}, "fixed": FixedStep{}, "fixed:0.25": FixedStep{Length: 0.25}} {
		if got, err := ParseSearch(text); err != nil || got != want {
			t.Errorf("%s: %#v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":           `curvature "" is not known; the choice is diagonal, blocks, low-rank, expected`,
		"diagonal:2": `curvature "diagonal" has no number`,
		"blocks:":    `curvature "blocks:": the size of a block is a whole number from 1 to 1000000`,
		"blocks:1.5": `curvature "blocks:1.5": the size of a block is a whole number from 1 to 1000000`,
		"low-rank:0": `curvature "low-rank:0": the rank is a whole number from 1 to 1000000`,
	} {
		if _, err := ParseCurvature(text); err == nil || err.Error() != "solvers: "+want {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"fixed:x", "fixed:0", "fixed:-1", "fixed:Inf", "fixed:NaN"} {
		if _, err := ParseSearch(text); err == nil || !strings.Contains(err.Error(), "the length of steps is positive and finite") {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, name := range append(Methods(), CompositeMethods()...) {
		m, _ := ParseMethod(name, 0)
		v := reflect.ValueOf(m)
		s, searches := m.(Searcher)
		if searches != v.FieldByName("Search").IsValid() {
			t.Errorf("%s has a search, or is a Searcher", name)
		} else if searches && reflect.ValueOf(s.Searching(FixedStep{Length: 3})).FieldByName("Search").Interface() != (FixedStep{Length: 3}) {
			t.Errorf("%s has another search", name)
		}
		c, curved := m.(Curved)
		curvature := reflect.TypeFor[Curvature]()
		for i := range v.NumField() {
			if v.Type().Field(i).Type != curvature {
				continue
			}
			if !curved {
				t.Errorf("%s has a curvature, and is not Curved", name)
			} else if reflect.ValueOf(c.Curving(Blocks{Size: 3})).Field(i).Interface() != (Blocks{Size: 3}) {
				t.Errorf("%s has another curvature", name)
			}
			curved = false
		}
		if curved {
			t.Errorf("%s is Curved and has no curvature", name)
		}
	}
}
