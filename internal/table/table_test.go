package table

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// readAll reads all of input, a file named "t.csv", or the selected columns if there are any.
func readAll(input string, selected ...string) (*Table, error) {
	r, err := NewReader(strings.NewReader(input), "t.csv")
	if err != nil {
		return nil, err
	}
	if len(selected) > 0 {
		if err := r.Select(selected); err != nil {
			return nil, err
		}
	}
	return r.ReadAll(context.Background())
}

func TestReadAll(t *testing.T) {
	for _, c := range []struct {
		name, input, selected string
		columns               string
		data                  []float64
	}{
		{"plain", "a,b\n1,2\n3,4\n", "", "a,b", []float64{1, 2, 3, 4}},
		{"no newline at the end", "a,b\n1,2\n3,4", "", "a,b", []float64{1, 2, 3, 4}},
		{"CRLF", "a,b\r\n1,2\r\n3,4\r\n", "", "a,b", []float64{1, 2, 3, 4}},
		{"carriage return at the end", "a,b\r\n1,2\r", "", "a,b", []float64{1, 2}},
		{"byte order mark", "\xef\xbb\xbfa,b\n1,2\n", "", "a,b", []float64{1, 2}},
		{"byte order mark and a quote", "\xef\xbb\xbf\"a\",b\n1,2\n", "", "a,b", []float64{1, 2}},
		{"empty lines", "\n\r\na,b\n\n1,2\n\n\n3,4\n\n\r\n\n", "", "a,b", []float64{1, 2, 3, 4}},
		{"empty lines, one column", "a\n\n1\n\n2\n\n", "", "a", []float64{1, 2}},
		{"quoted numbers", "a,b\n\"1\",\" 2 \"\n", "", "a,b", []float64{1, 2}},
		{"quoted names", "\"a,b\",\"c \"\"d\"\"\",\"e\nf\"\n1,2,3\n", "", "a,b|c \"d\"|e\nf", []float64{1, 2, 3}},
		{"spaces", " a ,\tb\n 1 ,\t2\u00a0\n", "", "a,b", []float64{1, 2}},
		{"forms of numbers", "a\n+1\n-.5\n1.\n1e3\n1E-2\n0x1p-2\n-0\n1e-999\n", "", "a", []float64{1, -.5, 1, 1000, .01, .25, 0, 0}},
		{"order of selection", "a,b,c\n1,2,3\n4,5,6\n", "c,a", "c,a", []float64{3, 1, 6, 4}},
		{"repeated selection", "a,b\n1,2\n", "b,b,a", "b,b,a", []float64{2, 2, 1}},
		{"unselected text", "a,b,c\n1,\"x\n\"\"y\"\", z\",\n2,\xff,NA\n", "a", "a", []float64{1, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var selected []string
			if c.selected != "" {
				selected = strings.Split(c.selected, ",")
			}
			got, err := readAll(c.input, selected...)
			if err != nil {
				t.Fatal(err)
			}
			separator := ","
			if strings.Contains(c.columns, "|") {
				separator = "|"
			}
			columns := strings.Split(c.columns, separator)
			if !slices.Equal(got.Columns, columns) || !slices.Equal(got.Data, c.data) || got.Rows != len(c.data)/len(columns) {
				t.Errorf("got  %q %v, %d rows\nwant %q %v", got.Columns, got.Data, got.Rows, columns, c.data)
			}
		})
	}
}

