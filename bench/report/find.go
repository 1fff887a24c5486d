package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/peers"
)

// found is the peers that are here, and what is missing, in words.
type found struct {
	peers   []bench.Peer
	missing []string
	started []interface{ Close() }
}

func (f *found) close() {
	for _, p := range f.started {
		p.Close()
	}
}

func (f *found) add(p interface {
	bench.Peer
	Close()
}) {
	f.peers = append(f.peers, p)
	f.started = append(f.started, p)
}

// native are the peers that are no Python packages, unless there are no others.
func (f *found) native() []bench.Peer {
	list := slices.DeleteFunc(slices.Clone(f.peers), func(p bench.Peer) bool { return slices.Contains(peers.Packages(), p.Name()) })
	if len(list) == 0 {
		return f.peers
	}
	return list
}

// find starts the peers that are asked for.
func (c *command) find() (*found, error) {
	known := slices.Concat([]string{"gonum"}, peers.Natives(), peers.Packages())
	for _, name := range c.Peers {
		if name != "none" && !slices.Contains(known, name) {
			return nil, fmt.Errorf("peer %q is not known; the choice is %s, none", name, strings.Join(known, ", "))
		}
	}
	for name := range c.Library {
		if !slices.Contains(peers.Natives(), name) {
			return nil, fmt.Errorf("library %q is not known; the choice is %s", name, strings.Join(peers.Natives(), ", "))
		}
	}
	asked := slices.DeleteFunc(known, func(name string) bool { return len(c.Peers) > 0 && !slices.Contains(c.Peers, name) })
	natives, errs := make([]*peers.Process, len(asked)), make([]error, len(asked))
	var wait sync.WaitGroup
	for i, name := range asked {
		if slices.Contains(peers.Natives(), name) {
			wait.Go(func() { natives[i], errs[i] = peers.Native(name, c.Library[name], c.Environment) })
		}
	}
	versions, noPython := peers.PythonPackages(c.Environment)
	wait.Wait()
	f := new(found)
	miss := func(name string, why any) { f.missing = append(f.missing, fmt.Sprintf("%s: %v", name, why)) }
	for i, name := range asked {
		switch {
		case name == "gonum":
			f.peers = append(f.peers, new(bench.Gonum))
		case natives[i] != nil:
			f.add(natives[i])
		case errs[i] != nil:
			miss(name, errs[i])
		case noPython != nil:
			miss(name, noPython)
		case versions[name] == "":
			miss(name, "it is not in "+c.Environment)
		default:
			f.add(peers.NewPython(name, versions[name], c.Environment))
		}
	}
	return f, nil
}
