// Command fit makes sentiment/lexicon/common/verdict.tsv: the weights by which
// features of a text become answers and a verdict. The same texts and the same
// lexicon give the same file to the byte.
//
//	go run ./sentiment/fit [-streams DIR,DIR…] [-real DIR] [-out FILE]
//
// It fits on labelled posts (package stream), on real texts whose licences allow it, which
// weigh less, and on our own hand-written ones. No word, name or sentence is a feature. The held third of the
// posts stays out: -all takes it in, which was tried and lost on real texts.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

func main() {
	shared := os.Getenv("EARSHOT_SHARED")
	if shared == "" {
		shared = "../shared"
	}
	streams := flag.String("streams", shared+"/eval/stream,sentiment/testdata/stream", "folders of labelled posts, parted by commas")
	real := flag.String("real", shared+"/eval", "folder of real texts; empty for none")
	out := flag.String("out", "sentiment/lexicon/common/verdict.tsv", "the file to write; - for stdout")
	report := flag.Bool("report", false, "print, by cross-validation, how good the fit is, and write nothing")
	ablate := flag.Bool("ablate", false, "print what each step gives, by cross-validation, and write nothing")
	all := flag.Bool("all", false, "fit on the held posts, too; -report and -ablate never do")
	flag.Parse()
	data, err := load(strings.Split(*streams, ","), *real, "sentiment/testdata/hand", *all && !*report && !*ablate)
	switch {
	case err == nil && *ablate:
		err = data.ablate(*real)
	case err == nil:
		data.verbose = *report
		text := makeFile(data)
		if !*report {
			err = write(*out, text)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

func write(name, text string) error {
	if name == "-" {
		_, err := os.Stdout.WriteString(text)
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}
