package table

import (
	"io"
	"runtime"
	"strings"
	"testing"
)

// repeat is an endless input: the same text over and over.
type repeat struct {
	text string
	at   int
}

func (r *repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), nil
}

func TestEndlessRow(t *testing.T) {
	const lineBreaks = "; make sure that this is a CSV file with line breaks"
	const quote = "; look for a quoted field whose closing quote is missing"
	for _, c := range []struct{ name, start, text, want string }{
		{"row", "a\n1\n", "1", "t.csv:3: the row that begins here is longer than 8 MiB" + lineBreaks},
		{"row of fields", "a\n1\n", "1,", "t.csv:3: the row that begins here is longer than 8 MiB" + lineBreaks},
		{"header", "", "a", "t.csv:1: the row that begins here is longer than 8 MiB" + lineBreaks},
		{"after quotes", "a\n\"1\n\"\n", "1", "t.csv:4: the row that begins here is longer than 8 MiB" + lineBreaks},
		{"quoted field", "a\n1\n\"2", "\n3", "t.csv:3: the row that begins here is longer than 8 MiB" + quote},
		{"quoted header", "\"", "a\n1\n", "t.csv:1: the row that begins here is longer than 8 MiB" + quote},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := readFrom(io.MultiReader(strings.NewReader(c.start), &repeat{text: c.text}))
			runtime.ReadMemStats(&after)
			if _, ok := err.(*Error); !ok || err.Error() != c.want {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			t.Logf("%d MiB allocated in all", (after.TotalAlloc-before.TotalAlloc)>>20)
		})
	}
}

func TestRowOfMaxLine(t *testing.T) {
	for _, end := range []string{"", "\n", "\n1\n"} {
		zeros := strings.Repeat("0", MaxLine)
		if got, err := readFrom(strings.NewReader("a\n1\n" + zeros + end)); err != nil || got.Data[1] != 0 {
			t.Errorf("MaxLine bytes and %q: %v", end, err)
		}
		if _, err := readFrom(strings.NewReader("a\n1\n0" + zeros + end)); err == nil {
			t.Errorf("one byte more than MaxLine, and %q: no error", end)
		}
		quoted := `"` + zeros[2:] + `"`
		if _, err := readFrom(strings.NewReader("a\n1\n" + quoted + end)); err != nil {
			t.Errorf("quoted, MaxLine bytes and %q: %v", end, err)
		}
		if _, err := readFrom(strings.NewReader("a\n1\n0" + quoted + end)); err == nil {
			t.Errorf("quoted, one byte more than MaxLine, and %q: no error", end)
		}
	}
}

func TestRowsBeforeAnErrorAreRead(t *testing.T) {
	r, err := NewReader(io.MultiReader(strings.NewReader("a\n1\n2\n"), &repeat{text: "3"}), "t.csv")
	if err != nil {
		t.Fatal(err)
	}
	row := make([]float64, 1)
	for want := 1.0; want <= 2; want++ {
		if err := r.Read(row); err != nil || row[0] != want {
			t.Fatalf("got %v, %v, want %v", row, err, want)
		}
	}
	if err := r.Read(row); err == nil {
		t.Error("no error for the endless row")
	}
}
