package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clocks are times that the system has counted since it started, in ticks of a
// hundredth of a second, of all processors together.
type clocks struct {
	all, idle, stolen float64
	ours              float64 // of this process and its children
	known             bool
}

// readClocks is all zero where the system does not say.
func readClocks() clocks {
	var c clocks
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return c
	}
	// cpu user nice system idle iowait irq softirq steal …
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 {
		return c
	}
	for i, field := range fields[1:9] {
		v, _ := strconv.ParseFloat(field, 64)
		c.all += v
		switch i {
		case 3, 4:
			c.idle += v
		case 7:
			c.stolen = v
		}
	}
	c.ours, c.known = ourTicks(), true
	return c
}

// ourTicks is the time of this process and of those it has started, those that
// have ended included.
func ourTicks() float64 {
	self := strconv.Itoa(os.Getpid())
	total := 0.0
	processes, _ := os.ReadDir("/proc")
	for _, p := range processes {
		if p.Name()[0] < '1' || p.Name()[0] > '9' {
			continue
		}
		text, err := os.ReadFile("/proc/" + p.Name() + "/stat")
		if err != nil {
			continue
		}
		// pid (name) state parent … utime stime cutime cstime
		_, after, _ := strings.Cut(string(text), ") ")
		fields := strings.Fields(after)
		if len(fields) < 15 || p.Name() != self && fields[1] != self {
			continue
		}
		times := fields[11:13]
		if p.Name() == self {
			times = fields[11:15]
		}
		for _, t := range times {
			v, _ := strconv.ParseFloat(t, 64)
			total += v
		}
	}
	return total
}

// busy says in words what others have used since then, if it was more than a
// fiftieth.
func (c clocks) busy(since clocks) []string {
	var said []string
	elapsed := c.all - since.all
	if !c.known || !since.known || elapsed <= 0 {
		return nil
	}
	others := (elapsed - (c.idle - since.idle) - (c.stolen - since.stolen) - (c.ours - since.ours)) / elapsed
	stolen := (c.stolen - since.stolen) / elapsed
	if others > 0.02 {
		said = append(said, fmt.Sprintf("other programs used %.0f %% of the processors", 100*others))
	}
	if stolen > 0.02 {
		said = append(said, fmt.Sprintf("the host of this virtual machine withheld %.0f %% of the processors", 100*stolen))
	}
	return said
}

// idleNow looks for a moment, before anything is measured, whether others run.
func idleNow(moment time.Duration) []string {
	before := readClocks()
	time.Sleep(moment)
	return readClocks().busy(before)
}
