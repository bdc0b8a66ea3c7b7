package sentiment

import "testing"

// Bulgarian cuts words short before a name (ул. Пирот) and before a number or a small letter (бл. 6).
func TestShortenedBulgarian(t *testing.T) {
	s := newScorer(t)
	for _, c := range []struct {
		text string
		want int
	}{
		{"Офисът на ул. Пирот в гр. Видин е затворен", 1},
		{"Живея в ж.к. Младост, бл. 6, вх. Б", 1},
		{"Писмото на инж. Памуков от с. Марян остана без отговор", 1},
		{"Взеха ми 20 лв. такса за теглене", 1},
		{"Взеха ми 20 лв. Парите не върнаха", 2},
		{"Чакахме 40 мин. и си тръгнахме", 1},
		{"Не работи. звънях два пъти", 2},
	} {
		sc := s.scored(Input{Text: c.text, Lang: "bg"})
		if got := len(sc.sentences); got != c.want {
			t.Errorf("%q: %d sentences, want %d", c.text, got, c.want)
		}
		s.pool.Put(sc)
	}
}
