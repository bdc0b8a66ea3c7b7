package main

import (
	"maps"
	"regexp"
	"slices"
	"testing"
)

var (
	listItem  = regexp.MustCompile(`(?m)^ *(?:-|\d+\.) `)
	tableRow  = regexp.MustCompile(`(?m)^\|`)
	pageLink  = regexp.MustCompile(`\]\(([^)#]+)`)
	ownWords  = regexp.MustCompile(` *(?:[^\x00-\x7f]| [A-Z"]).*`) // of a command: what is called otherwise in each language
	inPicture = regexp.MustCompile(`pictures/\w\w/`)
)

// TestGuideSaysTheSame: what one language tells in a row of a table, an item of a list, a link, a key or a
// command, all of them tell. A fact that is added to one page alone mostly brings one of these.
func TestGuideSaysTheSame(t *testing.T) {
	told := func(page string) map[string]int {
		facts := map[string]int{"rows of tables": len(tableRow.FindAllString(page, -1))}
		page = codeBlock.ReplaceAllString(page, "")
		facts["items of lists"] = len(listItem.FindAllString(page, -1))
		for _, m := range pageLink.FindAllStringSubmatch(page, -1) {
			facts["the link "+inPicture.ReplaceAllString(m[1], "pictures/")] = 1
		}
		for _, m := range codeSpan.FindAllStringSubmatch(page, -1) {
			if code := ownWords.ReplaceAllString(m[1], ""); code != "" {
				facts["`"+code+"`"] = 1
			}
		}
		return facts
	}
	english, n := guidePages(t, "en"), 0
	for _, lang := range guideLanguages {
		for name, page := range guidePages(t, lang) {
			here, there := told(page), told(english[name])
			for _, fact := range slices.Sorted(maps.Keys(merged(here, there))) {
				if n++; here[fact] != there[fact] {
					t.Errorf("%s/%s: %s: %d here, %d in English", lang, name, fact, here[fact], there[fact])
				}
			}
		}
	}
	if n < 500 {
		t.Errorf("%d facts: are the patterns still right?", n)
	}
}

// merged has the keys of both.
func merged(a, b map[string]int) map[string]int {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}
