package stream

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
)

// Account returns where a post to a network, or of no kind, names the account it writes to: the first @name, but for
// one that is only quoted ("RT @name:"). An address of mail is none. It stands for the brand where nobody says which one it is.
func Account(in sentiment.Input) []mention.Span {
	if in.Kind != "" && in.Kind != mention.Social {
		return nil
	}
	text := in.Text
	var spans []mention.Span
	for at := 0; at < len(text); {
		i := strings.IndexByte(text[at:], '@')
		if i < 0 {
			break
		}
		start := at + i
		at = start + 1 + len(handle(text[start+1:]))
		before, name := text[:start], text[start:at]
		switch r, _ := utf8.DecodeLastRuneInString(before); {
		case len(name) < 3 || unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("@_./+-", r):
		case len(spans) == 0 && strings.HasSuffix(before, "RT "):
		case len(spans) == 0 || name == text[spans[0].Start:spans[0].End]:
			spans = append(spans, mention.Span{Start: start, End: at})
		}
	}
	return spans
}

// handle returns the name that text begins with, without the stop of the sentence.
func handle(text string) string {
	end := strings.IndexFunc(text, func(r rune) bool {
		return r >= utf8.RuneSelf || r != '_' && r != '.' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	if end < 0 {
		end = len(text)
	}
	return strings.TrimRight(text[:end], ".-")
}
