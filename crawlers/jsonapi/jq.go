package jsonapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/itchyny/gojq"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/charset"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/jsonrepair"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/crawlers/internal/schemaorg"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

const (
	// maxItems bounds what a jq program may give for one page.
	maxItems = 5000
	// maxJQ bounds how long one program may run on one page.
	maxJQ = 10 * time.Second
)

// jsonProgram is the compiled mapping of one source.
type jsonProgram struct {
	list, next, more, fails, closed, backoff *gojq.Code
	fields                                   map[string]*gojq.Code
	vars                                     []any // values of the variables, in the order they were named
	eachVar                                  int   // index of the variable that changes; -1: none
	markdown, plain                          bool
	rules                                    string // names how posts are read: with another name they may have other words
}

// readingRules is counted up when this package reads the words of the same answer otherwise by the same programs.
const readingRules = 1

// compileJSON compiles every jq program. Options of a preset are variables: the
// option "app" is $app.
func compileJSON(o Options, given poll.Values, each string, s config.Section) (*jsonProgram, error) {
	p := &jsonProgram{fields: map[string]*gojq.Code{}, eachVar: -1, markdown: o.Markdown, plain: o.Plain}
	p.rules = poll.HashID(strconv.Itoa(readingRules), o.List, fmt.Sprintf("%q", o.Fields), fmt.Sprint(o.Markdown, o.Plain))
	var names []string
	for _, name := range slices.Sorted(maps.Keys(given.Text)) {
		names = append(names, "$"+name)
		p.vars = append(p.vars, given.Text[name])
	}
	if each != "" {
		p.eachVar = len(names)
		names = append(names, "$"+each)
		p.vars = append(p.vars, "")
	}
	names = append(names, "$thread") // the last
	p.vars = append(p.vars, "")
	var failed error
	compileAfter := func(prologue, option, program string) *gojq.Code {
		if program == "" || failed != nil {
			return nil
		}
		code, err := compileJQ(prologue, program, names)
		if err != nil {
			failed = s.Errorf(option, "%v", err)
		}
		return code
	}
	compile := func(option, program string) *gojq.Code { return compileAfter("", option, program) }
	p.list = compile("list", o.List)
	p.next, p.more = compile("pager", o.Pager.Next), compile("pager", o.Pager.More)
	p.fails, p.closed, p.backoff = compile("fails", o.Fails), compile("closed", o.Closed), compile("backoff", o.Backoff)
	f := o.Fields
	for name, program := range map[string]string{
		"id": f.ID, "url": f.URL, "thread": f.Thread, "reply": f.Reply, "is_reply": f.IsReply, "author": f.Author,
		"author_url": f.AuthorURL, "time": f.Time, "edited": f.Edited, "rating": f.Rating, "best": f.Best, "title": f.Title,
		"text": f.Text, "lang": f.Lang, "kind": f.Kind, "own": f.Own, "deleted": f.Deleted, "comments": f.Comments,
	} {
		if code := compileAfter(holes(name), "fields", program); code != nil {
			p.fields[name] = code
		}
	}
	return p, failed
}

// holes goes before the program of a field: jq writes null into a text that is put together of what is not there.
func holes(field string) string {
	missing := "empty" // such an id would be that of many posts, such a link one that leads nowhere: they are none
	switch field {
	case "text", "title", "author", "lang", "kind":
		missing = `""` // of words that have a title and no text the title is what was said
	}
	return `def tostring: if . == null then ` + missing + ` elif type == "string" then . else tojson end; `
}

// compileJQ compiles a program, which sees these variables and nothing of the process, and what the prologue defines.
func compileJQ(prologue, program string, variables []string) (*gojq.Code, error) {
	query, err := gojq.Parse(prologue + program)
	if err == nil {
		var code *gojq.Code
		if code, err = gojq.Compile(query, gojq.WithVariables(variables), gojq.WithEnvironLoader(func() []string { return nil })); err == nil {
			return code, nil
		}
	}
	return nil, fmt.Errorf("%q is not a jq program: %w", program, err)
}

// jsonPage is one answer, mapped.
type jsonPage struct {
	posts []mention.Post
	items int
	next  string
	last  bool
	minID string
	wait  time.Duration
	notes []string
	dates map[string]string // of the posts by their ids
}

