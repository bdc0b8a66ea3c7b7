package match

import (
	"fmt"
	"maps"
	"slices"
)

// Languages are what Compile knows of the languages: whoever compiles many short lists
// reads it once, which is nearly all of the work. It may be used by many goroutines at once.
type Languages struct {
	known  *known
	writer *writer
}

// known is what is known of the languages, whatever is watched. It never changes.
type known struct {
	fold      *folder
	endings   map[uint64]bool // by hash
	english   map[uint64]bool
	particle  map[uint64]bool
	prefix    map[uint64]bool
	adjective map[string]bool // ends of adjectives
	speech    *speech
	surnames  map[string]bool // see data/README.md
	first     map[uint64]bool // first names in all forms
	street    map[uint64]bool // the words for a street
	legal     map[string]bool
	forms     map[string]bool // those of them that a name may have or not
	starts    map[string]bool // words that speech begins with
	opens     map[string]bool // prepositions that a name may begin with
	and       map[uint64]bool // the words for &
	plus      map[string]bool // the words for +
	hosts     map[string]map[string]bool
	common    commonWords
	clues     clueWords
}

// NewLanguages reads the tables, in about 20 ms.
func NewLanguages() (*Languages, error) { return readLanguages(builtin) }

// readLanguages is NewLanguages with the tables of text.
func readLanguages(text func(name string) string) (*Languages, error) {
	t := newTables(text)
	f := newFolder()
	endings := t.sets("endings.tsv", "kind written")
	legal := t.sets("legal.tsv", "kind word")
	maps.Copy(legal["legal"], legal["form"])
	names := t.sets("names.tsv", "kind word")
	sp := newSpeech(t)
	w := &writer{
		fold:    f,
		speech:  sp,
		grammar: newGrammar(t, sp),
		script:  newScript(t, sp),
		legal:   legal,
		ands:    slices.Sorted(maps.Keys(legal["and"])),
		common:  readCommon(t, f, sp),
	}
	k := &known{
		fold:      f,
		speech:    sp,
		endings:   hashes(f, endings["ending"]),
		english:   hashes(f, endings["english"]),
		particle:  hashes(f, endings["particle"]),
		prefix:    hashes(f, endings["prefix"]),
		adjective: endings["adjective"],
		legal:     legal["legal"],
		forms:     legal["form"],
		starts:    legal["speech"],
		opens:     legal["opens"],
		and:       hashes(f, legal["and"]),
		plus:      legal["plus"],
		hosts:     t.sets("hosts.tsv", "kind word"),
		common:    w.common,
		surnames:  names["surname"],
		first:     firstNames(w, names["first"]),
		street:    hashes(f, names["street"]),
		clues:     readClues(t, w),
	}
	if err := t.errs.Err(); err != nil {
		return nil, fmt.Errorf("match: tables: %w", err)
	}
	return &Languages{known: k, writer: w}, nil
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
