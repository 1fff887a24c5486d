package peers

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// planted names how a process of this test program behaves as a peer.
const planted = "HESSE_REPORT_PLANTED"

func TestMain(m *testing.M) {
	ServeIfAsked()
	if kind := os.Getenv(planted); kind != "" {
		err := serve(&served{"1.0", func(int) {}, naive[float64]{kind}, naive[float32]{kind}, bench.GonumCall})
		if err != nil {
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// naive is a BLAS by the book: an honest one, a liar, one that crashes or one
// that does not come to an end.
type naive[T kernels.Float] struct{ kind string }

func (l naive[T]) at(a kernels.Matrix[T], i, j int, transposed bool) T {
	if transposed {
		i, j = j, i
	}
	return a.Data[i*a.Stride+j]
}

func (l naive[T]) Gemv(dst []T, a kernels.Matrix[T], transposed bool, v []T) {
	if l.kind == "crash" {
		os.Stderr.WriteString("planted crash\n")
		os.Exit(3)
	}
	if l.kind == "endless" {
		select {}
	}
	for i := range dst {
		sum := 0.0
		for j, x := range v {
			sum += float64(l.at(a, i, j, transposed) * x)
		}
		dst[i] = T(sum)
	}
	if l.kind == "liar" {
		dst[len(dst)-1] *= 1.01
	}
}

func (l naive[T]) Syrk(dst []T, a kernels.Matrix[T], columns, lower bool) { l.Gemm(dst, a, a, columns) }

func (l naive[T]) Gemm(dst []T, a, b kernels.Matrix[T], columns bool) {
	p, n := a.Cols, a.Rows
	if columns {
		p, n = n, p
	}
	for i := range p {
		for j := range p {
			sum := 0.0
			for r := range n {
				sum += float64(l.at(a, r, i, columns) * l.at(b, r, j, columns))
			}
			dst[i*p+j] = T(sum)
		}
	}
}

func plant(t *testing.T, kind string) *Process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self)
	command.Env = append(os.Environ(), planted+"="+kind)
	p, err := start(kind, command, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// results measures a little with some peers.
func results(t *testing.T, workloads []string, list ...bench.Peer) []bench.Result {
	t.Helper()
	plan := bench.Plan{
		Workloads: workloads, Rows: []int{900}, Columns: []int{5}, Threads: []int{1, 2}, Types: []string{bench.Float64, bench.Float32},
		Bytes: 1 << 20, Enough: time.Millisecond, Peers: list,
	}
	var all []bench.Result
	_, err := bench.Run(context.Background(), plan, func(r bench.Result) error {
		all = append(all, r)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPeersInProcesses(t *testing.T) {
	honest, liar, crash := plant(t, "honest"), plant(t, "liar"), plant(t, "crash")
	for _, r := range results(t, []string{"grad", "newton"}, honest, liar, crash) {
		if len(r.Peers) != 1 || r.Peers[0].Name != "honest" || r.Peers[0].Version != "1.0" || r.Peers[0].Seconds <= 0 || r.Peers[0].Way == "" {
			t.Errorf("%s %s: with a time: %+v", r.Kernel, r.Type, r.Peers)
		}
		if len(r.Refused) != 2 || r.Refused[0].Name != "liar" || r.Refused[1].Name != "crash" ||
			!strings.Contains(r.Refused[0].Reason, "wrong answer") {
			t.Errorf("%s %s: without a time: %+v", r.Kernel, r.Type, r.Refused)
		}
	}
}

// TestRunsAreBounded: a run that takes too long ends, and says so.
func TestRunsAreBounded(t *testing.T) {
	p := plant(t, "endless")
	c := bench.Case{Kernel: "grad", Type: bench.Float64, Rows: 300, Columns: 2, Threads: 1}
	if err := p.Load(c, nil); err != nil {
		t.Fatal(err)
	}
	p.Bound(10 * time.Millisecond)
	for range 2 {
		if _, err := p.Do(c, "gemv, row-major", 1); err == nil || !strings.HasPrefix(err.Error(), bench.LeftOut) {
			t.Errorf("error %v", err)
		}
	}
}

// TestPythonStartsOver: what takes too long is left out where there are as many
// numbers, and done where there are fewer.
func TestPythonStartsOver(t *testing.T) {
	versions, err := PythonPackages(environment)
	if err != nil || versions["numpy"] == "" {
		t.Skipf("SKIPPED: numpy is not there: %v", err)
	}
	p := NewPython("numpy", versions["numpy"], environment)
	defer p.Close()
	c := bench.Case{Kernel: "gram", Type: bench.Float64, Rows: 5000, Columns: 4, Threads: 1}
	if err := p.Load(c, bench.NewProblem(make([]float64, 5000*4), 5000, 4, 1)); err != nil {
		t.Fatal(err)
	}
	p.Bound(1)
	if _, err := p.Do(c, "X.T @ X", 1); err == nil || !strings.HasPrefix(err.Error(), bench.LeftOut) {
		t.Errorf("error %v", err)
	}
	p.Bound(0)
	if _, err := p.Ways(c); err == nil || !strings.HasPrefix(err.Error(), bench.LeftOut) {
		t.Errorf("ways of as many numbers: error %v", err)
	}
	c.Rows = 4000
	if ways, err := p.Ways(c); err != nil || len(ways) == 0 {
		t.Errorf("ways of fewer: %v, %v", ways, err)
	}
	if _, err := p.Do(c, "X.T @ X", 1); err != nil {
		t.Error(err)
	}
}

// TestNativePeers: those that are here do every kernel right; those that are not are
// said to be missing.
func TestNativePeers(t *testing.T) {
	for _, name := range Natives() {
		t.Run(name, func(t *testing.T) {
			p, err := Native(name, "", environment)
			if err != nil {
				if !strings.Contains(err.Error(), "not found") {
					t.Fatal(err)
				}
				if os.Getenv("REQUIRE") != "" && (name == "openblas" || name == "blis") { // the free ones, which Debian has
					t.Fatal(err)
				}
				t.Skipf("SKIPPED: %v", err)
			}
			defer p.Close()
			if !strings.Contains(p.Version(), ".") {
				t.Errorf("version %q", p.Version())
			}
			for _, r := range results(t, bench.Workloads(), p) {
				if len(r.Peers) != 1 {
					t.Errorf("%s %s: %+v", r.Kernel, r.Type, r.Refused)
				}
			}
		})
	}
}

func TestNoLibrary(t *testing.T) {
	if _, err := Native("openblas", "/nowhere/libopenblas.so", ""); err == nil || !strings.Contains(err.Error(), "not found") {
		t.Errorf("error %v", err)
	}
	if _, err := Native("nag", "", ""); err == nil || !strings.Contains(err.Error(), "not known") {
		t.Errorf("error %v", err)
	}
}

// TestPythonPeers: every way of those that are here gives our answer.
func TestPythonPeers(t *testing.T) {
	versions, err := PythonPackages(environment)
	if err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	const n, p = 5000, 4
	b := bench.NewProblem(make([]float64, n*p), n, p, 1)
	for _, pkg := range packages {
		if versions[pkg.name] == "" {
			t.Logf("SKIPPED: %s is not there", pkg.name)
			continue
		}
		peer := NewPython(pkg.name, versions[pkg.name], environment)
		for kernel, ways := range pkg.ways {
			for _, way := range ways {
				for _, r := range results(t, []string{kernel}, oneWay{peer, way}) {
					if len(r.Peers) != 1 {
						t.Errorf("%s %s %s: %+v", kernel, r.Type, way, r.Refused)
					}
				}
			}
		}
		c := bench.Case{Kernel: "gram", Type: bench.Float64, Rows: n, Columns: p, Threads: 1}
		if err := peer.Load(c, b); err != nil {
			t.Error(err)
		}
		if _, err := peer.Do(c, "no such way", 1); err == nil || !strings.Contains(err.Error(), "KeyError") {
			t.Errorf("error %v", err)
		}
		peer.Close()
	}
}

const environment = "../.environment"

// oneWay is a peer that has one way.
type oneWay struct {
	bench.Peer
	way string
}

func (o oneWay) Ways(bench.Case) ([]string, error) { return []string{o.way}, nil }

func TestNoEnvironment(t *testing.T) {
	if _, err := PythonPackages("/nowhere"); err == nil || !strings.Contains(err.Error(), "make bench-peers") {
		t.Errorf("error %v", err)
	}
}
