// Package stream reads labelled posts as a monitor sees them: with the kind of
// their source, the brand that is watched, and what readers answered about them.
// It is for measuring the scorer and fitting its weights.
package stream

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/match"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
)

// Post is a labelled post.
type Post struct {
	File, ID          string
	Brand             string
	Complaint         string // yes, no, borderline
	About             string // us, other, nobody, both; empty when nobody said
	Voice, Event, Tag string
	Label             string          // neg, neu, pos, of sets that say only that
	Input             sentiment.Input // with the brand's places
	part              string          // dev or held, where the file says so
}

// Files are the labelled posts of a folder, a file a language of each sort: streams with every
// kind of post, ordinary weeks, and the sorts that are seldom labelled. Sealed ones and pairs are none.
func Files(dir string) ([]string, error) {
	var files []string
	for _, sort := range []string{"", "week-", "plain-", "polite-", "neutral-", "hard-", "long-", "moods-", "told-"} {
		found, err := filepath.Glob(filepath.Join(dir, sort+"??.tsv"))
		if err != nil {
			return nil, err
		}
		files = append(files, found...) // Glob sorts
	}
	return files, nil
}

// Held reports whether the post belongs to the third that is looked at only to
// measure: as the file's column part says, or a third of the brands. Posts of one
// brand stay together: some continue another.
func (p *Post) Held() bool {
	if p.part != "" {
		return p.part == "held"
	}
	return fold("held "+p.Brand, 3) == 0
}

// Fold divides the other posts into parts for cross-validation: by brand, and those that name none
// each by itself: in one part together they would be judged by weights that saw none of their sort.
// Real texts, which have no id either, are in one.
func (p *Post) Fold(parts int) int { return fold("fold "+cmp.Or(p.Brand, p.ID), parts) }

func fold(key string, parts int) int {
	sum := sha256.Sum256([]byte(key))
	return int(sum[0]) % parts
}

// Places finds where a brand is named, its forms in the four languages included.
type Places struct {
	languages *match.Languages // read with the first brand
	sets      map[string]names
}

// names finds a brand by its whole name and, when that is nowhere, by a short one.
type names struct{ whole, short *match.Set }

// maxBrands bounds what a finder remembers.
const maxBrands = 1000

// shortRunes is how long a word must be to stand for a name of several words.
const shortRunes = 4

// NewPlaces returns a finder that remembers the brands it has met.
func NewPlaces() *Places { return &Places{sets: map[string]names{}} }

// Find returns the places of the brand in text. A name of several words that
// stands nowhere whole is looked for by the first of its words that is no everyday
// one, as people write it: "Oakfern" for "Oakfern Energy".
func (p *Places) Find(brand, text string) ([]mention.Span, error) {
	n, ok := p.sets[brand]
	if !ok {
		if len(p.sets) >= maxBrands {
			clear(p.sets)
		}
		var err error
		if n.whole, _, err = p.finder(brand); err != nil {
			return nil, fmt.Errorf("about %q: %w", brand, err)
		}
		n.short = p.shortName(brand)
		p.sets[brand] = n
	}
	spans := found(n.whole, text)
	if len(spans) == 0 && n.short != nil {
		spans = found(n.short, text)
	}
	return spans, nil
}

// finder looks for one name; plain says that the matcher has nothing against it.
func (p *Places) finder(name string) (set *match.Set, plain bool, err error) {
	if p.languages == nil {
		if p.languages, err = match.NewLanguages(); err != nil {
			return nil, false, err
		}
	}
	set, problems, err := p.languages.Compile([]match.Watch{{Name: name, Terms: []match.Term{{Text: name}}}})
	return set, len(problems) == 0, err
}

// shortName looks for the word that stands for a name of several words; nil when
// none does.
func (p *Places) shortName(brand string) *match.Set {
	words := strings.Fields(brand)
	if len(words) < 2 {
		return nil
	}
	for _, w := range words {
		if utf8.RuneCountInString(w) < shortRunes {
			continue
		}
		if set, plain, err := p.finder(w); err == nil && plain {
			return set
		}
	}
	return nil
}

func found(set *match.Set, text string) []mention.Span {
	var spans []mention.Span
	for _, hit := range set.Match("", text) {
		for _, s := range hit.Spans {
			s.Start, s.End = s.Start-1, s.End-1 // the body begins with the empty title's line end
			spans = append(spans, s)
		}
	}
	return spans
}

// Titled is the post as one that begins with a title.
func (p Post) Titled(title string, places *Places) (Post, error) {
	var err error
	p.Input.Text = title + "\n" + p.Input.Text
	if p.Brand != "" {
		p.Input.Spans, err = places.Find(p.Brand, p.Input.Text)
	}
	return p, err
}

// Read reads the posts of a file: a header line and tab-separated columns id lang
// kind brand stars complaint about voice event tag text, of which any but lang,
// complaint and text may be absent.
func Read(file string, places *Places) ([]Post, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	lines := strings.Split(strings.TrimRight(string(b), "\n"), "\n")
	for len(lines) > 0 && strings.HasPrefix(lines[0], "#") {
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return nil, nil
	}
	col := map[string]int{}
	for i, name := range strings.Split(lines[0], "\t") {
		col[name] = i
	}
	var posts []Post
	for _, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		cell := func(name string) string {
			if i, ok := col[name]; ok && i < len(cells) {
				return strings.TrimSpace(cells[i])
			}
			return ""
		}
		p := Post{
			File: filepath.Base(file), ID: cell("id"), Brand: cell("brand"), Complaint: cell("complaint"), About: cell("about"),
			Voice: cell("voice"), Event: cell("event"), Tag: cell("tag"), Label: cell("label"), part: cell("part"),
		}
		p.Input = sentiment.Input{
			Text: strings.ReplaceAll(cell("text"), `\n`, "\n"), Lang: cell("lang"), Kind: mention.PostKind(cell("kind")),
		}
		p.Input.Stars, _ = strconv.ParseFloat(cell("stars"), 64) // an empty cell: no stars
		if p.Brand != "" {
			if p.Input.Spans, err = places.Find(p.Brand, p.Input.Text); err != nil {
				return nil, err
			}
		}
		posts = append(posts, p)
	}
	return posts, nil
}
