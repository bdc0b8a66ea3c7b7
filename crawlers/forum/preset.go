package forum

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	presetfiles "github.com/earshot/earshot/crawlers/presets/forum"
	"github.com/earshot/earshot/mention"
)

// enginePreset is one forum engine: how its pages are recognised and read. The
// fields are the words of presets/forum/*.yaml.
type enginePreset struct {
	Name   string       `yaml:"name"`
	About  string       `yaml:"about"`
	Based  string       `yaml:"based_on"` // where the facts come from
	Marks  []engineMark `yaml:"marks"`
	Thread threadRules  `yaml:"thread"`
	List   listRules    `yaml:"list"`
	Index  listRules    `yaml:"index"` // the thread lists of a front page
	Clock  ruleList     `yaml:"clock"` // the board's own time, as it shows it
	UTC    ruleList     `yaml:"clock_utc"`
	Zone   ruleList     `yaml:"zone"`       // "All times are UTC+2"
	Free   bool         `yaml:"free_names"` // an account may call itself what it likes, also as another one does
	Order  string       `yaml:"order"`      // "mdy" or "dmy" for 05-09-2026 when the page does not tell; dots always are "dmy"
	Params []string     `yaml:"params"`     // query parameters that do not belong to a thread's address: page numbers, highlights
	Strip  []stripRule  `yaml:"strip"`      // the same for what stands in the path
	Reply  any          `yaml:"reply"`      // how it is answered; not this engine's business
	Rules  int          `yaml:"rules"`      // counted up when its pages are read in a way that gives old posts other words; 1 when left out
	Data   string       `yaml:"data"`       // the decoder of the JSON its pages carry: "nodebb", "flarum", "discourse"
}

// engineMark is one sign that a page was made by the engine. Score 10 is proof.
type engineMark struct {
	Select selector `yaml:"select"`
	Text   string   `yaml:"text"`   // stands in the page's bytes
	Header string   `yaml:"header"` // "X-Powered-By: NodeBB"
	Cookie string   `yaml:"cookie"` // a cookie's name contains it
	Score  int      `yaml:"score"`
}

// threadRules says how a page of a thread is read.
type threadRules struct {
	Topic ruleList    `yaml:"topic"`
	URL   ruleList    `yaml:"url"` // the thread's own address; without it the page's, stripped
	Posts []postRules `yaml:"posts"`
	Next  ruleList    `yaml:"next"`
	Prev  ruleList    `yaml:"prev"`
	Last  ruleList    `yaml:"last"`
	Pages ruleList    `yaml:"pages"` // links to numbered pages; the highest number is the last page
	Older ruleList    `yaml:"older"` // where the plain address is the newest page: read by the first poll, and by others back to what is known
}

// postRules says how one kind of post on a thread page is read.
type postRules struct {
	Item      selector       `yaml:"item"`
	Skip      selector       `yaml:"skip"`      // items that are no posts
	WithNext  bool           `yaml:"with_next"` // the post goes on in the item's next sibling
	ID        ruleList       `yaml:"id"`
	Own       ruleList       `yaml:"own"`      // the id that the page says is its own: others are shown beside it
	Local     bool           `yaml:"local_id"` // the id counts within its thread only: the thread's is put before it
	Prefix    string         `yaml:"prefix"`   // put before the id, where a page has two kinds of them
	Author    ruleList       `yaml:"author"`
	AuthorURL ruleList       `yaml:"author_url"`
	Time      ruleList       `yaml:"time"`
	Edited    ruleList       `yaml:"edited"`
	Rating    ruleList       `yaml:"rating"`
	Best      ruleList       `yaml:"best"`
	Title     ruleList       `yaml:"title"`
	Text      ruleList       `yaml:"text"` // of these only the element counts
	Drop      selector       `yaml:"drop"`
	Quotes    bool           `yaml:"keep_quotes"`
	Link      ruleList       `yaml:"link"`
	Permalink string         `yaml:"permalink"` // {dir} {thread} {id}: when there is no link, or it names a page
	Find      string         `yaml:"find"`      // finds a post by {id} in whatever thread it is now; left out: Permalink, if that names no thread
	Paged     *regexp.Regexp `yaml:"paged"`     // a link that matches names a page
	ReplyTo   ruleList       `yaml:"reply_to"`  // gives an id
	Number    ruleList       `yaml:"number"`    // of the post in the thread; 1 is the opening one
	AnswerNo  ruleList       `yaml:"answer_no"` // the same counted from the first answer, which is 1
	Opening   bool           `yaml:"opening"`   // these items open the thread, the others answer
	Answer    bool           `yaml:"answer"`    // these items are always answers
	// Kind is what the posts are where the user does not say it and they are none of a forum:
	// over comments names are free.
	Kind mention.PostKind `yaml:"kind"`
}

// listRules says how a list of threads is read.
type listRules struct {
	Item    selector `yaml:"item"`
	Skip    selector `yaml:"skip"`
	Link    ruleList `yaml:"link"`
	ID      ruleList `yaml:"id"`
	Replies ruleList `yaml:"replies"`
	Last    ruleList `yaml:"last"` // what changes with a new post: its id or its time
	Next    ruleList `yaml:"next"`
	// Comments is the feed of what is new in all threads of the list, for lists
	// that do not tell which thread changed.
	Comments ruleList `yaml:"comments"`
}

// stripRule is "pattern => replacement", or a pattern alone to delete it.
type stripRule struct {
	re *regexp.Regexp
	to string
}

func (s *stripRule) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if err := unmarshal(&text); err != nil {
		return err
	}
	pattern, to, _ := strings.Cut(text, " => ")
	re, err := regexp.Compile(pattern)
	if err != nil {
		return fmt.Errorf("strip %q: %w", text, err)
	}
	s.re, s.to = re, to
	return nil
}

// enginePresets returns every forum engine earshot knows, by file name. The files
// are part of the program: one that cannot be read is a mistake of ours.
var enginePresets = sync.OnceValue(func() []*enginePreset {
	files, err := presetfiles.Files.ReadDir(".")
	if err != nil {
		panic(err)
	}
	var all []*enginePreset
	for _, f := range files {
		src, err := presetfiles.Files.ReadFile(f.Name())
		if err != nil {
			panic(err)
		}
		p, err := parsePreset(src)
		if err != nil {
			panic(fmt.Sprintf("crawlers: %s: %v", f.Name(), err))
		}
		all = append(all, p)
	}
	return all
})

func parsePreset(src []byte) (*enginePreset, error) {
	p := new(enginePreset)
	if err := yaml.UnmarshalWithOptions(src, p, yaml.Strict()); err != nil {
		return nil, err
	}
	switch {
	case p.Name == "" || p.About == "":
		return nil, fmt.Errorf("name and about are required")
	case len(p.Marks) == 0:
		return nil, fmt.Errorf("%s: without marks it is never found", p.Name)
	case len(p.Thread.Posts) == 0 && p.Data == "":
		return nil, fmt.Errorf("%s: thread.posts or data is required", p.Name)
	}
	return p, nil
}

// presetNamed returns the preset with this name, nil when there is none.
func presetNamed(name string) *enginePreset {
	for _, p := range enginePresets() {
		if p.Name == name {
			return p
		}
	}
	return nil
}
