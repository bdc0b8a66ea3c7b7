// Package phrases knows what forum and blog software writes around people's
// words, in each language: "Anna wrote:", "Re:", "Comment on … by …". The phrases
// are data, words/<lang>.tsv; what is done with them is the engines' business.
package phrases

import (
	"embed"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/tsv"
)

// Role is what a phrase is there for: see words/README.md.
type Role string

// The roles whose phrases become part of an engine's pattern.
const (
	QuoteVerb  Role = "quote-verb"
	ReplyMark  Role = "reply-mark"
	Comments   Role = "comments"
	Membership Role = "membership"
	SummerTime Role = "summer-time"
	TimeZone   Role = "time-zone"

	AuthorLabel Role = "author-label"

	commentOn  Role = "comment-on"
	commentsOn Role = "comments-on"
	action     Role = "action"
	nextPage   Role = "next-page"
	prevPage   Role = "prev-page"
	answer     Role = "company-answer"
	noAnswer   Role = "no-answer"
)

var roles = []Role{QuoteVerb, ReplyMark, Comments, Membership, SummerTime, TimeZone, AuthorLabel, commentOn, commentsOn, action, nextPage, prevPage, answer, noAnswer}

//go:embed words/*.tsv
var files embed.FS

// phrase is one beginning of a title and what follows the name in it.
type phrase struct{ text, end string }

// all holds the phrases of every language by role, in the order of the files.
var all = sync.OnceValue(func() map[Role][]phrase {
	found, err := read(files)
	if err != nil {
		panic("phrases: " + err.Error()) // a test reads them
	}
	return found
})

// read reads every words/<lang>.tsv. Its error names all mistakes with their places.
func read(files fs.FS) (map[Role][]phrase, error) {
	names, err := fs.Glob(files, "words/*.tsv")
	if err != nil {
		return nil, err
	}
	found := map[Role][]phrase{}
	var errs tsv.Errors
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		for _, row := range tsv.Read(path.Clean(name), string(src), "role value phrases", &errs) {
			role := Role(row.Cell(0))
			if !slices.Contains(roles, role) {
				errs.Add(row.At(0), "unknown role %q", role)
			}
			for text := range strings.SplitSeq(row.Cell(2), ", ") {
				if text == "" {
					errs.Add(row.At(2), "a phrase is missing")
				}
				found[role] = append(found[role], phrase{text, row.Cell(1)})
			}
		}
	}
	return found, errs.Err()
}

// Pattern is a regular expression, not captured, of all phrases of a role. It
// names letters as they are written: put (?i) before it.
func Pattern(role Role) string {
	var list []string
	for _, p := range all()[role] {
		list = append(list, regexp.QuoteMeta(p.text))
	}
	return "(?:" + strings.Join(list, "|") + ")"
}

// CommentOn finds the article in the title of a comment ("Comment on TITLE by
// AUTHOR"); ok is false for other titles. author may be empty; where the title
// ends with it, it says what of the title is the article.
func CommentOn(title, author string) (article string, ok bool) {
	rest := ""
	for _, p := range all()[commentOn] {
		if after, found := strings.CutPrefix(title, p.text+" "); found && (!ok || len(after) < len(rest)) {
			rest, ok = after, true
		}
	}
	if !ok {
		return "", false
	}
	rest = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(rest), ":"))
	if author = strings.TrimSpace(author); author != "" {
		for _, whole := range []string{rest, strings.TrimRight(rest, ")»”\". ")} {
			if article, found := strings.CutSuffix(whole, author); found && article != "" {
				return withoutEnd(article), true
			}
		}
	}
	if strings.HasPrefix(rest, "«") { // what is quoted is the article
		if quoted, _, found := strings.Cut(rest[len("«"):], "»,"); found {
			return quoted, true
		}
	}
	at := -1
	for _, p := range all()[commentOn] {
		end := " " + p.end
		if p.end != "(" {
			end += " "
		}
		if strings.HasPrefix(title, p.text+" ") {
			at = max(at, strings.LastIndex(rest, end))
		}
	}
	if at > 0 {
		rest = rest[:at]
	}
	return trimArticle(rest), true
}

