package forum

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/goccy/go-yaml"

	presetfiles "github.com/earshot/earshot/crawlers/presets/forum"
)

// forumPreset is one forum engine: how its pages are recognised and read. The
// fields are the words of presets/forum/*.yaml.
type forumPreset struct {
	Name   string       `yaml:"name"`
	About  string       `yaml:"about"`
	Based  string       `yaml:"based_on"` // where the facts come from
	Marks  []forumMark  `yaml:"marks"`
	Thread forumThread  `yaml:"thread"`
	List   forumList    `yaml:"list"`
	Index  forumList    `yaml:"index"` // the thread lists of a front page
	Clock  forumRules   `yaml:"clock"` // the board's own time, as it shows it
	UTC    forumRules   `yaml:"clock_utc"`
	Zone   forumRules   `yaml:"zone"`   // "All times are UTC+2"
	Order  string       `yaml:"order"`  // "mdy" or "dmy" for 05-09-2026 when the page does not tell
	Params []string     `yaml:"params"` // query parameters that do not belong to a thread's address: page numbers, highlights
	Strip  []forumStrip `yaml:"strip"`  // the same for what stands in the path
	Data   string       `yaml:"data"`   // the decoder of the JSON its pages carry: "nodebb", "flarum", "discourse"
}

// forumMark is one sign that a page was made by the engine. Score 10 is proof.
type forumMark struct {
	Select forumSelector `yaml:"select"`
	Text   string        `yaml:"text"`   // stands in the page's bytes
	Header string        `yaml:"header"` // "X-Powered-By: NodeBB"
	Cookie string        `yaml:"cookie"` // a cookie's name contains it
	Score  int           `yaml:"score"`
}

// forumThread says how a page of a thread is read.
type forumThread struct {
	Topic forumRules  `yaml:"topic"`
	URL   forumRules  `yaml:"url"` // the thread's own address; without it the page's, stripped
	Posts []forumPost `yaml:"posts"`
	Next  forumRules  `yaml:"next"`
	Prev  forumRules  `yaml:"prev"`
	Last  forumRules  `yaml:"last"`
	Pages forumRules  `yaml:"pages"` // links to numbered pages; the highest number is the last page
	Older forumRules  `yaml:"older"` // read on the first poll only: where the plain address is the newest page
}

// forumPost says how one kind of post on a thread page is read.
type forumPost struct {
	Item      forumSelector `yaml:"item"`
	Skip      forumSelector `yaml:"skip"`      // items that are no posts
	WithNext  bool          `yaml:"with_next"` // the post goes on in the item's next sibling
	ID        forumRules    `yaml:"id"`
	Local     bool          `yaml:"local_id"` // the id counts within its thread only: the thread's is put before it
	Prefix    string        `yaml:"prefix"`   // put before the id, where a page has two kinds of them
	Author    forumRules    `yaml:"author"`
	AuthorURL forumRules    `yaml:"author_url"`
	Time      forumRules    `yaml:"time"`
	Edited    forumRules    `yaml:"edited"`
	Rating    forumRules    `yaml:"rating"`
	Best      forumRules    `yaml:"best"`
	Title     forumRules    `yaml:"title"`
	Text      forumRules    `yaml:"text"` // of these only the element counts
	Drop      forumSelector `yaml:"drop"`
	Quotes    bool          `yaml:"keep_quotes"`
	Link      forumRules    `yaml:"link"`
	Permalink string        `yaml:"permalink"` // {dir} {thread} {id}: when there is no link, or it names a page
	Paged     forumPattern  `yaml:"paged"`     // a link that matches names a page
	ReplyTo   forumRules    `yaml:"reply_to"`  // gives an id
	Number    forumRules    `yaml:"number"`    // of the post in the thread; 1 is the opening one
	AnswerNo  forumRules    `yaml:"answer_no"` // the same counted from the first answer, which is 1
	Opening   bool          `yaml:"opening"`   // these items open the thread, the others answer
	Answer    bool          `yaml:"answer"`    // these items are always answers
}

// forumList says how a list of threads is read.
type forumList struct {
	Item    forumSelector `yaml:"item"`
	Skip    forumSelector `yaml:"skip"`
	Link    forumRules    `yaml:"link"`
	ID      forumRules    `yaml:"id"`
	Title   forumRules    `yaml:"title"`
	Replies forumRules    `yaml:"replies"`
	Last    forumRules    `yaml:"last"` // what changes with a new post: its id or its time
	Next    forumRules    `yaml:"next"`
	// Comments is the feed of what is new in all threads of the list, for lists
	// that do not tell which thread changed.
	Comments forumRules `yaml:"comments"`
}

// forumStrip is "pattern => replacement", or a pattern alone to delete it.
type forumStrip struct {
	re *regexp.Regexp
	to string
}

func (s *forumStrip) UnmarshalYAML(unmarshal func(any) error) error {
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

// forumPattern is a regular expression; nil matches nothing.
type forumPattern struct{ re *regexp.Regexp }

func (p *forumPattern) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	err := unmarshal(&text)
	if err == nil {
		p.re, err = regexp.Compile(text)
	}
	return err
}

func (p forumPattern) matches(s string) bool { return p.re != nil && p.re.MatchString(s) }

// forumPresets returns every forum engine earshot knows, by file name. The files
// are part of the program: one that cannot be read is a mistake of ours.
var forumPresets = sync.OnceValue(func() []*forumPreset {
	files, err := presetfiles.Files.ReadDir(".")
	if err != nil {
		panic(err)
	}
	var all []*forumPreset
	for _, f := range files {
		src, err := presetfiles.Files.ReadFile(f.Name())
		if err != nil {
			panic(err)
		}
		p, err := parseForumPreset(src)
		if err != nil {
			panic(fmt.Sprintf("crawlers: %s: %v", f.Name(), err))
		}
		all = append(all, p)
	}
	return all
})

func parseForumPreset(src []byte) (*forumPreset, error) {
	p := new(forumPreset)
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

// forumPresetNamed returns the preset with this name, nil when there is none.
func forumPresetNamed(name string) *forumPreset {
	for _, p := range forumPresets() {
		if p.Name == name {
			return p
		}
	}
	return nil
}
