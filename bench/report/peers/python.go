package peers

import (
	"embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/seed-0327bdf7/hesse/bench"
)

//go:embed peers.py fits.py batches.py stochastic.py
var scripts embed.FS

// script is peers.py, which the interpreter gets on its command line, with the
// others in it: nothing is written to files.
var script = func() string {
	var text strings.Builder
	for _, name := range []string{"peers.py", "fits.py", "batches.py", "stochastic.py"} {
		part, err := scripts.ReadFile(name)
		if err != nil {
			panic(err)
		}
		text.Write(part)
		text.WriteString("\n\n")
	}
	return text.String() + "main()\n"
}()

// packages are those that the script knows, with the ways of each to do a
// workload, the one that is usually the fastest first.
var packages = []struct {
	name string
	ways map[string][]string
}{
	{"numpy", map[string][]string{
		"gram": {"X.T @ X"}, "sandwich": {"X.T @ (d X)"}, "grad": {"two products"}, "hvp": {"two products"},
		"logistic": {"two products"}, "newton": {"three products"},
		"fit-gaussian": {"normal equations", "lstsq"}, "fit-exact": {"lstsq"},
		"groups": {"batched solve, in pieces", "batched solve"}, "groups-binomial": {"batched Newton, in pieces"},
		"targets": {"normal equations"}, "rolling": {"sums and batched solve"}, "folds": {"Gram and eigh of each fold"},
	}},
	{"scikit-learn", map[string][]string{
		"fit-gaussian": {"Ridge, cholesky", "LinearRegression"}, "fit-exact": {"LinearRegression"},
		"fit-binomial": {"newton-cholesky", "lbfgs"}, "fit-poisson": {"newton-cholesky", "lbfgs"},
		"fit-gamma": {"newton-cholesky", "lbfgs"}, "fit-tweedie": {"newton-cholesky", "lbfgs"},
		"path": {"lasso_path, Gram", "lasso_path"}, "sgd-gaussian": {"SGDRegressor"}, "sgd-binomial": {"SGDClassifier"},
		"groups": {"LinearRegression in a loop"}, "groups-binomial": {"LogisticRegression in a loop"},
		"targets": {"Ridge, cholesky", "LinearRegression"}, "folds": {"Ridge in a loop"},
	}},
	{"glum", map[string][]string{
		"sandwich": {"tabmat"}, "fit-gaussian": {"irls-ls"}, "fit-binomial": {"irls-ls", "lbfgs"}, "fit-poisson": {"irls-ls", "lbfgs"},
		"fit-gamma": {"irls-ls", "lbfgs"}, "fit-tweedie": {"irls-ls", "lbfgs"}, "path": {"irls-cd"},
	}},
	{"statsmodels", map[string][]string{
		"fit-gaussian": {"OLS, pinv", "OLS, qr"}, "fit-exact": {"OLS, qr", "OLS, pinv"}, "fit-binomial": {"Logit, newton", "GLM"},
		"fit-poisson": {"GLM"}, "fit-gamma": {"GLM"}, "fit-tweedie": {"GLM"},
		"groups": {"OLS in a loop"}, "groups-binomial": {"Logit in a loop"}, "rolling": {"RollingOLS"},
	}},
	{"polars-ols", map[string][]string{
		"fit-gaussian": {"ols, chol", "ols, qr"}, "groups": {"ols by group"}, "groups-ridge": {"ridge by group"}, "groups-weighted": {"wls by group"},
		"rolling": {"rolling_ols"}, "expanding": {"expanding_ols"}, "recursive": {"rls"},
	}},
	{"torch", map[string][]string{
		"sgd-gaussian": {"SGD, batches of 1024", "SGD, batches of 256"}, "sgd-binomial": {"SGD, batches of 1024", "SGD, batches of 256"},
	}},
}

// most is how many numbers of X a package gets in some workloads: beyond, a
// single run would take half a minute.
var most = map[string]map[string]int{
	"statsmodels": {"fit-poisson": 12_000_000, "fit-gamma": 12_000_000, "fit-tweedie": 12_000_000},
}

// Packages are their names.
func Packages() []string {
	var names []string
	for _, p := range packages {
		names = append(names, p.name)
	}
	return names
}

