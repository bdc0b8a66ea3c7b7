package page

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/charset"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/crawlers/internal/schemaorg"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// Rules of this file: a review that the list does not show any more is looked at where it stands alone, for the company's
// answer. A site is asked for that only where answers are seen at it, or a selector says where they are.

// shownList is what this process saw of the list last.
type shownList struct {
	mu      sync.Mutex
	ids     map[string]bool
	answers bool // some were seen there
	at      time.Time
}

func (l *shownList) read(posts []mention.Post, answers []answered, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ids, l.at = make(map[string]bool, len(posts)), now
	for _, post := range posts {
		l.ids[post.ID] = true
	}
	l.answers = l.answers || len(answers) > 0
}

// shows reports whether the list shows a post, with its answer; seen, whether answers were seen there at all. Another process
// may read the list by now.
func (l *shownList) shows(id string, now time.Time) (shown, seen bool) {
	const lately = 12 * time.Hour
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.answers && l.ids[id] && now.Sub(l.at) < lately, l.answers
}

// followed is the memory of one review's own page.
type followed struct {
	V       fetch.Validators `json:"v,omitzero"`
	Answers *answerMemory    `json:"answers,omitempty"`
}

// Thread implements crawlers.Threader: it looks for the company's answer on the review's own page.
func (p *page) Thread(ctx context.Context, post mention.Post, since crawlers.Cursor) (crawlers.Batch, error) {
	if post.Kind != mention.Review || !p.standsAlone(post.URL) {
		return crawlers.Batch{Next: since, Unchanged: true}, nil
	}
	var state followed
	poll.DecodeCursor(since, &state)
	shown, seen := p.list.shows(post.ID, p.env.Now())
	inList := p.rules != nil && len(p.rules.own) > 0 || p.answerRule() == 0
	if p.answerRule() == 0 && !seen || shown && inList { // the list's polls will tell
		return crawlers.Batch{Next: poll.EncodeCursor(state), Unchanged: true}, nil
	}
	if !state.Answers.by(p.answerRule()) {
		state.V = fetch.Validators{} // nothing of the page was understood yet, by these selectors
	}
	res, err := p.env.Fetch.Do(ctx, fetch.Request{URL: post.URL, Validators: state.V, Accept: htmlAccept})
	if err != nil {
		return crawlers.Batch{}, fmt.Errorf("page: the review's own page: %w", err)
	}
	if res.NotModified {
		state.V = res.Validators
		return crawlers.Batch{Next: poll.EncodeCursor(state), Unchanged: true}, nil
	}
	found, there, err := p.alone(res, post)
	if err != nil {
		return crawlers.Batch{}, err
	}
	batch := crawlers.Batch{Observed: crawlers.Observation{What: "page", Bytes: len(res.Body)}, Unchanged: !there}
	state.V = fetch.Validators{}
	if there {
		state.V, batch.Observed.Items = res.Validators, 1
		answers, stood, memory := p.answersOf(state.Answers, found, []mention.Post{post}, toldLongAgo(post, p.env.Now()))
		answers = slices.DeleteFunc(answers, func(a mention.Post) bool { return slices.Contains(stood, a.ID) })
		batch.Posts, state.Answers = poll.Finish(p.env, answers), &memory
		if len(memory.Missed) > 0 {
			state.V = fetch.Validators{}
		}
	}
	batch.Next = poll.EncodeCursor(state)
	return batch, nil
}

// toldLongAgo reports a review that was told long before its own page is read first, as before an update: what only looks
// like an answer stood there since, as far as anybody knows.
func toldLongAgo(post mention.Post, now time.Time) bool {
	const long = 24 * time.Hour
	return now.Sub(post.FetchedAt) > long
}

// standsAlone reports an address of one review at the host of the list, and not the list's own.
func (p *page) standsAlone(address string) bool {
	alone, list := poll.WithoutFragment(address), poll.WithoutFragment(p.address)
	host := poll.Host(alone)
	return host != "" && host == poll.Host(list) && !mention.SameURL(alone, list)
}

// alone finds the answer on a review's own page; there is false where that shows no such review.
func (p *page) alone(res *fetch.Response, post mention.Post) (found []answered, there bool, err error) {
	body := charset.HTML(res)
	doc, release, err := htmltext.Open(body)
	if err != nil {
		return nil, false, fmt.Errorf("page: the review's own page: %w", err)
	}
	defer release()
	if htmltext.EndsInMiddle(body) {
		return nil, false, nil
	}
	review := p.itemOf(doc, res.URL, post)
	if review == nil {
		return nil, false, nil
	}
	if review.Answer.Text != "" {
		found = append(found, answered{Answer: review.Answer, under: post.ID, url: post.URL})
	}
	return found, true, nil
}

// itemOf is the review on its own page, with its answer: what data of the page prove comes first.
func (p *page) itemOf(doc *goquery.Document, address string, post mention.Post) *schemaorg.Item {
	schema := schemaorg.Reader{Page: pageOf(p.env, doc, address, nil, &p.order)}
	if p.detail != nil {
		item := &schemaorg.Item{}
		if p.detail.whole(item, doc, schema.Page); item.Is(post) {
			return item
		}
		return nil
	}
	var review *schemaorg.Item
	items := p.items(doc, &schema, &leaf{})
	for _, i := range items {
		if !i.Is(post) {
			continue
		}
		if review != nil {
			return nil // which of them it is nobody can tell
		}
		review = i
	}
	if review != nil {
		review.Proof(items)
	}
	return review
}
