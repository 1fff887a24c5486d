// Package par runs blocks of work on several goroutines and adds up what they
// return in an order that does not depend on how many there are.
package par

import (
	"context"
	"sync"
)

// A Job is a sequence of blocks whose results are added up. Blocks are claimed
// in runs: claim k is the blocks from k·Run on.
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
}

// Reduce runs the job and returns the sum, the same bits for any Threads and
// Run. ok is false if there were no blocks. No goroutine outlives the call.
// An error, or the end of ctx, stops it after the blocks at hand.
func Reduce[M any](ctx context.Context, job *Job[M]) (total M, ok bool, err error) {
	r := reduction[M]{Job: job, ctx: ctx, sums: Counter[M]{Merge: job.Merge}, done: map[int][]node[M]{}}
	r.moved.L = &r.mutex
	if job.Threads == 1 {
		r.work(0)
	} else {
		var workers sync.WaitGroup
		for w := range job.Threads {
			workers.Go(func() { r.work(w) })
		}
		workers.Wait()
	}
	if r.err != nil {
		return total, false, r.err
	}
	total, ok = r.sums.Total()
	return total, ok, nil
}

type reduction[M any] struct {
	*Job[M]
	ctx context.Context

	mutex   sync.Mutex
	moved   sync.Cond // merged has advanced, or the job has ended
	claimed int       // claims handed out
	ended   bool      // no more claims
	merged  int       // claims whose sums are in
	done    map[int][]node[M]
	sums    Counter[M]
	err     error
}

func (r *reduction[M]) work(worker int) {
	local := Counter[M]{Merge: r.Merge}
	for {
		claim, blocks := r.claim(worker)
		if blocks == 0 {
			return
		}
		for b := range blocks {
			local.Push(r.Block(worker, claim, b))
		}
		r.hand(claim, local.take())
	}
}

// claim waits while this worker is far ahead of the slowest one, so that the
// sums in flight are bounded by the number of threads.
func (r *reduction[M]) claim(worker int) (claim, blocks int) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for !r.ended && r.claimed >= r.merged+2*r.Threads {
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
func (r *reduction[M]) hand(claim int, nodes []node[M]) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.done[claim] = nodes
	for {
		next, ok := r.done[r.merged]
		if !ok {
			break
		}
		delete(r.done, r.merged)
		for _, n := range next {
			r.sums.push(n)
		}
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
