package glm

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// A CollinearError says that, without a penalty, the coefficients are not
// determined: some columns are linear combinations of others.
type CollinearError struct {
	Rows, Coefficients int        // rows that count, and coefficients with the intercept
	Columns            []string   // those to leave out
	Others             [][]string // for each of them, what it is a combination of; nothing for a constant
	intercept          bool
}

func (e *CollinearError) Error() string {
	var b strings.Builder
	b.WriteString("glm: the coefficients are not determined: ")
	if e.Rows < e.Coefficients {
		fmt.Fprintf(&b, "%d rows for %d coefficients; ", e.Rows, e.Coefficients)
	}
	const most = 8
	for i, column := range e.Columns {
		if i == most {
			fmt.Fprintf(&b, "; and %d more columns", len(e.Columns)-most)
			break
		}
		if i > 0 {
			b.WriteString("; ")
		}
		switch others := e.Others[i]; {
		case len(others) == 0 && e.intercept:
			fmt.Fprintf(&b, "column %q is constant beside the intercept", column)
		case len(others) == 0:
			fmt.Fprintf(&b, "column %q is zero in every row", column)
		case len(others) == 1:
			fmt.Fprintf(&b, "column %q is collinear with %q", column, others[0])
		default:
			fmt.Fprintf(&b, "column %q is a linear combination of %s", column, quoted(others, most))
		}
	}
	b.WriteString("; leave columns out or add an L2 penalty")
	return b.String()
}

func quoted(names []string, most int) string {
	var list []string
	for i, name := range names {
		if i == most {
			list = append(list, fmt.Sprintf("%d more", len(names)-most))
			break
		}
		list = append(list, fmt.Sprintf("%q", name))
	}
	return strings.Join(list, ", ")
}

var errFlat = errors.New("glm: the loss has no curvature at the start: the offset makes every fitted probability 0 or 1; use a smaller offset")

// collinear names the variables of a singular Hessian of some rows, with lead
// variables in front of the columns.
func (f *fit[T]) collinear(e *solvers.SingularError, rows, lead int) error {
	if rows == 0 {
		return errNoRows
	}
	named := &CollinearError{Rows: rows, Coefficients: lead + len(f.names), intercept: lead == 1}
	for i, column := range e.Columns {
		if column < lead {
			return errFlat
		}
		named.Columns = append(named.Columns, f.names[column-lead])
		var others []string
		for _, term := range e.Relations[i] {
			if term.Column >= lead {
				others = append(others, f.names[term.Column-lead])
			}
		}
		named.Others = append(named.Others, others)
	}
	return named
}
