package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/seed-0327bdf7/hesse/internal/atomicfile"
	"github.com/seed-0327bdf7/hesse/solvers"
	"github.com/seed-0327bdf7/hesse/solvers/glm"
)

// checkpointFlags are for fits that may be stopped.
type checkpointFlags struct {
	Checkpoint string `placeholder:"FILE" help:"Keep the fit in this file after every iterate (of iterates shorter than 10 ms, every 10 ms), so that --resume can go on from there."`
	Resume     bool   `help:"Go on from the file of --checkpoint: the model has the bits of a fit that was never stopped. If there is no such file, the fit starts anew. Data and options are to be the same; --threads, --max-iter (but under --schedule cosine, which falls until then) and outputs may differ. A file is for one fit at a time."`
}

func (c *checkpointFlags) file() output {
	return output{c.Checkpoint, "the checkpoint", "--checkpoint"}
}

func (c *checkpointFlags) check(out string) error {
	switch {
	case c.Resume && c.Checkpoint == "":
		return usage("--resume goes on from a file; name it with --checkpoint")
	case c.Checkpoint == "-":
		return usage("--checkpoint - is no file; name one")
	case c.Checkpoint != "" && out != "" && filepath.Clean(out) == filepath.Clean(c.Checkpoint):
		return usage("%s: --checkpoint and --out name the same file; choose another name for one", out)
	}
	return nil
}

// checkpoints are those of the fit to some data, in a file that is its own until
// release is called. What is wrong with the file is an error before the data
// are read.
func (c *checkpointFlags) checkpoints(ctx context.Context, con *console, data *os.File) (k glm.Checkpoints, release func(), err error) {
	release = func() {}
	if c.Checkpoint == "" {
		return k, release, nil
	}
	end, err := atomicfile.Lock(c.Checkpoint)
	switch {
	case errors.Is(err, atomicfile.ErrLocked):
		return k, release, &failure{exitFailed, fmt.Errorf("%s: another fit keeps its checkpoints in this file; wait for its end, or name another file for --checkpoint", c.Checkpoint)}
	case err != nil:
		return k, release, c.file().explain(err)
	}
	if k, err = c.open(ctx, con, data); err != nil {
		end()
		return k, release, err
	}
	return k, end, nil
}

// open is checkpoints for a file that is locked.
func (c *checkpointFlags) open(ctx context.Context, con *console, data *os.File) (k glm.Checkpoints, err error) {
	if err := c.file().check(data); err != nil {
		return k, err
	}
	k.From, err = await(ctx, func() ([]byte, error) { return os.ReadFile(c.Checkpoint) })
	switch {
	case errors.Is(err, fs.ErrNotExist):
		k.From = nil
		if c.Resume {
			fmt.Fprintf(con.stderr, "hesse: %s: there is no checkpoint yet; the fit starts anew\n", c.Checkpoint)
		}
	case err != nil:
		return k, badInput(c.Checkpoint, err)
	case !c.Resume:
		return k, usage("%s: the file of --checkpoint is there already; go on from it with --resume, or remove it", c.Checkpoint)
	}
	save := glm.SaveTo(c.Checkpoint)
	k.Save = func(checkpoint []byte) error {
		if err := save(checkpoint); err != nil {
			return &failure{exitFailed, fmt.Errorf("%w; once it can be written, --resume goes on from the last one", c.file().explain(err))}
		}
		return nil
	}
	return k, nil
}

// refused is the error of a checkpoint that does not fit.
func (c *checkpointFlags) refused(err *solvers.CheckpointError) error {
	reason := strings.TrimPrefix(strings.TrimPrefix(err.Reason, "glm: "), "solvers: ")
	if strings.Contains(reason, "Schedule.Epochs") {
		reason += " (a cosine falls until --max-iter or --epochs: give the same)"
	}
	return badData("%s: %s; leave out --resume and name another file for --checkpoint, or correct what differs", c.Checkpoint, reason)
}
