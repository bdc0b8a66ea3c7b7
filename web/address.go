package web

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// entry is one key of an address: a list's or a report's.
type entry struct {
	key   string
	value *string
	words []string // nil: any text
}

// maxWord bounds every value of an address, in characters.
const maxWord = 300

// readAddress fills entries. Keys that are not among them are nobody's mistake.
func readAddress(values url.Values, entries []entry) error {
	for _, e := range entries {
		value := strings.TrimSpace(values.Get(e.key))
		if value == "" {
			continue
		}
		bad := !utf8.ValidString(value) || strings.ContainsRune(value, 0) || utf8.RuneCountInString(value) > maxWord || e.words != nil && !slices.Contains(e.words, value)
		if e.key == "from" || e.key == "to" {
			day, err := time.Parse(time.DateOnly, value)
			bad = bad || err != nil || day.Year() < 1
		}
		if bad {
			return badKey(e.key, value)
		}
		*e.value = value
	}
	return nil
}

// writeAddress is the query of an address with the entries that say something.
func writeAddress(entries []entry) string {
	var said []string
	for _, e := range entries {
		if *e.value != "" {
			said = append(said, e.key+"="+url.QueryEscape(*e.value))
		}
	}
	return strings.Join(said, "&")
}

// asked is the address of a page with a query, when there is one.
func asked(page, query string) string {
	if query == "" {
		return page
	}
	return page + "?" + query
}
