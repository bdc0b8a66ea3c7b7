package schemaorg

import (
	"strings"

	"github.com/earshot/earshot/mention"
)

// schemaType is how a node is read.
type schemaType int

const (
	schemaOther schemaType = iota
	schemaReview
	schemaComment
	schemaDiscussion
	schemaQuestion
	schemaSkip
	schemaSum // numbers nobody wrote; the reviews they are of may stand inside
)

// post is the kind of post it makes; "" leaves it to the source.
func (k schemaType) post() mention.PostKind {
	switch k {
	case schemaReview:
		return mention.Review
	case schemaComment:
		return mention.Comment
	case schemaDiscussion, schemaQuestion:
		return mention.Forum
	}
	return ""
}

func schemaKind(names []string) schemaType {
	for _, name := range names {
		switch name {
		case "review", "userreview", "criticreview", "employerreview", "recommendation":
			return schemaReview
		case "comment", "answer", "usercomments", "reply":
			return schemaComment
		case "discussionforumposting", "socialmediaposting":
			return schemaDiscussion
		case "question":
			return schemaQuestion
		case "faqpage", "claimreview": // questions nobody asked
			return schemaSkip
		case "aggregaterating", "employeraggregaterating":
			return schemaSum
		}
	}
	return schemaOther
}

// kindOf is how a node of JSON-LD is read. What has the body of a review is one, also where a template left its type out.
func kindOf(v map[string]any) schemaType {
	if v["@type"] == nil && field(v, "reviewBody") != nil {
		return schemaReview
	}
	return schemaKind(types(v))
}

// types returns the lower-case types of a node without their vocabulary.
func types(v map[string]any) []string {
	var list []string
	switch t := v["@type"].(type) {
	case string:
		list = append(list, typeName(t))
	case []any:
		for _, e := range t {
			if s, ok := e.(string); ok {
				list = append(list, typeName(s))
			}
		}
	}
	return list
}

func typeName(s string) string {
	s = strings.TrimRight(strings.TrimSpace(s), "/#")
	if i := strings.LastIndexAny(s, "/#:"); i >= 0 {
		s = s[i+1:]
	}
	return strings.ToLower(s)
}
