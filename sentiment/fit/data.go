package main

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
)

// item is a text with its features.
type item struct {
	post   stream.Post
	x      []float64
	real   bool    // a real text: nobody answered the frames for it
	weight float64 // in the fit of the complaint
	set    int     // of real texts: which set, from 1
}

// dataset is all that is fitted on.
type dataset struct {
	names    []string // of the features
	items    []item
	nameless []item // posts of the streams as on the company's own page, where nobody names it
	sets     int    // of real texts

	verbose bool // report on stderr
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

func load(folders []string, real, hand string, all bool) (*dataset, error) {
	scorer, err := sentiment.New(sentiment.Options{Unfitted: true})
	if err != nil {
		return nil, err
	}
	d := &dataset{names: scorer.FeatureNames()}
	places := stream.NewPlaces()
	for _, dir := range folders {
		before := len(d.items)
		for _, pattern := range []string{"??.tsv", "week-??.tsv"} {
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
						d.add(scorer, p, 1, false)
						d.addNameless(scorer, p)
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
	it := item{post: p, x: make([]float64, len(x)), weight: weight}
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
