package plan

import "github.com/earshot/earshot/mention"

// caseBook keeps the cases that one plan changes. A case may belong to a draft of
// the same intake or to the store; it may be changed several times in one plan,
// and its version is raised once, as the store's compare-and-set expects.
type caseBook struct {
	drafts map[mention.ID]*mention.Draft
	stored map[mention.ID]*mention.Case
	base   map[mention.ID]int64 // version before the plan
}

func newCaseBook(drafts []*mention.Draft) caseBook {
	b := caseBook{
		drafts: make(map[mention.ID]*mention.Draft, len(drafts)),
		stored: make(map[mention.ID]*mention.Case),
		base:   make(map[mention.ID]int64),
	}
	for _, d := range drafts {
		d.Also = nil
		b.drafts[d.Mention.ID] = d
		if d.Previous != nil {
			b.base[d.Mention.ID] = d.Case.Version
		}
	}
	return b
}

// of returns the case to change: the draft's when the mention is in this intake,
// else a copy of the stored one.
func (b caseBook) of(s mention.Stored) *mention.Case {
	id := s.Mention.ID
	if d, ok := b.drafts[id]; ok {
		return &d.Case
	}
	if c, ok := b.stored[id]; ok {
		return c
	}
	c := s.Case
	c.MentionID = id
	b.base[id] = c.Version
	b.stored[id] = &c
	return &c
}

// raise marks the case as changed, so that its message is redrawn. New cases keep
// their first version: there is no message yet.
func (b caseBook) raise(c *mention.Case) {
	if base, ok := b.base[c.MentionID]; ok {
		c.Version = base + 1
	} else {
		c.Version = 1
	}
}

// hand gives the changed cases of the store to the first draft, to be written
// with it.
func (b caseBook) hand(drafts []*mention.Draft) {
	for _, c := range b.stored {
		if c.Version != b.base[c.MentionID] {
			drafts[0].Also = append(drafts[0].Also, *c)
		}
	}
}
