// Package sentiment decides how negative a text about a company is and how
// likely it is a complaint, and says which words decided. It knows English,
// Russian, Ukrainian and Bulgarian, from the tables in lexicon/, which hold all
// there is to know about a language.
//
// It must not read a clock, touch the network or remember texts: a score depends
// on the input alone. Nothing about one language may stand in Go code that a
// table could say.
//
// A text goes this way; each step leaves what it found in the scratch (score.go).
//
//	read      window.go, token.go, word.go, fold.go, markup.go: tokens, folded
//	look up   langid.go, language.go: which language, or which two
//	          resolve.go, translit.go: what its table knows of each word
//	          places.go: which words name the brand, a rival, somebody else
//	search    match.go: patterns and cues of frames; the heavier one keeps shared words
//	evaluate  evaluate.go word by word, sentencewide.go for the sentence (sentences.go),
//	          signs.go, typo.go: units of evidence with their weights
//	deliver   score.go: the sum is the score; label.go: stars and label
//	judge     features.go, cues.go, fault.go, themes.go, everyday.go: numbers from 0 to 1
//	          verdict.go: frames and complaint, by models.go and trees.go
//
// The tables come another way, each language when a text first needs it.
//
//	read      scorer.go, lexicon.go; entries.go, patterns.go, paradigm.go, and own.go for a
//	          user's words: rows become a dictionary
//	compile   compile.go, layout.go, stems.go, with gather.go and hash.go: forms and stems
//	          become a table; trie.go, pairs.go: patterns become one trie
//
// Beside them: inspect.go is for those who measure and fit, learn.go for what an
// installation's staff teach, shared.go for many scorers of nearly the same words,
// choices.go for what a user surely did not mean.
package sentiment
