package forum

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// Some engines carry their data as JSON: as an answer of their API, or inside
// the page they serve. Both are decoded here, by shape and not by address, so a
// source may be given either way.

// apiDecoder turns the JSON of one engine into a page. ok is false when body is
// something else.
type apiDecoder struct {
	name   string // the preset's data: word
	decode func(c *apiContext, body []byte, p *pageData) bool
}

func apiDecoders() []apiDecoder {
	return []apiDecoder{
		{"nodebb", nodebbPage},
		{"discourse", discoursePage},
		{"flarum", flarumPage},
		{"wordpress", wordpressPage},
	}
}

// apiContext is what a decoder is told about where the data came from.
type apiContext struct {
	at     *url.URL // the address of the page or of the API call
	api    bool     // at is an API's: links of the page are to be API's too
	home   *url.URL // the origin the board calls its own
	folder *string  // the path it calls its own; nil where it says none
}

// root is the path the board stands below, with a slash at its end: what is before the first of these
// words in the address, where the board itself does not say it.
func (c *apiContext) root(words ...string) string {
	if c.folder != nil {
		return strings.TrimSuffix(*c.folder, "/") + "/"
	}
	parts := strings.Split(strings.Trim(c.at.Path, "/"), "/")
	at := slices.IndexFunc(parts, func(part string) bool { return slices.Contains(words, strings.TrimSuffix(part, ".json")) })
	if at <= 0 {
		return "/"
	}
	return "/" + strings.Join(parts[:at], "/") + "/"
}

// readJSON reads an API's answer. ok is false when the answer is no JSON.
func (r *pageReader) readJSON(res *fetch.Response) (*pageData, bool, error) {
	body := r.jsonBody(res)
	if body == nil {
		return nil, false, nil
	}
	at, err := url.Parse(res.URL)
	if err != nil {
		return nil, true, fmt.Errorf("address of the answer: %w", err)
	}
	release := htmltext.ReserveMemory(len(body) * htmltext.JSONCost)
	defer release()
	if body, err = validJSON(body); err != nil {
		return nil, true, fmt.Errorf("%s: %w", poll.Host(res.URL), err)
	}
	c := &apiContext{at: at, api: true, home: r.home}
	for _, dec := range apiDecoders() {
		p := new(pageData)
		if dec.decode(c, body, p) {
			p.Engine = r.nameOf(dec.name)
			if dec.name == "wordpress" && p.Older == "" && p.Next == "" {
				p.Older = c.asked(poll.NextLink(res.Header))
			}
			return p, true, nil
		}
	}
	if words := refusalIn(body); words != "" {
		return nil, true, crawlers.Other(fmt.Sprintf("%s: no posts; the site says: %s", poll.Host(res.URL), words))
	}
	return nil, true, crawlers.Other(fmt.Sprintf("%s: the JSON is of no forum that is known; what holds a list may be read as json: (docs/sources.md#json)", poll.Host(res.URL)))
}

func (r *pageReader) nameOf(data string) string {
	for _, p := range enginePresets() {
		if p.Data == data {
			return p.Name
		}
	}
	return data
}

// embedded reads the data an engine puts into its own HTML.
func (d *document) embedded(preset *enginePreset, p *pageData) {
	c := &apiContext{at: d.at, home: d.home, folder: d.folder(preset.Data)}
	for _, dec := range apiDecoders() {
		if dec.name != preset.Data {
			continue
		}
		for _, body := range scripts(d, preset.Data) {
			if dec.decode(c, body, p) {
				return
			}
		}
	}
}

// scripts returns the JSON documents in a page that may hold its data.
func scripts(d *document, data string) [][]byte {
	var found [][]byte
	add := func(text string) {
		if text = strings.TrimSpace(text); text != "" && htmltext.CheckJSON(text) == nil && json.Valid([]byte(text)) {
			found = append(found, []byte(text))
		}
	}
	switch data {
	case "nodebb":
		add(d.doc.Find("script#ajaxify-data").First().Text())
	case "flarum":
		var payload struct {
			Document json.RawMessage `json:"apiDocument"`
		}
		if json.Unmarshal([]byte(d.doc.Find("script#flarum-json-payload").First().Text()), &payload) == nil {
			add(string(payload.Document))
		}
	case "discourse":
		var preloaded map[string]string
		text := d.doc.Find("#data-preloaded").First().AttrOr("data-preloaded", "")
		if json.Unmarshal([]byte(text), &preloaded) == nil {
			for key, value := range preloaded {
				if strings.HasPrefix(key, "topic_") {
					add(value)
				}
			}
		}
	}
	return found
}

