package table

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	names := []string{"age", "Income", "x1", "x2", "prénom", strings.Repeat("z", 101)}
	for name, want := range map[string]string{
		"incom":                  "Income",
		"INCOME":                 "Income",
		"icnome":                 "Income",
		"agee":                   "age",
		"prenom":                 "prénom",
		"x3":                     "",
		"X1":                     "x1",
		"":                       "",
		"height":                 "",
		strings.Repeat("z", 100): "",
		strings.Repeat("z", 101): "",
	} {
		if got, ok := nearest(name, names); got != want || ok != (want != "") {
			t.Errorf("nearest(%q) = %q, %v, want %q", name, got, ok, want)
		}
	}
}

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0}, {"kitten", "sitting", 3}, {"abcd", "acbd", 2}, {"été", "ete", 2},
	} {
		if got := edits([]rune(c.a), []rune(c.b)); got != c.want {
			t.Errorf("edits(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