// read maps an answer. value is the present value of each, thread the discussion that is read, if one is.
func (p *jsonProgram) read(ctx context.Context, env crawlers.Env, res *fetch.Response, value, thread string) (jsonPage, error) {
	release := htmltext.ReserveMemory(len(res.Body) * htmltext.JSONCost)
	defer release()
	ctx, cancel := context.WithTimeout(ctx, maxJQ)
	defer cancel()
	if res.Status == http.StatusNoContent { // nothing to say is said so
		return jsonPage{last: true}, nil
	}
	body, err := jsonBody(res)
	if err != nil {
		return jsonPage{}, err
	}
	r := p.run(ctx, value)
	r.env, r.page, r.vars[len(r.vars)-1] = env, res.URL, thread
	if why := r.words(p.closed, body); why != "" {
		return jsonPage{}, closedError(fmt.Sprintf("%v: %s", crawlers.ErrClosed, why), nil)
	}
	page := jsonPage{wait: r.wait(body), dates: map[string]string{}}
	if why := r.words(p.fails, body); why != "" {
		if page.wait > 0 {
			return jsonPage{}, fmt.Errorf("%s: %w", why, &fetch.RetryError{URL: fetch.SafeURL(res.URL), After: page.wait})
		}
		return jsonPage{}, fmt.Errorf("the site says: %s", why)
	}
	page.next = r.text(p.next, body) // of the whole answer: items leaves odd ones out of it
	page.last = p.more != nil && r.text(p.more, body) != "true"
	return page, r.items(body, &page)
}

// jsonRun runs programs on one answer.
type jsonRun struct {
	program *jsonProgram
	ctx     context.Context
	env     crawlers.Env
	vars    []any
	page    string
	failed  map[string]int // fields that failed, and how often
}

func (r *jsonRun) items(body any, page *jsonPage) error {
	listed, err := r.list(body)
	if err != nil {
		if rest, odd := r.withoutOdd(body); odd > 0 {
			listed, err = rest, nil
			page.notes = append(page.notes, fmt.Sprintf("posts of another form were left out: %d", odd))
		}
	}
	if err != nil && len(listed) == 0 {
		return fmt.Errorf("list finds nothing: %w", err)
	}
	for _, v := range listed {
		if page.items++; page.items > maxItems {
			return fmt.Errorf("more than %d posts in one answer", maxItems)
		}
		p, written := r.post(v)
		if p.ID == "" {
			page.notes = poll.AppendNew(page.notes, "posts without an id were left out")
			continue
		}
		if less(p.ID, page.minID) {
			page.minID = p.ID
		}
		page.posts = append(page.posts, p)
		page.dates[p.ID] = dated(written, p)
	}
	if err != nil {
		page.notes = append(page.notes, "list: "+err.Error())
	}
	for _, name := range slices.Sorted(maps.Keys(r.failed)) {
		page.notes = append(page.notes, fmt.Sprintf("fields.%s failed on %d of %d posts", name, r.failed[name], page.items))
	}
	return nil
}

// less orders ids as numbers where they are numbers.
func less(a, b string) bool {
	if b == "" {
		return true
	}
	x, okX := new(big.Int).SetString(a, 10)
	y, okY := new(big.Int).SetString(b, 10)
	if okX && okY {
		return x.Cmp(y) < 0
	}
	return a < b
}

// post maps one item. written is its date as the answer has it.
func (r *jsonRun) post(item any) (p mention.Post, written string) {
	get := func(name string) string { return r.field(name, item) }
	base, _ := url.Parse(r.page)
	link := func(name string) string { return poll.Resolve(base, get(name)) }
	p = mention.Post{
		ID:         get("id"),
		URL:        link("url"),
		ThreadURL:  link("thread"),
		ReplyTo:    get("reply"),
		IsReply:    get("is_reply") == "true",
		Author:     htmltext.Line(get("author")),
		AuthorURL:  link("author_url"),
		Title:      htmltext.Line(get("title")),
		Lang:       poll.Language(get("lang")),
		Kind:       mention.PostKind(get("kind")),
		Own:        get("own") == "true",
		Deleted:    get("deleted") == "true",
		ThreadHint: link("comments"),
	}
	p.Text = r.program.words(get("text"))
	written = get("time")
	p.Published, p.DateOnly = poll.Date(r.env, written)
	if edited, _ := poll.Date(r.env, get("edited")); edited.After(p.Published) {
		p.Edited = edited
	}
	p.Rating = stars(get("rating"), get("best"))
	if p.URL == "" {
		p.URL = poll.CleanURL(fetch.SafeURL(r.page)) // a query may hold a key
	}
	if !slices.Contains(mention.PostKinds, p.Kind) {
		p.Kind = ""
	}
	return p, written
}

