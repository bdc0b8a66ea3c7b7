// Package sentiment decides how negative a text about a company is, and says
// which words decided. It knows English, Russian, Ukrainian and Bulgarian, from
// the tables in lexicon/, which hold all there is to know about a language.
//
// It must not read a clock, touch the network or remember texts: a score depends
// on the input alone. Nothing about one language may stand in Go code that a
// table could say.
package sentiment
