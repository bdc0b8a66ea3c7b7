package store

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

func TestRedisLayout(t *testing.T) {
	server := testkit.Redis(t)
	s := openFile(t)
	r := openRedis(t, s, server.URL(), nil)
	commitAndMark(t, s, r, posts(0, 50)...)
	keys := must(r.client.Keys(background, "*").Result())(t)
	keys = slices.DeleteFunc(keys, func(key string) bool { return strings.HasPrefix(key, "earshot:{last}:") || key == "earshot:{check}" })
	for _, key := range keys {
		if !strings.HasPrefix(key, "earshot:{") || !strings.HasSuffix(key, "}:202611") {
			t.Errorf("key %q", key)
		}
		for field, value := range must(r.client.HGetAll(background, key).Result())(t) {
			want(t, "bytes of a field", len(field), 8)
			want(t, "bytes of a value", len(value), 4)
		}
		// November is looked into until the end of February.
		at := time.Unix(int64(must(r.client.ExpireTime(background, key).Result())(t).Seconds()), 0).UTC()
		want(t, "expires", at, time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC))
		want(t, "encoding", must(r.client.ObjectEncoding(background, key).Result())(t), "listpack")
	}
	if len(keys) < 45 {
		t.Errorf("%d buckets for 50 posts", len(keys))
	}
}

func TestRedisMonths(t *testing.T) {
	server := testkit.Redis(t)
	s := openFile(t)
	c := testkit.NewClock(time.Date(2026, 1, 31, 23, 0, 0, 0, time.UTC))
	r := openRedis(t, s, server.URL(), func(o *RedisOptions) { o.Now = c.Now })
	mark := func(p mention.Post) {
		t.Helper()
		mustDo(t, r.Mark(background, keysOf([]mention.Post{p}), hashesOf([]mention.Post{p})))
	}
	// The server's own clock is later than this test's: keep it from expiring January.
	stay := func() {
		for _, key := range must(r.client.Keys(background, "*").Result())(t) {
			r.client.Persist(background, key)
		}
	}
	c.Set(time.Date(2126, 1, 31, 23, 0, 0, 0, time.UTC))
	mark(post(1))
	mark(post(2))
	stay()
	c.Add(2 * time.Hour) // February
	want(t, "the next month", lookup(t, r, post(1))[0], post(1).ContentHash())
	keys := strings.Join(must(r.client.Keys(background, "*:212602").Result())(t), " ")
	if strings.Count(keys, "earshot:") != 1 {
		t.Errorf("what is found in an old month is not copied: %s", keys)
	}
	c.Set(time.Date(2126, 4, 30, 0, 0, 0, 0, time.UTC))
	want(t, "three months later", lookup(t, r, post(2))[0], post(2).ContentHash())
	c.Set(time.Date(2126, 6, 1, 0, 0, 0, 0, time.UTC))
	want(t, "kept alive by the copy of April", lookup(t, r, post(2))[0], post(2).ContentHash())
	want(t, "not seen since February", lookup(t, r, post(1))[0], 0)
}

