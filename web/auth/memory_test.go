package auth

import (
	"context"
	"sync"
	"time"

	"github.com/earshot/earshot/mention"
)

// memory keeps sessions as the store does, for tests that are not about keeping them.
type memory struct {
	mu  sync.Mutex
	all map[[32]byte]mention.Session
}

func newMemory() *memory { return &memory{all: map[[32]byte]mention.Session{}} }

func (m *memory) AddSession(_ context.Context, s mention.Session) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all[s.Hash] = s
	return nil
}

func (m *memory) Session(_ context.Context, hash [32]byte) (mention.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.all[hash]; ok {
		return s, nil
	}
	return mention.Session{}, mention.ErrNotFound
}

func (m *memory) SeeSession(_ context.Context, hash [32]byte, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s, ok := m.all[hash]; ok {
		s.SeenAt = at
		m.all[hash] = s
	}
	return nil
}

func (m *memory) TakeSession(_ context.Context, hash [32]byte) (mention.Session, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.all[hash]
	if !ok {
		return s, mention.ErrNotFound
	}
	delete(m.all, hash)
	return s, nil
}

func (m *memory) EndSessions(_ context.Context, id string) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for hash, s := range m.all {
		if s.Person.ID == id {
			delete(m.all, hash)
			n++
		}
	}
	return n, nil
}
