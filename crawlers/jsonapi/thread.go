package jsonapi

import (
	"context"
	"fmt"
	"net/http"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// jsonThreads is an API that can be asked for the discussion around one post.
type jsonThreads struct {
	*jsonAPI
	follow *jsonProgram
}

// threadCursor is the memory of a discussion.
type threadCursor struct {
	V     fetch.Validators  `json:"v,omitzero"`
	Rules string            `json:"rules,omitempty"` // as in jsonPart
	Seen  poll.Fingerprints `json:"seen,omitempty"`
}

// Thread reads the discussion at the address the post came with. A discussion
// that is not there any more means that the post is gone; where only words say so, a post that began it.
func (a *jsonThreads) Thread(ctx context.Context, p mention.Post, since crawlers.Cursor) (crawlers.Batch, error) {
	// The headers may hold a key, which no other origin gets to see.
	address, ok := fetch.AtOrigin(a.first(a.each[0], jsonPart{}).home, poll.Rebase(p.ThreadHint, a.env.Base))
	if !ok {
		return crawlers.Batch{Next: since, Unchanged: true}, nil
	}
	var state threadCursor
	poll.DecodeCursor(since, &state)
	if state.Rules != a.follow.rules {
		state.V = fetch.Validators{} // what did not change is to be read otherwise
	}
	res, err := a.ask(ctx, a.follow, a.question(address, p, state), "")
	if err != nil {
		if poll.NotFound(err) || p.ReplyTo == "" && a.follow.saysGone(ctx, err) {
			p.Deleted = true
			return crawlers.Batch{Posts: poll.Finish(a.env, []mention.Post{p}), Next: since, Observed: crawlers.Observation{What: "a discussion that is gone"}}, nil
		}
		return crawlers.Batch{}, fmt.Errorf("json: discussion: %w", err)
	}
	if res.NotModified {
		state.V = res.Validators
		return crawlers.Batch{Next: poll.EncodeCursor(state), Unchanged: true, Observed: crawlers.Observation{What: "discussion"}}, nil
	}
	page, err := a.follow.read(ctx, a.env, res, "", p.ThreadURL)
	if err != nil {
		return crawlers.Batch{}, fmt.Errorf("json: discussion: %s: %w", fetch.SafeURL(res.URL), err)
	}
	posts := poll.Finish(a.env, page.posts)
	fresh, seen := state.Seen.New(posts)
	for i := range fresh {
		f := &fresh[i]
		if f.ThreadURL == "" && f.ID != p.ID {
			f.ThreadURL = p.ThreadURL
		}
		if f.Own && f.ReplyTo == "" { // it says no more than that it stands under this one
			f.ReplyTo, f.URL = p.ID, p.URL
		}
	}
	sees := crawlers.Observation{What: "discussion, " + text.Count(len(posts), "post"), Items: len(posts), Newest: poll.Newest(posts), Bytes: len(res.Body), Notes: page.notes}
	next := threadCursor{V: res.Validators, Rules: a.follow.rules, Seen: seen}
	return crawlers.Batch{Posts: fresh, OwnIDs: true, Anew: len(state.Seen) > 0 && state.Rules != next.Rules, Next: poll.EncodeCursor(next), Observed: sees}, nil
}

// question is how the discussion of the post is asked for.
func (a *jsonThreads) question(address string, p mention.Post, state threadCursor) fetch.Request {
	req := fetch.Request{URL: address + a.given.Expand(a.opt.FollowWith), API: a.opt.API, Accept: "application/json", Header: a.headers(), Validators: state.V}
	if a.opt.FollowBody == "" {
		return req
	}
	req.Method, req.Validators = http.MethodPost, fetch.Validators{}
	req.Body = []byte(poll.Values{Text: map[string]string{"id": p.ID}}.Body(a.opt.FollowBody, a.form()))
	if req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	return req
}
