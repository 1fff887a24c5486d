package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBadInput: exit 3, one line with file, line and column, and nothing
// written.
func TestBadInput(t *testing.T) {
	long := "a,y\n1,2\n" + strings.Repeat("1", 10<<20) + ",3\n"
	for _, c := range []struct{ name, input, args, message string }{
		{"empty file", "", "", "t.csv:1: the file is empty; it needs a header line with the names of the columns"},
		{"header only", "a,y\n", "", "t.csv:1: no rows; the header needs at least one row of numbers below it"},
		{"ragged, short", "a,b,y\n1,2,3\n4,5\n", "", "t.csv:3: the row has 2 fields, the header has 3; look for a comma too many or too few, or one that needs quotes around its field"},
		{"ragged, long", "a,b,y\n1,2,3\n4,5,6,7\n", "", "t.csv:3: the row has 4 fields, the header has 3; look for a comma too many or too few, or one that needs quotes around its field"},
		{"missing target", "age,b\n1,2\n", "", `t.csv:1: there is no column "y"; the columns are "age", "b"`},
		{"missing target, close", "a,Y\n1,2\n", "", `t.csv:1: there is no column "y"; did you mean "Y"? the columns are "a", "Y"`},
		{"missing columns", "a,y\n1,2\n", "--columns=a,b,d", `t.csv:1: there are no columns "b", "d"; the columns are "a", "y"`},
		{"missing excluded", "a,y\n1,2\n", "--exclude=id", `t.csv:1: there is no column "id"; the columns are "a", "y"`},
		{"missing weights", "a,y\n1,2\n", "--weights=w", `t.csv:1: there is no column "w"; the columns are "a", "y"`},
		{"missing offset", "a,y\n1,2\n", "--offset=w", `t.csv:1: there is no column "w"; the columns are "a", "y"`},
		{"text", "a,city,y\n1,2,3\n2,Bonn,4\n", "", `t.csv:3: column 2 ("city"): "Bonn" is not a number; correct the cell, or leave the column out with --exclude`},
		{"text in --columns", "a,city,y\n1,Bonn,3\n", "--columns=city", `t.csv:2: column 2 ("city"): "Bonn" is not a number; correct the cell, or leave the column out of --columns`},
		{"text in the target", "a,y\n1,2\n1,two\n", "", `t.csv:3: column 2 ("y"): "two" is not a number; correct the cell`},
		{"text in the target, binomial", "a,y\n1,yes\n1,no\n", "--family=binomial", `t.csv:2: column 2 ("y"): "yes" is not a number; code the two classes as 0 and 1`},
		{"text in the weights", "a,y,w\n1,2,1\n1,2,one\n", "--weights=w", `t.csv:3: column 3 ("w"): "one" is not a number; correct the cell`},
		{"empty cells", "a,b,y\n1,2,3\n,2,3\n1,NA,\n", "", `t.csv:3: column 1 ("a"): empty cell; in all 3 cells are unusable: 2 empty, 1 marked as missing, in 2 rows, columns "a", "b", "y"; remove these rows or fill the cells`},
		{"NaN", "a,y\n1,2\nnan,3\nNaN,4\n2,5\n", "", `t.csv:3: column 1 ("a"): the value is NaN; in all 2 cells are unusable: 2 NaN, in 2 rows, column "a"; remove these rows or fill the cells`},
		{"Inf", "a,y\n1,2\n2,-Inf\n3,4\n", "", `t.csv:3: column 2 ("y"): the value is infinite, the only unusable cell; remove this row or fill the cell`},
		{"out of range", "a,y\n1,2\n1e999,3\n", "", `t.csv:3: column 1 ("a"): "1e999" is too large for a float64; rescale the column`},
		{"target not 0 or 1", "a,y\n1,0\n\n\"2\n\",1\n3,2\n", "--family=binomial", `t.csv:6: column 2 ("y"): the target is 2, neither 0 nor 1; code the two classes as 0 and 1, or use --family gaussian`},
		{"target 0.5", "y,a\n1,0\n0.5,1\n", "--family=binomial", `t.csv:3: column 1 ("y"): the target is 0.5, neither 0 nor 1; code the two classes as 0 and 1, or use --family gaussian`},
		{"negative weight", "a,w,y\n1,1,2\n2,-1,3\n", "--weights=w", `t.csv:3: column 2 ("w"): the weight is -1; weights are not negative; correct it, or give the row weight 0 to leave it out`},
		{"no weight", "a,w,y\n1,0,2\n2,0,3\n", "--weights=w", `t.csv:1: column 2 ("w"): every weight is 0; give the rows that count a positive weight`},
		{"unterminated quotes", "a,y\n1,2\n3,\"4\n5,6\n", "", `t.csv:3: column 2 ("y"): the quoted field that begins here does not end; close it with a quote`},
		{"a quote inside", "a,y\n1,2\n3\",4\n", "", `t.csv:3: column 1 ("a"): a quote inside a field that does not begin with one; put the field in quotes and double those inside it`},
		{"a line of 10 MB", long, "", "t.csv:3: the row that begins here is longer than 8 MiB; make sure that this is a CSV file with line breaks"},
		{"a binary file", "a,y\n1,\x002\n", "", "t.csv:2: NUL byte: this is UTF-16 or binary, not text in UTF-8; save the file as CSV in UTF-8"},
		{"the name of the intercept", "a,(Intercept),y\n1,2,3\n", "", `t.csv:1: column 2 ("(Intercept)"): the name is that of the intercept; rename the column or leave it out with --exclude`},
		{"a name twice", "a,a,y\n1,2,3\n", "", `t.csv:1: column 2 ("a"): column 1 has this name already; rename one of the two`},
		{"a column without a name", ",a,y\n1,2,3\n", "", `t.csv:1: column 1: the column has no name; name it, or write the file without row names (R: row.names = FALSE, pandas: index=False)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder(t, map[string]string{"t.csv": c.input, "m.json": "old"})
			for _, more := range []string{"", "--json"} {
				args := append([]string{"fit", "t.csv", "--target=y", "--out=m.json"}, strings.Fields(c.args+" "+more)...)
				want := "hesse: " + c.message + "\n"
				if r := hesse(t, "", args...); r.code != exitBadData || r.stdout != "" || r.stderr != want {
					t.Errorf("exit %d, %s\ngot  %swant %s", r.code, r.stdout, r.stderr, want)
				}
				args[1] = "-"
				want = strings.ReplaceAll(want, "t.csv:", "standard input:")
				if r := hesse(t, c.input, args...); r.code != exitBadData || r.stdout != "" || r.stderr != want {
					t.Errorf("exit %d, %s\ngot  %swant %s", r.code, r.stdout, r.stderr, want)
				}
			}
			mustHold(t, "m.json", "t.csv")
			if text(t, "m.json") != "old" {
				t.Error("the file at --out was touched")
			}
		})
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	folder(t, map[string]string{"t.csv": small})
	must(t, "", "fit", "t.csv", "--target=y", "--columns=a,b", "--out=m.json")
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"fit no.csv --target=y":     "no.csv: no such file or directory; check the name and the permissions",
		"fit folder --target=y":     "folder: is a folder; name a file in it",
		"predict no.json t.csv":     "no.json: no such file or directory; check the name and the permissions",
		"predict m.json no.csv":     "no.csv: no such file or directory; check the name and the permissions",
		"predict folder t.csv":      "folder: is a folder; name a file in it",
		"predict m.json folder":     "folder: is a folder; name a file in it",
		"predict m.json t.csv/a":    "t.csv/a: not a directory; check the name and the permissions",
		"fit t.csv/a --target=y":    "t.csv/a: not a directory; check the name and the permissions",
		"predict m.json /dev/null":  "/dev/null:1: the file is empty; it needs a header line with the names of the columns",
		"fit /dev/null --target=y ": "/dev/null:1: the file is empty; it needs a header line with the names of the columns",
	} {
		if r := hesse(t, "", strings.Fields(args)...); r.code != exitBadData || r.stdout != "" || r.stderr != "hesse: "+want+"\n" {
			t.Errorf("%s: exit %d, %s\ngot  %swant %s", args, r.code, r.stdout, r.stderr, want)
		}
	}
}

// TestBadModels: exit 3 and nothing predicted.
func TestBadModels(t *testing.T) {
	const again = "; write it again with hesse fit --out"
	folder(t, map[string]string{"t.csv": small})
	must(t, "", "fit", "t.csv", "--target=y", "--columns=a,b", "--out=m.json")
	good := text(t, "m.json")
	for _, c := range []struct{ name, model, message string }{
		{"empty", "", "bad.json: not a model: line 1, column 1: unexpected end of JSON input" + again},
		{"truncated", good[:len(good)-3], "bad.json: not a model: line 73, column "},
		{"cut in two", good[:len(good)/2], "bad.json: not a model: line 39, column "},
		{"newer", strings.Replace(good, `"schema_version": 1`, `"schema_version": 2`, 1), "bad.json: the model is of version 2; this program reads up to version 1" + again},
		{"CSV", small, "bad.json: not a model: line 1, column 1: invalid character 'a'"},
		{"other JSON", `{"a": 1}`, "bad.json: not a model: schema_version is missing" + again},
		{"no estimate", strings.Replace(good, `"estimate": `, `"estimate": null, "was": `, 1), `bad.json: coefficient "(Intercept)" of the model has no finite value` + again},
	} {
		if err := os.WriteFile("bad.json", []byte(c.model), 0o600); err != nil {
			t.Fatal(err)
		}
		r := hesse(t, "", "predict", "bad.json", "t.csv")
		if want := "hesse: " + c.message; r.code != exitBadData || r.stdout != "" || !strings.HasPrefix(r.stderr, want) || !strings.HasSuffix(r.stderr, again+"\n") || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%s: exit %d, %s\ngot  %swant %s", c.name, r.code, r.stdout, r.stderr, want)
		}
	}
}

func TestUnwritable(t *testing.T) {
	folder(t, map[string]string{"t.csv": small})
	if err := os.Mkdir("folder", 0o700); err != nil {
		t.Fatal(err)
	}
	for out, want := range map[string]string{
		"no/m.json":                 "no/m.json: the model cannot be written: no such file or directory; choose another place for --out",
		"folder":                    "folder: not an ordinary file; choose another name for --out",
		"/dev/null":                 "/dev/null: not an ordinary file; choose another name for --out",
		filepath.Join("t.csv", "m"): "t.csv/m: the model cannot be written: not a directory; choose another place for --out",
	} {
		if r := hesse(t, "", "fit", "t.csv", "--target=y", noText, "--out", out); r.code != exitFailed || r.stdout != "" || r.stderr != "hesse: "+want+"\n" {
			t.Errorf("%s: exit %d, %s\ngot  %swant %s", out, r.code, r.stdout, r.stderr, want)
		}
	}
	mustHold(t, "folder", "t.csv")
}