// Python is a peer that is a Python package. Some packages settle their threads
// when they start, so there is a process for every number of threads.
type Python struct {
	name, version, interpreter string
	ways                       map[string][]string

	c         bench.Case // and its data, for those who have to load them
	data      any
	processes map[int]*Process
	loaded    map[int]bool

	bound   time.Duration  // of a run
	tooMuch map[string]int // numbers of X, by workload, that took longer
}

// PythonPackages asks the environment which of the packages it has.
func PythonPackages(environment string) (versions map[string]string, err error) {
	out, err := exec.Command(interpreter(environment), "-c", script, "versions").Output()
	if err != nil {
		return nil, fmt.Errorf("no Python environment in %s; make bench-peers sets one up", environment)
	}
	return versions, json.Unmarshal(out, &versions)
}

func interpreter(environment string) string { return filepath.Join(environment, "bin", "python") }

// NewPython is a peer for a package; its processes start when they are needed.
func NewPython(name, version, environment string) *Python {
	i := slices.Index(Packages(), name)
	return &Python{name: name, version: version, interpreter: interpreter(environment), ways: packages[i].ways,
		processes: map[int]*Process{}, loaded: map[int]bool{}, tooMuch: map[string]int{}}
}

// Close ends the processes.
func (p *Python) Close() {
	for _, process := range p.processes {
		process.Close()
	}
	shared.release()
}

// Name implements [bench.Peer].
func (p *Python) Name() string { return p.name }

// Version implements [bench.Peer].
func (p *Python) Version() string { return p.version }

// Ways implements [bench.Peer].
func (p *Python) Ways(c bench.Case) ([]string, error) {
	numbers, limit, least := c.Rows*c.Columns, most[p.name][c.Kernel], p.tooMuch[c.Kernel]
	if limit > 0 && numbers > limit || least > 0 && numbers >= least {
		return nil, fmt.Errorf("%s: it takes too long for %d rows of %d columns", bench.LeftOut, c.Rows, c.Columns)
	}
	return p.ways[c.Kernel], nil
}

// Bound implements [bench.Bounded].
func (p *Python) Bound(run time.Duration) { p.bound = run }

// Load implements [bench.Peer]. The data are read by the process that is asked
// to do something with them; one starts here, since all peers load at once.
func (p *Python) Load(c bench.Case, data any) error {
	p.c, p.data = c, data
	clear(p.loaded)
	shared.release()
	for threads, process := range p.processes {
		if _, err := process.ask(request{Do: "drop"}); err != nil {
			process.Close()
			delete(p.processes, threads)
		}
	}
	_, err := p.started(c.Threads)
	return err
}

// process is the one for a number of threads, with the data.
func (p *Python) process(threads int) (*Process, error) {
	process, err := p.started(threads)
	if err != nil || p.loaded[threads] {
		return process, err
	}
	if err := process.Load(p.c, p.data); err != nil {
		return nil, err
	}
	p.loaded[threads] = true
	return process, nil
}

// started is the process for a number of threads, perhaps without the data.
func (p *Python) started(threads int) (*Process, error) {
	if process := p.processes[threads]; process != nil {
		return process, nil
	}
	command := exec.Command(p.interpreter, "-c", script, p.name)
	command.Env = append(cleanEnvironment(), "LD_LIBRARY_PATH="+os.Getenv("LD_LIBRARY_PATH"))
	for _, library := range []string{"OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "NUMEXPR_NUM", "RAYON_NUM", "POLARS_MAX"} {
		command.Env = append(command.Env, fmt.Sprintf("%s_THREADS=%d", library, threads))
	}
	process, err := start(p.name, command, true)
	if err == nil {
		p.processes[threads] = process
	}
	return process, err
}

// Do implements [bench.Peer].
func (p *Python) Do(c bench.Case, way string, repeat int) (time.Duration, error) {
	process, err := p.process(c.Threads)
	if err != nil {
		return 0, err
	}
	process.Bound(p.bound)
	took, err := process.Do(c, way, repeat)
	if process.ended != nil { // the next one starts over
		process.Close()
		delete(p.processes, c.Threads)
		delete(p.loaded, c.Threads)
		p.tooMuch[c.Kernel] = c.Rows * c.Columns
	}
	return took, err
}

// Answer implements [bench.Peer].
func (p *Python) Answer(c bench.Case) (bench.Answer, error) {
	process, err := p.process(c.Threads)
	if err != nil {
		return bench.Answer{}, err
	}
	return process.Answer(c)
}
