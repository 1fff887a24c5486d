package solvers

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Resumable is what remembers something between the steps of a run, and can
// have it written to a [Checkpoint] and read back: a [Stepper], the [Heading]
// of a [Descent], a [Problem] that counts or stops.
type Resumable interface {
	// State shows all that is remembered, by pointer and always in the same
	// order: every call of a method of s writes, or reads, some of it. What a
	// run can do without, such as room for the next step, is left out, and so
	// are settings and what is computed from them.
	State(s *State)
}

// A State is all that a run remembers between two steps, on its way into a
// checkpoint or out of one. One method, State of [Resumable], does for both.
type State struct {
	bytes   []byte // written so far, or left to read
	reading bool
	err     error
}

// NewState is a state to be written, behind the bytes that are given.
func NewState(behind []byte) *State { return &State{bytes: behind} }

// ReadState is a state to be read from what was written.
func ReadState(written []byte) *State { return &State{bytes: written, reading: true} }

// Reading reports whether what is shown is read, not written.
func (s *State) Reading() bool { return s.reading }

// Bytes are what was written, or what is left to read.
func (s *State) Bytes() []byte { return s.bytes }

// Err is the error of the first thing that could not be written or read:
// something that is not [Resumable], or the state of something else. What was
// read with an error means nothing.
func (s *State) Err() error { return s.err }

// Refuse says why what was read cannot be.
func (s *State) Refuse(reason string) {
	if s.err == nil {
		s.err = &CheckpointError{"solvers: the state of a run does not fit: " + reason}
	}
}

// next reads some bytes; all are zero once the state has been refused.
func (s *State) next(n int) []byte {
	if s.err == nil && len(s.bytes) < n {
		s.Refuse("it is too short")
	}
	if s.err != nil {
		return make([]byte, n)
	}
	next := s.bytes[:n]
	s.bytes = s.bytes[n:]
	return next
}

// Word shows integers of 64 bits.
func (s *State) Word(values ...*uint64) {
	for _, v := range values {
		if s.reading {
			*v = binary.LittleEndian.Uint64(s.next(8))
		} else {
			s.bytes = binary.LittleEndian.AppendUint64(s.bytes, *v)
		}
	}
}

// Number shows numbers, to the last bit.
func (s *State) Number(values ...*float64) {
	for _, v := range values {
		word := math.Float64bits(*v)
		s.Word(&word)
		*v = math.Float64frombits(word)
	}
}

// mostCounted is more than any run can count: counts below it can be added to.
const mostCounted = math.MaxInt >> 10

// Count shows integers that are not negative.
func (s *State) Count(values ...*int) {
	for _, v := range values {
		word := uint64(*v)
		s.Word(&word)
		if word > mostCounted {
			s.Refuse("a count is negative, or more than a run can count")
			word = 0
		}
		*v = int(word)
	}
}

// Flag shows booleans.
func (s *State) Flag(values ...*bool) {
	for _, v := range values {
		word := uint64(0)
		if *v {
			word = 1
		}
		s.Word(&word)
		if word > 1 {
			s.Refuse("a flag is neither true nor false")
		}
		*v = word == 1
	}
}

// Numbers shows slices whose length Start has set.
func (s *State) Numbers(slices ...[]float64) {
	for _, v := range slices {
		length := len(v)
		if s.Count(&length); length != len(v) {
			s.Refuse(fmt.Sprintf("%d numbers where there are %d", length, len(v)))
		}
		s.numbers(v)
	}
}

func (s *State) numbers(v []float64) {
	if !s.reading {
		for _, x := range v {
			s.bytes = binary.LittleEndian.AppendUint64(s.bytes, math.Float64bits(x))
		}
		return
	}
	if s.err == nil && len(s.bytes)/8 < len(v) {
		s.Refuse("it is too short")
	}
	if s.err != nil {
		return
	}
	for i := range v {
		v[i] = math.Float64frombits(binary.LittleEndian.Uint64(s.bytes[8*i:]))
	}
	s.bytes = s.bytes[8*len(v):]
}

// Grown shows slices of any length; nil comes back as nil.
func (s *State) Grown(slices ...*[]float64) {
	for _, v := range slices {
		length := len(*v) + 1
		if *v == nil {
			length = 0
		}
		if s.Count(&length); length == 0 {
			*v = nil
			continue
		}
		if s.reading {
			if length-1 > len(s.bytes)/8 {
				s.Refuse("it is too short")
			}
			if s.err != nil {
				return
			}
			*v = make([]float64, length-1)
		}
		s.numbers(*v)
	}
}

// Text shows strings.
func (s *State) Text(values ...*string) {
	for _, v := range values {
		length := len(*v)
		s.Count(&length)
		if !s.reading {
			s.bytes = append(s.bytes, *v...)
			continue
		}
		if length > len(s.bytes) {
			s.Refuse("it is too short")
		}
		if s.err != nil {
			return
		}
		*v = string(s.next(length))
	}
}

// Part shows what a part of the run remembers. One that is not [Resumable] makes
// the whole unfit for a checkpoint.
func (s *State) Part(part any) {
	if r, ok := part.(Resumable); ok {
		r.State(s)
	} else if s.err == nil {
		s.err = fmt.Errorf("solvers: %T cannot be resumed: %w", part, errors.ErrUnsupported)
	}
}

// perhaps shows what a part remembers, if it is one that does.
func (s *State) perhaps(part any) {
	if r, ok := part.(Resumable); ok {
		r.State(s)
	}
}

// triangle shows the upper triangle of an n×n matrix.
func (s *State) triangle(h []float64, n int) {
	for i := range n {
		s.numbers(h[i*n+i : (i+1)*n])
	}
}
