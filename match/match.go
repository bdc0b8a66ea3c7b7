// Package match decides which watches a post names. It compiles the terms of a
// watchlist to their forms (cases, articles, plurals, both alphabets) and finds
// them in one pass over the text, keeping byte offsets.
//
// A watchlist becomes a Set in compile.go:
//
//	term     taken apart, into one or more readings     term.go, readings.go
//	reading  a path through a graph of words            lexicon.go
//	word     its forms, in both alphabets               words.go, forms.go, translit.go; written as one: joined.go
//	form     an entry of an index of hashes             speller.go, index.go
//
// A post goes the same way in post.go, from the other end:
//
//	text     folded and hashed word by word             fold.go, token.go, lookalike.go, apostrophe.go
//	word     looked up, then followed through the graph run.go
//	place    judged by the rules of docs/matching.md    judge.go, and a file for each kind of rule
//	hit      kept, by what stands beside it             post.go, clues.go
//
// What it knows of the languages are tables, not code: languages.go, data.go and data/README.md.
//
// It must not know sources, stores or channels, read files or the clock, and it
// never changes the text it is given.
package match

import "github.com/earshot/earshot/mention"

// Term is one entry of a watch as the user wrote it.
type Term struct {
	Text string
	Pos  string // file:line:column, for problems; may be empty
}

// Expr is a boolean condition on a post: one term, or a group of conditions.
// In a group every filled list must hold: one of Any, each of All, not one of
// None. A leaf has Term filled and the lists empty.
type Expr struct {
	Term Term
	Any  []Expr
	All  []Expr
	None []Expr
}

// Watch is one brand, product or person to listen for. A post mentions it when
// one of Terms (or Any) stands in it, unless Context, Ignore, All or None say
// otherwise.
type Watch struct {
	Name    string // a label; it is not matched
	Terms   []Term
	Context []Term // when filled, a hit counts only with one of these near it
	Ignore  []Term // phrases that cancel the hits inside them
	Rivals  []Term // names of others, which cancel the hits inside them, too, where they are longer
	Any     []Expr // further ways to name the watch
	All     []Expr // each must hold somewhere in the post
	None    []Expr // none may hold anywhere in the post
}

// Hit says that a post names a watch.
type Hit struct {
	Watch string // Watch.Name
	Index int    // its place in the slice given to Compile
	Spans []mention.Span
}

// Problem is a mistake (Fatal) or a doubtful choice in a term of a watch.
type Problem struct {
	Pos     string // file:line:column of the term
	Message string
	Hint    string // what to do
	Fatal   bool   // the term cannot be matched at all
}

// Explanation says why a watch was or was not named.
type Explanation struct {
	Watch string
	Named bool
	Steps []Step
}

// Step is one thing Explain saw: a place that was accepted or cancelled.
type Step struct {
	Span   mention.Span // the place, in title+"\n"+text; empty Text when about the whole post
	Rule   int          // the number of the rule in docs/matching.md that decided; 0 for an accepted hit and for any, all and none
	Reason string       // in plain words
	Counts bool         // the place counts as naming the watch
}
