package solvers

import (
	"fmt"
	"strings"
)

// A Term is a column times a coefficient.
type Term struct {
	Column      int
	Coefficient float64
}

// SingularError says that the Hessian at the start is singular: some of its
// columns are linear combinations of the others, so that the minimum is not
// unique.
type SingularError struct {
	// Columns are the dependent columns, ascending: those that, left out, leave
	// a regular Hessian.
	Columns []int
	// Relations[i] is the combination of other columns that column Columns[i]
	// equals up to rounding. It is empty for a column of zeros.
	Relations [][]Term
}

// Error names the columns by their indices and spells out the relations.
func (e *SingularError) Error() string {
	var b strings.Builder
	b.WriteString("solvers: the Hessian is singular: ")
	for i, column := range e.Columns {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "column %d = ", column)
		if len(e.Relations[i]) == 0 {
			b.WriteString("0")
		}
		for k, term := range e.Relations[i] {
			if k > 0 {
				b.WriteString(" + ")
			}
			fmt.Fprintf(&b, "%.6g·column %d", term.Coefficient, term.Column)
		}
	}
	return b.String()
}
