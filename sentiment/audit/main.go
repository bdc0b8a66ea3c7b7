// Command audit says of every word and pattern of the lexicon in how many labelled
// texts it spoke, in how many of these it was right, and how many false alarms it
// took part in.
//
//	go run ./sentiment/audit [-streams DIR,DIR…] [-real DIR] [-min N] [-all]
//
// A line of negative weight is right in a complaint (of texts that are only labelled
// by feeling: in a negative one), a line of positive weight in anything else. Columns:
// language, file, line, weight, hits, precision, false alarms, the line itself; the
// most harmful first: of negative lines that are wrong more often than right, those
// with most false alarms. Held posts are left out. Own files only, nothing is written.
package main

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
)

// tally is what a line did.
type tally struct{ hits, right, alarms int }

// wrong is by how much a line does more harm than good.
func (t *tally) wrong() int { return t.hits - 2*t.right }

func main() {
	shared := os.Getenv("EARSHOT_SHARED")
	if shared == "" {
		shared = "../shared"
	}
	streams := flag.String("streams", shared+"/eval/stream,sentiment/testdata/stream", "folders of labelled posts, parted by commas")
	real := flag.String("real", shared+"/eval", "folder of texts labelled neg, neu, pos; empty for none")
	lexicon := flag.String("lexicon", "sentiment/lexicon", "folder of the lexicon")
	least := flag.Int("min", 3, "leave lines with fewer hits out")
	all := flag.Bool("all", false, "print harmless lines too")
	flag.Parse()
	if err := run(strings.Split(*streams, ","), *real, *lexicon, *least, *all); err != nil {
		fmt.Fprintln(os.Stderr, "audit:", err)
		os.Exit(1)
	}
}

func run(streams []string, real, lexicon string, least int, all bool) error {
	s, err := sentiment.New(sentiment.Options{})
	if err != nil {
		return err
	}
	var files []string
	for _, dir := range streams {
		found, err := stream.Files(dir)
		if err != nil {
			return err
		}
		files = append(files, found...)
	}
	if real != "" {
		found, err := filepath.Glob(filepath.Join(real, "[a-z][a-z]-*.tsv"))
		if err != nil {
			return err
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		return fmt.Errorf("no labelled texts in %v", streams)
	}
	tallies := map[sentiment.Found]*tally{}
	places := stream.NewPlaces()
	for _, file := range files {
		posts, err := stream.Read(file, places)
		if err != nil {
			return err
		}
		for i := range posts {
			note(s, &posts[i], tallies)
		}
	}
	return print(tallies, lexicon, least, all)
}

func note(s *sentiment.Scorer, p *stream.Post, tallies map[sentiment.Found]*tally) {
	yes := p.Complaint == "yes" || p.Complaint == "" && p.Label == "neg"
	if p.Complaint == "borderline" || p.Label == "" && p.Held() {
		return
	}
	alert := s.Score(p.Input).Complaint >= s.AlertAt(p.Input.Kind)
	for _, f := range s.Lines(p.Input) {
		t := tallies[f]
		if t == nil {
			t = &tally{}
			tallies[f] = t
		}
		t.hits++
		if yes == (f.Weight < 0) {
			t.right++
		}
		if alert && !yes && f.Weight < 0 {
			t.alarms++
		}
	}
}

func print(tallies map[sentiment.Found]*tally, lexicon string, least int, all bool) error {
	lines := make([]sentiment.Found, 0, len(tallies))
	for f, t := range tallies {
		if t.hits >= least && (all || t.wrong() > 0) {
			lines = append(lines, f)
		}
	}
	slices.SortFunc(lines, func(a, b sentiment.Found) int {
		x, y := tallies[a], tallies[b]
		return cmp.Or(cmp.Compare(y.alarms, x.alarms), cmp.Compare(y.wrong(), x.wrong()), strings.Compare(a.Lang+a.File, b.Lang+b.File), cmp.Compare(a.Line, b.Line))
	})
	texts := map[string][]string{}
	out := bufio.NewWriter(os.Stdout)
	fmt.Fprintln(out, "lang\tfile\tline\tweight\thits\tprecision\talarms\tentry")
	for _, f := range lines {
		name := filepath.Join(lexicon, f.Lang, f.File+".tsv")
		if texts[name] == nil {
			b, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			texts[name] = strings.Split(string(b), "\n")
		}
		entry := ""
		if f.Line <= len(texts[name]) {
			entry, _, _ = strings.Cut(texts[name][f.Line-1], "\t")
		}
		t := tallies[f]
		fmt.Fprintf(out, "%s\t%s\t%d\t%.1f\t%d\t%.2f\t%d\t%s\n", f.Lang, f.File, f.Line, f.Weight, t.hits, float64(t.right)/float64(t.hits), t.alarms, entry)
	}
	return out.Flush()
}
