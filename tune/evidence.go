package tune

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// clue is a piece of evidence that speaks for a complaint, and where it counted.
type clue struct {
	lang   string
	rule   string
	topic  string
	phrase []string
	weight []float64    // what it came to, each time
	inside map[int]bool // distinct texts, by text.same
	place  []spot
}

// spot is where a clue stands: text and tokens.
type spot struct{ text, from, to int }

// notWords are the rules whose evidence no line of a words file can weigh anew.
var notWords = map[string]bool{"emoji": true, "rating": true, "accusing question": true}

// small is the rule of words that are bounded to a small sign on purpose.
const small = "small sign"

// clues collects what spoke for a complaint, by language, rule and words.
func clues(texts []labelled, scores []mention.Score) map[string]*clue {
	all := map[string]*clue{}
	for i := range texts {
		t := &texts[i]
		if t.Verdict == NotUs {
			continue
		}
		body := t.Mention.Post.Body()
		for _, h := range scores[i].Why {
			if h.Weight >= 0 || notWords[h.Rule] || strings.ContainsAny(h.Text, "*#@$") || h.Start < 0 || h.End > len(body) {
				continue
			}
			from, to, ok := within(t.tokens, h.Start, h.End)
			if !ok {
				continue
			}
			phrase, ok := phraseOf(t.tokens[from:to])
			if !ok {
				continue
			}
			key := scores[i].Lang + "\t" + h.Rule + "\t" + strings.Join(phrase, " ")
			c := all[key]
			if c == nil {
				c = &clue{lang: scores[i].Lang, rule: h.Rule, topic: h.Topic, phrase: phrase, inside: map[int]bool{}}
				all[key] = c
			}
			c.inside[t.same] = true
			c.weight = append(c.weight, h.Weight)
			c.place = append(c.place, spot{i, from, to})
		}
	}
	return all
}

// candidate is a line that might be proposed.
type candidate struct {
	kind   string
	lang   string
	phrase []string // elements; of a user's own line the entry as it stands
	edit   edit
	inFalse,
	inTrue int
	gain     gain // as last measured
	alone    gain // as first measured
	base     bool // the whole of a piece of evidence made neutral, without context
	examples []string
	affects  []int // the texts its words stand in
}

func (c *candidate) name() string { return strings.Join(c.phrase, " ") }

// most bounds the candidates that are tried with the real scorer: each takes a
// tenth of a second.
const (
	most       = 80
	wider      = 2 // words of context that a phrase may take in on either side
	mostWords  = 6
	sameLetter = 4 // letters that forms of one word share at least
)

// count says in how many distinct texts of each verdict the clue counted.
func (c *clue) count(texts []labelled) (inFalse, inTrue int) {
	for i := range c.inside {
		if texts[i].Verdict == NotNegative {
			inFalse++
		} else {
			inTrue++
		}
	}
	return inFalse, inTrue
}

// sorted returns the clues in a fixed order.
func sorted(all map[string]*clue) []*clue {
	var out []*clue
	for _, key := range slices.Sorted(maps.Keys(all)) {
		out = append(out, all[key])
	}
	return out
}

// take adds where another clue counted.
func (c *clue) take(o *clue) {
	c.weight = append(c.weight, o.weight...)
	c.place = append(c.place, o.place...)
	maps.Copy(c.inside, o.inside)
}

// joinForms adds, for single words with the same beginning, one clue of all the
// forms seen: «ужасный|ужасная».
func joinForms(all []*clue) []*clue {
	var out []*clue
	for i := 0; i < len(all); {
		j := i + 1
		for j < len(all) && sameWord(all[i], all[j]) {
			j++
		}
		if j > i+1 {
			joined := &clue{lang: all[i].lang, rule: all[i].rule, topic: all[i].topic, inside: map[int]bool{}}
			var forms []string
			for _, c := range all[i:j] {
				forms = append(forms, c.phrase[0])
				joined.take(c)
			}
			joined.phrase = []string{strings.Join(forms, "|")}
			out = append(out, joined)
		}
		i = j
	}
	return append(out, all...)
}

func sameWord(a, b *clue) bool {
	if a.lang != b.lang || a.rule != b.rule || len(a.phrase) != 1 || len(b.phrase) != 1 || strings.ContainsAny(a.phrase[0]+b.phrase[0], "<|") {
		return false
	}
	x, y := []rune(a.phrase[0]), []rune(b.phrase[0])
	n := 0
	for n < len(x) && n < len(y) && x[n] == y[n] {
		n++
	}
	return n >= sameLetter && max(len(x), len(y))-n <= 3
}

