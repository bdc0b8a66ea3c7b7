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
	"github.com/earshot/earshot/sentiment/boost"
	"github.com/earshot/earshot/sentiment/stream"
)

// item is a text with its features.
type item struct {
	post   stream.Post
	x      []float64
	real   bool    // a real text: nobody answered the frames for it
	titled bool    // a post once more, under a title
	share  float64 // of a post that it stands for: those that come with a title and without
	weight float64 // in the fit of the complaint
	set    int     // of real texts: which set, from 1
}

// dataset is all that is fitted on.
type dataset struct {
	names    []string // of the features
	items    []item
	nameless []item // posts of the streams as on the company's own page, where nobody names it
	sets     int    // of real texts

	grow    boost.Options // how the trees of the verdict grow
	verbose bool          // report on stderr
}

// realSets are the public sets whose licences let weights be fitted on them, with
// the kind of source they stand for and what one text weighs. Texts of people at
// large tell less about companies than reviews do.
var realSets = []struct {
	name   string
	kind   mention.PostKind
	weight float64
}{
	{"en-vader-tweets", "", peopleWeight},             // MIT
	{"en-vader-amazon", "review", firmsWeight},        // MIT
	{"en-uci-amazon", "review", firmsWeight},          // CC BY 4.0
	{"en-uci-yelp", "review", firmsWeight},            // CC BY 4.0
	{"ru-banki-ru", "review", firmsWeight},            // MIT
	{"ru-brighter", "", peopleWeight},                 // CC BY 4.0
	{"ru-marketplace-wb-ozon", "review", firmsWeight}, // MIT
	{"ru-tg-ok-human", "social", firmsWeight},         // MIT
	{"uk-brighter", "", peopleWeight},                 // CC BY 4.0
	{"uk-gurbich-manual", "", firmsWeight},            // Apache-2.0
	{"uk-hand-support", "", handWeight},               // this project
	{"bg-hand-support", "", handWeight},               // this project
}

// What a real text counts beside a post of the streams, which counts 1: as many posts came, so
// much more, or the verdict forgets how people write (TestReal).
const (
	peopleWeight = 0.42 // of people at large
	firmsWeight  = 0.82 // about companies and their goods
	handWeight   = 2.0  // of the hand-written sets
)

// othersWeight is what a post of the streams of other hands counts in the complaint: ours are
// five times as many, and their writers have a manner in common (shared held thirds +.007 of
// average precision, ours the same).
const othersWeight = 2.0

// load reads what is fitted on. The last folder is ours, with the titles; those before it are
// of other hands.
func load(folders []string, real, hand string, all bool) (*dataset, error) {
	scorer, err := sentiment.New(sentiment.Options{Unfitted: true})
	if err != nil {
		return nil, err
	}
	d := &dataset{names: scorer.FeatureNames(), grow: grow}
	places := stream.NewPlaces()
	titles, err := readTitles(filepath.Join(folders[len(folders)-1], "titles.tsv"))
	if err != nil {
		return nil, err
	}
	for n, dir := range folders {
		weight := 1.0
		if n < len(folders)-1 {
			weight = othersWeight
		}
		before := len(d.items)
		for _, pattern := range []string{"??.tsv", "week-??.tsv", "plain-??.tsv"} {
			files, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil {
				return nil, err
			}
			sort.Strings(files)
			for _, file := range files {
				posts, err := stream.Read(file, places)
				if err != nil {
					return nil, err
				}
				for _, p := range posts {
					if all || !p.Held() {
						d.add(scorer, p, weight, false)
						d.addNameless(scorer, p)
						if err := d.addTitled(scorer, p, weight, titles[p.Input.Lang], places); err != nil {
							return nil, err
						}
					}
				}
			}
		}
		if len(d.items) == before {
			return nil, fmt.Errorf("no labelled posts in %s: set EARSHOT_SHARED to the folder that has them, or -streams", dir)
		}
	}
	return d, d.loadReal(scorer, real, hand, places)
}

func (d *dataset) add(s *sentiment.Scorer, p stream.Post, weight float64, real bool) {
	it := newItem(s, p, weight)
	if it.real = real; real {
		it.set = d.sets
	}
	d.items = append(d.items, it)
}

func newItem(s *sentiment.Scorer, p stream.Post, weight float64) item {
	x := s.Features(p.Input)
	it := item{post: p, x: make([]float64, len(x)), weight: weight, share: 1}
	for i, v := range x {
		it.x[i] = float64(v)
	}
	if p.Complaint == "borderline" {
		it.weight = 0
	}
	return it
}

// addNameless adds a post without the places of the brand, unless another is to blame: on
// the company's own page nobody would tell that.
func (d *dataset) addNameless(s *sentiment.Scorer, p stream.Post) {
	if p.About == "other" || len(p.Input.Spans) == 0 {
		return
	}
	p.Input.Spans, p.Input.Rivals = nil, nil
	d.nameless = append(d.nameless, newItem(s, p, 1))
}

// titledShare is what a post counts under a title, and without it the rest. The labelled posts
// come without the titles that topics, reviews and news have, and those say little: "Help",
// "Banks in our town". The verdict should not hang on them.
const titledShare = 0.4

// addTitled adds the last post once more, under one of the titles, if posts of its kind
// have any.
func (d *dataset) addTitled(s *sentiment.Scorer, p stream.Post, weight float64, titles []string, places *stream.Places) error {
	kind := p.Input.Kind
	if kind != mention.Forum && kind != mention.Review && kind != mention.News || len(titles) == 0 || strings.Contains(p.Input.Text, "\n") {
		return nil
	}
	sum := sha256.Sum256([]byte("title " + p.Input.Text))
	title := strings.ReplaceAll(titles[int(sum[0])%len(titles)], "{brand}", p.Brand)
	under, err := p.Titled(title, places)
	if err != nil {
		return err
	}
	last := &d.items[len(d.items)-1]
	it := newItem(s, under, weight*titledShare)
	it.titled, it.share = true, titledShare
	last.share = 1 - titledShare
	last.weight *= last.share
	d.items = append(d.items, it)
	return nil
}

// readTitles reads titles by language.
func readTitles(file string) (map[string][]string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	titles := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n")[1:] {
		lang, title, _ := strings.Cut(line, "\t")
		titles[lang] = append(titles[lang], title)
	}
	return titles, nil
}

func (d *dataset) loadReal(s *sentiment.Scorer, real, hand string, places *stream.Places) error {
	one := func(file string, kind mention.PostKind, weight float64) error {
		posts, err := stream.Read(file, places)
		if err != nil {
			return err
		}
		d.sets++
		for _, p := range posts {
			p.Complaint = "no"
			if p.Label == "neg" {
				p.Complaint = "yes"
			}
			p.Input.Kind, p.Input.Stars = kind, 0
			d.add(s, p, weight, true)
		}
		return nil
	}
	if real != "" {
		for _, set := range realSets {
			if err := one(filepath.Join(real, set.name+".tsv"), set.kind, set.weight); err != nil && !os.IsNotExist(err) {
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
		if err := one(file, "", handWeight); err != nil {
			return err
		}
	}
	return nil
}
