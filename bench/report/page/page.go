// Package page makes one HTML page of a report, with its pictures inside, that
// can be mailed.
package page

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/pictures"
	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

//go:embed page.html
var source string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"threads": story.Threads,
	"percent": func(v float64) string { return fmt.Sprintf("%.0f %%", math.Round(100*v)) },
	"half":    func(v float64) string { return fmt.Sprintf("%.1f %%", 50*v) },
	"giga":    func(v float64) string { return fmt.Sprintf("%.1f", v/1e9) },
	"ms":      milliseconds,
	"ratio":   func(v float64) string { return fmt.Sprintf("%.2f×", v) },
	"join":    func(v []string) string { return strings.Join(v, ", ") },
	"slower":  func(v float64) bool { return v < 1 },
}).Parse(source))

// milliseconds has three digits or more.
func milliseconds(seconds float64) string {
	ms := seconds * 1e3
	if ms >= 100 {
		return fmt.Sprintf("%.0f", ms)
	}
	return fmt.Sprintf("%.3g", ms)
}

// Write writes the page.
func Write(w io.Writer, s *story.Story, drawn []pictures.Picture) error {
	return page.Execute(w, struct {
		*story.Story
		Groups  []group
		Tables  []table
		Minutes string
	}{s, groups(drawn), tables(s), fmt.Sprintf("%.1f", s.Took/60)})
}

// A group is pictures under one heading.
type group struct {
	Title    string
	Pictures []picture
}

type picture struct {
	Title string
	Data  template.URL
}

func groups(drawn []pictures.Picture) []group {
	var all []group
	for _, title := range pictures.Groups {
		g := group{Title: title}
		for _, p := range drawn {
			if p.Group == title {
				g.Pictures = append(g.Pictures, picture{p.Title, template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(p.SVG))})
			}
		}
		if len(g.Pictures) > 0 {
			all = append(all, g)
		}
	}
	return all
}

// A table is the results of one workload.
type table struct {
	Kernel    string
	Fit       bool
	Libraries []string // peers alone
	Rows      []row
}

type row struct {
	bench.Result
	Cells []cell
}

// A cell is a peer in a row.
type cell struct {
	Seconds, Ratio float64
	Note           string // in place of a time, or beside it
	Reason         string
}

func tables(s *story.Story) []table {
	var all []table
	for _, kernel := range story.Distinct(s.Results, func(r bench.Result) string { return r.Kernel }) {
		results := s.Where(func(r bench.Result) bool { return r.Kernel == kernel })
		t := table{Kernel: kernel, Fit: story.Fits(kernel)}
		for _, p := range s.Peers {
			named := func(r bench.Result) bool { c := cellOf(r, p.Name); return c.Seconds > 0 || c.Note != "" }
			for _, r := range results {
				if named(r) {
					t.Libraries = append(t.Libraries, p.Name)
					break
				}
			}
		}
		for _, r := range results {
			line := row{Result: r}
			for _, name := range t.Libraries {
				line.Cells = append(line.Cells, cellOf(r, name))
			}
			t.Rows = append(t.Rows, line)
		}
		all = append(all, t)
	}
	return all
}

func cellOf(r bench.Result, name string) cell {
	for _, p := range r.Peers {
		if p.Name == name {
			return cell{Seconds: p.Seconds, Ratio: p.Ratio, Reason: p.Way}
		}
	}
	for _, p := range r.Refused {
		if p.Name == name {
			return cell{Note: p.Note(), Reason: p.Reason}
		}
	}
	return cell{}
}
