package mention

import "testing"

func TestSameURL(t *testing.T) {
	const one = "https://forum.example/topic/5?page=2#p17"
	for _, same := range []string{"http://forum.example/topic/5?page=2#P17", "https://Forum.Example/topic/5?utm_source=rss&page=2&UTM_medium=x#p17", "http://www.forum.example/topic/5?page=2#p17"} {
		if !SameURL(one, same) || URLKey(one) != URLKey(same) {
			t.Errorf("%s is another place", same)
		}
	}
	for _, other := range []string{"", "https://forum.example/topic/5?page=2#p18", "https://forum.example/topic/5#p17", "https://forum.example/Topic/5?page=2#p17", "https://other.example/topic/5?page=2#p17", "https://www.example/topic/5?page=2#p17", "p17"} {
		if SameURL(one, other) || URLKey(one) == URLKey(other) {
			t.Errorf("%s is the same place", other)
		}
	}
	if SameURL("", "") || URLKey("") != 0 {
		t.Error("no address is a place")
	}
}
