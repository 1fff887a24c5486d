package glm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// SchemaVersion is the version of a model's JSON form. A program reads its own
// version and older ones. A family or a field that an older program would
// refuse, or may pass over, is no new version.
const SchemaVersion = 1

// document is a model as JSON. Numbers that are undefined are null; all
// others read back exactly.
type document struct {
	SchemaVersion     int                   `json:"schema_version"`
	Family            string                `json:"family"`
	Link              string                `json:"link"`
	Parameters        map[string]number     `json:"parameters,omitempty"` // of families that have some
	Target            string                `json:"target"`
	Offset            *string               `json:"offset"` // null without one
	Intercept         bool                  `json:"intercept"`
	L1                number                `json:"l1"` // missing in models of before, as are nonzero and violation: 0
	L2                number                `json:"l2"`
	Standardize       bool                  `json:"standardize"`
	Solver            string                `json:"solver"`
	SolverReason      string                `json:"solver_reason"` // empty if the solver was asked for
	Precision         string                `json:"precision"`     // missing in models of before: float64
	Coefficients      []coefficientDocument `json:"coefficients"`
	CenteredIntercept number                `json:"centered_intercept"`
	N                 int                   `json:"n"`
	P                 int                   `json:"p"`
	SumWeights        number                `json:"sum_weights"`
	Dispersion        number                `json:"dispersion"`
	LogLikelihood     number                `json:"log_likelihood"`
	Deviance          number                `json:"deviance"`
	NullDeviance      number                `json:"null_deviance"`
	ResidualDF        int                   `json:"df_residual"`
	AIC               number                `json:"aic"`
	BIC               number                `json:"bic"`
	RSquared          number                `json:"r_squared"`
	AdjustedRSquared  number                `json:"adjusted_r_squared"`
	Converged         bool                  `json:"converged"`
	Status            string                `json:"status"`
	Reason            string                `json:"reason"`
	Warnings          []string              `json:"warnings"`
	Iterations        int                   `json:"iterations"`
	Gradients         int                   `json:"gradient_evaluations"`
	Hessians          int                   `json:"hessian_evaluations"`
	Products          int                   `json:"product_evaluations"`
	Diagonals         int                   `json:"diagonal_evaluations"`
	NonZero           int                   `json:"nonzero"`
	Samples           int                   `json:"sample_evaluations,omitempty"` // of solvers that take samples, with the next two
	Seed              *uint64               `json:"seed,omitempty"`
	HoldOut           number                `json:"hold_out,omitempty"`
	GradientNorm      number                `json:"gradient_norm"`
	Violation         *number               `json:"violation"` // null but with an L1 penalty or bounds
	Condition         number                `json:"condition"`
	ISA               string                `json:"isa"`
	Threads           int                   `json:"threads"`
}

type coefficientDocument struct {
	Name      string `json:"name"`
	Estimate  number `json:"estimate"`
	StdError  number `json:"std_error"`
	Statistic number `json:"statistic"`
	PValue    number `json:"p_value"`
	Lower     number `json:"lower"`
	Upper     number `json:"upper"`
	Center    number `json:"center"`
	Penalty   number `json:"penalty,omitempty"` // missing without one, and in models of before
	PenaltyL1 number `json:"penalty_l1,omitempty"`

	LowerBound *number `json:"lower_bound,omitempty"` // missing where there is none
	UpperBound *number `json:"upper_bound,omitempty"`
}

// number is a float64 that JSON may lack.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if !finite(float64(n)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

func (n *number) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		*n = number(math.NaN())
		return nil
	}
	return json.Unmarshal(text, (*float64)(n))
}

