package plan

import "github.com/earshot/earshot/mention"

// caseChanges keeps the cases that one plan changes. A case may belong to a pending mention of
// the same poll or to the store; it may be changed several times in one plan,
// and its version is raised once, as the store's compare-and-set expects.
type caseChanges struct {
	pending map[mention.ID]*mention.PendingMention
	stored  map[mention.ID]*mention.Case
	base    map[mention.ID]int64 // version before the plan
}

func newCaseChanges(pending []*mention.PendingMention) caseChanges {
	b := caseChanges{
		pending: make(map[mention.ID]*mention.PendingMention, len(pending)),
		stored:  make(map[mention.ID]*mention.Case),
		base:    make(map[mention.ID]int64),
	}
	for _, d := range pending {
		d.Also = nil
		b.pending[d.Mention.ID] = d
		if d.Previous != nil {
			b.base[d.Mention.ID] = d.Case.Version
		}
	}
	return b
}

// of returns the case to change: the pending mention's when the mention is in this poll,
// else a copy of the stored one.
func (b caseChanges) of(s mention.MentionRecord) *mention.Case {
	id := s.Mention.ID
	if d, ok := b.pending[id]; ok {
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

// bumpVersion marks the case as changed, so that its message is updated. New cases keep
// their first version: there is no message yet.
func (b caseChanges) bumpVersion(c *mention.Case) {
	if base, ok := b.base[c.MentionID]; ok {
		c.Version = base + 1
	} else {
		c.Version = 1
	}
}

// flush gives the changed cases of the store to the first pending mention, to be written
// with it.
func (b caseChanges) flush(pending []*mention.PendingMention) {
	for _, c := range b.stored {
		if c.Version != b.base[c.MentionID] {
			pending[0].Also = append(pending[0].Also, *c)
		}
	}
}
