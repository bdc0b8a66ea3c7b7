package page

import (
	"cmp"
	"maps"
	"regexp"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/crawlers/internal/schemaorg"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Rules of this file: an answer that is taken for the company's ends a complaint, so it must be proved: by data of the
// page, or by the user's selector where its words came after the review was read without them, or are dated. What only
// looks like an answer is a question to people. What stands under every review is a part of the page.

// answered is an answer as it stands below a review.
type answered struct {
	schemaorg.Answer
	under, url string // of the review
	twice      bool   // the same words stand below another review of the page,
	everywhere bool   // below all of them
}

// answerMemory is what a cursor knows of answers: of each review by its id.
type answerMemory struct {
	Rule   uint64            `json:"rule,omitempty"`   // by which they are looked for
	Read   poll.Fingerprints `json:"read,omitempty"`   // the reviews that were read
	Under  poll.Fingerprints `json:"under,omitempty"`  // those that had an answer,
	Missed poll.Fingerprints `json:"missed,omitempty"` // and had none at the last look
	Words  poll.Fingerprints `json:"words,omitempty"`  // the answers
}

// by reports whether the memory is of answers that were looked for by this rule; an earlier version has none.
func (m *answerMemory) by(rule uint64) bool { return m != nil && m.Rule == rule }

// answerRule names the selectors by which answers are looked for.
func (p *page) answerRule() uint64 {
	var all []string
	for _, r := range []*selectReader{p.rules, p.detail} {
		if r != nil {
			for _, s := range r.own {
				all = append(all, s.text)
			}
		}
	}
	if len(all) == 0 {
		return 0
	}
	return xxhash.Sum64String(strings.Join(all, "\x00"))
}

// below lists the answers of a page, by its items and by those of its posts that are answers.
func below(items []*schemaorg.Item, posts []mention.Post) (rest []mention.Post, all []answered) {
	known := map[string]bool{}
	add := func(a answered) {
		if a.Text != "" && !known[a.under] {
			known[a.under], all = true, append(all, a)
		}
	}
	for _, p := range posts {
		switch {
		case !p.Own, known[p.ReplyTo]: // what they add to their answer is a post as any other
			rest = append(rest, p)
		case p.ReplyTo != "": // else it answers what is no post
			add(answered{Answer: schemaorg.Proved(p), under: p.ReplyTo, url: p.URL})
		}
	}
	for _, i := range items {
		add(answered{Answer: i.Answer, under: i.Post.ID, url: i.Post.URL})
	}
	reviews, said := 0, map[string]int{}
	for _, p := range rest {
		if p.ReplyTo == "" && !p.IsReply {
			reviews++
		}
	}
	for _, a := range all {
		said[sameAnswer(a.Text)]++
	}
	for i := range all {
		n := said[sameAnswer(all[i].Text)]
		all[i].twice, all[i].everywhere = n > 1, n > 1 && n >= reviews
	}
	return rest, all
}

var digits = regexp.MustCompile(`\p{N}+`)

// sameAnswer is what the words of an answer are compared by: what counts in them changes by itself.
func sameAnswer(words string) string { return digits.ReplaceAllString(text.Letters(words), "") }

func markOf(parts ...string) uint64 { return xxhash.Sum64String(strings.Join(parts, "\x00")) }

// answersOf are the posts that answers make of which nothing was known, and those that are gone; past are the ids of
// those that may have stood there when earlier versions read the page. shown are the reviews that were read.
func (p *page) answersOf(was *answerMemory, found []answered, shown []mention.Post, old bool) (posts []mention.Post, past []string, next answerMemory) {
	next = answerMemory{Rule: p.answerRule(), Read: poll.Fingerprints{}, Under: poll.Fingerprints{}, Missed: poll.Fingerprints{}, Words: poll.Fingerprints{}}
	had := answerMemory{}
	if was != nil {
		had = *was
	}
	for _, review := range shown {
		next.Read[markOf(review.ID)] = struct{}{}
	}
	for _, a := range found {
		mark, words := markOf(a.under), markOf(a.under, sameAnswer(a.Text))
		if !has(next.Read, mark) {
			continue
		}
		known, everybodys := has(had.Words, words), markOf(a.under, sameAnswer(a.Text), "everywhere")
		boiler := a.twice && !a.Proved && (a.everywhere || !a.Named) && !known && !has(had.Under, mark)
		if boiler || has(had.Words, everybodys) {
			next.Words[everybodys] = struct{}{}
			continue // "Reply as the company", or what they write to everybody: nobody can tell, later neither
		}
		next.Under[mark], next.Words[words] = struct{}{}, struct{}{}
		if known {
			continue
		}
		came := was.by(next.Rule) && has(had.Read, mark) && !has(had.Under, mark)
		sure := a.Proved || a.Named && !a.twice && (came || !a.Published.IsZero())
		posts = append(posts, a.post(sure))
		if old && was == nil && !a.Named && !sure {
			past = append(past, posts[len(posts)-1].ID)
		}
	}
	return append(posts, gone(had, &next, shown)...), past, next
}

func has(m poll.Fingerprints, mark uint64) bool {
	_, ok := m[mark]
	return ok
}

// gone are the answers that two looks in a row missed. Where all of several are missed at once the page shows them in
// another way, and where they are looked for elsewhere nothing is known of them.
func gone(had answerMemory, next *answerMemory, shown []mention.Post) (posts []mention.Post) {
	if had.Rule != next.Rule {
		return nil
	}
	const several = 2
	var missed []mention.Post
	for _, review := range shown {
		if mark := markOf(review.ID); has(had.Under, mark) && !has(next.Under, mark) {
			missed = append(missed, review)
		}
	}
	otherwise := len(missed) >= several && len(next.Under) == 0
	for _, review := range missed {
		mark := markOf(review.ID)
		if !otherwise && has(had.Missed, mark) {
			a := answered{under: review.ID, url: review.URL}.post(false)
			a.Deleted = true
			posts = append(posts, a)
			continue
		}
		maps.Copy(next.Words, had.Words)
		if !otherwise {
			next.Under[mark], next.Missed[mark] = struct{}{}, struct{}{}
		}
	}
	return posts
}

// post is the answer as a post of its own.
func (a answered) post(sure bool) mention.Post {
	return mention.Post{Kind: mention.Review, ID: a.under + "#answer", URL: cmp.Or(a.url, a.under), ReplyTo: a.under, Own: sure, SeemsOwn: !sure,
		Author: a.Author, Published: a.Published, DateOnly: a.DateOnly, Text: a.Text}
}
