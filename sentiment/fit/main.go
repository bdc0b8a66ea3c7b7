// Command fit makes what the lexicon in sentiment/lexicon has fitted: how everyday words lean (leanings.tsv of each language), and
// the weights and the trees by which features of a text become answers and a verdict (verdict.tsv and trees.tsv in common).
// The same texts and the same lexicon give the same files to the byte.
//
//	go run ./sentiment/fit [-streams DIR,DIR…] [-real DIR] [-out DIR]
//
// It fits on labelled posts (package stream), on real texts whose licences allow it, which
// weigh less, and on our own hand-written ones. No name or sentence is a feature, and of words only those
// that the lexicon lists, which nobody took from the posts. The held third of the
// posts stays out: with it the verdict was tried and lost on real texts.
//
// The way of it: data.go loads posts as items, some dressed otherwise (dress.go); leanings.go fits how words lean and
// gives each item these features; models.go fits network and trees on all features, finds the thresholds and writes all
// down. report.go and ablate.go measure.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	shared := os.Getenv("EARSHOT_SHARED")
	if shared == "" {
		shared = "../shared"
	}
	streams := flag.String("streams", shared+"/eval/stream,sentiment/testdata/stream", "folders of labelled posts, parted by commas")
	real := flag.String("real", shared+"/eval", "folder of real texts; empty for none")
	out := flag.String("out", "sentiment/lexicon", "the lexicon to write to")
	report := flag.Bool("report", false, "print, by cross-validation, how good the fit is, and write nothing")
	ablate := flag.Bool("ablate", false, "print what each step gives, by cross-validation, and write nothing")
	flag.Parse()
	data, err := load(strings.Split(*streams, ","), *real, "sentiment/testdata/hand")
	switch {
	case err == nil && *ablate:
		err = data.ablate(*real)
	case err == nil:
		data.verbose = *report
		made := makeFiles(data)
		if !*report {
			err = made.write(*out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

func (f files) write(dir string) error {
	for name, text := range f {
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
