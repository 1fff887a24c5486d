package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/seed-0327bdf7/hesse/solvers"
)

const (
	quiet   = 500 * time.Millisecond // work that ends before this shows nothing
	refresh = 100 * time.Millisecond
)

// A progress is one line on a terminal that says how far a stage of the work
// is. Its methods do nothing on nil.
type progress struct {
	what  string
	total int64 // bytes; -1 if it is not known

	mutex sync.Mutex
	bytes int64
	news  string
	ahead forecast

	done, gone chan struct{}
}

// startProgress starts a line for a stage of work that started at a time, unless
// standard error is no terminal.
func startProgress(con *console, start time.Time, what string, total int64) *progress {
	if !con.progress {
		return nil
	}
	p := &progress{what: what, total: total, done: make(chan struct{}), gone: make(chan struct{})}
	bar := newBar(con.stderr, what, total)
	go func() {
		defer close(p.gone)
		p.draw(bar, start.Add(quiet))
		bar.Clear()
	}()
	return p
}

// newBar is a bar, or a spinner if the total is not known, that is drawn only
// when it is told something.
func newBar(w io.Writer, what string, total int64) *progressbar.ProgressBar {
	options := []progressbar.Option{
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what), progressbar.OptionSetWidth(20),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetSpinnerChangeInterval(0),
	}
	if total > 0 {
		options = append(options, progressbar.OptionShowBytes(true), progressbar.OptionShowCount())
	} else {
		total = -1
	}
	bar := progressbar.NewOptions64(total, options...)
	bar.StartWithoutRender()
	return bar
}

// draw draws the bar again and again from a time on, until the stage is done.
func (p *progress) draw(bar *progressbar.ProgressBar, from time.Time) {
	for wait := max(time.Until(from), 0); ; wait = refresh {
		select {
		case <-p.done:
			return
		case <-time.After(wait):
		}
		bytes, news := p.state()
		if p.total > 0 {
			bar.Set64(min(bytes, p.total))
		} else {
			bar.Describe(p.what + news)
		}
	}
}

func (p *progress) state() (bytes int64, news string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.bytes, p.news
}

// read says how many bytes are read.
func (p *progress) read(bytes int64) {
	if p == nil {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.bytes, p.news = bytes, fmt.Sprintf(": %.1f MB", float64(bytes)/1e6)
}

// iterate says where a solver is.
func (p *progress) iterate(it *solvers.Iterate) {
	if p == nil {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.ahead.add(it, time.Now())
	p.news = fmt.Sprintf(": iteration %d, loss %.6g, step %.3g, gradient %.1e%s", it.Iteration, it.Value, it.StepLength, it.GradientNorm, p.ahead.left())
}

// expect says how the time left is told from iterates.
func (p *progress) expect(f forecast) {
	if p == nil {
		return
	}
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.ahead = f
}

// stop removes the line.
func (p *progress) stop() {
	if p == nil {
		return
	}
	close(p.done)
	<-p.gone
}
