package store

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// Redis as larger installations run it: with sentinels and as a cluster.

// sentinel starts one that watches the master as "mymaster" and returns its address.
func sentinel(t *testing.T, master string) string {
	t.Helper()
	dir := t.TempDir()
	host, port, _ := net.SplitHostPort(master)
	own := testkit.FreePort(t)
	conf := filepath.Join(dir, "sentinel.conf")
	text := fmt.Sprintf("port %d\nbind 127.0.0.1\ndir %s\nsentinel monitor mymaster %s %s 1\nsentinel down-after-milliseconds mymaster 500\nsentinel failover-timeout mymaster 2000\n", own, dir, host, port)
	mustDo(t, os.WriteFile(conf, []byte(text), 0o600))
	cmd := exec.Command("redis-server", conf, "--sentinel")
	mustDo(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	address := fmt.Sprintf("127.0.0.1:%d", own)
	testkit.Eventually(t, "sentinel", time.Minute, func() bool {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
	return address
}

// After a failover the filter goes on with the new master, and in between no post is
// taken for a new one.
func TestFilterFailover(t *testing.T) {
	if testing.Short() {
		t.Skip("a failover takes seconds")
	}
	master := testkit.Redis(t)
	host, port, _ := net.SplitHostPort(master.Addr)
	replica := testkit.Redis(t, "--replicaof", host+" "+port)
	s := openFile(t)
	direct := openRedis(t, s, replica.URL(), nil)
	testkit.Eventually(t, "the replica's first copy", time.Minute, func() bool {
		return strings.Contains(direct.client.Info(background, "replication").Val(), "master_link_status:up")
	})
	address := sentinel(t, master.Addr)
	watching := openRedis(t, s, "redis://"+address, nil)
	testkit.Eventually(t, "the sentinel knows the replica", time.Minute, func() bool {
		return strings.Contains(watching.client.Info(background, "sentinel").Val(), "slaves=1")
	})
	c := testkit.NewClock(t0)
	f := openFilter(t, s, openRedis(t, s, "redis://"+address+"/0?master_name=mymaster", func(o *RedisOptions) { o.Now = c.Now }))
	commitAndMark(t, s, f, posts(0, 50)...)
	want(t, "well", f.State().Well(), true)
	testkit.Eventually(t, "the marks on the replica", time.Minute, func() bool { // which follows its master, and a master that is gone tells no more
		for i, h := range lookup(t, direct, posts(0, 50)...) {
			if h != post(i).ContentHash() {
				return false
			}
		}
		return true
	})
	master.Stop()
	testkit.Eventually(t, "the new master", 30*time.Second, func() bool {
		c.Add(redisRetry)
		for i, h := range lookup(t, f, posts(0, 50)...) {
			if h != post(i).ContentHash() {
				t.Fatalf("post %d is taken for a new one", i)
			}
		}
		return f.State().Well()
	})
	commitAndMark(t, s, f, posts(50, 10)...)
	want(t, "marked at the new master", lookup(t, direct, post(55))[0], post(55).ContentHash())
}

func TestRedisCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("a cluster takes seconds")
	}
	cli, err := exec.LookPath("redis-cli")
	if err != nil {
		testkit.Require(t, "redis", "redis-cli absent (apt-get install redis-tools)")
	}
	args := []string{"--cluster", "create"}
	var first string
	for range 3 {
		node := testkit.Redis(t, "--cluster-enabled", "yes", "--cluster-node-timeout", "2000")
		args = append(args, node.Addr)
		first = node.Addr
	}
	if out, err := exec.Command(cli, append(args, "--cluster-yes")...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	s := openFile(t)
	r := openRedis(t, s, "redis://"+first+"?cluster=true", nil)
	testkit.Eventually(t, "cluster", time.Minute, func() bool { return r.Check(background) == nil })
	// Each node learns by itself that the cluster is whole.
	testkit.Eventually(t, "every node", time.Minute, func() bool {
		_, err := r.Lookup(background, keysOf(posts(0, 500)))
		return err == nil && r.Mark(background, keysOf(posts(0, 500)), hashesOf(posts(0, 500))) == nil
	})
	runSeenContract(t, func(t *testing.T, s *Store) seenSet { return openRedis(t, s, "redis://"+first+"?cluster=true", nil) })
}