// widened returns the clue with up to wider words of context on either side, as
// far as distinct false alarms share it: for cues that are right by themselves and
// wrong in one turn of speech.
func widened(all []*clue, texts []labelled, index wordIndex) []*clue {
	found := map[string]*clue{}
	for _, c := range all {
		if inFalse, _ := c.count(texts); inFalse < support || len(c.phrase) == 1 && strings.Contains(c.phrase[0], "|") {
			continue
		}
		for _, s := range c.place {
			if t := &texts[s.text]; t.Verdict == NotNegative {
				widen(found, c, t, s)
			}
		}
	}
	var out []*clue
	alike := map[string]int{}
	for _, c := range shortFirst(sorted(found)) {
		where := index.standsIn(c.phrase)
		for _, i := range where {
			c.inside[texts[i].same] = true
		}
		if key := fmt.Sprint(where, c.lang); len(c.inside) >= support && alike[key] < mostAlike {
			alike[key]++
			out = append(out, c)
		}
	}
	return out
}

// mostAlike bounds the phrases that stand in exactly the same texts. One would do,
// but a longer one may win over a cue of earshot's own where a shorter does not.
const mostAlike = 3

func shortFirst(list []*clue) []*clue {
	slices.SortStableFunc(list, func(a, b *clue) int { return cmp.Compare(len(a.phrase), len(b.phrase)) })
	return list
}

func widen(found map[string]*clue, c *clue, t *labelled, s spot) {
	for left := 0; left <= wider && s.from-left >= 0; left++ {
		for right := 0; right <= wider && s.to+right <= len(t.tokens); right++ {
			phrase, ok := phraseOf(t.tokens[s.from-left : s.to+right])
			if left+right == 0 || len(phrase) > mostWords || !ok ||
				left > 0 && !telling(t.tokens[s.from-left]) || right > 0 && !telling(t.tokens[s.to+right-1]) {
				continue
			}
			key := c.lang + "\t" + strings.Join(phrase, " ")
			w := found[key]
			if w == nil {
				w = &clue{lang: c.lang, rule: c.rule, topic: c.topic, phrase: phrase, inside: map[int]bool{}}
				found[key] = w
			}
			w.inside[t.same] = true
			w.place = append(w.place, spot{s.text, s.from - left, s.to + right})
		}
	}
}

// softer returns the candidates that make words weigh less or nothing.
func softer(texts []labelled, index wordIndex, scores []mention.Score, file *wordsFile, says i18n.Lang) []*candidate {
	base := sorted(clues(texts, scores))
	var out []*candidate
	whole := joinForms(base)
	for i, c := range append(slices.Clip(whole), widened(base, texts, index)...) {
		inFalse, inTrue := c.count(texts)
		if index.byChance(inFalse, inTrue) || len(c.phrase) > mostWords || tooSmall(c.phrase) {
			continue
		}
		add := func(kind string, weight float64, rule, topic string) {
			line := patternLine(c.lang, strings.Join(c.phrase, " "), weight, rule, topic, says.Plural("tune.note", inFalse, "complaints", inTrue))
			out = append(out, &candidate{
				affects: index.standsIn(c.phrase), kind: kind, lang: c.lang, phrase: c.phrase, inFalse: inFalse, inTrue: inTrue, base: kind == Neutral && i < len(whole),
				edit: edit{file.entry(c.lang, strings.Join(c.phrase, " ")), line}, examples: c.examples(texts, NotNegative),
			})
		}
		add(Neutral, 0, "guard", "")
		if half := tenths(median(c.weight) / 2); inTrue > 0 && half < 0 && c.rule != small {
			add(Lighter, half, c.rule, c.topic)
		}
	}
	out = append(out, ownSofter(index, base, file)...)
	slices.SortStableFunc(out, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.inFalse-b.inTrue, a.inFalse-a.inTrue), cmp.Compare(len(a.phrase), len(b.phrase)))
	})
	return out[:min(len(out), most)]
}

// wordIndex says in which texts each word stands, of those that teach words, and what share of them are false alarms.
type wordIndex struct {
	texts []labelled
	in    map[string][]int32
	wrong float64
}

// mostChance is how likely it may be that a word no worse than any other stands in as many false alarms.
const mostChance = 0.1

// byChance says whether a word that counted in so many false alarms and complaints may be no worse than any
// other: where half of what staff judged is called not negative, three of three say nothing about the word.
func (x *wordIndex) byChance(inFalse, inTrue int) bool {
	if inFalse < support || inFalse <= inTrue {
		return true
	}
	n := float64(inFalse + inTrue)
	likely, tail := math.Pow(1-x.wrong, n), 0.0 // of no false alarm, then of one more each time
	for k := 0.0; k <= n; k++ {
		if int(k) >= inFalse {
			tail += likely
		}
		likely *= (n - k) / (k + 1) * x.wrong / (1 - x.wrong)
	}
	return tail > mostChance
}

