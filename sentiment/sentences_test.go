package sentiment

import "testing"

// A full stop behind a word that was cut short ends no sentence; behind a unit it may.
func TestShortened(t *testing.T) {
	s := newScorer(t)
	for _, c := range []struct {
		text string
		want int
	}{
		{"Відділення на вул. Франка зачинене", 1},
		{"Відділення у м. Рівне на просп. Миру зачинене", 1},
		{"Зняли 300 грн. комісії за переказ", 1},
		{"Зняли 300 грн. Гроші не повернули", 2},
		{"Чекали 40 хв. 12 травня", 1},
		{"Загубили на вул.\nФранка чекала пошта", 2},
		{"Доставка на вул! Франка", 2},
		{"Доставка на вул.! Франка", 2},
		{"Доставка на вул... Франка", 1},
		{"Не працює. дзвонив", 2},
	} {
		sc := s.scored(Input{Text: c.text, Lang: "uk"})
		if got := len(sc.sentences); got != c.want {
			t.Errorf("%q: %d sentences, want %d", c.text, got, c.want)
		}
		s.pool.Put(sc)
	}
}
