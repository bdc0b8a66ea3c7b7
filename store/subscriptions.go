package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"
)

// Subscription is what a source has with a hub that announces its news.
type Subscription struct {
	Source     string // its name
	Hub, Topic string // empty: no hub
	ID, Secret string
	Asked      time.Time // the last request to any hub for this source
	Next       time.Time // the next one
	Failures   int       // requests since a hub last verified one
}

const subscriptionColumns = `source, hub, topic, id, secret, asked, next_at, failures`

func scanSubscription(row scanner) (Subscription, error) {
	var s Subscription
	var asked, next int64
	err := row.Scan(&s.Source, &s.Hub, &s.Topic, &s.ID, &s.Secret, &asked, &next, &s.Failures)
	s.Asked, s.Next = fromMicros(asked), fromMicros(next)
	return s, err
}

// Subscriptions returns all, by source.
func (s *Store) Subscriptions(ctx context.Context) ([]Subscription, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+subscriptionColumns+` FROM subscriptions ORDER BY source`)
	all, err := collect(rows, err, scanSubscription)
	return all, s.wrap("subscriptions", err)
}

// Subscription returns the one with this id; ok is false when none has it.
func (s *Store) Subscription(ctx context.Context, id string) (sub Subscription, ok bool, err error) {
	if id = clean(id); id == "" {
		return sub, false, nil
	}
	sub, err = scanSubscription(s.read.QueryRowContext(ctx, `SELECT `+subscriptionColumns+` FROM subscriptions WHERE id = $1 AND id <> ''`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Subscription{}, false, nil
	}
	return sub, err == nil, s.wrap("subscription", err)
}

// OfferSubscription stores a subscription, unless its source has the same hub and topic
// already: of several processes that find a hub, the first is right. Asked stays what it
// was, and the next request is no sooner than rest after that.
func (s *Store) OfferSubscription(ctx context.Context, sub Subscription, rest time.Duration) error {
	_, err := s.exec(ctx, "offer a subscription", `
INSERT INTO subscriptions (`+subscriptionColumns+`) VALUES ($1, $2, $3, $4, $5, 0, $6, 0)
ON CONFLICT (source) DO UPDATE SET hub = excluded.hub, topic = excluded.topic, id = excluded.id, secret = excluded.secret, failures = 0,
 next_at = CASE WHEN subscriptions.asked > 0 AND subscriptions.asked + $7 > excluded.next_at THEN subscriptions.asked + $7 ELSE excluded.next_at END
 WHERE subscriptions.hub <> excluded.hub OR subscriptions.topic <> excluded.topic`,
		clean(sub.Source), clean(sub.Hub), clean(sub.Topic), sub.ID, sub.Secret, micros(sub.Next), rest.Microseconds())
	return err
}

// SaveSubscription stores Asked, Next and Failures of the one with this id; kept is false
// when there is none any more.
func (s *Store) SaveSubscription(ctx context.Context, sub Subscription) (kept bool, err error) {
	n, err := s.exec(ctx, "save a subscription", `UPDATE subscriptions SET asked = $2, next_at = $3, failures = $4 WHERE id = $1 AND id <> ''`,
		sub.ID, micros(sub.Asked), micros(sub.Next), sub.Failures)
	return n > 0, err
}

// KeepSubscriptions forgets those of all other sources.
func (s *Store) KeepSubscriptions(ctx context.Context, sources []string) error {
	all, err := s.Subscriptions(ctx)
	if err != nil {
		return err
	}
	wanted := make(map[string]bool, len(sources))
	for _, name := range sources {
		wanted[clean(name)] = true
	}
	var gone []any
	for _, sub := range all {
		if !wanted[sub.Source] {
			gone = append(gone, sub.Source)
		}
	}
	for chunk := range slices.Chunk(gone, lookupChunk) {
		if _, err := s.exec(ctx, "forget subscriptions", `DELETE FROM subscriptions WHERE source IN (`+placeholders(1, len(chunk))+`)`, chunk...); err != nil {
			return err
		}
	}
	return nil
}