func indexWords(texts []labelled) wordIndex {
	said := count(texts)
	x := wordIndex{texts, map[string][]int32{}, float64(said.NotNegative) / float64(max(said.NotNegative+said.Confirmed, 1))}
	for i := range texts {
		if texts[i].Verdict == NotUs {
			continue
		}
		for _, t := range texts[i].tokens {
			if list := x.in[t.word]; len(list) == 0 || list[len(list)-1] != int32(i) {
				x.in[t.word] = append(list, int32(i))
			}
		}
	}
	return x
}

// standsIn lists the texts that hold the phrase: of those that hold its rarest word.
func (x wordIndex) standsIn(phrase []string) []int {
	var rarest []int32
	for i, element := range phrase {
		var any []int32
		for choice := range strings.SplitSeq(element, "|") {
			any = append(any, x.in[choice]...)
		}
		if i == 0 || len(any) < len(rarest) {
			rarest = any
		}
	}
	slices.Sort(rarest)
	list := []int{}
	for _, i := range slices.Compact(rarest) {
		if holds(x.texts[i].tokens, phrase) {
			list = append(list, int(i))
		}
	}
	return list
}

// tooSmall refuses phrases without one word of three letters: they would stand
// everywhere.
func tooSmall(phrase []string) bool {
	for _, e := range phrase {
		if e != number && utf8.RuneCountInString(e) >= 3 {
			return false
		}
	}
	return true
}

// entry is the line of the user's that has this pattern already, -1 for none.
func (f *wordsFile) entry(lang, phrase string) int {
	for _, o := range f.entries() {
		if o.lang == lang && o.pattern && strings.Join(strings.Fields(o.entry), " ") == phrase {
			return o.at
		}
	}
	return -1
}

// ownSofter tries the user's own lines with less weight, where one of their words
// stands in what was wrong.
func ownSofter(index wordIndex, base []*clue, file *wordsFile) []*candidate {
	texts := index.texts
	var out []*candidate
	for _, o := range file.entries() {
		if o.weight >= 0 {
			continue
		}
		seen := &clue{lang: o.lang, inside: map[int]bool{}}
		for _, c := range base {
			if c.lang == o.lang && o.speaksOf(c.phrase) {
				seen.take(c)
			}
		}
		inFalse, inTrue := seen.count(texts)
		if index.byChance(inFalse, inTrue) {
			continue
		}
		for kind, w := range map[string]float64{Neutral: 0, Lighter: tenths(o.weight / 2)} {
			out = append(out, &candidate{
				kind: kind, lang: o.lang, phrase: []string{o.entry}, inFalse: inFalse, inTrue: inTrue,
				edit: edit{o.at, o.weighing(w)}, examples: seen.examples(texts, NotNegative),
			})
		}
	}
	slices.SortStableFunc(out, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(a.edit.at, b.edit.at), cmp.Compare(b.kind, a.kind))
	})
	return out
}

// speaksOf says whether every word that the entry must have begins like a word of
// the phrase. It may say yes too often: the scorer has the last word.
func (o *ownLine) speaksOf(phrase []string) bool {
	for _, e := range strings.Fields(o.entry) {
		if strings.HasSuffix(e, "?") || strings.ContainsAny(e, "<>|.^$") {
			continue
		}
		stem := []rune(foldWord(strings.Trim(e, "~*")))
		stem = stem[:min(len(stem), max(len(stem)-2, sameLetter))]
		if !slices.ContainsFunc(phrase, func(w string) bool { return strings.HasPrefix(w, string(stem)) }) {
			return false
		}
	}
	return true
}

// mostExamples is how many places are shown of each proposal.
const mostExamples = 2

func (c *clue) examples(texts []labelled, verdict Verdict) []string {
	var out []string
	seen := map[int]bool{}
	for _, s := range c.place {
		t := &texts[s.text]
		if t.Verdict != verdict || seen[t.same] || len(out) == mostExamples {
			continue
		}
		seen[t.same] = true
		out = append(out, excerpt(t.Mention.Post.Body(), t.tokens[s.from].start, t.tokens[s.to-1].end))
	}
	return out
}

func median(list []float64) float64 {
	if len(list) == 0 {
		return 0
	}
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

// tenths rounds a weight as people write it, within what a words file may hold.
func tenths(w float64) float64 { return max(-4, math.Round(w*10)/10) }
