package tune

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/text"
)

// An ignore phrase holds the name with a neighbour that tells the namesake apart.
const (
	neighbours   = 2 // words on either side of the name
	ownLetters   = 4 // letters that a neighbour at the end of a phrase has at least: smaller words stand beside any name
	mostPhrases  = 200
	mostProposed = 10 // of one watch
)

// proposeIgnore fills the part of the plan that concerns the watches.
func proposeIgnore(ctx context.Context, p *Plan, in Input, texts []labelled, m Matcher) error {
	going := in.going(TryingPhrases)
	for _, w := range in.Watches {
		c := namesakes{watch: w, texts: texts, mayLose: in.MayLose, going: going}
		c.collect()
		if len(c.them) == 0 {
			continue
		}
		if them, us := c.distinct(c.them), c.distinct(c.us); them < MinNotUs || us < MinUs {
			l := in.Says
			p.TooFew = append(p.TooFew, l.Text("tune.few_ignore", "watch", w.Name, "them", l.Plural("tune.few_them", them), "us", l.Plural("tune.few_us", us),
				"least_them", MinNotUs, "least_us", MinUs))
			continue
		}
		found, err := c.choose(ctx, m)
		if err != nil {
			return fmt.Errorf("tune: ignore phrases of %s: %w", w.Name, err)
		}
		p.Ignore = append(p.Ignore, found...)
	}
	return nil
}

// namesakes are the verdicts on one watch.
type namesakes struct {
	watch    Watch
	texts    []labelled
	them, us []int // indexes of texts: not us, and us
	mayLose  int
	going    func() // another attempt begins
}

func (c *namesakes) collect() {
	for i := range c.texts {
		switch t := &c.texts[i]; {
		case t.Mention.Watch != c.watch.Name:
		case t.Verdict == NotUs:
			c.them = append(c.them, i)
		default:
			c.us = append(c.us, i)
		}
	}
}

func (c *namesakes) distinct(list []int) int {
	seen := map[int]bool{}
	for _, i := range list {
		seen[c.texts[i].same] = true
	}
	return len(seen)
}

// phrase is a possible ignore phrase.
type phrase struct {
	words    string
	removes  []int // texts that are not us and would not name the watch any more
	loses    int
	distinct int
	usual    int // texts that are us and hold all of its words, anywhere
}

// choose takes the best phrase time and again.
func (c *namesakes) choose(ctx context.Context, m Matcher) ([]Ignore, error) {
	options := c.phrases()
	var chosen []string
	var out []Ignore
	lost := 0
	for len(out) < mostProposed && len(options) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c.going()
		tried, us, err := c.measure(m, chosen, options)
		if err != nil {
			return nil, err
		}
		tried = slices.DeleteFunc(tried, func(p phrase) bool { return p.distinct < phraseSupport || lost+p.loses > c.mayLose })
		if len(tried) == 0 {
			break
		}
		best := slices.MinFunc(tried, betterPhrase)
		chosen = append(chosen, best.words)
		lost += best.loses
		options = slices.DeleteFunc(options, func(s string) bool { return s == best.words })
		out = append(out, Ignore{
			Watch: c.watch.Name, Where: c.watch.Where, Phrase: best.words, So: slices.Concat(c.watch.Ignore, chosen),
			Removes: len(best.removes), Loses: best.loses, Of: us, Examples: c.examples(best),
		})
	}
	return out, nil
}

func betterPhrase(a, b phrase) int {
	return cmp.Or(cmp.Compare(b.distinct, a.distinct), cmp.Compare(a.loses, b.loses), cmp.Compare(len(b.removes), len(a.removes)),
		cmp.Compare(a.usual, b.usual), cmp.Compare(len(strings.Fields(a.words)), len(strings.Fields(b.words))),
		cmp.Compare(len(b.words), len(a.words)), cmp.Compare(a.words, b.words))
}

// measure asks the matcher what each phrase does on top of the chosen ones, and
// counts the texts that are us and are found now.
func (c *namesakes) measure(m Matcher, chosen, options []string) (tried []phrase, us int, err error) {
	lists := [][]string{chosen}
	for _, o := range options {
		lists = append(lists, append(slices.Clone(chosen), o))
	}
	names, err := m.Try(c.watch.Name, lists)
	if err != nil {
		return nil, 0, err
	}
	tried = make([]phrase, len(options))
	distinct := make([]map[int]bool, len(options))
	for i, o := range options {
		tried[i].words, distinct[i] = o, map[int]bool{}
	}
	each := func(list []int, gone func(option, text int)) (found int) {
		for _, t := range list {
			still := names(c.texts[t].Mention.Post)
			if !still[0] {
				continue // not found today either
			}
			found++
			for i := range options {
				if !still[i+1] {
					gone(i, t)
				}
			}
		}
		return found
	}
	each(c.them, func(i, t int) {
		tried[i].removes = append(tried[i].removes, t)
		distinct[i][c.texts[t].same] = true
	})
	us = each(c.us, func(i, _ int) { tried[i].loses++ })
	for i := range tried {
		tried[i].distinct = len(distinct[i])
		tried[i].usual = c.usual(options[i])
	}
	return tried, us, nil
}

// usual counts the texts that are us and hold, anywhere, every word of the phrase: the fewer, the more the phrase tells the two apart.
func (c *namesakes) usual(phrase string) int {
	words := tokenize(phrase)
	n := 0
	for _, i := range c.us {
		t := &c.texts[i]
		n += one(!slices.ContainsFunc(words, func(w token) bool {
			return !slices.ContainsFunc(t.tokens, func(o token) bool { return o.word == w.word })
		}))
	}
	return n
}

// phrases returns what stands around the name in the texts that are not us, the
// commonest first.
func (c *namesakes) phrases() []string {
	count := map[string]int{}
	for _, i := range c.them {
		t := &c.texts[i]
		for _, s := range t.Mention.Spans {
			if from, to, ok := within(t.tokens, s.Start, s.End); ok {
				around(t, from, to, func(words string) { count[words]++ })
			}
		}
	}
	var out []string
	for words := range count {
		out = append(out, words)
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(cmp.Compare(count[b], count[a]), cmp.Compare(a, b)) })
	return out[:min(len(out), mostPhrases)]
}

// around calls use with every phrase that holds the name in tokens from to to and
// ends in a neighbour that means something.
func around(t *labelled, from, to int, use func(string)) {
	body := t.Mention.Post.Body()
	for left := 0; left <= neighbours && from-left >= 0; left++ {
		for right := 0; right <= neighbours && to+right <= len(t.tokens); right++ {
			words := t.tokens[from-left : to+right]
			if _, ok := phraseOf(words); !ok || left+right == 0 || left > 0 && !telling(words[0]) || right > 0 && !telling(words[len(words)-1]) {
				continue
			}
			use(text.OneLine(withoutQuotes(body[words[0].start:words[len(words)-1].end])))
		}
	}
}

// withoutQuotes drops quotes, of which a phrase mostly has one alone; the matcher lets
// any stand between the words of an ignored phrase.
func withoutQuotes(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if quote(r) {
			return ' '
		}
		return r
	}, s)), " ")
}

func telling(w token) bool { return w.word != number && utf8.RuneCountInString(w.word) >= ownLetters }

func (c *namesakes) examples(p phrase) []string {
	var out []string
	for _, i := range p.removes {
		t := &c.texts[i]
		if len(out) == mostExamples || t.same != i {
			continue
		}
		if s := t.Mention.Spans; len(s) > 0 {
			out = append(out, excerpt(t.Mention.Post.Body(), s[0].Start, s[0].End))
		}
	}
	return out
}
