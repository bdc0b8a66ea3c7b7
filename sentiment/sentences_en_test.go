package sentiment

import "testing"

// English cuts words short too: a title stands before a name, a unit or a month before a number or a small letter.
func TestShortenedEnglish(t *testing.T) {
	s := newScorer(t)
	for _, c := range []struct {
		text string
		want int
	}{
		{"I spoke to Mrs. Hale and to Dr. Deshpande at St. Oswin's about it", 1},
		{"The clerk sent me to Mr. Tate. Nobody had told him", 2},
		{"It was put off to Nov. 3 and then to Dec. 1 at 6 p.m. on the dot", 1},
		{"We waited for 40 min. outside", 1},
		{"We waited for 40 min. Nobody came", 2},
		{"They lost it in Nov.\nthe parcel never came", 2},
		{"It is a rule for lockers, e.g. the tall ones, i.e. mine at 7 a.m. each day", 1},
		{"Call dept. 4 on ext. 12", 1},
		{"Did they help? No. they hung up", 3},
	} {
		sc := s.scored(Input{Text: c.text, Lang: "en"})
		if got := len(sc.sentences); got != c.want {
			t.Errorf("%q: %d sentences, want %d", c.text, got, c.want)
		}
		s.pool.Put(sc)
	}
}
