package store

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/earshot/earshot/mention"
)

// The seen set in Redis:
//
//	key    earshot:{BBBB}:YYYYMM   hash; BBBB is one of 65,536 buckets, YYYYMM the month (UTC)
//	field  8 bytes                 fingerprint of the post's key
//	value  4 bytes                 content hash, big endian
//
//	key    earshot:{last}:…        time of the last mark, to notice a database that is older
//
// Bucket and field are 10 bytes of HMAC-SHA-256 under the installation's key, so an
// outsider cannot make a post that passes for a seen one. Small hashes are packed by
// Redis: about 17 bytes an id. Redis 7.0 has no expiry per field, hence months: a
// lookup asks the current month and, for what is not there, the three before; what is
// found in an old month is copied into the current one. A month expires when nobody
// looks into it any more. The braces keep the months of a bucket on one cluster node.
//
// All of it may be lost at any moment: the database still knows every post.

const (
	seenMonths = 4 // the current one and three before

	// redisDial, redisAnswer: a poll must not wait long for a filter.
	redisDial   = 500 * time.Millisecond
	redisAnswer = 2 * time.Second

	// redisTrip is how many ids go in one round trip: more than a poll has, and few
	// enough to be answered well within redisAnswer on a busy machine.
	redisTrip = 500

	// listpackEntries is what a bucket holds at ten million ids a month (153) with
	// room for uneven buckets; also Redis' own default.
	listpackEntries = 512
)

// AwayError means that Redis did not answer: ask the table instead.
type AwayError struct{ Err error }

func (e *AwayError) Error() string { return "redis does not answer: " + e.Err.Error() }

func (e *AwayError) Unwrap() error { return e.Err }

// RedisOptions say which Redis to use.
type RedisOptions struct {
	// URL is redis:// or rediss:// (TLS) or unix://. With ?master_name=NAME the
	// hosts are sentinels; with further ?addr=HOST:PORT or ?cluster=true they are
	// nodes of a cluster.
	URL        string
	InstallKey []byte // Store.InstallKey
	Log        *slog.Logger
	Now        func() time.Time
	// Asked is told of every request, how long it took and what it failed with; may be nil.
	Asked func(took time.Duration, err error)
}

// RedisSeen is the seen set in Redis.
type RedisSeen struct {
	client redis.UniversalClient
	log    *slog.Logger
	now    func() time.Time
	macs   atomic.Pointer[keyedHash]
}

// keyedHash makes fingerprints under one key.
type keyedHash struct {
	key  []byte
	pool sync.Pool // of hash.Hash
	mark string    // the Redis key of the list of the posts marked last
}

// setKey makes all marks under other keys invisible.
func (r *RedisSeen) setKey(key []byte) {
	if now := r.macs.Load(); now != nil && bytes.Equal(now.key, key) {
		return
	}
	key = append([]byte(nil), key...)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("last marks"))
	k := &keyedHash{key: key, mark: "earshot:{last}:" + hex.EncodeToString(mac.Sum(nil)[:8])}
	k.pool.New = func() any { return hmac.New(sha256.New, key) }
	r.macs.Store(k)
}

// silence stops the client library from writing to stderr by itself: what matters
// comes back as errors and is logged here.
var silence = sync.OnceFunc(logging.Disable)

// OpenRedis reads the address; it does not connect yet. Check does.
func OpenRedis(opt RedisOptions) (*RedisSeen, error) {
	if len(opt.InstallKey) == 0 {
		return nil, errors.New("store: redis: no install key")
	}
	silence()
	client, err := redisClient(opt.URL)
	if err != nil {
		return nil, fmt.Errorf("store: redis address: %w: it must be like `redis://HOST:PORT/0`, `rediss://` for TLS, `?master_name=NAME` for sentinels, `?addr=HOST:PORT` for more nodes of a cluster", err)
	}
	if opt.Asked != nil {
		client.AddHook(asked(opt.Asked))
	}
	r := &RedisSeen{client: client, log: opt.Log, now: opt.Now}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	if r.now == nil {
		r.now = time.Now
	}
	r.setKey(opt.InstallKey)
	return r, nil
}

// redisBounds are for what the address does not set itself. One retry is enough: it is for a
// connection that was closed while idle.
var redisBounds = map[string]string{
	"dial_timeout": redisDial.String(), "read_timeout": redisAnswer.String(), "write_timeout": redisAnswer.String(), "max_retries": "1",
}