// MarshalJSON returns the model as one JSON object, the one that Read reads.
func (m *Model) MarshalJSON() ([]byte, error) {
	d := document{
		SchemaVersion: SchemaVersion,
		Family:        m.Family.String(), Link: m.Family.about().link, Target: m.Target,
		Intercept: m.Intercept, L1: number(m.L1), L2: number(m.L2), Standardize: m.Standardize, Solver: m.Solver, SolverReason: m.SolverReason, Precision: m.Precision.String(),
		Parameters: map[string]number{}, CenteredIntercept: number(m.centeredIntercept),
		N: m.Rows, P: len(m.Columns()), SumWeights: number(m.SumWeights),
		Dispersion: number(m.Dispersion), LogLikelihood: number(m.LogLikelihood),
		Deviance: number(m.Deviance), NullDeviance: number(m.NullDeviance), ResidualDF: m.ResidualDF(),
		AIC: number(m.AIC), BIC: number(m.BIC), RSquared: number(m.RSquared()), AdjustedRSquared: number(m.AdjustedRSquared()),
		Converged: m.Converged, Status: m.Status, Reason: m.Reason, Warnings: m.Warnings, Iterations: m.Iterations,
		Gradients: m.Evaluations.Gradients, Hessians: m.Evaluations.Hessians, Products: m.Evaluations.Products, Diagonals: m.Evaluations.Diagonals,
		NonZero: m.NonZero(), GradientNorm: number(m.GradientNorm), Condition: number(m.Condition), ISA: m.ISA, Threads: m.Threads,
	}
	m.Parameters.list(m.Family, func(name string, value float64) { d.Parameters[name] = number(value) })
	if m.Evaluations.Samples > 0 {
		d.Samples, d.Seed, d.HoldOut = m.Evaluations.Samples, &m.Seed, number(m.HoldOut)
	}
	if m.Offset != "" {
		d.Offset = &m.Offset
	}
	if v := number(m.Violation); finite(m.Violation) {
		d.Violation = &v
	}
	if d.Warnings == nil {
		d.Warnings = []string{}
	}
	for _, c := range m.Coefficients {
		lower, upper := c.Bounds.numbers()
		d.Coefficients = append(d.Coefficients, coefficientDocument{
			c.Name, number(c.Estimate), number(c.StdError), number(c.Statistic), number(c.PValue), number(c.Lower), number(c.Upper), number(c.Center), number(c.Penalty), number(c.PenaltyL1), lower, upper,
		})
	}
	return json.Marshal(d)
}

// UnmarshalJSON reads what MarshalJSON returns; see Read for its errors.
func (m *Model) UnmarshalJSON(text []byte) error {
	read, err := Read(bytes.NewReader(text))
	if err != nil {
		return err
	}
	*m = *read
	return nil
}

// Read reads a model that was written as JSON. An error says what is wrong:
// not JSON, cut off, of a newer version, or not a model.
func Read(r io.Reader) (*Model, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	var version struct {
		SchemaVersion *int `json:"schema_version"`
	}
	if err := json.Unmarshal(text, &version); err != nil {
		return nil, fmt.Errorf("glm: not a model: %w", jsonError(text, err))
	}
	switch {
	case version.SchemaVersion == nil:
		return nil, errors.New("glm: not a model: schema_version is missing")
	case *version.SchemaVersion > SchemaVersion:
		return nil, fmt.Errorf("glm: the model is of version %d; this program reads up to version %d", *version.SchemaVersion, SchemaVersion)
	case *version.SchemaVersion < 1:
		return nil, fmt.Errorf("glm: not a model: schema_version is %d", *version.SchemaVersion)
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, fmt.Errorf("glm: not a model: %w", jsonError(text, err))
	}
	return d.model()
}

// jsonError adds the line and the column, counted in bytes from 1, to an error
// of encoding/json.
func jsonError(text []byte, err error) error {
	offset := int64(-1) // how many bytes were read before the error
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		offset = syntax.Offset
	}
	if kind := (*json.UnmarshalTypeError)(nil); errors.As(err, &kind) {
		offset = kind.Offset
	}
	if offset < 0 {
		return err
	}
	read := text[:min(max(offset, 1), int64(len(text)))]
	line := 1 + bytes.Count(read, []byte("\n"))
	column := max(1, len(read)-1-bytes.LastIndexByte(read, '\n'))
	return fmt.Errorf("line %d, column %d: %w", line, column, err)
}

