package match

import "unicode/utf8"

// commonWords are everyday words of the four languages.
type commonWords struct {
	function map[string]bool            // words no foreign or inflected form may be: мне, some
	english  map[string]bool            // English words a transliteration may hit by chance: list, sad
	short    map[uint64]bool            // hashes of the function and English words up to six letters: no joined name may be one
	votes    map[uint64]uint8           // which languages a frequent word speaks for
	nouns    map[string]map[string]bool // by language: words a name may be borrowed from: лента, target
}

func readCommon(t *tables, f *folder) commonWords {
	c := commonWords{function: map[string]bool{}, english: map[string]bool{}, short: map[uint64]bool{}, votes: map[uint64]uint8{}, nouns: map[string]map[string]bool{}}
	for _, row := range t.read("common.tsv", "lang kind word", 3) {
		lang, kind, word := row.Raw(0), row.Raw(1), f.foldWord(row.Raw(2))
		if lang == "en" {
			c.english[word] = true
		}
		if (lang == "en" || kind == "function") && utf8.RuneCountInString(word) <= 6 {
			c.short[hashString(word)] = true
		}
		switch kind {
		case "latin":
			c.votes[hashString(word)] |= voteLatin
			continue
		case "function":
			c.votes[hashString(word)] |= voteOf[lang]
			c.function[word] = true
			continue
		case "chance":
			continue
		}
		if c.nouns[lang] == nil {
			c.nouns[lang] = map[string]bool{}
		}
		c.nouns[lang][word] = true
	}
	return c
}
