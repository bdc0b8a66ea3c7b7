package crawlers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
)

// nothing is what jq writes in a text for what is not there.
var nothing = regexp.MustCompile(`\bnull\b`)

// TestJSONOddItem: an item of an API that lacks a part, or has nothing, or the empty
// list that PHP writes for an empty object, where others have something else, costs no other item. Nor does what is
// missing lead anywhere: no part is made of it. What a bot was told is told once, so there every other form is tried.
func TestJSONOddItem(t *testing.T) {
	cases, err := filepath.Glob("testdata/*/*/tape.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, tape := range cases {
		dir := filepath.Dir(tape)
		kind := filepath.Base(filepath.Dir(dir))
		if slices.Contains([]string{"feed", "forum", "page", "discourse", "flarum", "nodebb", "wordpress", "stream", "push"}, kind) {
			continue
		}
		t.Run(kind+"/"+filepath.Base(dir), func(t *testing.T) {
			c := caseOf(t, dir)
			site := testkit.Play(t, c.dir)
			site.Lax()
			made := "" // of what is nothing
			read := func(change func([]byte) []byte) map[string]bool {
				made = ""
				lens := c.client(t, site, 0)
				lens.change = func(r *fetch.Response) {
					if body := change(r.Body); body != nil {
						r.Body = body
					}
				}
				batch, _ := c.crawler(t, lens).Poll(t.Context(), "") // of an answer of one odd item it is an error
				ids := map[string]bool{}
				for _, p := range batch.Posts {
					ids[p.ID] = true
					for part, words := range map[string]string{"id": p.ID, "address": p.URL, "thread": p.ThreadURL, "parent": p.ReplyTo, "author": p.Author, "author's address": p.AuthorURL, "discussion": p.ThreadHint, "text": p.Text} {
						if nothing.MatchString(words) {
							made = part + " " + words
						}
					}
				}
				return ids
			}
			without := map[string]map[string]bool{} // what is there without the first item, by the list
			for _, odd := range oddShapes(t, kind == "telegrambot", read) {
				if without[odd.list] == nil {
					without[odd.list] = read(odd.without)
				}
				want, got := without[odd.list], read(odd.change)
				if made != "" {
					t.Errorf("%s: made of nothing: %s", odd.name, made)
				}
				for id := range want {
					if !got[id] {
						t.Errorf("%s: %s is lost", odd.name, id)
						break
					}
				}
			}
		})
	}
}

type oddShape struct {
	name, list      string
	without, change func([]byte) []byte
}

// oddShapes are the changes of the first item of each list of objects of the first answers.
func oddShapes(t *testing.T, every bool, read func(func([]byte) []byte) map[string]bool) (all []oddShape) {
	t.Helper()
	paths := map[string]bool{}
	read(func(body []byte) []byte {
		var v any
		if json.Unmarshal(body, &v) == nil {
			walkLists(v, nil, func(path []string, first map[string]any) {
				list := strings.Join(path, "/")
				walkFields(first, nil, func(field []string) { paths[list+"\x00"+strings.Join(field, "/")] = true })
			})
		}
		return nil
	})
	for at := range paths {
		list, field, _ := strings.Cut(at, "\x00")
		edit := func(change func(items []any) []any) func([]byte) []byte {
			return func(body []byte) []byte {
				d := json.NewDecoder(bytes.NewReader(body))
				d.UseNumber()
				var v any
				if d.Decode(&v) != nil {
					return nil
				}
				v, ok := atPath(v, strings.Split(list, "/"), change)
				if !ok {
					return nil
				}
				out, err := json.Marshal(v)
				if err != nil {
					t.Fatal(err)
				}
				return out
			}
		}
		without := edit(func(items []any) []any { return items[1:] })
		values := map[string]any{"nothing": nil, "missing": nil, "a list": []any{}}
		if every {
			values["text"], values["a number"], values["an object"] = "", 0, map[string]any{}
		}
		for name, value := range values {
			all = append(all, oddShape{list: list, name: fmt.Sprintf("%s of %s is %s", field, list, name), without: without, change: edit(func(items []any) []any {
				setField(items[0], strings.Split(field, "/"), value, name == "missing")
				return items
			})})
		}
	}
	return all
}

func walkLists(v any, path []string, found func([]string, map[string]any)) {
	if len(path) > 4 {
		return
	}
	switch v := v.(type) {
	case []any:
		if len(v) > 1 {
			if first, ok := v[0].(map[string]any); ok {
				found(append(slices.Clone(path), "[]"), first)
			}
		}
	case map[string]any:
		for k, e := range v {
			walkLists(e, append(slices.Clone(path), k), found)
		}
	}
}

func walkFields(v map[string]any, path []string, found func([]string)) {
	for k, e := range v {
		here := append(slices.Clone(path), k)
		found(here)
		if in, ok := e.(map[string]any); ok && len(here) < 3 {
			walkFields(in, here, found)
		}
	}
}

func atPath(v any, path []string, change func([]any) []any) (any, bool) {
	if path[0] == "[]" {
		list, ok := v.([]any)
		if !ok || len(list) == 0 {
			return v, false
		}
		return change(list), true
	}
	m, ok := v.(map[string]any)
	if !ok {
		return v, false
	}
	in, ok := atPath(m[path[0]], path[1:], change)
	if ok {
		m[path[0]] = in
	}
	return m, ok
}

func setField(v any, path []string, value any, remove bool) {
	m, ok := v.(map[string]any)
	if !ok {
		return
	}
	switch {
	case len(path) > 1:
		setField(m[path[0]], path[1:], value, remove)
	case remove:
		delete(m, path[0])
	default:
		m[path[0]] = value
	}
}