// folder is the path that a page says its board stands below; nil where it says none.
func (d *document) folder(data string) *string {
	var payload struct {
		Resources []struct {
			Attrs struct {
				Path *string `json:"basePath"`
			} `json:"attributes"`
		} `json:"resources"`
	}
	if data != "flarum" || !decode([]byte(d.doc.Find("script#flarum-json-payload").First().Text()), &payload) {
		return nil
	}
	for _, r := range payload.Resources {
		if r.Attrs.Path != nil {
			return r.Attrs.Path
		}
	}
	return nil
}

// link makes an absolute public address of a path below the board's root.
func (c *apiContext) link(root, path string) string {
	return poll.CleanURL(originOf(cmp.Or(c.home, c.at)) + root + path)
}

// fetchable makes the address to fetch for a path below the board's root.
func (c *apiContext) fetchable(root, path string) string {
	return poll.CleanURL(originOf(c.at) + root + path)
}

func originOf(u *url.URL) string { return (&url.URL{Scheme: u.Scheme, Host: u.Host}).String() }

// page is the number of the page that was asked for.
func (c *apiContext) page() int {
	if n, err := strconv.Atoi(c.at.Query().Get("page")); err == nil && n > 1 {
		return n
	}
	return 1
}

// asked is a link of the answer at the origin that was asked; "" where it is none.
func (c *apiContext) asked(link string) string {
	next, err := c.at.Parse(link)
	if link == "" || err != nil {
		return ""
	}
	next.Scheme, next.Host = c.at.Scheme, c.at.Host
	return poll.CleanURL(next.String())
}

// turn links a page to the others of so many; address is the one of a page by its number.
func (p *pageData) turn(page, pages int, address func(n int) string) {
	if page < pages {
		p.Next, p.Last, p.LastNo = address(page+1), address(pages), pages
	}
	if page > 1 {
		p.Prev = address(page - 1)
	}
}

// paged makes the addresses of an address's pages.
func paged(address string) func(n int) string {
	return func(n int) string { return withParam(address, "page", strconv.Itoa(n)) }
}

// number is an id, a count, or a yes or no, that sites write as a number, as text or as true.
type number string

// UnmarshalJSON takes numbers, texts, null, true and false.
func (n *number) UnmarshalJSON(b []byte) error {
	s := string(b)
	switch {
	case s == "null" || s == "false":
		*n = ""
	case s == "true":
		*n = "1"
	case len(s) > 1 && s[0] == '"':
		var text string
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
		*n = number(text)
	case s != "" && s[0] != '{' && s[0] != '[':
		*n = number(s)
	}
	return nil
}

func (n number) int() int64 {
	i, err := strconv.ParseInt(string(n), 10, 64)
	if err != nil {
		return 0
	}
	return i
}

// yes reports what is true, in whatever form.
func (n number) yes() bool { return n != "" && n != "0" && n != "false" }

// moment reads milliseconds since 1970.
func (n number) moment() time.Time {
	if ms := n.int(); ms > 0 {
		return time.UnixMilli(ms).UTC()
	}
	return time.Time{}
}

// isoTime reads the RFC 3339 times of APIs, and the ones without a zone, which
// are UTC in all of them.
func isoTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

// add appends a post and gives it what it has in common with the others.
func (p *pageData) add(post mention.Post) {
	if post.Edited.Sub(post.Published) < time.Second {
		post.Edited = time.Time{}
	}
	post.Title, post.ThreadURL = cmp.Or(post.Title, p.Topic), cmp.Or(post.ThreadURL, p.Thread)
	p.Posts = append(p.Posts, post)
}

// apiText is the author's text of a post that came as an HTML fragment, without what drop matches. It
// is parsed as a page, because what stands beside a quote matters.
func apiText(fragment string, drop *selector) string {
	if !htmltext.HasTag(fragment) {
		return htmltext.PlainAuthorText(fragment)
	}
	doc, err := htmltext.Parse([]byte(fragment))
	if err != nil {
		return htmltext.PlainAuthorText(fragment)
	}
	return ownWords(doc.Find("body"), textFilter{quotes: true, drop: drop})
}
