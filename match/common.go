package match

import "unicode/utf8"

// commonWords are everyday words of all languages.
type commonWords struct {
	function map[string]bool  // words no foreign or inflected form may be: мне, some
	verbs    map[string]langs // words that are a verb in these languages, so no form of them there: шли
	latin    map[string]bool  // words of languages in Latin letters that a transliteration may hit by chance: list, sad
	short    map[uint64]bool  // hashes of the function and Latin words up to six letters: no joined name may be one
	votes    map[uint64]vote  // which languages a frequent word speaks for
	nouns    []nouns          // in the order of the languages
}

// nouns are the words of one language that a name may be borrowed from: лента,
// target.
type nouns struct {
	language string // its English name
	words    map[string]bool
}

func readCommon(t *tables, f *folder, sp *speech) commonWords {
	c := commonWords{function: map[string]bool{}, verbs: map[string]langs{}, latin: map[string]bool{}, short: map[uint64]bool{}, votes: map[uint64]vote{}}
	for i, l := range t.langs {
		own := nouns{l.Name, map[string]bool{}}
		for _, row := range t.read(l.Code+"/words.tsv", "kind word", 2) {
			word := f.foldWord(row.Raw(1))
			kind := row.Raw(0)
			if !l.Cyrillic {
				c.latin[word] = true
			}
			if (!l.Cyrillic || kind == "function") && utf8.RuneCountInString(word) <= 6 {
				c.short[hashString(word)] = true
			}
			switch kind {
			case "function":
				c.votes[hashString(word)] |= sp.vote[i]
				c.function[word] = true
			case "verb":
				c.verbs[word] |= langs(sp.vote[i])
			case "noun":
				own.words[word] = true
			case "chance":
			default:
				t.errs.Add(row.At(0), "unknown kind %q: a word is function, verb, noun or chance", kind)
			}
		}
		c.nouns = append(c.nouns, own)
	}
	for _, row := range t.must("common/words.tsv", "kind word", 2) {
		if row.Raw(0) != "latin" {
			t.errs.Add(row.At(0), "unknown kind %q: a word of no one language is latin", row.Raw(0))
		}
		c.votes[hashString(f.foldWord(row.Raw(1)))] |= voteTyped
	}
	return c
}

// of gives the languages of in that word may be a form of a name in: not those in which it
// is a verb. ok is false when none is left.
func (c *commonWords) of(word string, in langs) (left langs, ok bool) {
	verb := c.verbs[word]
	return in &^ verb, verb == 0 || in&^verb != 0
}

// language says in which language word is common, "" when in none.
func (c *commonWords) language(word string) string {
	if c.function[word] {
		return "everyday speech"
	}
	for _, n := range c.nouns {
		if n.words[word] {
			return n.language
		}
	}
	return ""
}

// everyday says whether people say the word who mean no firm by it.
func (c *commonWords) everyday(word string) bool { return c.latin[word] || c.language(word) != "" }
