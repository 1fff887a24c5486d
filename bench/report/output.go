package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/seed-0327bdf7/hesse/bench"
	"github.com/seed-0327bdf7/hesse/bench/report/page"
	"github.com/seed-0327bdf7/hesse/bench/report/pictures"
	"github.com/seed-0327bdf7/hesse/bench/report/story"
)

// writeAll writes a story in every form to a folder.
func writeAll(folder string, s *story.Story) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "report.json"), append(text, '\n'), 0o666); err != nil {
		return err
	}
	for file, format := range map[string]string{"results.jsonl": "json", "results.bench": "bench", "results.txt": "table"} {
		err := create(filepath.Join(folder, file), func(w io.Writer) error {
			print := formats[format](w, s.Peers)
			for _, r := range s.Results {
				if err := print(r); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	drawn, err := pictures.Draw(s)
	if err != nil {
		return err
	}
	for _, p := range drawn {
		if err := os.WriteFile(filepath.Join(folder, p.Name+".svg"), p.SVG, 0o666); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, p.Name+".png"), p.PNG, 0o666); err != nil {
			return err
		}
	}
	return create(filepath.Join(folder, "report.html"), func(w io.Writer) error { return page.Write(w, s, drawn) })
}

// again makes the files of a story that was written before.
func (c *command) again() error {
	if c.Out == "" {
		return usage{errors.New("--from needs --out, a folder to write to")}
	}
	text, err := os.ReadFile(c.From)
	if err != nil {
		return err
	}
	s := new(story.Story)
	if err := json.Unmarshal(text, s); err != nil {
		return fmt.Errorf("%s: %w", c.From, err)
	}
	if err := os.MkdirAll(c.Out, 0o777); err != nil {
		return err
	}
	return writeAll(c.Out, s)
}

func create(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

func printPeers(w io.Writer, s *story.Story) {
	for _, p := range s.Peers {
		fmt.Fprintf(w, "peer: %s %s\n", p.Name, p.Version)
	}
	for _, m := range s.Missing {
		fmt.Fprintf(w, "missing: %s\n", m)
	}
}

func printSurvey(w io.Writer, s bench.Survey) {
	for _, p := range s.Peaks {
		fmt.Fprintf(w, "peak: %-7s %s, %s: %.1f GFLOP/s\n", p.ISA, p.Type, story.Threads(p.Threads), p.FLOPS/1e9)
	}
	for _, r := range s.Reads {
		fmt.Fprintf(w, "read: %-4s in %-5s pages, %s: %.1f GB/s\n", r.Memory, r.Pages, story.Threads(r.Threads), r.Bandwidth/1e9)
	}
}