func redisClient(address string) (redis.UniversalClient, error) {
	u, err := url.Parse(address)
	if err != nil {
		var parse *url.Error
		if errors.As(err, &parse) {
			err = parse.Err // without the address: it may hold a password
		}
		return nil, err
	}
	query := u.Query()
	cluster := query.Has("addr") || query.Get("cluster") == "true"
	query.Del("cluster")
	for name, value := range redisBounds {
		if set := query.Get(name); set == "" || set == "0" && name == "max_retries" { // not its default of three, nor none
			query.Set(name, value)
		}
	}
	u.RawQuery = query.Encode()
	off := &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	switch {
	case query.Has("master_name"):
		o, err := redis.ParseFailoverURL(u.String())
		if err != nil {
			return nil, err
		}
		o.ContextTimeoutEnabled, o.DisableIdentity, o.DialerRetries = true, true, 1
		return redis.NewFailoverClient(o), nil
	case cluster:
		o, err := redis.ParseClusterURL(u.String())
		if err != nil {
			return nil, err
		}
		o.ContextTimeoutEnabled, o.DisableIdentity, o.DialerRetries, o.MaintNotificationsConfig = true, true, 1, off
		return redis.NewClusterClient(o), nil
	}
	o, err := redis.ParseURL(u.String())
	if err != nil {
		return nil, err
	}
	o.ContextTimeoutEnabled, o.DisableIdentity, o.DialerRetries, o.MaintNotificationsConfig = true, true, 1, off
	return redis.NewClient(o), nil
}

// Close closes the connections.
func (r *RedisSeen) Close() error { return r.client.Close() }

// bounded is the time one call may take at most, whatever its retries.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, redisAnswer)
}

// place is where one post is kept.
type place struct {
	bucket uint16
	field  string
}

func (r *RedisSeen) places(keys []mention.PostKey) []place {
	pool := &r.macs.Load().pool
	mac := pool.Get().(hash.Hash)
	defer pool.Put(mac)
	places := make([]place, len(keys))
	var sum [sha256.Size]byte
	for i, key := range keys {
		mac.Reset()
		mac.Write(key[:])
		out := mac.Sum(sum[:0])
		places[i] = place{bucket: binary.BigEndian.Uint16(out[8:10]), field: string(out[:8])}
	}
	return places
}

// month counts months since year 0, so that the one before is one less.
type month int

func monthOf(t time.Time) month {
	t = t.UTC()
	return month(t.Year()*12 + int(t.Month()) - 1)
}

// ends is when nobody looks into the month any more.
func (m month) ends() time.Time {
	last := int(m) + seenMonths
	return time.Date(last/12, time.Month(last%12+1), 1, 0, 0, 0, 0, time.UTC)
}

func bucketKey(bucket uint16, m month) string {
	const digits = "0123456789abcdef"
	key := append(make([]byte, 0, 24), "earshot:{"...)
	key = append(key, digits[bucket>>12], digits[bucket>>8&15], digits[bucket>>4&15], digits[bucket&15])
	key = append(key, "}:"...)
	key = strconv.AppendInt(key, int64(m)/12*100+int64(m)%12+1, 10)
	return string(key)
}

// Lookup returns for each key the content hash it was marked with, 0 for unknown.
// What the current month knows is answered in one round trip; only posts it does not
// know, the new ones, cost a second for the months before. Any error but the
// caller's own end is an *AwayError.
func (r *RedisSeen) Lookup(ctx context.Context, keys []mention.PostKey) ([]uint32, error) {
	hashes := make([]uint32, len(keys))
	if len(keys) == 0 {
		return hashes, nil
	}
	places, now := r.places(keys), monthOf(r.now())
	all := make([]int, len(keys))
	for i := range all {
		all[i] = i
	}
	if err := r.askAll(ctx, places, all, []month{now}, hashes); err != nil {
		return nil, err
	}
	missing := unknown(hashes, all)
	if len(missing) == 0 {
		return hashes, nil
	}
	before := make([]month, 0, seenMonths-1)
	for back := 1; back < seenMonths; back++ {
		before = append(before, now-month(back))
	}
	if err := r.askAll(ctx, places, missing, before, hashes); err != nil {
		return nil, err
	}
	var old []int
	for _, i := range missing {
		if hashes[i] != 0 {
			old = append(old, i)
		}
	}
	// A copy that fails is made at the next poll.
	_ = r.putAll(ctx, places, old, hashes, now)
	return hashes, nil
}