func (d *document) model() (*Model, error) {
	family, err := ParseFamily(d.Family)
	if err != nil {
		return nil, err
	}
	parameters, err := d.parameters(family)
	if err != nil {
		return nil, err
	}
	precision := Plain
	if d.Precision != "" {
		if precision, err = ParsePrecision(d.Precision); err != nil {
			return nil, err
		}
	}
	m := &Model{
		Family: family, Parameters: parameters, Target: d.Target, Intercept: d.Intercept,
		L1: float64(d.L1), L2: float64(d.L2), Standardize: d.Standardize, Solver: d.Solver, SolverReason: d.SolverReason, Precision: precision,
		Rows: d.N, SumWeights: float64(d.SumWeights), Dispersion: float64(d.Dispersion),
		LogLikelihood: float64(d.LogLikelihood), Deviance: float64(d.Deviance), NullDeviance: float64(d.NullDeviance),
		AIC: float64(d.AIC), BIC: float64(d.BIC),
		Converged: d.Converged, Status: d.Status, Reason: d.Reason, Warnings: d.Warnings, Iterations: d.Iterations,
		Evaluations:  solvers.Evaluations{Gradients: d.Gradients, Hessians: d.Hessians, Products: d.Products, Diagonals: d.Diagonals},
		GradientNorm: float64(d.GradientNorm), Condition: float64(d.Condition), ISA: d.ISA, Threads: d.Threads,
		centeredIntercept: float64(d.CenteredIntercept),
	}
	m.Evaluations.Samples, m.HoldOut = d.Samples, float64(d.HoldOut)
	if d.Seed != nil {
		m.Seed = *d.Seed
	}
	if d.Offset != nil {
		m.Offset = *d.Offset
	}
	if m.Violation = math.NaN(); d.Violation != nil {
		m.Violation = float64(*d.Violation)
	}
	seen := map[string]bool{}
	for i, c := range d.Coefficients {
		switch {
		case !finite(float64(c.Estimate)) || !finite(float64(c.Center)):
			return nil, fmt.Errorf("glm: coefficient %q of the model has no finite value", c.Name)
		case seen[c.Name]:
			return nil, fmt.Errorf("glm: coefficient %q is twice in the model", c.Name)
		case m.Intercept != (c.Name == InterceptName) && i == 0:
			return nil, fmt.Errorf("glm: the model's intercept is %v, its first coefficient %q", m.Intercept, c.Name)
		}
		seen[c.Name] = true
		m.Coefficients = append(m.Coefficients, Coefficient{
			c.Name, float64(c.Estimate), float64(c.StdError), float64(c.Statistic), float64(c.PValue), float64(c.Lower), float64(c.Upper), float64(c.Center), float64(c.Penalty), float64(c.PenaltyL1), boundsOf(c.LowerBound, c.UpperBound),
		})
	}
	switch {
	case m.Intercept && len(m.Coefficients) == 0:
		return nil, errors.New("glm: the model has no coefficients")
	case len(m.Columns()) != d.P:
		return nil, fmt.Errorf("glm: the model has %d columns and says %d", len(m.Columns()), d.P)
	case !finite(m.centeredIntercept):
		return nil, errors.New("glm: the model's centered_intercept has no finite value")
	}
	return m, nil
}

// parameters are those of the family, all of them and no others.
func (d *document) parameters(family Family) (Parameters, error) {
	var p Parameters
	found := 0
	for _, known := range parameters {
		v, ok := d.Parameters[known.name]
		if ok {
			*known.of(&p) = float64(v)
			found++
		}
		if known.family == family && (!ok || !(float64(v) > 0)) {
			return p, fmt.Errorf("glm: the %s of the model is missing", known.name)
		}
	}
	if found != len(d.Parameters) {
		return p, errors.New("glm: the model has parameters that are not known")
	}
	return p, p.Check(family)
}