func TestReadAllErrors(t *testing.T) {
	const (
		fill = "; remove this row or fill the cell"
		all  = "; remove these rows or fill the cells"
		text = "; correct the cell, or leave the column out"
	)
	long := strings.Repeat("x", 1<<20)
	for _, c := range []struct{ name, input, want string }{
		{"empty file", "", `t.csv:1: the file is empty; it needs a header line with the names of the columns`},
		{"only a byte order mark", "\xef\xbb\xbf", `t.csv:1: the file is empty; it needs a header line with the names of the columns`},
		{"only empty lines", "\n\r\n\n", `t.csv:1: the file is empty; it needs a header line with the names of the columns`},
		{"only a header", "\na,b\n\n", `t.csv:2: no rows; the header needs at least one row of numbers below it`},

		{"repeated name", "a,b, a \n1,2,3\n", `t.csv:1: column 3 ("a"): column 1 has this name already; rename one of the two`},
		{"repeated name on a later line", "a,\"b\nc\",a\n1,2,3\n", `t.csv:2: column 3 ("a"): column 1 has this name already; rename one of the two`},
		{"first name empty", ",b\n1,2\n",
			`t.csv:1: column 1: the column has no name; name it, or write the file without row names (R: row.names = FALSE, pandas: index=False)`},
		{"name empty", "a, ,b\n1,2,3\n", `t.csv:1: column 2: the column has no name; name it, or remove it`},
		{"lines end with CR", "a,b\r1,2\r3,4\r",
			`t.csv:1: column 2 ("b\r1"): the name holds a carriage return; end lines with LF or CRLF, not with CR alone`},
		{"name in Latin-1", "a,\xe9t\xe9\n1,2\n", `t.csv:1: column 2 ("\xe9t\xe9"): the name is not UTF-8; save the file as UTF-8`},
		{"UTF-16LE", "\xff\xfea\x00\n\x001\x00", `t.csv:1: the file is in UTF-16 (it starts with the bytes FFFE); save it as CSV in UTF-8`},
		{"UTF-16BE", "\xfe\xff\x00a\x00\n\x001", `t.csv:1: the file is in UTF-16 (it starts with the bytes FEFF); save it as CSV in UTF-8`},
		{"UTF-16 unmarked", "\"\x00a\x00\"\x00", `t.csv:1: NUL byte: this is UTF-16 or binary, not text in UTF-8; save the file as CSV in UTF-8`},
		{"NUL in a row", "a\n1\n2\x00\n3\n", `t.csv:3: NUL byte: this is UTF-16 or binary, not text in UTF-8; save the file as CSV in UTF-8`},
		{"quote in the header", "a,b\"c\n", `t.csv:1: column 2: a quote inside a field that does not begin with one; put the field in quotes and double those inside it`},

		{"row too short", "a,b,c\n1,2,3\n1,2\n",
			`t.csv:3: the row has 2 fields, the header has 3; look for a comma too many or too few, or one that needs quotes around its field`},
		{"row too long", "a\n1\n1,2\n",
			`t.csv:3: the row has 2 fields, the header has 1; look for a comma too many or too few, or one that needs quotes around its field`},
		{"line of spaces", "a,b\n1,2\n  \n",
			`t.csv:3: the row has 1 field, the header has 2; look for a comma too many or too few, or one that needs quotes around its field`},

		{"text", "a,b\n1,2\n3,abc\n", `t.csv:3: column 2 ("b"): "abc" is not a number` + text},
		{"text after unusable cells", "a,b\n,2\n3,abc\n", `t.csv:3: column 2 ("b"): "abc" is not a number` + text},
		{"two numbers", "a\n1 2\n", `t.csv:2: column 1 ("a"): "1 2" is not a number` + text},
		{"decimal comma", "a\n\"1,5\"\n", `t.csv:2: column 1 ("a"): "1,5" is not a number` + text},
		{"underscore", "a\n2020_01\n", `t.csv:2: column 1 ("a"): "2020_01" is not a number` + text},
		{"long text", "a\n" + long + "\n", `t.csv:2: column 1 ("a"): "` + long[:40] + `"… is not a number` + text},
		{"text on lines", "a\n\"x\ny\"\n", `t.csv:2: column 1 ("a"): "x\ny" is not a number` + text},
		{"text in Latin-1", "a\n\xe9\n", `t.csv:2: column 1 ("a"): "\xe9" is not a number, nor is it UTF-8; save the file as UTF-8 and correct the cell, or leave the column out`},
		{"too large", "a\n1e999\n", `t.csv:2: column 1 ("a"): "1e999" is too large for a float64; rescale the column`},
		{"too small", "a\n-1e999\n", `t.csv:2: column 1 ("a"): "-1e999" is too large for a float64; rescale the column`},

		{"empty cell", "a,b\n1,2\n3, \n", `t.csv:3: column 2 ("b"): empty cell, the only unusable cell` + fill},
		{"quoted empty cell", "a\n\"\"\n", `t.csv:2: column 1 ("a"): empty cell, the only unusable cell` + fill},
		{"line of spaces, one column", "a\n1\n  \n", `t.csv:3: column 1 ("a"): empty cell, the only unusable cell` + fill},
		{"marked as missing", "a\nNA\n", `t.csv:2: column 1 ("a"): missing value "NA", the only unusable cell` + fill},
		{"marks of the missing", "a\n NA \nna\nN/A\nnull\nNULL\n.\n",
			`t.csv:2: column 1 ("a"): missing value "NA"; in all 6 cells are unusable: 6 marked as missing, in 6 rows, column "a"` + all},
		{"spellings of NaN", "a\nNaN\nnan\nNAN\n-nan\n+nan\n",
			`t.csv:2: column 1 ("a"): the value is NaN; in all 5 cells are unusable: 5 NaN, in 5 rows, column "a"` + all},
		{"spellings of infinity", "a\n inf\n+Inf\n-inf\nInfinity\n-INFINITY\n",
			`t.csv:2: column 1 ("a"): the value is infinite; in all 5 cells are unusable: 5 infinite, in 5 rows, column "a"` + all},
		{"all kinds", "a,b,c,d\n1,2,3,4\n1,,nan,4\n1,2,3,4\n1,inf,NA,4\n1,,3,4\n",
			`t.csv:3: column 2 ("b"): empty cell; in all 5 cells are unusable: 2 empty, 1 marked as missing, 1 NaN, 1 infinite, in 3 rows, columns "b", "c"` + all},
		{"two in one row", "a,b\n,\n", `t.csv:2: column 1 ("a"): empty cell; in all 2 cells are unusable: 2 empty, in 1 row, columns "a", "b"` + all},

		{"quote does not end", "a,b\n1,2\n3,\"4\n5,6\n7,8\n", `t.csv:3: column 2 ("b"): the quoted field that begins here does not end; close it with a quote`},
		{"quote does not end, no newline", "a,b\n1,\"2", `t.csv:2: column 2 ("b"): the quoted field that begins here does not end; close it with a quote`},
		{"quote does not end in a later line of its row", "a,b\n\"x\n\ny\",\"2\n\n", `t.csv:4: column 2 ("b"): the quoted field that begins here does not end; close it with a quote`},
		{"quote does not end, too many fields", "a\n1,\"2\n", `t.csv:2: column 2: the quoted field that begins here does not end; close it with a quote`},
		{"quote does not end in the header", "a,\"b\n1,2\n", `t.csv:1: column 2: the quoted field that begins here does not end; close it with a quote`},
		{"bare quote", "a,b\n1,2\n3,4\"\n", `t.csv:3: column 2 ("b"): a quote inside a field that does not begin with one; put the field in quotes and double those inside it`},
		{"text after a quote", "a,b\n\"1\"2,3\n", `t.csv:2: column 1 ("a"): text after the closing quote of a field; double the quotes inside a quoted field`},
		{"quote does not end before the next", "a,b\n1,\"2\n3,4\n5,\"6\"\n",
			`t.csv:4: column 2 ("b"): text after the closing quote of a field that begins on line 2; double the quotes inside a quoted field`},
		{"text after a quote, in the last row", "a,b\n\"1\"2\",3\n", `t.csv:2: column 1 ("a"): text after the closing quote of a field; double the quotes inside a quoted field`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readAll(c.input)
			if got != nil || err == nil {
				t.Fatalf("no error, but %v", got)
			}
			if _, ok := err.(*Error); !ok || err.Error() != c.want {
				t.Errorf("got  %T %v\nwant %s", err, err, c.want)
			}
		})
	}
}

