package demosites

import "time"

// Script is what people say in the demo, in the order they say it. About half of
// it are complaints; the rest is what a listener must stay silent about.
func Script() []Post {
	at := func(seconds int) time.Duration { return time.Duration(seconds) * time.Second }
	return []Post{
		{"news", at(-7200), "Town desk", 0, "Romashka Bank opens a branch at the station", "Romashka Bank has opened a new branch at the central station, the bank said on Monday. It will work seven days a week."},
		{"forum", at(-5400), "Old Timer", 0, "", "Which bank do you use here? I have been with Romashka Bank for ten years."},
		{"reviews", at(-3600), "Stoyan P.", 1, "Изгубени два часа", "Чаках два часа на опашка в Ромашка Банк и накрая ме върнаха, защото системата не работи."},
		{"channel", at(-1800), "Gorod online", 0, "", "Доброе утро! Сегодня в городе до +7, местами дождь."},

		{"forum", at(4), "maria_k", 0, "", "Third week and Romashka Bank still has not returned my money for the cancelled transfer. Support just sends the same template every time."},
		{"channel", at(7), "Gorod online", 0, "", "Читатели пишут: в приложении Ромашка Банка второй час не проходят платежи, поддержка не отвечает, на горячей линии висят по сорок минут."},
		{"reviews", at(10), "Надія", 5, "Дуже задоволена", "Відкрила картку в Ромашка Банку за десять хвилин, усе пояснили, жодних нарікань. Дякую дівчатам на касі!"},
		{"reviews", at(13), "Георги", 1, "Никога повече", "Ромашка Банк ми таксува сметката два пъти. Обещаха да върнат парите до три дни, мина месец, а никой не вдига телефона."},
		{"news", at(16), "Town desk", 0, "Romashka Bank to sponsor the city marathon", "Romashka Bank will be the main sponsor of the spring marathon, the organisers announced."},
		{"forum", at(19), "Дмитро", 0, "", "Ромашка Банк заблокував картку без жодного попередження, гроші на ній, а мені через годину платити за лікарню. Гаряча лінія мовчить."},
		{"forum", at(23), "Olga_77", 0, "", "А мне Ромашка Банк нравится: приложение удобное, ни разу не подвели, в отделении всегда вежливо."},
		{"channel", at(26), "Gorod online", 0, "", "Подскажите, до которого часа работает отделение Ромашка Банка на вокзале?"},
		{"reviews", at(30), "Tom W.", 2, "Great app, shame about the rest", "The Romashka Bank app is lovely, but they charged me a hidden fee of 40 for closing a card I never used, and the branch refused to even look at my complaint."},
		{"forum", at(34), "petro", 0, "", "Звернувся в Ромашка банк по довідку. Обіцяли за два дні, вже третій тиждень годують сніданками. Якщо до п'ятниці не буде, пишу скаргу в Нацбанк."},
		{"channel", at(38), "Gorod online", 0, "", "Внимание: мошенники звонят жителям и представляются сотрудниками полиции. Не сообщайте никому коды из SMS."},
		{"reviews", at(42), "Ирина", 1, "Хамство на кассе", "Девушка в отделении Ромашка Банка нахамила мне при всей очереди, заявление не приняла. Ухожу в другой банк, больше ни ногой."},
		{"forum", at(46), "maria_k", 0, "", "Thanks, Romashka Bank, for another week of silence. I am taking this to the ombudsman."},
		{"reviews", at(50), "Deyan", 4, "Бързо и лесно", "Ромашка Банк ми отпусна кредита за един ден, без излишни документи. Препоръчвам."},
		{"channel", at(54), "Gorod online", 0, "", "Romashka Bank opyat' spisal komissiyu, kotoroj net v dogovore. Vernut' dengi otkazyvayutsya."},
	}
}
