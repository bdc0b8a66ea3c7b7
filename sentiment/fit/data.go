package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
)

// item is a text with its features.
type item struct {
	post   stream.Post
	x      []float64
	words  []int   // the everyday words it holds, by number in the dataset
	real   bool    // a real text: nobody answered the frames for it
	again  bool    // a post once more, under a title or without the brand's name
	weight float64 // what it counts in the fit
}

// judged reports whether the item says that it is a complaint or that it is none.
func (it *item) judged() bool { return it.post.Complaint != "borderline" && it.weight > 0 }

func (it *item) yes() bool { return it.post.Complaint == "yes" }

// measured reports whether the item is a judged post as it stands: what the weights are tried on.
func (it *item) measured() bool { return !it.real && !it.again && it.judged() }

// dataset is all that is fitted on.
type dataset struct {
	names   []string // of the features
	items   []item
	words   []sentiment.Word // the everyday words that the items hold
	known   map[sentiment.Word]int
	verbose bool // report on stderr
}

// realSets are the public sets whose licences let weights be fitted on them, with
// the kind of source they stand for, what one text weighs, and what one that sounds bad. Texts of people at
// large tell less about companies than reviews do.
var realSets = []struct {
	name        string
	kind        mention.PostKind
	weight, bad float64
}{
	{"en-vader-tweets", "", peopleWeight, moodWeight},              // MIT
	{"en-vader-amazon", "review", firmsWeight, firmsWeight},        // MIT
	{"en-uci-amazon", "review", firmsWeight, firmsWeight},          // CC BY 4.0
	{"en-uci-yelp", "review", firmsWeight, firmsWeight},            // CC BY 4.0
	{"ru-banki-ru", "review", firmsWeight, firmsWeight},            // MIT
	{"ru-brighter", "", peopleWeight, moodWeight},                  // CC BY 4.0
	{"ru-marketplace-wb-ozon", "review", firmsWeight, firmsWeight}, // MIT
	{"ru-tg-ok-human", "social", firmsWeight, firmsWeight},         // MIT
	{"uk-brighter", "", peopleWeight, moodWeight},                  // CC BY 4.0
	{"uk-gurbich-manual", "", firmsWeight, firmsWeight},            // Apache-2.0
	{"uk-hand-support", "", handWeight, handWeight},                // this project
	{"bg-hand-support", "", handWeight, handWeight},                // this project
}

// What a real text counts beside a post of the streams, which counts 1: as many posts came, so
// much more, or the verdict forgets how people write (TestReal).
const (
	peopleWeight = 1.3 // of people at large
	moodWeight   = 0.2 // of them, where they sound bad: most do of what no company did
	firmsWeight  = 2.7 // about companies and their goods
	handWeight   = 5.0 // of the hand-written sets
	trapWeight   = 1.5 // of those where what trips stands in every second text: with 5 complaints of the streams are lost
)

// othersWeight is what a post of the streams of other hands counts: ours are more than ten times as many,
// and their writers have a manner in common. In the complaint 2 and 3 differ by what two fits
// differ by; in the frames 3 is right in one of a hundred posts of other hands more, with ours as before.
const othersWeight = 3.0

// seldom is what a post counts of a kind that companies get much of and few are labelled of: what
// people write to them when nothing is wrong (of such posts that no weight saw, false alarms per
// 100 14.8 -> 14.0, recall .765 -> .809; at 4 the streams of other hands lose .012 of average
// precision), dull complaints with their twins, and what people post of no company beside complaints that name
// none (of such posts that no weight saw, false alarms per 100 27 -> 21; at 3 20, and real complaints are heard less).
// Long posts count less: three in four were written at one time by few hands. At 1 the twins of pairs nobody read ring
// more, at 0.5 real people's posts gain nothing; both by little more than what two fits differ by.
func seldom(file string) float64 {
	switch kind, _, _ := strings.Cut(file, "-"); kind {
	case "polite", "neutral", "moods":
		return 2
	case "plain":
		return 1.5
	case "long":
		return .75
	}
	return 1
}

// loader adds labelled posts to a dataset.
type loader struct {
	*dataset
	scorer *sentiment.Scorer
	places *stream.Places
	titles map[string][]string // by language
	before map[string][]string // what stands before texts and after them, by language
	after  map[string][]string
}

// load reads what is fitted on. The last folder is ours, with the titles; those before it are
// of other hands.
func load(folders []string, real, hand string) (*dataset, error) {
	scorer, err := sentiment.New(sentiment.Options{Unfitted: true})
	if err != nil {
		return nil, err
	}
	l := loader{dataset: &dataset{names: scorer.FeatureNames(), known: map[sentiment.Word]int{}}, scorer: scorer, places: stream.NewPlaces()}
	if err := l.readAround(folders[len(folders)-1]); err != nil {
		return nil, err
	}
	for n, dir := range folders {
		weight := 1.0
		if n < len(folders)-1 {
			weight = othersWeight
		}
		before := len(l.items)
		if err := l.folder(dir, weight); err != nil {
			return nil, err
		}
		if len(l.items) == before {
			return nil, fmt.Errorf("no labelled posts in %s: set EARSHOT_SHARED to the folder that has them, or -streams", dir)
		}
	}
	if err := l.loadReal(real, hand); err != nil {
		return nil, err
	}
	return l.dataset, nil
}

