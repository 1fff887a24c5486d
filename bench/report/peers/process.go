package peers

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/seed-0327bdf7/hesse/bench"
)

// A Process is a [bench.Peer] that answers on a pipe.
type Process struct {
	name, version string

	command  *exec.Cmd
	to       io.WriteCloser
	from     *bufio.Reader
	errors   *tail
	folder   string // for answers
	wantFile bool   // it cannot make the data itself
	bound    time.Duration
	ended    error // why it does not answer any more
}

// start runs a command and waits for its first line. The process is stopped
// from then on, but while it answers.
func start(name string, command *exec.Cmd, wantFile bool) (*Process, error) {
	p := &Process{name: name, command: command, errors: new(tail), wantFile: wantFile}
	command.Stderr = p.errors
	// Out of reach of the terminal's signals; gone with this process, even while stopped.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	var err error
	if p.to, err = command.StdinPipe(); err != nil {
		return nil, err
	}
	from, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.from = bufio.NewReader(from)
	if p.folder, err = os.MkdirTemp("", "hesse-report-"); err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		os.RemoveAll(p.folder)
		return nil, err
	}
	hello, err := p.read()
	if err != nil {
		p.Close()
		return nil, err
	}
	p.version = hello.Version
	return p, p.signal(syscall.SIGSTOP)
}

// Close ends the process, in peace if it can: MKL's OpenMP leaves files behind
// otherwise.
func (p *Process) Close() {
	_ = p.signal(syscall.SIGCONT)
	p.to.Close()
	late := time.AfterFunc(2*time.Second, func() { _ = p.command.Process.Kill() })
	_ = p.command.Wait()
	late.Stop()
	os.RemoveAll(p.folder)
}

func (p *Process) signal(s os.Signal) error { return p.command.Process.Signal(s) }

func (p *Process) read() (*response, error) {
	line, err := p.from.ReadBytes('\n')
	if err != nil {
		_ = p.command.Wait()
		return nil, fmt.Errorf("the process has ended: %v %s", p.command.ProcessState, p.errors)
	}
	r := new(response)
	if err := json.Unmarshal(line, r); err != nil {
		return nil, fmt.Errorf("not an answer: %.100q", line)
	}
	if r.Error != "" {
		return nil, errors.New(r.Error)
	}
	return r, nil
}

// ask wakes the process for one request. A run that takes longer than the bound
// ends it.
func (p *Process) ask(q request) (r *response, err error) {
	if p.ended != nil {
		return nil, p.ended
	}
	line, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	if err := p.signal(syscall.SIGCONT); err != nil {
		return nil, err
	}
	if _, err := p.to.Write(append(line, '\n')); err != nil {
		return nil, fmt.Errorf("the process does not listen: %w %s", err, p.errors)
	}
	if p.bound > 0 && q.Do == "run" {
		late := time.AfterFunc(p.bound, func() { _ = p.command.Process.Kill() })
		defer func() {
			if !late.Stop() {
				p.ended = fmt.Errorf("%s: a run took longer than %v", bench.LeftOut, p.bound.Round(time.Second/10))
				r, err = nil, p.ended
			}
		}()
	}
	r, err = p.read()
	if stop := p.signal(syscall.SIGSTOP); err == nil {
		err = stop
	}
	return r, err
}

// Name implements [bench.Peer].
func (p *Process) Name() string { return p.name }

// Version implements [bench.Peer].
func (p *Process) Version() string { return p.version }

// Load implements [bench.Peer].
func (p *Process) Load(c bench.Case, data any) error {
	q := request{Do: "load", Case: c}
	if p.wantFile {
		var err error
		if q.File, err = shared.path(data); err != nil {
			return err
		}
		switch b := data.(type) {
		case *bench.Problem[float64]:
			q.Counts, q.Responses = len(b.Counts), b.Responses.Cols
		case *bench.Problem[float32]:
			q.Counts, q.Responses = len(b.Counts), b.Responses.Cols
		}
	}
	_, err := p.ask(q)
	return err
}

// Ways implements [bench.Peer].
func (p *Process) Ways(c bench.Case) ([]string, error) {
	r, err := p.ask(request{Do: "ways", Case: c})
	if err != nil {
		return nil, err
	}
	return r.Ways, nil
}

// Bound implements [bench.Bounded].
func (p *Process) Bound(run time.Duration) { p.bound = run }

// Do implements [bench.Peer]. The time is taken in the process.
func (p *Process) Do(c bench.Case, way string, repeat int) (time.Duration, error) {
	r, err := p.ask(request{Do: "run", Case: c, Way: way, Repeat: repeat})
	if err != nil {
		return 0, err
	}
	return time.Duration(r.Seconds * float64(time.Second)), nil
}

// Answer implements [bench.Peer].
func (p *Process) Answer(c bench.Case) (bench.Answer, error) {
	file := filepath.Join(p.folder, "answer")
	r, err := p.ask(request{Do: "answer", Case: c, File: file})
	if err != nil {
		return bench.Answer{}, err
	}
	parts, err := readNumbers(file, r.Vector, r.Matrix)
	if err != nil {
		return bench.Answer{}, err
	}
	return bench.Answer{Vector: parts[0], Matrix: parts[1]}, nil
}

// A tail keeps the end of what a process writes to standard error.
type tail struct{ bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	const most = 4096
	n, err := t.Buffer.Write(p)
	t.Next(max(0, t.Len()-most))
	return n, err
}

func (t *tail) String() string { return strings.TrimSpace(t.Buffer.String()) }
