package glm

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// Summary is the model as people of the field read it, over several lines.
func (m *Model) Summary() string {
	var b strings.Builder
	m.WriteSummary(&b)
	return b.String()
}

// WriteSummary writes Summary.
func (m *Model) WriteSummary(w io.Writer) error {
	var b strings.Builder
	m.head(&b)
	m.table(&b)
	m.quality(&b)
	m.ending(&b)
	_, err := io.WriteString(w, b.String())
	return err
}

func (m *Model) head(b *strings.Builder) {
	fmt.Fprintf(b, "%s model of %s, %s link", m.Family, m.Target, m.Family.about().link)
	m.Parameters.list(m.Family, func(name string, value float64) { fmt.Fprintf(b, ", %s = %g", name, value) })
	b.WriteByte('\n')
	fmt.Fprintf(b, "n = %d rows, p = %d columns%s, penalty: %s\n", m.Rows, len(m.Columns()), map[bool]string{true: " and an intercept", false: ", no intercept"}[m.Intercept], m.penaltyInWords())
	chosen := ""
	if m.SolverReason != "" {
		chosen = " (" + m.SolverReason + ")"
	}
	if m.Evaluations.Samples > 0 {
		chosen += fmt.Sprintf(" (seed %d", m.Seed)
		if m.HoldOut > 0 {
			chosen += fmt.Sprintf(", %.3g %% of the rows held out", 100*m.HoldOut)
		}
		chosen += ")"
	}
	fmt.Fprintf(b, "solver: %s%s, precision: %s, ISA: %s, threads: %d\n\n", m.Solver, chosen, m.Precision, m.ISA, m.Threads)
}

func (m *Model) penaltyInWords() string {
	text := ""
	switch {
	case m.L1 > 0 && m.L2 > 0:
		text = fmt.Sprintf("elastic net, L1 lambda = %g, L2 lambda = %g", m.L1, m.L2)
	case m.L1 > 0:
		text = fmt.Sprintf("L1, lambda = %g", m.L1)
	case m.L2 > 0:
		text = fmt.Sprintf("L2, lambda = %g", m.L2)
	default:
		return "none"
	}
	if m.Standardize {
		text += " on standardized columns"
	}
	if free := m.free(); free > 0 {
		text += fmt.Sprintf(", %s without", count(free, "column"))
	}
	return text
}

// free is how many columns have no penalty beside others that have one.
func (m *Model) free() int {
	free := 0
	for _, c := range m.Columns() {
		if c.Penalty == 0 && c.PenaltyL1 == 0 {
			free++
		}
	}
	if free == len(m.Columns()) { // a model of before, whose file did not say
		return 0
	}
	return free
}

func (m *Model) table(b *strings.Builder) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	if m.inference() {
		s := m.StatisticName()
		fmt.Fprintf(t, "\testimate\tstd. error\t%s\tp-value\tlower 95%%\tupper 95%%\t\n", s)
	} else {
		fmt.Fprintf(t, "\testimate\t\n")
	}
	for _, c := range m.Coefficients {
		if m.inference() {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", c.Name, digits(c.Estimate), digits(c.StdError),
				fixed(c.Statistic, 3), probability(c.PValue), digits(c.Lower), digits(c.Upper))
		} else {
			fmt.Fprintf(t, "%s\t%s\t\n", c.Name, digits(c.Estimate))
		}
	}
	t.Flush()
	switch {
	case m.inference():
	case m.Family.about().logLikelihood == nil:
		fmt.Fprintf(b, "The %s loss is no likelihood: standard errors and p-values are not given.\n", m.Family)
	case m.L1 > 0 || m.L2 > 0:
		fmt.Fprintf(b, "A penalty biases the estimates: standard errors and p-values would mean nothing.\n")
	case m.atBounds() > 0:
		fmt.Fprintf(b, "Estimates are at their bounds: standard errors and p-values would mean nothing.\n")
	case m.HoldOut > 0:
		fmt.Fprintf(b, "Early stopping biases the estimates: standard errors and p-values would mean nothing.\n")
	case m.ResidualDF() <= 0:
		fmt.Fprintf(b, "No degrees of freedom are left for standard errors.\n")
	}
	if m.L1 > 0 {
		fmt.Fprintf(b, "%d of %s not zero.\n", m.NonZero(), count(len(m.Columns()), "coefficient"))
	}
	m.bounds(b)
	b.WriteByte('\n')
}

// bounds says how many coefficients have bounds, and which are at them.
func (m *Model) bounds(b *strings.Builder) {
	bounded, reached := 0, []string(nil)
	for _, c := range m.Coefficients {
		if c.Bounds != nil {
			bounded++
		}
		if c.AtBound() {
			reached = append(reached, c.Name)
		}
	}
	switch {
	case bounded == 0:
	case len(reached) == 0:
		fmt.Fprintf(b, "%s with bounds, none of them reached.\n", count(bounded, "coefficient"))
	default:
		fmt.Fprintf(b, "%s with bounds, reached by %s.\n", count(bounded, "coefficient"), quoted(reached, 8))
	}
}

// inference tells whether any coefficient has a standard error.
func (m *Model) inference() bool {
	for _, c := range m.Coefficients {
		if !math.IsNaN(c.StdError) {
			return true
		}
	}
	return false
}

func (m *Model) quality(b *strings.Builder) {
	null := m.Rows
	if m.Intercept {
		null--
	}
	fmt.Fprintf(b, "log-likelihood  %s\n", digits(m.LogLikelihood))
	fmt.Fprintf(b, "deviance        %s on %d degrees of freedom\n", digits(m.Deviance), m.ResidualDF())
	fmt.Fprintf(b, "null deviance   %s on %d\n", digits(m.NullDeviance), null)
	if !m.penalized() {
		fmt.Fprintf(b, "AIC %s, BIC %s\n", digits(m.AIC), digits(m.BIC))
	}
	fmt.Fprintf(b, "%s %s", m.Family.about().explained, fixed(m.RSquared(), 4))
	switch {
	case m.Family == Gaussian:
		fmt.Fprintf(b, ", adjusted %s, residual standard deviation %s", fixed(m.AdjustedRSquared(), 4), digits(math.Sqrt(m.Dispersion)))
	case m.Family.about().dispersion:
		fmt.Fprintf(b, ", dispersion %s", digits(m.Dispersion))
	}
	b.WriteByte('\n')
}

func (m *Model) ending(b *strings.Builder) {
	left := fmt.Sprintf("gradient norm %.1e", m.GradientNorm)
	if finite(m.Violation) {
		left = fmt.Sprintf("conditions violated by %.1e", m.Violation)
	}
	fmt.Fprintf(b, "%s after %s, %s: %s\n", m.Status, count(m.Iterations, "iteration"), left, m.Reason)
	for _, w := range m.Warnings {
		fmt.Fprintf(b, "warning: %s\n", w)
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// digits is a number with six significant digits, n/a if it is undefined.
func digits(v float64) string {
	if math.IsNaN(v) {
		return "n/a"
	}
	return fmt.Sprintf("%.6g", v)
}

func fixed(v float64, decimals int) string {
	if math.IsNaN(v) {
		return "n/a"
	}
	return fmt.Sprintf("%.*f", decimals, v)
}

func probability(p float64) string {
	switch {
	case math.IsNaN(p):
		return "n/a"
	case p < 1e-16:
		return "<1e-16"
	case p < 1e-4:
		return fmt.Sprintf("%.1e", p)
	}
	return fmt.Sprintf("%.4f", p)
}
