package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Whether a Redis may hold the seen set.

// Check connects, sees that Redis can be written, and refuses a Redis that would throw marks away by itself: after
// that old posts would be taken for new ones again and again. It warns about
// settings that cost memory. Where CONFIG and INFO are not permitted it asks nothing.
func (r *RedisSeen) Check(ctx context.Context) error {
	tight, cancel := bounded(ctx)
	defer cancel()
	// A server may answer and still take no writes: a replica, a disk that is full.
	if err := r.client.Set(tight, "earshot:{check}", 1, time.Minute).Err(); err != nil && !isOutOfMemory(err) {
		return away(ctx, err)
	}
	cluster, ok := r.client.(*redis.ClusterClient)
	if !ok {
		return r.checkNode(tight, r.client)
	}
	return cluster.ForEachMaster(tight, func(inner context.Context, node *redis.Client) error {
		state, err := node.ClusterInfo(inner).Result()
		if err != nil {
			return away(ctx, err)
		}
		if !strings.Contains(state, "cluster_state:ok") {
			return away(ctx, errors.New("the cluster is down"))
		}
		return r.checkNode(inner, node)
	})
}

// ping asks whether the server answers at all.
func (r *RedisSeen) ping(ctx context.Context) error {
	tight, cancel := bounded(ctx)
	defer cancel()
	return away(ctx, r.client.Ping(tight).Err())
}

// isOutOfMemory: Redis reads, but takes nothing new.
func isOutOfMemory(err error) bool { return strings.HasPrefix(err.Error(), "OOM ") }

func (r *RedisSeen) checkNode(ctx context.Context, node redis.Cmdable) error {
	if policy := evictionPolicy(ctx, node); policy != "" && policy != "noeviction" {
		return fmt.Errorf("store: redis: its `maxmemory-policy` is %s, so it would forget posts when memory is short: set `maxmemory-policy noeviction` in redis.conf (or: `redis-cli config set maxmemory-policy noeviction`), or give earshot a Redis of its own", policy)
	}
	for _, name := range []string{"hash-max-listpack-entries", "hash-max-ziplist-entries"} { // the second before Redis 7
		values, err := node.ConfigGet(ctx, name).Result()
		if err != nil {
			return nil //nolint:nilerr // not permitted here: nothing to say
		}
		if n, err := strconv.Atoi(values[name]); err == nil && n < listpackEntries {
			r.log.Warn("redis packs only small hashes: the seen set will take several times the memory; set "+name+" 512", name, n)
			return nil
		}
	}
	return nil
}

// evictionPolicy returns "" where neither CONFIG nor INFO is permitted.
func evictionPolicy(ctx context.Context, node redis.Cmdable) string {
	const name = "maxmemory-policy"
	if values, err := node.ConfigGet(ctx, name).Result(); err == nil {
		return values[name]
	}
	info, err := node.Info(ctx, "memory").Result()
	if err != nil {
		return ""
	}
	for line := range strings.Lines(info) {
		if policy, ok := strings.CutPrefix(strings.TrimSpace(line), "maxmemory_policy:"); ok {
			return policy
		}
	}
	return ""
}
