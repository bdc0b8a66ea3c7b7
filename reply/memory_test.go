package reply

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/earshot/earshot/mention"
)

// memory keeps to the contract of the database, which its own tests hold both engines to: it
// is for trials that are many.
type memory struct {
	mu      sync.Mutex
	posts   map[mention.ID]mention.Post
	answers map[string][]mention.Post // by thread
	replies []mention.SiteReply
	looked  time.Time
	status  mention.Status // of all cases
}

func (m *memory) AddReply(_ context.Context, r mention.SiteReply) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	nth := 1
	for _, one := range m.replies {
		if one.MentionID == r.MentionID {
			nth++
			if one.Holds(mention.Case{MentionID: r.MentionID}) {
				return mention.ErrReplyOpen
			}
		}
	}
	if nth != r.Nth {
		return mention.ErrReplyOpen
	}
	r.NotBefore = r.MadeAt
	m.replies = append(m.replies, r)
	return nil
}

func (m *memory) ChangeReply(_ context.Context, before, after mention.SiteReply, _ mention.Person) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := slices.IndexFunc(m.replies, func(r mention.SiteReply) bool {
		return r.ID == before.ID && r.Status == before.Status && r.Attempts == before.Attempts && r.ApprovedAt.Equal(before.ApprovedAt) && r.Looks == before.Looks && r.Told == before.Told
	})
	if i < 0 {
		return false, nil
	}
	m.replies[i] = after
	return true, nil
}

func (m *memory) OpenReplies(_ context.Context, now time.Time) (due []mention.SiteReply, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.replies {
		if !r.Told && !r.NotBefore.After(now) && !r.ApprovedAt.IsZero() {
			due = append(due, r)
		}
	}
	return due, nil
}

func (m *memory) RepliesOf(_ context.Context, id mention.ID) (all []mention.SiteReply, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.replies {
		if r.MentionID == id {
			all = append(all, r)
		}
	}
	return all, nil
}

func (m *memory) AnswerTaken(_ context.Context, r mention.SiteReply, remoteID string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.replies, func(one mention.SiteReply) bool {
		return one.ID != r.ID && one.Account == r.Account && one.RemoteID != "" && one.RemoteID == remoteID
	}), nil
}

func (m *memory) Mention(_ context.Context, id mention.ID) (mention.Mention, mention.Case, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, ok := m.posts[id]
	if !ok {
		return mention.Mention{}, mention.Case{}, mention.ErrNotFound
	}
	return mention.Mention{ID: id, Post: p}, mention.Case{MentionID: id, Status: m.status}, nil
}

func (m *memory) PostWaits(context.Context, mention.ID) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.status != mention.Replied && m.status != mention.Dismissed, nil
}

func (m *memory) AnswersSeen(_ context.Context, id mention.ID, since time.Time) (seen []mention.Post, looked time.Time, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.answers[m.posts[id].ThreadURL] {
		if !p.FetchedAt.Before(since) {
			seen = append(seen, p)
		}
	}
	return seen, m.looked, nil
}

func (m *memory) hear(p mention.Post, official bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if official {
		m.answers[p.ThreadURL] = append(m.answers[p.ThreadURL], p)
	} else {
		m.posts[mention.MentionID(p.Key(), "Romashka")] = p
	}
	return nil
}

func (m *memory) look(at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looked = at
	return nil
}
