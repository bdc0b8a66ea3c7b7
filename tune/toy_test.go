package tune_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/tune"
)

// toy is a scorer with the rules of the real one that tuning leans on: words and
// longer cues have weights, at one place the heaviest cue wins, a user's pattern of
// weight 0 covers its words, and gives way to heavier cues as a guard does.
type toy struct{ cues map[string]float64 }

const guard = 2.6

type toyCue struct {
	words  []string
	weight float64
	rank   float64
}

// Reads implements tune.Lexicon.
func (toy) Reads(word string) bool { return word != "24ч" }

// Scorer implements tune.Lexicon.
func (y toy) Scorer(words string) (tune.Scorer, error) {
	var s toyScorer
	for phrase, w := range y.cues {
		words := strings.Fields(phrase)
		rank := math.Abs(w) + 0.25*float64(len(words)-1)
		if len(words) == 1 {
			rank -= 10 // words stand behind every pattern
		}
		s = append(s, toyCue{words, w, rank})
	}
	for line := range strings.Lines(words) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) < 4 || cells[1] != "pattern" {
			return nil, fmt.Errorf("toy: bad line %q", line)
		}
		w, err := strconv.ParseFloat(cells[3], 64)
		if err != nil {
			return nil, err
		}
		rank := math.Abs(w)
		if w == 0 {
			rank = guard
		}
		elements := strings.Fields(cells[2])
		s = append(s, toyCue{elements, w, rank + 0.25*float64(len(elements)-1)})
	}
	slices.SortFunc(s, func(a, b toyCue) int {
		if a.rank != b.rank {
			return int(math.Copysign(1, b.rank-a.rank))
		}
		return strings.Compare(strings.Join(a.words, " "), strings.Join(b.words, " "))
	})
	return s, nil
}

type toyScorer []toyCue

func (s toyScorer) Score(m mention.Mention) mention.Score {
	body := m.Post.Body()
	type word struct {
		at   int
		text string
	}
	var words []word
	at := 0
	for _, w := range strings.FieldsFunc(body, func(r rune) bool { return r == ' ' || r == '\n' }) {
		i := at + strings.Index(body[at:], w)
		words = append(words, word{i, strings.ToLower(w)})
		at = i + len(w)
	}
	out := mention.Score{Lang: "xx"}
	covered := make([]bool, len(words))
	sum := 0.0
	for _, c := range s {
	place:
		for i := 0; i+len(c.words) <= len(words); i++ {
			for k, w := range c.words {
				if covered[i+k] || !slices.Contains(strings.Split(w, "|"), words[i+k].text) {
					continue place
				}
			}
			for k := range c.words {
				covered[i+k] = true
			}
			if c.weight != 0 {
				last := words[i+len(c.words)-1]
				end := last.at + len(last.text)
				out.Why = append(out.Why, mention.Hit{Start: words[i].at, End: end, Text: body[words[i].at:end], Rule: "word", Weight: c.weight})
				sum += c.weight
			}
		}
	}
	out.Value = sum / math.Sqrt(sum*sum+15)
	return out
}

// toyMatch names a watch where its name stands outside of every ignored phrase, in
// quotes or without.
type toyMatch map[string][]string // watch → its own ignore phrases

func (m toyMatch) Try(watch string, lists [][]string) (func(mention.Post) []bool, error) {
	return func(p mention.Post) []bool {
		out := make([]bool, len(lists))
		for i, list := range lists {
			body := unquoted.Replace(strings.ToLower(p.Body()))
			for _, phrase := range slices.Concat(m[watch], list) {
				body = strings.ReplaceAll(body, strings.ToLower(phrase), "")
			}
			out[i] = strings.Contains(body, watch)
		}
		return out
	}, nil
}

var unquoted = strings.NewReplacer(`"`, "", "«", "", "»", "", "„", "", "“", "", "”", "")

func example(verdict tune.Verdict, text string) tune.Example {
	m := mention.Mention{Watch: "acme", Post: mention.Post{Kind: mention.Forum, Text: text}}
	if i := strings.Index(strings.ToLower(m.Post.Body()), "acme"); i >= 0 {
		m.Spans = []mention.Span{{Start: i, End: i + 4, Text: m.Post.Body()[i : i+4], Term: "acme"}}
	}
	return tune.Example{Mention: m, Verdict: verdict}
}

// filler makes texts of one verdict that differ.
func filler(verdict tune.Verdict, n int, format string) []tune.Example {
	var out []tune.Example
	for i := range n {
		out = append(out, example(verdict, fmt.Sprintf(format, "thing"+strings.Repeat("x", i))))
	}
	return out
}

func input(examples ...[]tune.Example) tune.Input {
	return tune.Input{
		Examples: slices.Concat(examples...), Margin: func(_ mention.PostKind, s mention.Score) float64 { return -0.2 - s.Value },
		File: "our-words.tsv", New: true, Watches: []tune.Watch{{Name: "acme", Where: "w.yaml:3:5", Ignore: []string{"old phrase"}}},
	}
}
