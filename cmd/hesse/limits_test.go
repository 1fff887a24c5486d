package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestTooManyColumns: a small file can ask for more memory than any machine
// has. That is an error, and nothing is written.
func TestTooManyColumns(t *testing.T) {
	const columns = 100_000
	var text strings.Builder
	text.WriteString("y")
	for j := range columns {
		fmt.Fprintf(&text, ",c%d", j)
	}
	for range 2 {
		text.WriteString("\n1" + strings.Repeat(",2", columns))
	}
	folder(t, map[string]string{"wide.csv": text.String() + "\n"})
	r := hesse(t, "", "fit", "wide.csv", "--target=y", "--out=m.json")
	const want = "100000 columns: a fit takes up to 8000; the Hessian alone would take 80 GB; leave columns out\n"
	if r.code != exitFailed || r.stdout != "" || !strings.HasPrefix(r.stderr, "hesse: ") || !strings.HasSuffix(r.stderr, want) || strings.Count(r.stderr, "\n") != 1 {
		t.Errorf("exit %d, %s\ngot  %swant %s", r.code, r.stdout, r.stderr, want)
	}
	mustHold(t, "wide.csv")
}
