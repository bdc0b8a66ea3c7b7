package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	words "github.com/earshot/earshot/internal/text"
)

// keyWords are the words that people write for keys, in the languages of the guide and as other
// programs have them, by the key. Which key a word means depends on those that its place knows.
var keyWords = map[string]string{
	"contact":   "контакт контакты контакти email e-mail mail почта пошта имейл",
	"language":  "язык мова език",
	"lang":      "язык мова език language",
	"watch":     "brand brands brend бренд бренды бренди марка наблюдение спостереження следить стежити следи наблюдать наблюдавай search",
	"name":      "title label название назва имя ім'я имʼя име наименование заглавие",
	"terms":     "words word keywords keyword names phrases слова слово термины терміни термини думи имена фразы фрази",
	"context":   "контекст",
	"ignore":    "exclude except minus stopwords исключить исключения виключити винятки игнорировать игнор ігнорувати ігнор игнорирай изключи",
	"official":  "официально официальные офіційно офіційні официални",
	"rivals":    "competitors competitor конкуренты конкуренти",
	"sources":   "channels sites источники источник джерела джерело източници източник",
	"routes":    "маршруты маршрути alerts notifications оповещения сповіщення известия",
	"to":        "channel канал куда куди къде",
	"topic":     "тема темы теми",
	"severity":  "важность важливість важност",
	"notify":    "mention ping уведомить сповістити уведоми",
	"replies":   "templates answers ответы шаблоны відповіді шаблони отговори",
	"text":      "message body content текст",
	"none":      "not without кроме крім без освен",
	"profile":   "url link page страница профиль профіль профил страница",
	"time":      "date datetime published дата время час",
	"author":    "user username автор",
	"item":      "post row card container",
	"rating":    "stars score оценка оцінка оценка",
	"countries": "country страна страны країна країни държава държави",
	"listen":    "port host bind порт хост",
	"deadlines": "sla сроки строки срокове",
	"claim":     "взять узяти",
	"reply":     "answer ответ відповідь отговор",
	"hours":     "schedule часы години часове",
	"every":     "interval frequency период интервал інтервал період",
	"zone":      "timezone time_zone tz",
	"kind":      "type тип вид",
	"bot_token": "token",

	"escalate_to": "escalate escalation эскалация ескалація ескалация",
	"at_least":    "level min minimum least уровень рівень ниво",
	"retention":   "keep хранить зберігати",
	"url":         "address link адрес адреса",
	"database":    "db база",
}

// kindWords are the words that people write for kinds of sources of another name.
var kindWords = map[string]string{
	"feed":           "rss atom фид фід фийд лента стрічка новости новини емисия",
	"page":           "site url website web link сайт страница сторінка сайтове отзывы відгуки отзиви",
	"forum":          "форум форумы форуми",
	"telegram":       "tg телеграм телеграмм телега",
	"vk":             "vkontakte вк вконтакте",
	"googlebusiness": "googlemaps maps google_maps",
	"googleplay":     "playstore google_play",
	"appstore":       "itunes app_store",
	"googlealerts":   "google alerts google_alerts",
	"facebookpage":   "facebook fb фейсбук",
	"youtube":        "yt ютуб",
	"instagram":      "insta инстаграм інстаграм",
	"hackernews":     "hn",
}

// remarks are what people write for a remark of their own: one that is near to it means another thing.
var remarks = strings.Fields("note notes comment comments remark description descr todo примечание примечания комментарий описание заметка примітка коментар опис нотатка бележка забележка описание")