func TestReadAllCountsARepeatedColumnOnce(t *testing.T) {
	_, err := readAll("a,b\n1,\n2,\n", "b", "b")
	want := `t.csv:2: column 2 ("b"): empty cell; in all 2 cells are unusable: 2 empty, in 2 rows, column "b"; remove these rows or fill the cells`
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestReadAllReadsWhatIsLeft(t *testing.T) {
	r, err := NewReader(strings.NewReader("a\n1\n2\n3\n"), "t.csv")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Read(make([]float64, 1)); err != nil {
		t.Fatal(err)
	}
	got, err := r.ReadAll(context.Background())
	if err != nil || !slices.Equal(got.Data, []float64{2, 3}) {
		t.Errorf("got %v, %v, want the rows 2 and 3", got, err)
	}
}

// endless is a header and then the same line for ever, cancelling when a megabyte has been read.
type endless struct {
	line   string
	cancel context.CancelFunc
	bytes  int
}

func (e *endless) Read(p []byte) (int, error) {
	if e.bytes == 0 {
		e.bytes = copy(p, "a\n")
		return e.bytes, nil
	}
	n := 0
	for n+len(e.line) <= len(p) {
		n += copy(p[n:], e.line)
	}
	if e.bytes += n; e.bytes > 1<<20 {
		e.cancel()
	}
	return n, nil
}

func TestReadAllStopsWhenCancelled(t *testing.T) {
	for _, line := range []string{"1\n", "\n", "\n\n\n1"} {
		ctx, cancel := context.WithCancel(context.Background())
		input := &endless{line: line, cancel: cancel}
		r, err := NewReader(input, "t.csv")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := r.ReadAll(ctx); got != nil || err != context.Canceled {
			t.Errorf("line %q: got %v, %v, want %v", line, got, err, context.Canceled)
		}
		if input.bytes > 1<<20+3*bufferSize {
			t.Errorf("line %q: read %d bytes past the end of the context", line, input.bytes-1<<20)
		}
	}
}

func TestReadAllCancelledBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r, err := NewReader(strings.NewReader("a\n1\n"), "t.csv")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.ReadAll(ctx); got != nil || err != context.Canceled {
		t.Errorf("got %v, %v, want %v", got, err, context.Canceled)
	}
}

func TestFailureToReadNamesTheFile(t *testing.T) {
	broken := errors.New("the disk is on fire")
	for _, input := range []string{"", "a,b", "a,b\n", "a,b\n1,2\n3,"} {
		r, err := NewReader(io.MultiReader(strings.NewReader(input), failing{broken}), "t.csv")
		if err == nil {
			_, err = r.ReadAll(context.Background())
		}
		if want := "t.csv: the disk is on fire"; !errors.Is(err, broken) || err.Error() != want {
			t.Errorf("after %q: got %v, want %s", input, err, want)
		}
		if e := new(Error); errors.As(err, &e) {
			t.Errorf("after %q: got an *Error", input)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
