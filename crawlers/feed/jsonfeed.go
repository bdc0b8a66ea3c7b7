package feed

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/mmcdole/gofeed"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/jsonrepair"
)

// Rules of this file: a JSON feed is read field by field. A field of another type
// than the format wants is read if it can be meant only one way, else it is left
// out, and nothing else with it.

// readJSON reads a JSON feed. Mistakes that strict parsers refuse are mended as in
// pages; of a feed that is cut off the whole items are kept.
func readJSON(body []byte) (salvaged, error) {
	values, err := jsonrepair.Decode(string(body))
	if errors.Is(err, htmltext.ErrTooComplex) {
		return salvaged{}, err
	}
	if err == nil && len(values) > 0 {
		top, ok := values[0].(map[string]any)
		if !ok || !isJSONFeed(top) {
			return salvaged{}, noJSONFeed(top)
		}
		return salvaged{feed: jsonFeed(top)}, nil
	}
	top, whole := jsonPrefix(body)
	if !isJSONFeed(top) {
		return salvaged{}, noJSONFeed(nil)
	}
	s := salvaged{feed: jsonFeed(top), cut: !whole}
	if len(s.feed.Items) == 0 {
		return salvaged{}, crawlers.Garbled(fmt.Errorf("the feed cannot be read, it may be cut off: %w", err))
	}
	return s, nil
}

// isJSONFeed: everything with a list of items is read.
func isJSONFeed(top map[string]any) bool {
	if strings.Contains(jsonText(top, "version"), "jsonfeed.org") {
		return true
	}
	_, ok := member(top, "items").([]any)
	return ok
}

// noJSONFeed is errNoFeed with what the answer says of itself.
func noJSONFeed(top map[string]any) error {
	for _, key := range []string{"error", "message", "detail", "title", "error_description"} {
		if said := jsonText(top, key); said != "" {
			return fmt.Errorf("%w: the answer says %s", errNoFeed, quoted(said))
		}
	}
	if inner, ok := member(top, "error").(map[string]any); ok {
		return noJSONFeed(inner)
	}
	return errNoFeed
}

// jsonPrefix reads a JSON object up to where it breaks off: its whole members, and
// of the items those that are whole.
func jsonPrefix(body []byte) (top map[string]any, whole bool) {
	top = map[string]any{}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return top, false
	}
	for dec.More() {
		t, err := dec.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return top, false
		}
		if !strings.EqualFold(key, "items") {
			var v any
			if dec.Decode(&v) != nil {
				return top, false
			}
			top[key] = v
			continue
		}
		items := []any{}
		if t, err := dec.Token(); err != nil || t != json.Delim('[') {
			return top, false
		}
		for dec.More() {
			var v any
			if dec.Decode(&v) != nil {
				top[key] = items
				return top, false
			}
			items = append(items, v)
		}
		top[key] = items
		if _, err := dec.Token(); err != nil {
			return top, false
		}
	}
	_, err := dec.Token()
	return top, err == nil
}

func jsonFeed(top map[string]any) *gofeed.Feed {
	f := &gofeed.Feed{
		FeedType: "json", FeedVersion: jsonText(top, "version"), Title: jsonText(top, "title"),
		Link: jsonText(top, "home_page_url"), FeedLink: jsonText(top, "feed_url"), Language: jsonText(top, "language"),
	}
	var read func(v any, depth int)
	read = func(v any, depth int) {
		switch v := v.(type) {
		case map[string]any:
			f.Items = append(f.Items, jsonItem(v))
		case []any: // a list inside the list
			for _, inner := range v {
				if depth == 0 {
					read(inner, depth+1)
				}
			}
		}
	}
	switch items := member(top, "items").(type) {
	case []any:
		for _, v := range items {
			read(v, 0)
		}
	case map[string]any: // one item without its list
		read(items, 0)
	}
	return f
}

func jsonItem(v map[string]any) *gofeed.Item {
	it := &gofeed.Item{
		GUID: jsonText(v, "id"), Link: jsonText(v, "url"), Title: jsonText(v, "title"), Description: jsonText(v, "summary"),
		Content: cmp.Or(jsonText(v, "content_html"), jsonText(v, "content_text")), Published: jsonText(v, "date_published"), Updated: jsonText(v, "date_modified"),
	}
	for _, key := range []string{"url", "external_url"} {
		if u := jsonText(v, key); u != "" {
			it.Links = append(it.Links, u)
		}
	}
	for _, key := range []string{"authors", "author"} {
		for _, name := range jsonNames(member(v, key)) {
			it.Authors = append(it.Authors, &gofeed.Person{Name: name})
		}
		if len(it.Authors) > 0 {
			break
		}
	}
	return it
}

// jsonNames reads "Ivan", {"name": "Ivan"} and lists of both.
func jsonNames(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case map[string]any:
		if name := jsonText(v, "name"); name != "" {
			return []string{name}
		}
	case []any:
		var names []string
		for _, inner := range v {
			if _, list := inner.([]any); !list {
				names = append(names, jsonNames(inner)...)
			}
		}
		return names
	}
	return nil
}

// member is a member by its name, in whatever case.
func member(v map[string]any, key string) any {
	if found, ok := v[key]; ok {
		return found
	}
	for k, found := range v {
		if strings.EqualFold(k, key) {
			return found
		}
	}
	return nil
}

// jsonText reads a text, or a number where a text is wanted; of a list the first
// text. Anything else is none.
func jsonText(v map[string]any, key string) string {
	found := member(v, key)
	if list, ok := found.([]any); ok && len(list) > 0 {
		found = list[0]
	}
	switch t := found.(type) {
	case string:
		return strings.TrimSpace(t)
	case json.Number:
		return t.String()
	}
	return ""
}
