// Package lang is the one list of the languages earshot knows. What is known of
// each stands in a folder of its own beside the package that uses it.
package lang

import (
	_ "embed"

	"github.com/earshot/earshot/internal/tsv"
)

// File is the name of the list, for packages that read tables by name.
const File = "languages.tsv"

//go:embed languages.tsv
var table string

// Max is how many languages there may be: packages keep sets of them in a few bits.
const Max = 8

// Language is one line of the list.
type Language struct {
	Code     string // ISO 639-1: two letters
	Name     string // in English
	Cyrillic bool   // its script; else Latin
}

// Table is the text of the list.
func Table() string { return table }

// All are the languages of the list.
func All() []Language {
	return Read(table, new(tsv.Errors)) // that there are no mistakes is tested
}

// Read reads the text of such a list and adds its mistakes to errs.
func Read(text string, errs *tsv.Errors) []Language {
	var all []Language
	for _, r := range tsv.Read(File, text, "language script name", errs) {
		script := r.Cell(1)
		switch {
		case len(r.Cell(0)) != 2 || script != "latin" && script != "cyrillic":
			errs.Add(r.At(0), "a language is a code of two letters and the script latin or cyrillic")
		case len(all) == Max:
			errs.Add(r.At(0), "more than %d languages", Max)
		default:
			all = append(all, Language{r.Cell(0), r.Cell(2), script == "cyrillic"})
		}
	}
	return all
}
