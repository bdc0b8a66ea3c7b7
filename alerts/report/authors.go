package report

import (
	"strings"

	"github.com/earshot/earshot/mention"
)

// Author is somebody who complained more than once at one place.
type Author struct {
	Row
	Source string `json:"source"`
}

// maxAuthors bounds the list of those who complain again and again.
const maxAuthors = 50

// repeaters are the authors of the table who are somebody and complained more than once;
// its names are a source and an author.
func (t table) repeaters() []Author {
	for key, g := range t {
		_, name, _ := strings.Cut(key, "\x00")
		if g.row.Complaints < 2 || mention.IsNobody(name) {
			delete(t, key)
		}
	}
	rows := t.rows(mostComplaints)
	rows = rows[:min(len(rows), maxAuthors)]
	list := make([]Author, len(rows))
	for i, row := range rows {
		source, name, _ := strings.Cut(row.Name, "\x00")
		row.Name, row.Trend = name, nil
		list[i] = Author{Row: row, Source: source}
	}
	return list
}

// onePoll tells the posts of an author that one poll saw apart: a post that names two watches is two
// cases, of one moment. Cases come in the order in which they were heard.
type onePoll struct {
	author string // of the first case
	first  *mention.Times
	cases  map[ofAuthor]int // by watch; nil as long as there is no second one, as in nearly every poll
	posts  map[ofAuthor]int
}

type ofAuthor struct {
	author    string
	published int64
	watch     string
}

// another reports whether the case is of a post that has no other case yet.
func (p *onePoll) another(author string, c *mention.Times) bool {
	if p.first == nil || !c.Heard.Equal(p.first.Heard) {
		p.author, p.first, p.cases = author, c, nil
		return true
	}
	if p.cases == nil {
		p.cases, p.posts = map[ofAuthor]int{}, map[ofAuthor]int{}
		p.count(p.author, p.first)
	}
	return p.count(author, c)
}

func (p *onePoll) count(author string, c *mention.Times) (another bool) {
	post := ofAuthor{author: author, published: c.Published.UnixMicro()}
	named := post
	named.watch = c.Watch
	p.cases[named]++
	if p.cases[named] <= p.posts[post] {
		return false
	}
	p.posts[post]++
	return true
}
