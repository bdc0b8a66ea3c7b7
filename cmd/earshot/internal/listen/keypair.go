package listen

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/earshot/earshot/config"
)

// KeyPair is the certificate of two files. It is read again when they change, so that what
// renews it needs to restart nothing; while the two do not fit, the one before stays.
type KeyPair struct {
	cert, key string
	log       *slog.Logger
	now       func() time.Time

	mu     sync.Mutex
	pair   *tls.Certificate
	state  string // of the files when they were last read
	looked time.Time
}

// pairEvery is how often the files are looked at, while somebody connects.
const pairEvery = time.Second

// NewKeyPair reads the files; nil when the watchlist names none.
func NewKeyPair(t config.WebTLS, log *slog.Logger, now func() time.Time) (*KeyPair, error) {
	if t.CertFile == "" {
		return nil, nil
	}
	k := &KeyPair{cert: t.CertFile, key: t.KeyFile, log: log, now: now}
	return k, k.read()
}

// certificate implements tls.Config.GetCertificate.
func (k *KeyPair) certificate(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	return k.inUse(), nil
}

// inUse is the certificate of the files, or the last one that could be used.
func (k *KeyPair) inUse() *tls.Certificate {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.now().Sub(k.looked) >= pairEvery {
		if err := k.read(); err != nil {
			k.log.Error("the new certificate cannot be used; the one before stays in use", "err", err)
		}
	}
	return k.pair
}

// Ending is when the certificate ends that was not renewed in time, and whether it has; zero
// while all is well, and without one.
func (k *KeyPair) Ending() (end time.Time, ended bool) {
	if k == nil {
		return end, false
	}
	leaf, now := k.inUse().Leaf, k.now()
	if !config.NotRenewed(leaf, now) {
		return end, false
	}
	return leaf.NotAfter, !now.Before(leaf.NotAfter)
}

// read takes the files when they changed since the last time, good or not.
func (k *KeyPair) read() error {
	k.looked = k.now()
	state := ""
	for _, path := range []string{k.cert, k.key} {
		info, err := os.Stat(path)
		if err != nil {
			state += err.Error()
			continue
		}
		state += fmt.Sprint(info.ModTime().UnixNano(), info.Size(), ";")
	}
	if state == k.state {
		return nil
	}
	k.state = state
	pair, err := tls.LoadX509KeyPair(k.cert, k.key)
	if err != nil {
		return fmt.Errorf("web.tls: %w", err)
	}
	if k.pair != nil {
		k.log.Info("new certificate in use", "file", k.cert)
	}
	k.pair = &pair
	return nil
}
