package sentiment

import "sync"

// tablesKept is how many tables of a language are kept: that with the words of today, or those chosen so far, and
// the last that was tried. One takes about 8 MB.
const tablesKept = 2

// Tables are those of several scorers whose words differ little: a language that has the same lines of a user's in
// two of them is compiled once. The line of its file that a cue names may be another's then. The zero value is ready
// and safe for concurrent use; a nil one keeps nothing.
type Tables struct {
	mu   sync.Mutex
	kept map[int][]sharedTable // by language, the one that was asked for last first
}

type sharedTable struct {
	words string // the user's lines for the language
	table *table
}

// has reports whether the table of a language with these words is kept.
func (t *Tables) has(lang int, words string) bool { return t.find(lang, words) != nil }

// compiled is the table of a language with these words, made when it is not kept.
func (t *Tables) compiled(lang int, words string, make func() *table) *table {
	if found := t.find(lang, words); found != nil {
		return found
	}
	made := make() // others are not held up; two may make the same
	if t != nil {
		t.keep(lang, sharedTable{words, made})
	}
	return made
}

func (t *Tables) find(lang int, words string) *table {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.kept[lang]
	for i, one := range list {
		if one.words == words {
			copy(list[1:], list[:i])
			list[0] = one
			return one.table
		}
	}
	return nil
}

func (t *Tables) keep(lang int, one sharedTable) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil {
		t.kept = map[int][]sharedTable{}
	}
	list := append([]sharedTable{one}, t.kept[lang]...)
	t.kept[lang] = list[:min(len(list), tablesKept)]
}
