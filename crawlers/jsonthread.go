package crawlers

import (
	"context"
	"fmt"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// jsonThreads is an API that can be asked for the discussion around one post.
type jsonThreads struct {
	*jsonAPI
	follow *jsonProgram
}

// Thread reads the discussion at the address the post came with. A discussion
// that is not there any more means that the post is gone.
func (a *jsonThreads) Thread(ctx context.Context, p mention.Post, since Cursor) (Batch, error) {
	address := rebase(p.ThreadHint, a.env.Base)
	// The headers may hold a key, which no other host gets to see.
	if address == "" || hostOf(address) != hostOf(a.opt.Address) {
		return Batch{Next: since, Unchanged: true}, nil
	}
	var state progress
	readCursor(since, &state)
	res, err := a.env.Fetch.Do(ctx, fetch.Request{URL: address, API: a.opt.API, Accept: "application/json", Header: a.headers(), Validators: state.V})
	if err != nil {
		if lost(err) {
			p.Deleted = true
			return Batch{Posts: finish(a.env, []mention.Post{p}), Next: since, Sees: Sight{What: "a discussion that is gone"}}, nil
		}
		return Batch{}, fmt.Errorf("json: discussion: %w", err)
	}
	if res.NotModified {
		state.V = res.Validators
		return Batch{Next: writeCursor(state), Unchanged: true, Sees: Sight{What: "discussion"}}, nil
	}
	page, err := a.follow.read(ctx, a.env, res, "")
	if err != nil {
		return Batch{}, fmt.Errorf("json: discussion: %s: %w", fetch.SafeURL(res.URL), err)
	}
	posts := finish(a.env, page.posts)
	fresh, seen := state.Marks.fresh(posts)
	for i := range fresh {
		if f := &fresh[i]; f.ThreadURL == "" && f.ID != p.ID {
			f.ThreadURL = p.ThreadURL
		}
	}
	sees := Sight{What: "discussion, " + count(len(posts), "post"), Items: len(posts), Newest: newest(posts), Bytes: len(res.Body), Notes: page.notes}
	return Batch{Posts: fresh, Next: writeCursor(progress{V: res.Validators, Marks: seen}), Sees: sees}, nil
}
