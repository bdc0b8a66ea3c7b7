package testkit

import (
	"fmt"
	"time"
)

// FeedItem is the n-th item of an RSS feed, in one of four languages; every fifth
// complains about "Ромашка Банк". Two items of one n are the same.
func FeedItem(n int) string {
	texts := []string{
		"Ромашка Банк третью неделю не возвращает деньги за отменённый перевод, поддержка отвечает шаблонами и просит подождать ещё.",
		"The city council has approved the budget for the next year after a long debate about schools, roads and the new bridge.",
		"У місті відкрили новий парк: доріжки, лавки, дитячий майданчик і велосипедна смуга завдовжки три кілометри.",
		"Времето през седмицата остава слънчево, температурите ще се повишат, а в края на седмицата се очаква слаб дъжд.",
		"Вчера вечером на центральной площади прошёл концерт, на который пришли несколько тысяч жителей и гостей города.",
	}
	published := time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Second)
	return fmt.Sprintf("<item><title>Story %d</title><link>https://news.example/%d</link><guid>https://news.example/%d</guid><pubDate>%s</pubDate><description>&lt;p&gt;%s (%d)&lt;/p&gt;</description></item>",
		n, n, n, published.Format(time.RFC1123Z), texts[n%len(texts)], n)
}