func (l *loader) folder(dir string, weight float64) error {
	files, err := stream.Files(dir)
	if err != nil {
		return err
	}
	for _, file := range files {
		posts, err := stream.Read(file, l.places)
		if err != nil {
			return err
		}
		for _, p := range posts {
			if p.Held() {
				continue
			}
			if err := l.post(p, weight*seldom(p.File)); err != nil {
				return err
			}
		}
	}
	return nil
}

// What a post counts once more. The labelled posts come without the titles that topics, reviews
// and news have, which say little ("Help", "Banks in our town"): under one a post counts so
// much, and without it the rest. And most of them name the brand, which on the company's own
// page hardly anybody does: as if there, a post counts besides.
const (
	titledShare   = 0.4
	namelessShare = 0.4
)

// post adds a post as it stands, and once more under a title and on the company's own page.
func (l *loader) post(p stream.Post, weight float64) error {
	title := l.title(p)
	share := 1.0
	if title != "" {
		share -= titledShare
	}
	worn, ok, err := l.dress(p)
	if err != nil {
		return err
	}
	if ok {
		l.add(worn, weight, share*dressedShare, true)
		share *= 1 - dressedShare
	}
	l.add(p, weight, share, false)
	if title != "" {
		under, err := p.Titled(title, l.places)
		if err != nil {
			return err
		}
		l.add(under, weight, titledShare, true)
	}
	if p.About != "other" && len(p.Input.Spans) > 0 { // on its own page nobody would tell that another is to blame
		p.Input.Spans, p.Input.Rivals = nil, nil
		l.add(p, weight, namelessShare, true)
	}
	return nil
}

// title is the title that the post is read under; "" for posts of kinds that have none, and
// those that begin with a line of their own.
func (l *loader) title(p stream.Post) string {
	titles := l.titles[p.Input.Lang]
	switch p.Input.Kind {
	case mention.Forum, mention.Review, mention.News:
		if len(titles) > 0 && p.Brand != "" && !strings.Contains(p.Input.Text, "\n") {
			sum := sha256.Sum256([]byte("title " + p.Input.Text))
			return strings.ReplaceAll(titles[int(sum[0])%len(titles)], "{brand}", p.Brand)
		}
	}
	return ""
}

func (l *loader) add(p stream.Post, weight, share float64, again bool) {
	it := newItem(l.scorer, p, weight*share)
	it.again = again
	l.keep(it)
}

// keep takes the item in, with its words.
func (l *loader) keep(it item) {
	it.words = l.number(l.scorer.Words(it.post.Input))
	l.items = append(l.items, it)
}

// number numbers words, new ones from the last one on.
func (d *dataset) number(words []sentiment.Word) []int {
	numbers := make([]int, len(words))
	for i, w := range words {
		n, ok := d.known[w]
		if !ok {
			n = len(d.words)
			d.known[w] = n
			d.words = append(d.words, w)
		}
		numbers[i] = n
	}
	return numbers
}

func newItem(s *sentiment.Scorer, p stream.Post, weight float64) item {
	x := s.Features(p.Input)
	it := item{post: p, x: make([]float64, len(x)), weight: weight}
	for i, v := range x {
		it.x[i] = float64(v)
	}
	return it
}

// readAround reads titles and frills by language.
func (l *loader) readAround(dir string) (err error) {
	titles, err := readTexts(filepath.Join(dir, "titles.tsv"))
	if err != nil {
		return err
	}
	frills, err := readTexts(filepath.Join(dir, "frills.tsv"))
	if err != nil {
		return err
	}
	l.titles, l.before, l.after = titles[1], frills[1], frills[2]
	return nil
}

// readTexts reads a table whose first column is a language: by column, its texts by language.
func readTexts(file string) ([3]map[string][]string, error) {
	columns := [3]map[string][]string{1: {}, 2: {}}
	b, err := os.ReadFile(file)
	if err != nil {
		return columns, err
	}
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n")[1:] {
		cells := strings.Split(line, "\t")
		for i := 1; i < min(len(cells), len(columns)); i++ {
			if cells[i] != "" {
				columns[i][cells[0]] = append(columns[i][cells[0]], cells[i])
			}
		}
	}
	return columns, nil
}

func (l *loader) loadReal(real, hand string) error {
	one := func(file string, kind mention.PostKind, weight, bad float64) error {
		posts, err := stream.Read(file, l.places)
		if err != nil {
			return err
		}
		for _, p := range posts {
			it := newItem(l.scorer, realPost(p, kind), weight)
			if it.yes() {
				it.weight = bad
			}
			it.real = true
			l.keep(it)
		}
		return nil
	}
	if real != "" {
		for _, set := range realSets {
			if err := one(filepath.Join(real, set.name+".tsv"), set.kind, set.weight, set.bad); err != nil && !os.IsNotExist(err) {
				return err
			}
		}
	}
	files, err := filepath.Glob(filepath.Join(hand, "*.tsv"))
	if err != nil {
		return err
	}
	sort.Strings(files)
	for _, file := range files {
		weight := handWeight
		if strings.HasSuffix(file, "-praise.tsv") {
			weight = trapWeight
		}
		if err := one(file, "", weight, weight); err != nil {
			return err
		}
	}
	return nil
}

// realPost is a real text, whose label says only how it sounds, as a post of the kind.
func realPost(p stream.Post, kind mention.PostKind) stream.Post {
	p.Complaint = "no"
	if p.Label == "neg" {
		p.Complaint = "yes"
	}
	p.Input.Kind, p.Input.Stars = kind, 0
	return p
}
