package house

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/seed-0327bdf7/hesse/"

// may says which packages of the project a package may import; ARCHITECTURE.md
// draws it. A package that is not listed may not exist.
var may = map[string][]string{
	"internal/avx2":        {},
	"internal/avx512":      {},
	"internal/chart":       {},
	"internal/cpu":         {},
	"internal/doubled":     {},
	"internal/house":       {},
	"internal/par":         {},
	"internal/ref":         {},
	"internal/reference":   {},
	"internal/table":       {"internal/memory"},
	"internal/cholesky":    {"kernels", "kernels/blas"},
	"internal/kerneltest":  {},
	"internal/leak":        {},
	"internal/memory":      {},
	"internal/seal":        {},
	"internal/atomicfile":  {},
	"kernels":              {"internal/avx2", "internal/avx512", "internal/cpu", "internal/memory", "internal/ref"},
	"kernels/blas":         {"internal/memory", "kernels"},
	"kernels/blas/example": {"kernels/blas"},
	"solvers":              {"internal/cholesky", "internal/memory", "internal/seal", "kernels"},
	"solvers/gonum":        {"solvers"},
	"solvers/loss":         {"kernels"},
	"solvers/pass":         {"internal/memory", "internal/par", "internal/seal", "kernels", "solvers/loss"},
	"solvers/batch":        {"internal/cholesky", "internal/memory", "internal/par", "kernels", "kernels/blas", "solvers", "solvers/loss", "solvers/pass"},
	"solvers/glm":          {"internal/atomicfile", "internal/cholesky", "internal/doubled", "internal/memory", "internal/seal", "kernels", "solvers", "solvers/loss", "solvers/pass"},
	"bench":                {"internal/avx2", "internal/avx512", "internal/cholesky", "internal/cpu", "internal/memory", "internal/ref", "kernels", "kernels/blas", "solvers", "solvers/batch", "solvers/glm", "solvers/loss", "solvers/pass"},
	"cmd/hesse":            {"bench", "internal/atomicfile", "internal/chart", "internal/memory", "internal/table", "kernels", "solvers", "solvers/batch", "solvers/glm", "solvers/loss", "solvers/pass"},
}

func TestImportsRunOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		name := strings.TrimPrefix(fields[0], module)
		allowed, known := may[name]
		if !known {
			t.Errorf("package %s is in no plan: add it to the table and to ARCHITECTURE.md", name)
			continue
		}
		seen++
		for _, imported := range fields[1:] {
			if own, ok := strings.CutPrefix(imported, module); ok && !slices.Contains(allowed, own) {
				t.Errorf("%s imports %s", name, own)
			}
		}
	}
	if seen != len(may) {
		t.Errorf("%d packages, %d in the table", seen, len(may))
	}
}
