package peers

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/ebitengine/purego"
)

// A native is a library that this package knows.
type native struct {
	name     string
	wheels   []string // where a Python environment has it
	files    []string // names that the system's loader looks for, and patterns of paths
	describe func(*library) error

	// advice is for a library that has not recognised the processor: an
	// environment that tells it, or nothing. Nil is for those that do.
	advice func(version string) string
}

// natives are all of them; each has a file.
var natives = []native{openblas, blis, aocl, mkl}

// Natives are their names.
func Natives() []string {
	var names []string
	for _, n := range natives {
		names = append(names, n.name)
	}
	return names
}

// A library is an opened one.
type library struct {
	handle  uintptr
	path    string
	prefix  string // of its symbols
	version string
	threads func(n int)
}

// served is what a server needs of a library.
func (l *library) served() *served {
	return &served{l.version, l.threads, newCalls[float64](l), newCalls[float32](l), l.routine}
}

// Native starts a process with a library. path is where it is; empty means the
// first that is found, in the Python environment, then where the system and the
// makers put it.
func Native(name, path, environment string) (*Process, error) {
	for _, n := range natives {
		if n.name != name {
			continue
		}
		candidates := []string{path}
		if path == "" {
			candidates = n.candidates(environment)
		}
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		run := func(more ...string) (*Process, error) {
			command := exec.Command(self, candidates...)
			command.Env = append(cleanEnvironment(), append(more, variable+"="+name, "LD_LIBRARY_PATH="+folders(candidates))...)
			return start(name, command, false)
		}
		p, err := run()
		if err != nil || n.advice == nil {
			return p, err
		}
		if told := n.advice(p.version); told != "" {
			p.Close()
			if p, err = run(told); err == nil {
				p.version += ", " + told
			}
		}
		return p, err
	}
	return nil, fmt.Errorf("library %q is not known; the choice is %s", name, strings.Join(Natives(), ", "))
}

// candidates are the files that exist, and names for the loader to find.
func (n native) candidates(environment string) []string {
	var found []string
	for _, pattern := range n.wheels {
		matches, _ := filepath.Glob(filepath.Join(environment, pattern))
		found = append(found, matches...)
	}
	for _, file := range n.files {
		if !strings.Contains(file, "/") {
			found = append(found, file)
			continue
		}
		matches, _ := filepath.Glob(file)
		found = append(found, matches...)
	}
	return found
}

// folders lets a library find those that lie beside it.
func folders(files []string) string {
	var list []string
	for _, f := range files {
		if strings.Contains(f, "/") {
			list = append(list, filepath.Dir(f))
		}
	}
	return strings.Join(append(list, os.Getenv("LD_LIBRARY_PATH")), ":")
}

// cleanEnvironment leaves out what would set the threads of a library behind
// our back.
func cleanEnvironment() []string {
	var kept []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if !strings.HasSuffix(name, "_NUM_THREADS") && !strings.HasSuffix(name, "_MAX_THREADS") && name != "LD_LIBRARY_PATH" {
			kept = append(kept, v)
		}
	}
	return kept
}

// open opens the first of the candidates that is this library.
func open(name string, candidates []string) (*library, error) {
	var errs []error
	for _, n := range natives {
		if n.name != name {
			continue
		}
		for _, path := range candidates {
			handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
			if err != nil {
				errs = append(errs, err)
				continue
			}
			l := &library{handle: handle, path: path}
			if err := n.describe(l); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", path, err))
				continue
			}
			return l, nil
		}
	}
	if len(errs) == 0 {
		return nil, errors.New("not found")
	}
	return nil, fmt.Errorf("not found: %w", errors.Join(errs...))
}

// symbol is the address of a function of the library, 0 if it has none.
func (l *library) symbol(name string) uintptr {
	address, err := purego.Dlsym(l.handle, name)
	if err != nil {
		return 0
	}
	return address
}

// text is what a function without arguments says.
func (l *library) text(name string) string {
	address := l.symbol(name)
	if address == 0 {
		return ""
	}
	var f func() string
	purego.RegisterFunc(&f, address)
	return f()
}

// leave ends the process as C does, so that libraries can clean up.
func leave() {
	if exit, err := purego.Dlsym(purego.RTLD_DEFAULT, "exit"); err == nil {
		purego.SyscallN(exit, 0)
	}
	os.Exit(0)
}

var errOther = errors.New("it is another library")
