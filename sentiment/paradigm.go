package sentiment

import (
	"strings"

	"github.com/earshot/earshot/internal/tsv"
)

// A paradigm says how a lemma bends: the first line whose strip fits is used.
type paradigm []paradigmLine

type paradigmLine struct {
	strip   string
	endings []ending
}

// ending is what is put in place of strip; tag bends the result further.
type ending struct{ text, tag string }

// maxForms bounds a lemma: the richest Slavic verb with its participles stays
// under it, an endless @tag circle does not.
const maxForms = 400

func readParadigms(rows []tsv.Row, errs *tsv.Errors) map[string]paradigm {
	all := map[string]paradigm{}
	type use struct {
		tag string
		at  tsv.Place
	}
	var uses []use
	for _, r := range rows {
		tag := r.Cell(0)
		if tag == "" || r.Cell(2) == "" {
			errs.Add(r.At(0), "a paradigm needs a tag, what it strips and its endings")
			continue
		}
		line := paradigmLine{strip: strings.ToLower(r.Cell(1))}
		if line.strip == "0" {
			line.strip = ""
		}
		for _, word := range strings.Fields(strings.ToLower(r.Cell(2))) {
			text, further, _ := strings.Cut(word, "@")
			if text == "0" {
				text = ""
			}
			if further != "" {
				uses = append(uses, use{further, r.At(2)})
			}
			line.endings = append(line.endings, ending{text, further})
		}
		all[tag] = append(all[tag], line)
	}
	for _, u := range uses {
		if all[u.tag] == nil {
			errs.Add(u.at, "no paradigm %q after @", u.tag)
		}
	}
	return all
}

// bend appends the forms of lemma to forms; false when no line of the tag fits.
func bend(all map[string]paradigm, lemma, tag string, forms []string, depth int) ([]string, bool) {
	for _, line := range all[tag] {
		if !strings.HasSuffix(lemma, line.strip) || len(lemma) == len(line.strip) {
			continue
		}
		stem := lemma[:len(lemma)-len(line.strip)]
		for _, e := range line.endings {
			form := stem + e.text
			if len(forms) >= maxForms {
				return forms, true
			}
			forms = append(forms, form)
			if e.tag != "" && depth < 3 {
				forms, _ = bend(all, form, e.tag, forms, depth+1)
			}
		}
		return forms, true
	}
	return forms, false
}

// softenTag is the tag of the lines for stems ("скриньк*").
const softenTag = "*"

// softened appends the forms in which the last letters of a stem soften (скриньці). A line that gives back what it
// strips says that the stem does not.
func (d *dictionary) softened(stem string, forms []string) []string {
	for _, line := range d.paradigms[softenTag] {
		rest, ok := strings.CutSuffix(stem, line.strip)
		if !ok {
			continue
		}
		for _, e := range line.endings {
			if e.text != line.strip {
				forms = append(forms, rest+e.text)
			}
		}
		break
	}
	return forms
}
