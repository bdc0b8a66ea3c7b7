package main

import (
	"cmp"
	"math"
	"os"
	"testing"
	"time"
)

// TestReplicasPoll: three replicas poll 300 hosts with two sources each for ten minutes,
// while they are killed and join again, beside one replica with as many hosts: no host sees
// two requests at once or too soon, all have about as many requests, and each complaint
// stands in Slack once. TestReplicas does the same in small. EARSHOT_DRILL_FOR is another
// length than ten minutes, for a first look.
func TestReplicasPoll(t *testing.T) {
	if os.Getenv("EARSHOT_DRILL") != "full" {
		t.Skip("ten minutes: EARSHOT_DRILL=full")
	}
	const gap, every = time.Second, 20 * time.Second
	runs, err := time.ParseDuration(cmp.Or(os.Getenv("EARSHOT_DRILL_FOR"), "10m"))
	if err != nil {
		t.Fatal(err)
	}
	one := newReplicas(t, 1, newHosts(t, 3, 300, gap, every))
	three := newReplicas(t, 3, newHosts(t, 4, 300, gap, every))
	one.begin()
	three.begin()
	alone, shared, began := one.hosts.count(), three.hosts.count(), time.Now()
	var words []string
	kills := 0
	for i := 0; time.Since(began) < runs; i++ {
		three.hosts.publish(i, killLoopPost(i).Text)
		words = append(words, drillWord(i))
		switch m := three.members[i/10%3]; i % 10 {
		case 4:
			m.p.kill()
			m.p = nil
			kills++
		case 7:
			three.startAll()
		}
		time.Sleep(4 * time.Second)
	}
	alone, shared = one.hosts.count()-alone, three.hosts.count()-shared
	three.startAll()
	three.settle(words, true)
	one.hosts.keptPromises(t)
	three.hosts.keptPromises(t)
	off := float64(shared)/float64(alone) - 1
	t.Logf("in %s, %d kills, %d complaints: requests of one replica %d, of three %d, %+.1f %%", runs, kills, len(words), alone, shared, off*100)
	if math.Abs(off) > 0.02 {
		t.Errorf("three replicas made %d requests, one %d", shared, alone)
	}
	for _, m := range append(one.members, three.members...) {
		m.p.stop()
	}
}