func unknown(hashes []uint32, which []int) []int {
	var missing []int
	for _, i := range which {
		if hashes[i] == 0 {
			missing = append(missing, i)
		}
	}
	return missing
}

func (r *RedisSeen) askAll(ctx context.Context, places []place, which []int, months []month, hashes []uint32) error {
	for trip := range slices.Chunk(which, redisTrip) {
		if err := r.ask(ctx, places, trip, months, hashes); err != nil {
			return err
		}
	}
	return nil
}

// ask fills hashes[i] for the given indices from the first of the months that knows
// it, in one round trip.
func (r *RedisSeen) ask(ctx context.Context, places []place, which []int, months []month, hashes []uint32) error {
	tight, cancel := bounded(ctx)
	defer cancel()
	answers := make([]*redis.StringCmd, 0, len(which)*len(months))
	_, err := r.client.Pipelined(tight, func(p redis.Pipeliner) error {
		for _, i := range which {
			for _, m := range months {
				answers = append(answers, p.HGet(tight, bucketKey(places[i].bucket, m), places[i].field))
			}
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return away(ctx, err)
	}
	for n, answer := range answers {
		i := which[n/len(months)]
		value, err := answer.Bytes()
		switch {
		case errors.Is(err, redis.Nil):
		case err != nil:
			return away(ctx, err)
		case hashes[i] == 0 && len(value) == 4:
			hashes[i] = binary.BigEndian.Uint32(value)
		}
	}
	return nil
}

// Mark remembers the keys with their content hashes, in one round trip; marking
// again is harmless. Errors are as for Lookup.
func (r *RedisSeen) Mark(ctx context.Context, keys []mention.PostKey, hashes []uint32) error {
	if len(keys) != len(hashes) {
		return fmt.Errorf("store: mark seen: %d keys with %d hashes", len(keys), len(hashes))
	}
	all := make([]int, len(keys))
	for i := range all {
		all[i] = i
	}
	if err := r.putAll(ctx, r.places(keys), all, hashes, monthOf(r.now())); err != nil || len(keys) == 0 {
		return err
	}
	return r.noteLast(ctx, keys)
}

// lastMarks is how many of the posts marked last are remembered by name, so that the
// database can be asked whether it knows them.
const lastMarks = 1000

func (r *RedisSeen) noteLast(ctx context.Context, keys []mention.PostKey) error {
	tight, cancel := bounded(ctx)
	defer cancel()
	list := r.macs.Load().mark
	_, err := r.client.Pipelined(tight, func(p redis.Pipeliner) error {
		p.LPush(tight, list, blobs(keys[max(len(keys)-lastMarks, 0):])...)
		p.LTrim(tight, list, 0, lastMarks-1)
		p.Expire(tight, list, seenMonths*31*24*time.Hour)
		return nil
	})
	return away(ctx, err)
}

func (r *RedisSeen) putAll(ctx context.Context, places []place, which []int, hashes []uint32, m month) error {
	for trip := range slices.Chunk(which, redisTrip) {
		if err := r.put(ctx, places, trip, hashes, m); err != nil {
			return err
		}
	}
	return nil
}

func (r *RedisSeen) put(ctx context.Context, places []place, which []int, hashes []uint32, m month) error {
	tight, cancel := bounded(ctx)
	defer cancel()
	_, err := r.client.Pipelined(tight, func(p redis.Pipeliner) error {
		expires := m.ends()
		for _, i := range which {
			key := bucketKey(places[i].bucket, m)
			var value [4]byte
			binary.BigEndian.PutUint32(value[:], hashes[i])
			p.HSet(tight, key, places[i].field, value[:])
			p.ExpireAt(tight, key, expires)
		}
		return nil
	})
	return away(ctx, err)
}

// last returns the posts marked last, the newest first, n at most.
func (r *RedisSeen) last(ctx context.Context, n int) ([]mention.PostKey, error) {
	tight, cancel := bounded(ctx)
	defer cancel()
	values, err := r.client.LRange(tight, r.macs.Load().mark, 0, int64(n)-1).Result()
	if err != nil {
		return nil, away(ctx, err)
	}
	keys := make([]mention.PostKey, 0, len(values))
	for _, v := range values {
		if len(v) == len(mention.PostKey{}) {
			keys = append(keys, mention.PostKey([]byte(v)))
		}
	}
	return keys, nil
}

// away wraps what Redis failed with, unless the caller itself gave up; nil stays nil.
func away(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return &AwayError{err}
	}
	return nil
}
