package solvers

import (
	"math"
	"strings"
	"testing"
)

func TestScheduleLengths(t *testing.T) {
	for _, c := range []struct {
		s    Schedule
		at   Moment
		want float64
	}{
		{Constant{}, Moment{Epoch: 50, Stalls: 3}, 1},
		{Halving{}, Moment{Epoch: 50}, 1}, {Halving{}, Moment{Stalls: 3}, 0.125}, {Halving{0.1}, Moment{Stalls: 2}, 0.01},
		{InverseTime{}, Moment{Epoch: 3}, 0.25}, {InverseTime{10}, Moment{Epoch: 10}, 0.5},
		{InverseRoot{}, Moment{Epoch: 3}, 0.5}, {InverseRoot{4}, Moment{Epoch: 32}, 1.0 / 3},
		{Stepwise{}, Moment{Epoch: 9.9}, 1}, {Stepwise{}, Moment{Epoch: 20}, 0.25}, {Stepwise{5, 0.1}, Moment{Epoch: 5}, 0.1},
		{Cosine{}, Moment{}, 1}, {Cosine{}, Moment{Epoch: 50}, 0.5}, {Cosine{Epochs: 8, Least: 0.5}, Moment{Epoch: 4}, 0.75},
		{Cosine{Epochs: 12}, Moment{Epoch: 4}, 0.75}, {Cosine{Epochs: 12}, Moment{Epoch: 8}, 0.25}, {Cosine{Epochs: 8, Least: 0.1}, Moment{Epoch: 9}, 0.1},
		{WarmUp{}, Moment{Epoch: 0.5}, 0.5}, {WarmUp{}, Moment{Epoch: 2, Stalls: 1}, 0.5}, {WarmUp{4, InverseTime{}}, Moment{Epoch: 3}, 0.1875},
	} {
		if got := c.s.Length(c.at); math.Abs(got-c.want) > 1e-14 {
			t.Errorf("%+v at %+v: %v, want %v", c.s, c.at, got, c.want)
		}
	}
	for _, name := range Schedules() {
		s, err := ParseSchedule(name, 20)
		if err != nil || !(s.Length(Moment{Epoch: 10}) > 0) {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
	if _, err := ParseSchedule("linear", 0); err == nil || !strings.Contains(err.Error(), "cosine") {
		t.Errorf("error %v", err)
	}
	for _, name := range Orders() {
		if o, err := ParseOrder(name); err != nil || o.String() != name {
			t.Errorf("%s: %v, %v", name, o, err)
		}
	}
	if _, err := ParseOrder("backwards"); err == nil || Order(7).String() != "Order(7)" {
		t.Errorf("error %v, %v", err, Order(7))
	}
}

// TestUpdates on two steps of one variable, by hand.
func TestUpdates(t *testing.T) {
	for _, c := range []struct {
		u      Update
		first  float64 // Step·Scale for a gradient of 2
		second float64 // and then of 4
	}{
		{Trace{}, 2, 5.8}, {Trace{Decay: 0.5}, 2, 5}, {Trace{Decay: 0.5, Nesterov: true}, 3, 6.5},
		{SumSquares{}, 1, 4 / math.Sqrt(20)}, {MeanSquares{Decay: 0.5}, 1, 4 / math.Sqrt(10)},
		{Moments{First: 0.5, Second: 0.5}, 1, (0.5*1 + 2) / 0.75 / math.Sqrt((0.5*2+8)/0.75)},
		{WeightDecay{Decay: 0.1}, 2 + 0.1*3/0.5, 4 + 0.1*3/0.5},
	} {
		turn := &Turn{Step: make([]float64, 1), Scale: make([]float64, 1), Z: []float64{3}, First: 0.5, Length: 1}
		for range c.u.Vectors() {
			turn.Memory = append(turn.Memory, make([]float64, 1))
		}
		for k, want := range []float64{c.first, c.second} {
			turn.Step[0], turn.Scale[0], turn.At = float64(2+2*k), 1, Moment{Step: k}
			c.u.Apply(turn)
			if got := turn.Step[0] * turn.Scale[0]; math.Abs(got-want) > 1e-14*want {
				t.Errorf("%#v, step %d: %v, want %v", c.u, k, got, want)
			}
		}
	}
	for k, want := range []float64{1, 0.9, 0.81, 0.729} {
		if got := power(0.9, k); math.Abs(got-want) > 1e-15 {
			t.Errorf("power %d: %v", k, got)
		}
	}
}
