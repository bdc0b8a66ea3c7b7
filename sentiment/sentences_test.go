package sentiment

import "testing"

// A full stop behind a word that was cut short ends no sentence; behind a unit it may.
func TestShortened(t *testing.T) {
	s := newScorer(t)
	for _, c := range []struct {
		lang, text string
		want       int
	}{
		{"uk", "Відділення на вул. Франка зачинене", 1},
		{"uk", "Відділення у м. Рівне на просп. Миру зачинене", 1},
		{"uk", "Зняли 300 грн. комісії за переказ", 1},
		{"uk", "Зняли 300 грн. Гроші не повернули", 2},
		{"uk", "Чекали 40 хв. 12 травня", 1},
		{"uk", "Загубили на вул.\nФранка чекала пошта", 2},
		{"uk", "Доставка на вул! Франка", 2},
		{"uk", "Доставка на вул.! Франка", 2},
		{"uk", "Доставка на вул... Франка", 1},
		{"uk", "Не працює. дзвонив", 2},
		{"ru", "Отделение на ул. Пушкина закрыто", 1},
		{"ru", "Живём на просп. Мира, корп. Б закрыт", 1},
		{"ru", "Сняли 300 руб. комиссии за перевод", 1},
		{"ru", "Сняли 300 руб. Деньги не вернули", 2},
		{"ru", "Ждали 40 мин. 12 мая", 1},
		{"ru", "Заказал в 2023 г. Банк отказал", 2},
	} {
		sc := s.scored(Input{Text: c.text, Lang: c.lang})
		if got := len(sc.sentences); got != c.want {
			t.Errorf("%q: %d sentences, want %d", c.text, got, c.want)
		}
		s.pool.Put(sc)
	}
}
