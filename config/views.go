package config

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	dates "github.com/earshot/earshot/internal/text"
)

// viewWords are the keys of a view's query, with the words that each may have; nil: any
// text.
func viewWords(c *Config) map[string][]string {
	names := c.names()
	return map[string][]string{
		"status":   {"open", "claimed", "snoozed", "replied", "unproved", "dismissed", "all"},
		"watch":    names["watch"],
		"source":   names["source"],
		"kind":     PostKinds(),
		"lang":     Langs(),
		"topic":    Topics(),
		"severity": Severities(),
		"owner":    nil,
		"author":   nil,
		"q":        nil,
		"from":     nil,
		"to":       nil,
	}
}

func (d *decoder) checkViews(c *Config) {
	seen := map[string]Pos{}
	words := viewWords(c)
	for i, v := range c.Views {
		path := fmt.Sprintf("views[%d]", i)
		d.checkName(v.Name, path+".name", "view", seen)
		m := d.place(path + ".query")
		if _, query, ok := strings.Cut(v.Query, "?"); ok && strings.HasPrefix(v.Query, "http") {
			d.wrong(m, didYouMean(query), "query: this is a whole address")
			continue
		}
		values, err := url.ParseQuery(strings.TrimPrefix(v.Query, "?"))
		if err != nil {
			d.wrong(m, `write it as it stands behind the ? in the inbox's address: "status=open&owner=me"`, "query cannot be read")
			continue
		}
		for _, key := range slices.Sorted(maps.Keys(values)) {
			d.checkViewKey(d.inText(m, key), key, values[key], words)
		}
	}
}

// checkViewKey checks one key of a view with its values.
func (d *decoder) checkViewKey(m position, key string, values []string, words map[string][]string) {
	known, ok := words[key]
	switch {
	case !ok:
		keys := slices.Sorted(maps.Keys(words))
		d.wrong(m, d.meant(key, keys, "known keys: "+strings.Join(keys, ", ")), "unknown key %q in the query of a view", key)
		return
	case len(values) > 1:
		d.wrong(m, "", "the query has %s twice", key)
		return
	case key == "from" || key == "to":
		if _, err := time.Parse(time.DateOnly, values[0]); err != nil {
			hint := "write a day: 2026-11-26"
			if day := dates.MeantDay(values[0]); day != "" {
				hint = didYouMean(key + "=" + day)
			}
			d.wrong(m, hint, "%s=%s is not a day", key, values[0])
		}
		return
	case key == "owner" && strings.HasPrefix(values[0], "@"):
		d.warn(m, "write me, none, or the id of a person: U0123456789", "owner=%s is nobody: a handle is no id", values[0])
		return
	case known == nil || slices.Contains(known, values[0]):
		return
	}
	d.wrong(m, d.meant(values[0], known, "known: "+strings.Join(known, ", ")), "there is no %s %q", key, values[0])
}
