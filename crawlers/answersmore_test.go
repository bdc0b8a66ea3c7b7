package crawlers_test

import (
	"maps"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// everyNetwork is every network that is answered.
func everyNetwork() map[string]network {
	all := maps.Clone(networks)
	maps.Copy(all, moreNetworks)
	return all
}

var moreNetworks = map[string]network{
	"telegrambot": {
		host: "api.telegram.org", class: reply.Twice, limit: byChars(4096),
		block: "telegrambot: {token: \"7:abc\"}\nreply: {as: romashka_bot}",
		post:  mention.Post{ID: "-1001234567890/55"},
		want: `POST /bot7:abc/sendMessage
Content-Type: application/json
{"chat_id":-1001234567890,"reply_parameters":{"message_id":55},"text":$TEXT}`,
		taken: `{"ok":true,"result":{"message_id":56,"chat":{"id":-1001234567890,"type":"supergroup","username":"romashka_chat"},"text":"x"}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "56", URL: "https://t.me/romashka_chat/56"},
		says: map[int]string{
			400: `{"ok":false,"error_code":400,"description":"Bad Request: message to be replied not found"}`,
			403: `{"ok":false,"error_code":403,"description":"Bad Request: message to be replied not found"}`,
		}, why: "Bad Request: message to be replied not found",
	},
	"telegrambot, a private group": {
		host: "api.telegram.org", class: reply.Twice, limit: byChars(4096),
		block: "telegrambot: {token: \"7:abc\"}\nreply: {as: romashka_bot}",
		post:  mention.Post{ID: "-1001234567890/55"},
		want: `POST /bot7:abc/sendMessage
Content-Type: application/json
{"chat_id":-1001234567890,"reply_parameters":{"message_id":55},"text":$TEXT}`,
		taken: `{"ok":true,"result":{"message_id":57,"chat":{"id":-1001234567890,"type":"supergroup"},"text":"x"}}`,
		sent:  reply.Result{Outcome: reply.Sent, ID: "57", URL: "https://t.me/c/1234567890/57"},
	},
}
