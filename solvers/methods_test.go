package solvers

import (
	"reflect"
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
		if m, _ := ParseMethod(name, 0); !m.(CompositeMethod).Takes(L1{}) || m.(CompositeMethod).Takes(Box{}) != (name != "owl-qn") {
			t.Errorf("%s takes something else", name)
		}
	}
	if (ProjectedLBFGS{}).Takes(L1{}) || !(ProjectedLBFGS{}).Takes(Box{}) {
		t.Error("projected-lbfgs takes something else")
	}
	if _, err := ParseMethod("simplex", 0); err == nil || !strings.Contains(err.Error(), "lbfgs") {
		t.Errorf("error %v", err)
	}
}
