package story

import "github.com/seed-0327bdf7/hesse/bench"

// Made is a story that nobody measured, for tests of what is made of one.
func Made() *Story {
	s := &Story{
		Machine: Machine{CPU: "a <made> CPU", CPUs: 2, L1: 32 << 10, L2: 1 << 20, L3: 32 << 20, ISA: "avx2", ISAs: []string{"generic", "avx2"}},
		Started: "2026-01-02T03:04:05Z", Took: 60, Command: "hesse-report",
		Peers:    []Library{{"gonum", "v1"}, {"openblas", "0.3 (Zen)"}, {"numpy", "2"}},
		Missing:  []string{"mkl: not found"},
		Warnings: []string{"other programs used 30 % of the processors"},
	}
	s.Survey = bench.Survey{Peaks: []bench.Peak{{ISA: "avx2", Type: bench.Float64, Threads: 1, FLOPS: 5e10}},
		Reads: []bench.Read{{Memory: "L1", Pages: "huge", Threads: 1, Bytes: 1 << 14, Bandwidth: 1e11}}}
	for threads := 1; threads <= 2; threads++ {
		s.Roofs = append(s.Roofs, bench.Roof{Threads: threads, ISA: "avx2", Bandwidth: 3e10, Peak64: 5e10 * float64(threads), Peak32: 1e11 * float64(threads)})
		for _, dtype := range []string{bench.Float64, bench.Float32} {
			for _, kernel := range bench.Workloads() {
				for _, p := range []int{1, 10, 100, 2000} {
					s.Results = append(s.Results, made(kernel, dtype, 1000, p, threads))
				}
			}
		}
	}
	for _, kernel := range bench.Fits() {
		for _, n := range []int{1000, 100_000} {
			s.Results = append(s.Results, made(kernel, bench.Float64, n, 10, 2))
		}
		s.Results = append(s.Results, made(kernel, bench.Float64, 50_000, 500, 2))
	}
	return s
}

func made(kernel, dtype string, n, p, threads int) bench.Result {
	seconds := float64(n*p) / 1e9
	r := bench.Result{Kernel: kernel, Type: dtype, Rows: n, Columns: p, Threads: threads, ISA: "avx2", Seconds: seconds, Minimum: seconds,
		Runs: 5, GFLOPS: float64(p), GBytes: 8, RoofSeconds: seconds * 0.9, RoofFraction: 0.9, Bound: "memory"}
	r.Peers = []bench.PeerTime{{Name: "gonum", Version: "v1", Way: "syrk", Seconds: 3 * seconds, Minimum: 2 * seconds, Ratio: 3, Rows: n, Runs: 3}}
	if p > 1 {
		r.Peers = append(r.Peers, bench.PeerTime{Name: "numpy", Version: "2", Seconds: seconds / 2, Minimum: seconds / 3, Ratio: 0.5, Rows: n, Runs: 3})
	}
	r.Refused = []bench.Refusal{{Name: "openblas", Version: "0.3", Reason: "wrong answer: off by 1, where 0.1 is allowed"}}
	return r
}
