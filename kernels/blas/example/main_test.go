package main

import (
	"os"
	"strings"
	"testing"
)

// TestREADMEShowsThisProgram: the lines of main, word for word, and a line of
// output for every task.
func TestREADMEShowsThisProgram(t *testing.T) {
	read := func(path string) string {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	page := read("../../../README.md")
	_, body, found := strings.Cut(read("main.go"), "\nfunc main() {\n")
	body, _, ended := strings.Cut(body, "\n}\n")
	if !found || !ended {
		t.Fatal("main.go has no main")
	}
	if shown := "func main() {\n" + body + "\n}\n"; !strings.Contains(page, shown) {
		t.Errorf("README.md does not show\n%s", shown)
	}
	_, output, _ := strings.Cut(page, "go run ./kernels/blas/example")
	for line := range strings.Lines(body) {
		if _, task, is := strings.Cut(line, `{"`); is {
			if name, _, _ := strings.Cut(task, `"`); !strings.Contains(output, "\n    "+name+" ") {
				t.Errorf("README.md has no time of %s", name)
			}
		}
	}
}
