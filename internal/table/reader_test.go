package table

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func newReader(t *testing.T, input string) *Reader {
	t.Helper()
	r, err := NewReader(strings.NewReader(input), "t.csv")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReadRowByRow(t *testing.T) {
	r := newReader(t, "a,b\n1,2\n\n\"3\n\",4\n5,6")
	if got := r.Columns(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("columns %q", got)
	}
	if r.Line() != 1 {
		t.Errorf("before the first row: line %d, want 1", r.Line())
	}
	row := make([]float64, 2)
	for _, want := range []struct {
		row  []float64
		line int
	}{{[]float64{1, 2}, 2}, {[]float64{3, 4}, 4}, {[]float64{5, 6}, 6}} {
		if err := r.Read(row); err != nil || !slices.Equal(row, want.row) || r.Line() != want.line {
			t.Errorf("got %v, %v at line %d, want %v at line %d", row, err, r.Line(), want.row, want.line)
		}
	}
	for range 2 {
		if err := r.Read(row); err != io.EOF {
			t.Errorf("at the end: %v, want %v", err, io.EOF)
		}
	}
}

func TestReadReportsUnusableCells(t *testing.T) {
	for cell, problem := range map[string]string{
		"":    "empty cell",
		" . ": `missing value "."`,
		"NaN": "the value is NaN",
		"Inf": "the value is infinite",
	} {
		r := newReader(t, "a,b\n1,2\n\"\n\n3\","+cell+"\n4,5\n")
		row := make([]float64, 2)
		if err := r.Read(row); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf(`t.csv:5: column 2 ("b"): %s; remove this row or fill the cell`, problem)
		for range 2 {
			if err := r.Read(row); err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		}
	}
}

func TestReadWantsARowOfTheRightLength(t *testing.T) {
	r := newReader(t, "a,b\n1,2\n")
	want := "table: Read into a row of 1 for 2 selected columns"
	if err := r.Read(make([]float64, 1)); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	if err := r.Read(make([]float64, 2)); err != nil {
		t.Errorf("and then the right one: %v", err)
	}
}

func TestSelect(t *testing.T) {
	const nine = "a1,b2,c3,d4,e5,f6,g7,h8,i9,j10,k11,l12,Income"
	for _, c := range []struct{ header, name, want string }{
		{"a,b", "c", `t.csv:1: there is no column "c"; the columns are "a", "b"`},
		{"a,b", " a", `t.csv:1: there is no column " a"; the columns are "a", "b"`},
		{"\n\nage,income", "incom", `t.csv:3: there is no column "incom"; did you mean "income"? the columns are "age", "income"`},
		{nine, "income", `t.csv:1: there is no column "income"; did you mean "Income"? the columns are "a1", "b2", "c3", "d4", "e5", "f6", "g7", "h8", "i9", "j10", "k11", "l12" and 1 more`},
	} {
		r := newReader(t, c.header+"\n1,2\n")
		err := r.Select([]string{c.name})
		var e *Error
		if !errors.As(err, &e) || e.Name != c.name || e.Column != 0 || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
}

func TestSelectNamesAllThatIsUnknown(t *testing.T) {
	r := newReader(t, "a,b\n1,2\n")
	err := r.Select([]string{"c", "a", "d", "c"})
	if want := `t.csv:1: there are no columns "c", "d"; the columns are "a", "b"`; err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestCheck(t *testing.T) {
	const input = "a,b,c\n1,2,x\n3,4,x\n\n5,\"\n6\",x\n7,8,x\n"
	want := `t.csv:5: column 2 ("b"): six; no more of it`
	for _, all := range []bool{false, true} {
		r := newReader(t, input)
		if err := r.Select([]string{"b", "a"}); err != nil {
			t.Fatal(err)
		}
		var seen [][]float64
		r.Check = func(row []float64) error {
			seen = append(seen, slices.Clone(row))
			if row[0] == 6 {
				return r.CellError(0, "six", "no more of it")
			}
			return nil
		}
		var err error
		if all {
			_, err = r.ReadAll(t.Context())
		} else {
			for row := make([]float64, 2); err == nil; {
				err = r.Read(row)
			}
			if again := r.Read(make([]float64, 2)); again != err {
				t.Errorf("and then %v", again)
			}
		}
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		if want := "[[2 1] [4 3] [6 5]]"; fmt.Sprint(seen) != want {
			t.Errorf("checked %v, want %v", seen, want)
		}
	}
}

func TestCheckSeesNoUnusableRow(t *testing.T) {
	r := newReader(t, "a,b\n1,2\nNA,3\n4,5\n,6\n")
	rows := 0
	r.Check = func(row []float64) error {
		rows++
		if row[0] == 0 {
			t.Errorf("checked %v", row)
		}
		return nil
	}
	want := `t.csv:3: column 1 ("a"): missing value "NA"; in all 2 cells are unusable: 1 empty, 1 marked as missing, in 2 rows, column "a"; remove these rows or fill the cells`
	if _, err := r.ReadAll(t.Context()); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if rows != 2 {
		t.Errorf("checked %d rows, want 2", rows)
	}
}

func TestSelectKeepsTheSelectionOnError(t *testing.T) {
	r := newReader(t, "a,b,c\n1,2,3\n")
	if err := r.Select([]string{"b"}); err != nil {
		t.Fatal(err)
	}
	if err := r.Select([]string{"a", "d"}); err == nil {
		t.Fatal("no error for an unknown column")
	}
	row := make([]float64, 1)
	if err := r.Read(row); err != nil || row[0] != 2 {
		t.Errorf("got %v, %v, want 2", row, err)
	}
}

func TestSelectNothingCountsRows(t *testing.T) {
	r := newReader(t, "a\nx\ny\n")
	if err := r.Select(nil); err != nil {
		t.Fatal(err)
	}
	got, err := r.ReadAll(t.Context())
	if err != nil || got.Rows != 2 || len(got.Columns) != 0 || len(got.Data) != 0 {
		t.Errorf("got %+v, %v, want two rows of nothing", got, err)
	}
}

func TestColumnsIsACopy(t *testing.T) {
	r := newReader(t, "a,b\n")
	r.Columns()[0] = "z"
	if got := r.Columns()[0]; got != "a" {
		t.Errorf("the Reader's own column is now %q", got)
	}
}

func TestProgress(t *testing.T) {
	input := "a\n" + strings.Repeat("1\n", 200_000)
	r := newReader(t, input)
	var calls []int64
	r.Progress = func(bytes int64) { calls = append(calls, bytes) }
	if _, err := r.ReadAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if last := len(calls) - 1; last < 3 || calls[last] != int64(len(input)) {
		t.Fatalf("calls %v, want some, and the last one with %d", calls, len(input))
	}
	for i, bytes := range calls[:len(calls)-1] {
		if before := append([]int64{0}, calls...)[i]; bytes-before < bufferSize {
			t.Errorf("calls %v are less than 64 KiB apart", calls)
		}
	}
}

func TestProgressOfASmallFile(t *testing.T) {
	r := newReader(t, "a\n1\n")
	var calls []int64
	r.Progress = func(bytes int64) { calls = append(calls, bytes) }
	if _, err := r.ReadAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(calls, []int64{4}) {
		t.Errorf("calls %v, want one with 4", calls)
	}
}

func TestOpen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	if _, err := Open(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no such file: %v", err)
	}
	if err := os.WriteFile(path, []byte("a\nx\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	want := path + `:2: column 1 ("a"): "x" is not a number; correct the cell, or leave the column out`
	if _, err := r.ReadAll(t.Context()); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := Open(filepath.Dir(path)); err == nil || !strings.HasPrefix(err.Error(), filepath.Dir(path)+": ") {
		t.Errorf("a folder: %v", err)
	}
}

func TestOpenStandardInput(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t.csv")
	if err := os.WriteFile(path, []byte("a\n1\n\n.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	defer func(stdin *os.File) { os.Stdin = stdin }(os.Stdin)
	os.Stdin = f

	r, err := Open("-")
	if err != nil {
		t.Fatal(err)
	}
	want := `standard input:4: column 1 ("a"): missing value ".", the only unusable cell; remove this row or fill the cell`
	if _, err := r.ReadAll(t.Context()); err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if _, err := f.Stat(); err != nil {
		t.Errorf("Close has closed standard input: %v", err)
	}
}

func TestReadDoesNotAllocate(t *testing.T) {
	const rows = 1000
	input := "a,b,c,d\n" + strings.Repeat("1.5,-2.25e3, 3,\"4\"\n", rows+1)
	r := newReader(t, input)
	row := make([]float64, 4)
	allocations := testing.AllocsPerRun(rows, func() {
		if err := r.Read(row); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 1 { // the string that encoding/csv makes of a row
		t.Errorf("%v allocations a row, want at most 1", allocations)
	}
}

func TestPiecesOfInputDoNotMatter(t *testing.T) {
	for _, input := range []string{
		"\xef\xbb\xbfa,b\r\n1,2\r\n\"3\",\"4\"\r\n",
		"a,b\n1,2\n\"3\n\n\",4\"\n",
		"a,b\n1,\"2\n\n",
		"a,b\n1\x00,2\n",
		"\xfe\xff\x00a",
		"",
	} {
		whole, wholeErr := readAll(input)
		for name, pieces := range map[string]io.Reader{
			"a byte at a time":  iotest.OneByteReader(strings.NewReader(input)),
			"EOF with the data": iotest.DataErrReader(strings.NewReader(input)),
		} {
			got, err := readFrom(pieces)
			if fmt.Sprint(got, err) != fmt.Sprint(whole, wholeErr) {
				t.Errorf("%q, %s: got %v, %v, want %v, %v", input, name, got, err, whole, wholeErr)
			}
		}
	}
}

func readFrom(input io.Reader) (*Table, error) {
	r, err := NewReader(input, "t.csv")
	if err != nil {
		return nil, err
	}
	return r.ReadAll(context.Background())
}

func TestTextOfAColumn(t *testing.T) {
	r := newReader(t, "key,a\n\" x, \"\"y\"\" \",1\nn,2\n \t,3\nn,4\n")
	if err := r.Select([]string{"a"}); err != nil {
		t.Fatal(err)
	}
	row := make([]float64, 1)
	for i, want := range []string{`x, "y"`, "n"} {
		if err := r.Read(row); err != nil || row[0] != float64(i+1) {
			t.Fatalf("row %v, %v", row, err)
		}
		if got, err := r.Text(0); string(got) != want || err != nil {
			t.Errorf("%q, %v, want %q", got, err, want)
		}
	}
	if err := r.Read(row); err != nil {
		t.Fatal(err)
	}
	_, err := r.Text(0)
	if want := `t.csv:4: column 1 ("key"): empty cell; remove this row or fill the cell`; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if again := r.Read(row); again != err {
		t.Errorf("after an error: %v", again)
	}
}