// withoutEnd takes off the words that stand between the article and the author.
func withoutEnd(s string) string {
	s = strings.TrimRight(s, " \"«“„")
	for _, p := range all()[commentOn] {
		if before, ok := strings.CutSuffix(s, p.end); ok && (p.end == "(" || strings.HasSuffix(before, " ")) {
			s = before
			break
		}
	}
	return trimArticle(s)
}

// trimArticle takes off the quotes around a title and what joined it to the rest.
func trimArticle(s string) string {
	return strings.Trim(strings.TrimRight(s, " ,:—–-("), "«»“”„\" ")
}

// CommentsOn finds the article in the title of a feed of comments ("Comments on:
// TITLE"); ok is false for other titles.
func CommentsOn(title string) (article string, ok bool) {
	for _, p := range all()[commentsOn] {
		if rest, ok := strings.CutPrefix(title, p.text+" "); ok {
			return trimArticle(rest), true
		}
	}
	return "", false
}

// actions holds the words of buttons, in lower case.
var actions = sync.OnceValue(wordsOf(action))

// IsAction reports whether s is nothing but the words of a button: "Reply ↩".
func IsAction(s string) bool { return actions()[bareWords(s)] }

// companyAnswers finds the beginning of a heading.
var companyAnswers = sync.OnceValue(func() *regexp.Regexp {
	re := regexp.MustCompile(`(?i)^[^\p{L}]*` + Pattern(answer) + `(?:[\s—–-]+|[^\p{L}\s—–-]|$)`)
	re.Longest()
	return re
})

// IsCompanyAnswer reports whether a heading says that the company's answer to a review follows: "Response from the
// owner", with a name or a day behind it. Where words follow, behind a dash too, it is a sentence: "The company's answer came late".
func IsCompanyAnswer(heading string) bool {
	at := companyAnswers().FindStringIndex(heading)
	if at == nil {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(heading[:at[1]])
	next, _ := utf8.DecodeRuneInString(heading[at[1]:])
	asks := strings.ContainsRune("?!….", last) && strings.TrimSpace(heading[at[1]:]) != "" // "The bank's answer? None."
	return !unicode.IsLower(next) && !asks
}

// IsNoAnswer reports whether what stands where the company's answer would says that there is none yet, or asks for one:
// "Reply as the company", "The shop has not answered yet". Longer words are an answer whatever they say.
func IsNoAnswer(words string) bool {
	const longest = 160 // bytes
	if len(words) > longest {
		return false
	}
	words = strings.ToLower(strings.Join(strings.Fields(words), " "))
	return slices.ContainsFunc(all()[noAnswer], func(p phrase) bool { return strings.Contains(words, p.text) })
}

// nextWords and prevWords hold the words of the links between the pages of a
// discussion, in lower case.
var nextWords, prevWords = sync.OnceValue(wordsOf(nextPage)), sync.OnceValue(wordsOf(prevPage))

func wordsOf(role Role) func() map[string]bool {
	return func() map[string]bool {
		found := map[string]bool{}
		for _, p := range all()[role] {
			found[p.text] = true
		}
		return found
	}
}

// IsNextPage reports whether a link's words lead to the next page: "Next »", or
// an arrow alone.
func IsNextPage(s string) bool { return pageWord(s, nextWords(), "»›→>▶►⇒❯") }

// IsPrevPage is IsNextPage for the page before.
func IsPrevPage(s string) bool { return pageWord(s, prevWords(), "«‹←<◀◄⇐❮") }

func pageWord(s string, words map[string]bool, arrows string) bool {
	if bare := withoutCounts(bareWords(s)); bare != "" {
		return words[bare]
	}
	s = strings.TrimSpace(s)
	return s != "" && utf8.RuneCountInString(s) <= 2 && strings.Trim(s, arrows) == ""
}

// withoutCounts leaves numbers out: "show 20 more comments".
func withoutCounts(s string) string {
	return strings.Join(slices.DeleteFunc(strings.Fields(s), func(word string) bool { return !strings.ContainsFunc(word, unicode.IsLetter) }), " ")
}

// bareWords is s in lower case without the signs around its words.
func bareWords(s string) string {
	const longest = 60 // bytes
	if len(s) > longest {
		return ""
	}
	return strings.ToLower(strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }))
}
