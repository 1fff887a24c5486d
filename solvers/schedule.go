package solvers

import (
	"fmt"
	"math"
	"strings"
)

// A Schedule says how long the steps of a stochastic method are, as a multiple
// of the first: a plain struct of settings. [Constant], [Halving], [InverseTime],
// [InverseRoot], [Stepwise], [Cosine] and [WarmUp] are schedules.
type Schedule interface {
	Length(at Moment) float64
}

// A Moment is where a stochastic run is.
type Moment struct {
	Step  int     // steps taken before this one
	Epoch float64 // epochs, with their fraction
	// Stalls is how often the run has come to where steps of this length gain
	// nothing more.
	Stalls int
}

// Constant is steps of one length.
type Constant struct{}

// Length is 1.
func (Constant) Length(Moment) float64 { return 1 }

// Halving makes steps shorter by a factor whenever those of the length before
// gain nothing more.
type Halving struct {
	Factor float64 // 0 means ½
}

// Length is Factor to the power of the stalls.
func (s Halving) Length(at Moment) float64 {
	factor := s.Factor
	if factor == 0 {
		factor = 0.5
	}
	length := 1.0
	for range min(at.Stalls, 1<<10) {
		length *= factor
	}
	return length
}

// InverseTime is 1/(1 + e/Epochs) after e epochs: the steps of Robbins and
// Monro (1951).
type InverseTime struct {
	Epochs float64 // after which steps are half as long; 0 means 1
}

// Length falls as 1/t.
func (s InverseTime) Length(at Moment) float64 { return 1 / (1 + at.Epoch/orOne(s.Epochs)) }

// InverseRoot is 1/√(1 + e/Epochs) after e epochs.
type InverseRoot struct {
	Epochs float64 // 0 means 1
}

// Length falls as 1/√t.
func (s InverseRoot) Length(at Moment) float64 {
	return 1 / math.Sqrt(1+at.Epoch/orOne(s.Epochs))
}

// Stepwise makes steps shorter by a factor every so many epochs.
type Stepwise struct {
	Epochs int     // 0 means 10
	Factor float64 // 0 means ½
}

// Length is Factor to the power of the whole multiples of Epochs.
func (s Stepwise) Length(at Moment) float64 {
	every := s.Epochs
	if every == 0 {
		every = 10
	}
	return Halving{s.Factor}.Length(Moment{Stalls: int(at.Epoch) / every})
}

// Cosine falls from 1 to Least along half a wave, and stays there.
//
// Source: Loshchilov and Hutter, SGDR (2017), without restarts.
type Cosine struct {
	Epochs float64 // of the fall; 0 means 100
	Least  float64
}

// Length is Least + (1 − Least)·(1 + cos(π·e/Epochs))/2.
func (s Cosine) Length(at Moment) float64 {
	if s.Epochs == 0 {
		s.Epochs = 100
	}
	if at.Epoch >= s.Epochs {
		return s.Least
	}
	return s.Least + float64((1-s.Least)*wave(at.Epoch/s.Epochs))
}

// wave is (1 + cos πt)/2 = cos²(πt/2) for t in [0, 1], by Taylor's series,
// which has the same bits everywhere; package math does not promise that.
func wave(t float64) float64 {
	if t > 0.5 {
		return 1 - wave(1-t)
	}
	angle := t * (math.Pi / 2)
	square := float64(angle * angle)
	c := 1.0
	for k := 18; k >= 2; k -= 2 {
		c = 1 - float64(square/float64(k*(k-1))*c)
	}
	return float64(c * c)
}

// WarmUp grows from nothing over some epochs, along a line, to what the schedule
// after it says.
type WarmUp struct {
	Epochs float64  // 0 means 1
	Then   Schedule // nil is Halving{}
}

// Length is that of Then, times the share of the epochs that is over.
func (s WarmUp) Length(at Moment) float64 {
	then := s.Then
	if then == nil {
		then = Halving{}
	}
	length, over := then.Length(at), at.Epoch/orOne(s.Epochs)
	if over < 1 {
		length *= max(over, 0x1p-10)
	}
	return length
}

func orOne(v float64) float64 {
	if v == 0 {
		return 1
	}
	return v
}

// schedules are those that have a name in programs, for a run of some epochs.
var schedules = []struct {
	name string
	of   func(epochs int) Schedule
}{
	{"halving", func(int) Schedule { return Halving{} }},
	{"constant", func(int) Schedule { return Constant{} }},
	{"inverse-time", func(int) Schedule { return InverseTime{} }},
	{"inverse-root", func(int) Schedule { return InverseRoot{} }},
	{"stepwise", func(int) Schedule { return Stepwise{} }},
	{"cosine", func(epochs int) Schedule { return Cosine{Epochs: float64(epochs)} }},
	{"warm-up", func(int) Schedule { return WarmUp{} }},
}

// Schedules are the names of the schedules that [ParseSchedule] knows.
func Schedules() []string {
	var names []string
	for _, s := range schedules {
		names = append(names, s.name)
	}
	return names
}

// ParseSchedule is the schedule of that name with its defaults, for a run of up
// to that many epochs, 0 if that is not known: a cosine ends there.
func ParseSchedule(name string, epochs int) (Schedule, error) {
	for _, s := range schedules {
		if s.name == name {
			return s.of(epochs), nil
		}
	}
	return nil, fmt.Errorf("solvers: schedule %q is not known; the choice is %s", name, strings.Join(Schedules(), ", "))
}
