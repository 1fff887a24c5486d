// Package par runs blocks of work on several goroutines and adds up what they
// return in an order that does not depend on how many there are.
package par

import (
	"context"
	"sync"
)

// A Job is a sequence of blocks whose results are added up. Blocks are claimed
// in runs: claim k is the blocks from k·Run on. A job may be reduced again,
// changed or not, one time after the other: it keeps the room that it needs,
// so that another time allocates nothing.
type Job[M any] struct {
	Threads int // at least 1
	Run     int // blocks of a claim, a power of two

	// Claim prepares a claim for a worker and says how many blocks it has:
	// fewer than Run only if it is the last, none if there are no more. Calls
	// are made one at a time, in the order of the claims.
	Claim func(worker, claim int) (blocks int, err error)

	// Block computes one block of a claim.
	Block func(worker, claim, block int) M

	// Merge adds from, which comes later in the sequence, to into. It may keep
	// from to use it again.
	Merge func(into, from M)

	kept *reduction[M]
}

// Reduce runs the job and returns the sum, the same bits for any Threads and
// Run. ok is false if there were no blocks. No goroutine outlives the call.
// An error, or the end of ctx, stops it after the blocks at hand.
func Reduce[M any](ctx context.Context, job *Job[M]) (total M, ok bool, err error) {
	r := job.kept
	if r == nil {
		r = &reduction[M]{}
		r.moved.L = &r.mutex
		job.kept = r
	}
	r.start(ctx, job)
	if job.Threads == 1 {
		r.work(0)
	} else {
		r.working.Add(job.Threads)
		for w := range job.Threads {
			go r.workers[w].run()
		}
		r.working.Wait()
	}
	r.ctx = nil
	if r.err != nil {
		return total, false, r.err
	}
	total, ok = r.sums.Total()
	return total, ok, nil
}

type reduction[M any] struct {
	*Job[M]
	ctx     context.Context
	workers []worker[M]
	working sync.WaitGroup

	mutex   sync.Mutex
	moved   sync.Cond // merged has advanced, or the job has ended
	claimed int       // claims handed out
	ended   bool      // no more claims
	merged  int       // claims whose sums are in
	flight  []sums[M] // of the claims from merged on; claim k is number k modulo the length
	sums    Counter[M]
	err     error
}

// A worker is one of the goroutines.
type worker[M any] struct {
	local Counter[M]
	run   func() // does its share and signs off
}

// sums is what a claim has come to, once it is done.
type sums[M any] struct {
	nodes []node[M]
	done  bool
}

// start prepares for a job, whatever the one before has left.
func (r *reduction[M]) start(ctx context.Context, job *Job[M]) {
	r.Job, r.ctx, r.err = job, ctx, nil
	r.claimed, r.merged, r.ended = 0, 0, false
	r.sums.Merge = job.Merge
	r.sums.empty()
	for w := len(r.workers); w < job.Threads; w++ {
		r.workers = append(r.workers, worker[M]{run: func() {
			defer r.working.Done()
			r.work(w)
		}})
	}
	for w := range r.workers {
		r.workers[w].local.Merge = job.Merge
		r.workers[w].local.empty()
	}
	for i := range r.flight {
		clear(r.flight[i].nodes)
		r.flight[i].done = false
	}
	for len(r.flight) < r.ahead() {
		r.flight = append(r.flight, sums[M]{})
	}
}

// ahead is how many claims may be under way: those who are fast wait while
// they are so far ahead of the slowest, so that the sums in flight are bounded
// by the number of threads.
func (r *reduction[M]) ahead() int { return 2 * r.Threads }

func (r *reduction[M]) work(worker int) {
	local := &r.workers[worker].local
	for {
		claim, blocks := r.claim(worker)
		if blocks == 0 {
			return
		}
		for b := range blocks {
			local.Push(r.Block(worker, claim, b))
		}
		r.hand(claim, local)
	}
}

func (r *reduction[M]) claim(worker int) (claim, blocks int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for !r.ended && r.claimed >= r.merged+r.ahead() {
		r.moved.Wait()
	}
	if r.ended {
		return 0, 0
	}
	err := r.ctx.Err()
	if err == nil {
		claim = r.claimed
		blocks, err = r.Claim(worker, claim)
	}
	if err != nil {
		r.err = err
	}
	if err != nil || blocks == 0 {
		r.ended = true
		r.moved.Broadcast()
		return 0, 0
	}
	r.claimed++
	return claim, blocks
}

// hand puts the sums of a claim in their place and merges those whose turn it
// is.
func (r *reduction[M]) hand(claim int, local *Counter[M]) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	own := &r.flight[claim%len(r.flight)]
	own.nodes, own.done = local.move(own.nodes), true
	for {
		next := &r.flight[r.merged%len(r.flight)]
		if !next.done {
			break
		}
		for _, n := range next.nodes {
			r.sums.push(n)
		}
		clear(next.nodes)
		next.done = false
		r.merged++
	}
	r.moved.Broadcast()
}

// RunLength is how many blocks a claim should have so that every thread gets
// some claims of a job of that many blocks: a power of two.
func RunLength(blocks, threads int) int {
	const claimsPerThread = 8
	run := 1
	for run*2*threads*claimsPerThread <= blocks {
		run *= 2
	}
	return run
}