// valueWords are the words that people write for the values that a list of them may have.
var valueWords = map[string]string{
	"low":      "minor низкий низкая низкое низький низька низьке нисък ниска",
	"normal":   "medium average обычный обычная средний средняя звичайний звичайна середній середня нормален нормална среден",
	"high":     "major important высокий высокая высокое высоко важно високий висока високе високо важливо висок",
	"critical": "urgent emergency blocker критический критическая критично критичний критична критичне критичен срочно терміново спешно",

	"review":  "отзыв отзывы відгук відгуки отзив отзиви",
	"comment": "комментарий комментарии коментар коментарі коментари",
	"news":    "article press новость новости статья новина новини стаття пресса преса статия",
	"social":  "network networks smm соцсеть соцсети соцмережа соцмережі",

	"account":  "login profile аккаунт учётка профиль акаунт обліковка профіль акаунт профил вход",
	"app":      "application mobile приложение застосунок додаток приложение",
	"billing":  "payment payments invoice charge charges списания счета счёт оплата платежи платёж рахунки рахунок платежі списання плащане плащания сметки",
	"booking":  "reservation бронирование бронь бронювання резервация резервации",
	"delivery": "shipping courier logistics доставка доставки курьер кур'єр куриер",
	"fraud":    "scam мошенничество обман развод шахрайство измама измами",
	"hygiene":  "dirt cleanliness чистота гигиена гігієна бруд грязь хигиена",
	"outage":   "downtime crash сбой сбои авария збій збої аварія срив сривове",
	"price":    "prices cost цена цены стоимость ціна ціни вартість цени",
	"quality":  "качество брак якість",
	"refund":   "return returns moneyback возврат возвраты повернення връщане",
	"refusal":  "denial отказ відмова",
	"safety":   "security danger безопасность небезпека безпека опасность безопасност",
	"staff":    "employee employees personnel rudeness персонал сотрудники хамство працівники персонал служители",
	"support":  "helpdesk поддержка підтримка поддръжка",
	"waiting":  "queue delay ожидание очередь очікування черга чакане опашка",
}

// printed are the words that people write for the terminal.
var printed = strings.Fields("terminal stdout log screen терминал термінал экран екран консоль конзола")

// Meant is the one of the known values that people mean by another word, as they write it in the
// watchlist and behind a flag; "" for none.
func Meant(word string, known []string) string {
	code := meantLang(word)
	if strings.EqualFold(word, "ua") {
		code = "uk"
	}
	if slices.Contains(known, code) {
		return code
	}
	return cmp.Or(wordFor(word, valueWords, known), nearest(word, known))
}

// wordFor returns the one of the known keys that a word stands for, or "".
func wordFor(word string, table map[string]string, known []string) string {
	for _, key := range known {
		if slices.Contains(strings.Fields(table[key]), strings.ToLower(word)) {
			return key
		}
	}
	return ""
}

func didYouMean(word string) string { return fmt.Sprintf("did you mean %q?", word) }

// meantFor is the hint that a known word was meant by what is written: two that look the same
// are no help to each other.
func meantFor(written, known string) string {
	if written != known && withoutUnseen(written) == known {
		return fmt.Sprintf("a character that nobody sees is in it: type %q anew", known)
	}
	if !strings.EqualFold(written, known) && looksLike(written, known) {
		return fmt.Sprintf("a letter of another alphabet is in it: type %q anew", known)
	}
	return didYouMean(known)
}

// nearest is the known word that was probably meant, or "".
func nearest(word string, known []string) string {
	for _, k := range known {
		if looksLike(word, k) {
			return k
		}
	}
	return words.Nearest(word, known)
}

// looksLike reports whether two words differ in nothing that is seen.
func looksLike(a, b string) bool {
	return lookAlikes.Replace(strings.ToLower(narrow(a))) == lookAlikes.Replace(strings.ToLower(narrow(b)))
}

// lookAlikes are small Cyrillic letters that look as Latin ones do.
var lookAlikes = strings.NewReplacer("а", "a", "в", "b", "е", "e", "н", "h", "і", "i", "ј", "j", "к", "k", "м", "m", "о", "o", "р", "p", "с", "c", "ѕ", "s", "т", "t", "у", "y", "х", "x")

// narrow makes the wide letters and signs of East Asian keyboards the usual ones.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, s)
}
