package config

import (
	"slices"
	"strings"
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
	"routes":    "маршруты маршрути",
	"to":        "channel канал куда куди къде",
	"topic":     "тема темы теми",
	"severity":  "важность важливість важност",
	"notify":    "mention ping уведомить сповістити уведоми",
	"replies":   "templates answers ответы шаблоны відповіді шаблони отговори",
	"text":      "message текст",
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
	"facebookpage":   "facebook fb фейсбук",
	"youtube":        "yt ютуб",
	"instagram":      "insta инстаграм інстаграм",
	"hackernews":     "hn",
}

// remarks are what people write for a remark of their own: one that is near to it means another thing.
var remarks = strings.Fields("note notes comment comments remark description descr todo примечание примечания комментарий описание заметка примітка коментар опис нотатка бележка забележка описание")

// wordFor returns the one of the known keys that a word stands for, or "".
func wordFor(word string, table map[string]string, known []string) string {
	for key, words := range table {
		if slices.Contains(known, key) && slices.Contains(strings.Fields(words), strings.ToLower(word)) {
			return key
		}
	}
	return ""
}
