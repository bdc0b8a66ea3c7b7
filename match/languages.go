package match

import (
	"fmt"
	"maps"
)

// Languages are what Compile knows of the languages: whoever compiles many short lists
// reads it once, which is nearly all of the work. It may be used by many goroutines at once.
type Languages struct{ writer *writer }

// known is what the tables say, whatever is watched: see data/README.md. Words that texts are
// asked for are there by hash. It never changes.
type known struct {
	fold      *folder
	speech    *speech
	grammar   grammar
	common    commonWords
	clues     clueWords
	endings   map[uint64]bool
	english   map[uint64]bool
	particle  map[uint64]bool
	prefix    map[uint64]bool
	adjective map[string]bool
	surnames  map[string]bool
	first     map[uint64]bool // in all forms
	street    map[uint64]bool
	and       map[uint64]bool            // those of beside, by hash
	beside    map[string]map[string]bool // legal.tsv, by kind
	hosts     map[string]map[string]bool // by kind
}

// NewLanguages reads the tables, in about 20 ms.
func NewLanguages() (*Languages, error) { return readLanguages(builtin) }

// readLanguages is NewLanguages with the tables of text.
func readLanguages(text func(name string) string) (*Languages, error) {
	t := newTables(text)
	f, sp := newFolder(), newSpeech(t)
	endings, names := t.sets("endings.tsv", "kind written"), t.sets("names.tsv", "kind word")
	beside := t.sets("legal.tsv", "kind word")
	maps.Copy(beside["legal"], beside["form"])
	k := &known{
		fold:      f,
		speech:    sp,
		grammar:   newGrammar(t, sp),
		common:    readCommon(t, f, sp),
		endings:   hashes(f, endings["ending"]),
		english:   hashes(f, endings["english"]),
		particle:  hashes(f, endings["particle"]),
		prefix:    hashes(f, endings["prefix"]),
		adjective: endings["adjective"],
		surnames:  names["surname"],
		street:    hashes(f, names["street"]),
		and:       hashes(f, beside["and"]),
		beside:    beside,
		hosts:     t.sets("hosts.tsv", "kind word"),
	}
	w := &writer{known: k, script: newScript(t, sp)}
	k.first, k.clues = firstNames(w, names["first"]), readClues(t, w)
	if err := t.errs.Err(); err != nil {
		return nil, fmt.Errorf("match: tables: %w", err)
	}
	return &Languages{w}, nil
}

func hashes(f *folder, words map[string]bool) map[uint64]bool {
	out := make(map[uint64]bool, len(words))
	for word := range words {
		out[f.hashOf(word)] = true
	}
	return out
}

// firstNames gives the hashes of all singular forms of the first names we know.
func firstNames(w *writer, names map[string]bool) map[uint64]bool {
	out := inflected(w, names, pluralSlot)
	for name := range names {
		for _, s := range w.script.toLatin(name, anyLang, joinedSpellings) {
			out[hashString(s)] = true
		}
	}
	return out
}

// inflected gives the hashes of words and of their forms in the slots before end.
func inflected(w *writer, words map[string]bool, end int) map[uint64]bool {
	out := map[uint64]bool{}
	for word := range words {
		base := w.fold.foldWord(word)
		out[hashString(base)] = true
		for _, f := range w.grammar.forms(base, w.speech.languagesOf(word), false, false) {
			if f.slot < end {
				out[hashString(f.text)] = true
			}
		}
	}
	return out
}
