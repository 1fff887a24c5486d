package main

import (
	"strings"

	"github.com/seed-0327bdf7/hesse/solvers"
)

// partFlags are the parts of a solver that it may be given others of.
type partFlags struct {
	Hessian string `placeholder:"CURVATURE" help:"What stands for the Hessian in approximate-newton, preconditions newton-cg, or is what lbfgs starts from: ${curvaturelist}. blocks:8 is blocks of 8 neighbouring columns, low-rank:20 is 20 directions, expected is that of Fisher scoring (Gauss and Newton)."`
	Search  string `placeholder:"SEARCH" help:"How a solver that goes along lines finds the length of steps: ${searchlist}; fixed:0.1 is 0.1 times the solver's direction."`
}

// check looks at the parts for a solver.
func (p partFlags) check(solver string) error {
	m, err := solvers.ParseMethod(solver, 0)
	if err != nil {
		m = nil // auto
	}
	_, err = p.apply(m)
	return err
}

// apply is a method with its parts; nil is the one that is chosen, which has none.
func (p partFlags) apply(m solvers.Method) (solvers.Method, error) {
	if p.Hessian != "" {
		curvature, err := solvers.ParseCurvature(p.Hessian)
		if err != nil {
			return nil, usage("--hessian: %s", strings.TrimPrefix(err.Error(), "solvers: "))
		}
		of, ok := m.(solvers.Curved)
		if !ok {
			return nil, usage("--hessian is for --solver %s", strings.Join(solversThat[solvers.Curved](), ", "))
		}
		m = of.Curving(curvature)
	}
	if p.Search != "" {
		search, err := solvers.ParseSearch(p.Search)
		if err != nil {
			return nil, usage("--search: %s", strings.TrimPrefix(err.Error(), "solvers: "))
		}
		of, ok := m.(solvers.Searcher)
		if !ok {
			return nil, usage("--search is for --solver %s", strings.Join(solversThat[solvers.Searcher](), ", "))
		}
		m = of.Searching(search)
	}
	return m, nil
}

// solversThat are the names of those of a kind.
func solversThat[Kind solvers.Method]() []string {
	var names []string
	for _, name := range solvers.Methods() {
		if m, err := solvers.ParseMethod(name, 0); err == nil {
			if _, ok := m.(Kind); ok {
				names = append(names, name)
			}
		}
	}
	return names
}
