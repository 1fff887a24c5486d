package table

import (
	"strings"
	"testing"
)

func TestErrorIsOneReadableLine(t *testing.T) {
	long := strings.Repeat("é", 41)
	for _, c := range []struct {
		err  Error
		want string
	}{
		{Error{File: "a.csv", Line: 7, Column: 3, Name: "x2", Problem: "empty cell", Advice: "fill it"},
			`a.csv:7: column 3 ("x2"): empty cell; fill it`},
		{Error{File: "a.csv", Line: 7, Column: 3, Problem: "empty cell"}, `a.csv:7: column 3: empty cell`},
		{Error{File: "a.csv", Line: 1, Name: "x2", Problem: "no such column"}, `a.csv:1: no such column`},
		{Error{File: "a.csv", Line: 2, Column: 1, Name: "a\nb", Problem: "empty cell"}, `a.csv:2: column 1 ("a\nb"): empty cell`},
		{Error{File: "a.csv", Line: 2, Column: 1, Name: long, Problem: "empty cell"},
			`a.csv:2: column 1 ("` + long[:80] + `"…): empty cell`},
	} {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

func TestQuoteShortens(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", `""`},
		{strings.Repeat("a", 40), `"` + strings.Repeat("a", 40) + `"`},
		{strings.Repeat("a", 41), `"` + strings.Repeat("a", 40) + `"…`},
		{strings.Repeat("\xff", 41), `"` + strings.Repeat(`\xff`, 40) + `"…`},
	} {
		if got := quote(c.in); got != c.want {
			t.Errorf("quote(%q) = %s, want %s", c.in, got, c.want)
		}
	}
}

func TestListAbbreviates(t *testing.T) {
	names := strings.Split("abcdefghijklmn", "")
	for n, want := range map[int]string{
		1:  `"a"`,
		3:  `"a", "b", "c"`,
		12: `"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"`,
		14: `"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l" and 2 more`,
	} {
		if got := list(names[:n]); got != want {
			t.Errorf("list of %d: %s, want %s", n, got, want)
		}
	}
}