// stars are the rating of a post. Of five nobody can give none: 0 is written where there is none. "0/10" says its scale.
func stars(value, best string) *mention.Rating {
	if value == "" {
		return nil
	}
	rating := schemaorg.ParseRating(value, best)
	if rating != nil && rating.Value == 0 && best == "" && !strings.ContainsAny(value, "/%") {
		return nil
	}
	return rating
}

// words are the words of a text as the API writes them.
func (p *jsonProgram) words(text string) string {
	switch {
	case p.plain:
		return htmltext.Typed(text)
	case p.markdown:
		text = keepLines(dropMarkdownQuotes(text))
	}
	return htmltext.PlainAuthorText(text)
}

// dated is the date of a post as it is written; where it is a number, what it counts.
func dated(written string, p mention.Post) string {
	if _, err := strconv.ParseFloat(written, 64); err == nil {
		return p.Published.Format(time.RFC3339)
	}
	return written
}

// field runs one field's program on an item.
func (r *jsonRun) field(name string, item any) string {
	code := r.program.fields[name]
	if code == nil {
		return ""
	}
	v, ok := code.RunWithContext(r.ctx, item, r.vars...).Next()
	if !ok {
		return ""
	}
	if _, isErr := v.(error); isErr {
		if r.failed == nil {
			r.failed = map[string]int{}
		}
		r.failed[name]++
		return ""
	}
	return scalar(v)
}

// text runs a program on the whole answer; errors and null are "".
func (r *jsonRun) text(code *gojq.Code, body any) string {
	if code == nil {
		return ""
	}
	v, ok := code.RunWithContext(r.ctx, body, r.vars...).Next()
	if _, isErr := v.(error); !ok || isErr {
		return ""
	}
	return scalar(v)
}

// scalar writes what jq gave as text. Null and false are nothing; a list is
// joined by line ends.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case bool:
		if v {
			return "true"
		}
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case *big.Int:
		return v.String()
	case json.Number:
		return v.String()
	case []any:
		var parts []string
		for _, e := range v {
			if s := scalar(e); strings.TrimSpace(s) != "" {
				parts = append(parts, s)
			}
		}
		return strings.Join(parts, "\n")
	}
	return ""
}

// spoilers are the signs around words that are shown when they are clicked: >!like these!<. Who wrote them said them.
var spoilers = strings.NewReplacer(">!", "", "!<", "")

// dropMarkdownQuotes removes lines that repeat somebody else and fenced code.
func dropMarkdownQuotes(s string) string {
	var b strings.Builder
	const waves = "~~~"
	fence := ""                                   // of the code that the line is in
	lone := strings.Count("\n"+s, "\n"+waves) < 2 // they part the text
	for line := range strings.Lines(s) {
		trimmed := strings.TrimLeft(line, " ")
		switch sign := trimmed[:min(len(trimmed), 3)]; {
		case sign != "```" && sign != waves || sign == waves && lone && fence == "":
		case fence == "":
			fence = sign
			continue
		case fence == sign:
			fence = ""
			continue
		}
		if fence == "" && (!strings.HasPrefix(trimmed, ">") || strings.HasPrefix(trimmed, ">!") && strings.Contains(s, "!<")) {
			b.WriteString(line)
		}
	}
	return spoilers.Replace(b.String())
}

// keepLines makes the lines of Markdown that has HTML in it ones of HTML, too: there they end sentences and
// headings. A tag may go over several.
func keepLines(s string) string {
	if !strings.Contains(s, "\n") || !htmltext.HasTag(s) {
		return s
	}
	var b strings.Builder
	inTag := false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '<' && i+1 < len(s) && strings.IndexByte(" \t\r\n=<0123456789", s[i+1]) < 0:
			inTag = true
		case c == '>':
			inTag = false
		case c == '\n' && !inTag:
			b.WriteString("<br>")
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// jsonBody decodes an answer, which must be one JSON value.
func jsonBody(res *fetch.Response) (any, error) {
	body := bytes.TrimSpace(charset.Text(res))
	body = bytes.TrimPrefix(body, []byte(")]}'")) // a guard some APIs put before JSON
	if len(body) == 0 {
		return nil, crawlers.Garbled(errors.New("the answer is empty"))
	}
	if body[0] == '<' {
		return nil, crawlers.Other("the answer is a web page, not JSON")
	}
	all, err := jsonrepair.Decode(string(body))
	if errors.Is(err, htmltext.ErrTooComplex) {
		return nil, err
	}
	if err != nil {
		return nil, crawlers.Garbled(fmt.Errorf("the answer is cut off or no JSON: %w", err))
	}
	if len(all) != 1 {
		return nil, fmt.Errorf("the answer holds %d JSON values, want one", len(all))
	}
	return all[0], nil
}
