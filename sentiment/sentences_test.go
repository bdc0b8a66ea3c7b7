package sentiment

import "testing"

// A full stop behind a word that was cut short ends no sentence; behind a unit it may.
func TestShortened(t *testing.T) {
	s := shippedScorer(t)
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
		{"bg", "Офисът на ул. Пирот в гр. Видин е затворен", 1},
		{"bg", "Живея в ж.к. Младост, бл. 6, вх. Б", 1},
		{"bg", "Писмото на инж. Памуков от с. Марян остана без отговор", 1},
		{"bg", "Взеха ми 20 лв. такса за теглене", 1},
		{"bg", "Взеха ми 20 лв. Парите не върнаха", 2},
		{"bg", "Чакахме 40 мин. и си тръгнахме", 1},
		{"bg", "Не работи. звънях два пъти", 2},
		{"en", "I spoke to Mrs. Hale and to Dr. Deshpande at St. Oswin's about it", 1},
		{"en", "The clerk sent me to Mr. Tate. Nobody had told him", 2},
		{"en", "It was put off to Nov. 3 and then to Dec. 1 at 6 p.m. on the dot", 1},
		{"en", "We waited for 40 min. outside", 1},
		{"en", "We waited for 40 min. Nobody came", 2},
		{"en", "They lost it in Nov.\nthe parcel never came", 2},
		{"en", "It is a rule for lockers, e.g. the tall ones, i.e. mine at 7 a.m. each day", 1},
		{"en", "Call dept. 4 on ext. 12", 1},
		{"en", "Did they help? No. they hung up", 3},
	} {
		sc := s.scored(Input{Text: c.text, Lang: c.lang})
		if got := len(sc.sentences); got != c.want {
			t.Errorf("%q: %d sentences, want %d", c.text, got, c.want)
		}
		s.pool.Put(sc)
	}
}