func TestMonths(t *testing.T) {
	for _, c := range []struct{ at, key, ends string }{
		{"2026-11-22T10:00:00Z", "202611", "2027-03-01"},
		{"2026-12-31T23:59:59Z", "202612", "2027-04-01"},
		{"2027-01-01T01:00:00+02:00", "202612", "2027-04-01"}, // the month is UTC's
		{"2027-01-01T00:00:00Z", "202701", "2027-05-01"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		m := monthOf(at)
		want(t, c.at, bucketKey(0xab, m), "earshot:{00ab}:"+c.key)
		want(t, c.at, m.ends().Format(time.DateOnly), c.ends)
	}
}

func TestRedisAddresses(t *testing.T) {
	for _, c := range []struct{ address, kind, want string }{
		{"redis://localhost:6379/0", "*redis.Client", ""},
		{"rediss://user:pw@host:6380/1", "*redis.Client", ""},
		{"unix:///run/redis.sock?db=1", "*redis.Client", ""},
		{"redis://s1:26379/0?master_name=mymaster&addr=s2:26379", "*redis.Client", ""},
		{"redis://n1:6379?addr=n2:6379&addr=n3:6379", "*redis.ClusterClient", ""},
		{"redis://n1:6379?cluster=true", "*redis.ClusterClient", ""},
		{"localhost:6379", "", "must be like `redis://"},
		{"http://localhost", "", "must be like `redis://"},
		{"redis://user:geheim@host:port/0", "", "must be like `redis://"},
		{"redis://:geheim@host:6379/x", "", "must be like `redis://"},
		{"redis://:geheim@host:6379/0?tiemout=3s", "", "must be like `redis://"},
	} {
		r, err := OpenRedis(RedisOptions{URL: c.address, InstallKey: []byte("k")})
		if c.want == "" {
			if err != nil {
				t.Errorf("%s: %v", c.address, err)
				continue
			}
			want(t, c.address, fmt.Sprintf("%T", r.client), c.kind)
			_ = r.Close()
			continue
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: error %v", c.address, err)
		}
	}
	if _, err := OpenRedis(RedisOptions{URL: "redis://localhost"}); err == nil {
		t.Error("no install key is no error")
	}
}

func TestRedisBounds(t *testing.T) {
	for _, ways := range []string{"?", "?cluster=true&", "?master_name=m&"} {
		for query, bounds := range map[string]string{
			"":              "500ms 2s 2s 1",
			"max_retries=0": "500ms 2s 2s 1", // which go-redis takes for three, and in a cluster for none
			"max_retries=-1&read_timeout=200ms&write_timeout=3":    "500ms 200ms 3s 0",
			"max_retries=5&dial_timeout=7s&read_timeout=&cluster=": "7s 2s 2s 5",
		} {
			client := must(redisClient("redis://127.0.0.1:1" + ways + query))(t)
			var got string
			switch c := client.(type) {
			case *redis.Client:
				o := c.Options()
				got = fmt.Sprint(o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.MaxRetries)
			case *redis.ClusterClient:
				o := c.Options()
				got = fmt.Sprint(o.DialTimeout, o.ReadTimeout, o.WriteTimeout, max(o.MaxRetries, 0)) // -1 is none
			}
			want(t, ways+query, got, bounds)
			mustDo(t, client.Close())
		}
	}
}

func TestRedisThatForgets(t *testing.T) {
	server := testkit.Redis(t, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
	s := openFile(t)
	r := openRedis(t, s, server.URL(), nil)
	_, err := NewFilter(background, r, s.Seen())
	var gone *AwayError
	if err == nil || !strings.Contains(err.Error(), "set `maxmemory-policy noeviction`") || errors.As(err, &gone) {
		t.Errorf("error %v", err)
	}
	// Where CONFIG is not permitted INFO tells.
	must(server.Do("ACL SETUSER app on >pw ~* +@all -config"))(t)
	r = openRedis(t, s, strings.Replace(server.URL(), "redis://", "redis://app:pw@", 1), nil)
	if err := r.Check(background); err == nil || !strings.Contains(err.Error(), "allkeys-lru") {
		t.Errorf("without CONFIG: error %v", err)
	}
	// Where neither is, nobody can know.
	must(server.Do("ACL SETUSER app2 on >pw ~* +@all -config -info"))(t)
	r = openRedis(t, s, strings.Replace(server.URL(), "redis://", "redis://app2:pw@", 1), nil)
	if err := r.Check(background); err != nil {
		t.Errorf("without CONFIG and INFO: error %v", err)
	}
}

func TestRedisThatWastes(t *testing.T) {
	server := testkit.Redis(t, "--hash-max-listpack-entries", "128")
	s := openFile(t)
	n := &notes{}
	r := openRedis(t, s, server.URL(), func(o *RedisOptions) { o.Log = n.log() })
	if err := r.Check(background); err != nil || !strings.Contains(n.String(), "set hash-max-listpack-entries 512") {
		t.Errorf("error %v, log %s", err, n)
	}
}

func TestRedisAwayIsTyped(t *testing.T) {
	if testing.Short() {
		t.Skip("short: waits for real time limits")
	}
	server := testkit.Redis(t)
	s := openFile(t)
	r := openRedis(t, s, server.URL(), nil)
	commitAndMark(t, s, r, post(1))
	server.Stop()
	var gone *AwayError
	if _, err := r.Lookup(background, keysOf(posts(1, 1))); !errors.As(err, &gone) {
		t.Errorf("lookup: %v", err)
	}
	if err := r.Mark(background, keysOf(posts(1, 1)), []uint32{1}); !errors.As(err, &gone) {
		t.Errorf("mark: %v", err)
	}
	if err := r.Check(background); !errors.As(err, &gone) {
		t.Errorf("check: %v", err)
	}
	server.Start()
	want(t, "after the restart", lookup(t, r, post(1))[0], post(1).ContentHash())
}

// An outage, a return and a wipe: every post is handed over once, the log has one
// line for each change.
func TestFilterOutage(t *testing.T) {
	server := testkit.Redis(t)
	s := openFile(t)
	n, c := &notes{}, testkit.NewClock(t0)
	f := openFilter(t, s, openRedis(t, s, server.URL(), func(o *RedisOptions) { o.Log, o.Now = n.log(), c.Now }))
	poll := func(what string, list []mention.Post, fresh int) {
		t.Helper()
		hashes := lookup(t, f, list...)
		var found []mention.AnalyzedPost
		for i, p := range list {
			if hashes[i] != p.ContentHash() {
				found = append(found, heard(p, "Romashka"))
			}
		}
		want(t, what+": new posts", ingest(t, s, intakeOf(found...)).New, fresh)
		if err := f.Mark(background, keysOf(list), hashesOf(list)); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	poll("first", posts(0, 20), 20)
	server.Stop()
	poll("redis away", posts(0, 30), 10)
	want(t, "state", f.State().Well(), false)
	want(t, "since", f.State().Since, t0)
	for range 3 {
		c.Add(redisRetry)
		poll("still away", posts(0, 30), 0)
	}
	server.Start()
	poll("back, not yet asked", posts(0, 35), 5)
	c.Add(redisRetry)
	poll("back", posts(0, 40), 5)
	want(t, "state", f.State().Well(), true)
	mustDo(t, f.redis.client.FlushDB(background).Err()) // this test's own server
	poll("wiped", posts(0, 40), 0)
	poll("after the wipe", posts(0, 41), 1)
	want(t, "lines: away", strings.Count(n.String(), "redis is away"), 1)
	want(t, "lines: back", strings.Count(n.String(), "redis is back"), 1)
	want(t, "alerts", len(must(s.DueAlerts(background, t0, 100))(t)), 41)
}

// A Redis that comes back as what it must not be stays unused, and the reason is told that
// holds now: nobody finds what to change in one that is over.
func TestFilterOutageEndsBadly(t *testing.T) {
	server := testkit.Redis(t)
	s := openFile(t)
	n, c := &notes{}, testkit.NewClock(t0)
	f := openFilter(t, s, openRedis(t, s, server.URL(), func(o *RedisOptions) { o.Log, o.Now = n.log(), c.Now }))
	server.Stop()
	lookup(t, f, post(1))
	server.Start()
	must(server.Do("CONFIG SET maxmemory-policy allkeys-lru"))(t)
	for range 3 {
		c.Add(redisRetry)
		lookup(t, f, post(1))
	}
	want(t, "away", f.State().Away, true)
	want(t, "since", f.State().Since, t0)
	wantError(t, "why", errors.New(f.State().Why), "set `maxmemory-policy noeviction`")
	want(t, "lines", strings.Count(n.String(), "set `maxmemory-policy noeviction`"), 1)
}

// A Redis that is full takes no marks and still reads.
func TestFilterFull(t *testing.T) {
	server := testkit.Redis(t)
	s := openFile(t)
	n := &notes{}
	f := openFilter(t, s, openRedis(t, s, server.URL(), func(o *RedisOptions) { o.Log = n.log() }))
	commitAndMark(t, s, f, post(1))
	must(server.Do("CONFIG SET maxmemory 1mb"))(t)
	commitAndMark(t, s, f, post(2))
	commitAndMark(t, s, f, post(3))
	want(t, "full", f.State().Full, true)
	want(t, "lookups go on", lookup(t, f, post(1))[0], post(1).ContentHash())
	must(server.Do("CONFIG SET maxmemory 0"))(t)
	commitAndMark(t, s, f, post(2))
	want(t, "well again", f.State().Well(), true)
	want(t, "lines", strings.Count(n.String(), "redis is full"), 1)
}

// A Redis that answers but takes no writes is away, and that is logged once, not at
// every look.
func TestFilterReadOnlyRedis(t *testing.T) {
	server := testkit.Redis(t)
	s := openFile(t)
	n, c := &notes{}, testkit.NewClock(t0)
	f := openFilter(t, s, openRedis(t, s, server.URL(), func(o *RedisOptions) { o.Log, o.Now = n.log(), c.Now }))
	must(server.Do("REPLICAOF 127.0.0.1 1"))(t)
	for i := range 4 {
		commitAndMark(t, s, f, post(i))
		want(t, "known", lookup(t, f, post(i))[0], post(i).ContentHash())
		c.Add(redisRetry)
	}
	want(t, "away", f.State().Away, true)
	want(t, "lines", strings.Count(n.String(), "msg="), 1)
	must(server.Do("REPLICAOF NO ONE"))(t)
	commitAndMark(t, s, f, post(9))
	want(t, "well", f.State().Well(), true)
}

// A network that is slow, not gone: the filter gives up soon and the table answers.
func TestFilterSlowNetwork(t *testing.T) {
	if testing.Short() {
		t.Skip("short: waits for real time limits")
	}
	server := testkit.Redis(t)
	proxy := testkit.NewProxy(t, server.Addr)
	s := openFile(t)
	f := openFilter(t, s, openRedis(t, s, "redis://"+proxy.Addr+"/0?read_timeout=200ms&max_retries=-1", nil))
	commitAndMark(t, s, f, post(1))
	proxy.SetDelay(time.Hour)
	began := time.Now()
	want(t, "hash", lookup(t, f, post(1))[0], post(1).ContentHash())
	if took := time.Since(began); took > 30*redisAnswer { // a busy machine's time, and far from the answer's
		t.Errorf("took %s", took)
	}
	want(t, "away", f.State().Away, true)
}

// A new database does not believe the marks of an old one.
func TestRedisMarksOfAnotherInstallation(t *testing.T) {
	address := redisAddress(t)
	old := openAt(t, Options{Database: "sqlite:" + t.TempDir() + "/old.db"})
	commitAndMark(t, old, openRedis(t, old, address, nil), post(1))
	fresh := openAt(t, Options{Database: "sqlite:" + t.TempDir() + "/new.db"})
	want(t, "hash", lookup(t, openRedis(t, fresh, address, nil), post(1))[0], 0)
}

// A database may go back in time while earshot runs: a fail-over to a standby that had
// not everything. The marks of what it lost are not believed any more.
func TestFilterAfterFailOver(t *testing.T) {
	address := redisAddress(t)
	s := openFile(t)
	now, n := t0, &notes{}
	f := openFilter(t, s, openRedis(t, s, address, func(o *RedisOptions) {
		o.Now, o.Log = func() time.Time { return now }, n.log()
	}))
	commitAndMark(t, s, f, post(1))
	commitAndMark(t, s, f, post(2))
	want(t, "both known", fmt.Sprint(lookup(t, f, post(1), post(2))), fmt.Sprint([]uint32{post(1).ContentHash(), post(2).ContentHash()}))
	key := post(2).Key()
	must(s.exec(background, "lose", `DELETE FROM posts WHERE key = $1`, key[:]))(t)
	now = now.Add(trustFor)
	want(t, "what the database lost is unknown", lookup(t, f, post(2))[0], 0)
	want(t, "it is taken in again", ingest(t, s, intakeOf(heard(post(2)))).New, 1)
	want(t, "warnings", strings.Count(n.String(), "restoring a backup"), 1)
	now = now.Add(trustFor)
	want(t, "no more warnings", strings.Count(n.String(), "restoring a backup"), 1)
}

// Of two replicas one notices it first. The other believes the marks no longer than that one,
// however many it made meanwhile, and both have the same ones afterwards.
func TestFilterAfterFailOverOfTwo(t *testing.T) {
	address := redisAddress(t)
	s := openFile(t)
	now, n := t0, &notes{}
	replica := func() *Filter {
		return openFilter(t, s, openRedis(t, s, address, func(o *RedisOptions) {
			o.Now, o.Log = func() time.Time { return now }, n.log()
		}))
	}
	a, b := replica(), replica()
	commitAndMark(t, s, a, post(1))
	key := post(1).Key()
	must(s.exec(background, "lose", `DELETE FROM posts WHERE key = $1`, key[:]))(t)
	now = now.Add(trustFor)
	want(t, "the first knows it no more", lookup(t, a, post(1))[0], 0)
	commitAndMark(t, s, b, posts(10, lastAtOnce)...)
	want(t, "nor does the other", lookup(t, b, post(1))[0], 0)
	commitAndMark(t, s, a, post(2))
	places := b.redis.places([]mention.PostKey{post(2).Key()})
	exists := must(b.redis.client.HExists(background, bucketKey(places[0].bucket, monthOf(now)), places[0].field).Result())(t)
	want(t, "marks are shared again", exists, true)
	want(t, "warnings", strings.Count(n.String(), "restoring a backup"), 1)
}

// A restored backup is older than the marks: they would hide what came after it.
func TestFilterAfterRestore(t *testing.T) {
	address := redisAddress(t)
	dir := t.TempDir()
	open := func(name string, now time.Time, n *notes) (*Store, *Filter) {
		s := openAt(t, Options{Database: "sqlite:" + filepath.Join(dir, name)})
		return s, openFilter(t, s, openRedis(t, s, address, func(o *RedisOptions) {
			o.Now, o.Log = func() time.Time { return now }, n.log()
		}))
	}
	take := func(s *Store, f *Filter, at time.Time, p mention.Post) {
		t.Helper()
		in := intakeOf(heard(p))
		in.At = at
		ingest(t, s, in)
		mustDo(t, f.Mark(background, []mention.PostKey{p.Key()}, []uint32{p.ContentHash()}))
	}
	n := &notes{}
	s, f := open("e.db", t0, n)
	take(s, f, t0, post(1))
	must(s.write.ExecContext(background, `VACUUM INTO '`+filepath.Join(dir, "backup.db")+`'`))(t)
	// The same database again: nothing is suspicious.
	mustDo(t, s.Close())
	later := t0.Add(6 * time.Hour)
	s, f = open("e.db", later, n)
	want(t, "after a restart", lookup(t, f, post(1))[0], post(1).ContentHash())
	take(s, f, later, post(2))

	s, f = open("backup.db", later.Add(time.Minute), n)
	want(t, "a post after the backup", lookup(t, f, post(2))[0], 0)
	want(t, "it is taken in again", ingest(t, s, intakeOf(heard(post(2)))).New, 1)
	want(t, "what the backup has stays known", ingest(t, s, intakeOf(heard(post(1)))).Known, 1)
	want(t, "warnings", strings.Count(n.String(), "restoring a backup"), 1)
}
