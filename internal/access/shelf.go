package access

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Shelf is where replicas share tokens. What it is given is sealed: who reads the
// database or a backup of it has no token without the watchlist's secrets.
type Shelf interface {
	// SealedToken is what was kept under id; nil when nothing was.
	SealedToken(ctx context.Context, id string) ([]byte, error)
	// KeepToken replaces it at this time and ends a claim.
	KeepToken(ctx context.Context, id string, sealed []byte, at time.Time) error
	// Claim says whether the caller may renew now: nobody else is told so for as long as
	// span, unless KeepToken comes first.
	Claim(ctx context.Context, id string, span time.Duration) (bool, error)
}

// sealedShelf is a Shelf with one right's key.
type sealedShelf struct {
	Shelf
	id   string
	kind string
	aead cipher.AEAD
}

// newSealedShelf derives name and key of the place on the shelf from the right itself, so
// a changed secret begins with an empty place.
func newSealedShelf(shelf Shelf, opt Options) (*sealedShelf, error) {
	parts := []string{opt.Kind, opt.URL, opt.Client, opt.Secret, opt.Refresh, opt.Key, opt.KeyID, opt.Issuer, opt.Scope, opt.User, opt.Password}
	for i, part := range parts {
		parts[i] = fmt.Sprintf("%d:%s", len(part), part)
	}
	secret := []byte(strings.Join(parts, ""))
	name, err := hkdf.Key(sha256.New, secret, nil, "earshot token name", 16)
	if err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "earshot token key", 32)
	if err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("access: %w", err)
	}
	return &sealedShelf{Shelf: shelf, id: opt.Kind + ":" + hex.EncodeToString(name), kind: opt.Kind, aead: aead}, nil
}

// read is the shared token; the zero Token when there is none, or none that we can open.
func (s *sealedShelf) read(ctx context.Context) (Token, error) {
	var token Token
	sealed, err := s.SealedToken(ctx, s.id)
	if err != nil {
		return token, fmt.Errorf("access %s: read the shared token: %w", s.kind, err)
	}
	plain, err := s.aead.Open(nil, nil, sealed, []byte(s.id))
	if err != nil || json.Unmarshal(plain, &token) != nil {
		return Token{}, nil //nolint:nilerr // damaged or absent: a new one is minted
	}
	return token, nil
}

func (s *sealedShelf) write(ctx context.Context, token Token, at time.Time) error {
	plain, err := json.Marshal(token)
	if err != nil {
		return fmt.Errorf("access %s: %w", s.kind, err)
	}
	if err := s.KeepToken(ctx, s.id, s.aead.Seal(nil, nil, plain, []byte(s.id)), at); err != nil {
		return fmt.Errorf("access %s: keep the token for all replicas: %w", s.kind, err)
	}
	return nil
}
