package slack

import (
	"fmt"
	"io"
	"regexp"

	"github.com/earshot/earshot/internal/i18n"
)

// manifest is the app as Slack wants it. It is written out, not built from
// structs, so that every scope stands beside its reason. {…} is a text of the catalogue:
// people read what the app and its command are for in Slack.
const manifest = `# {paste}
display_information:
  name: earshot
  description: "{about}"
  background_color: "#1d3557"
features:
  bot_user:
    display_name: earshot
    always_online: true
  app_home: # {home}
    home_tab_enabled: true
    messages_tab_enabled: false
  slash_commands:
    - command: /earshot
      description: "{command}"
      usage_hint: "{usage}"
      should_escape: false
%soauth_config:
  scopes:
    bot:
      - chat:write        # {chat_write}
      - channels:history  # {channels_history}
      - groups:history    # {groups_history}
      - channels:read     # {channels_read}
      - groups:read       # {groups_read}
      - users:read        # {users_read}
      - users:read.email  # {users_email}
      - usergroups:read   # {usergroups_read}
      - commands          # /earshot
settings:
  interactivity:
    is_enabled: true
%s  event_subscriptions:
%s    bot_events:
      - app_home_opened # {opened}
  org_deploy_enabled: false
  socket_mode_enabled: %t
  token_rotation_enabled: false
`

var manifestText = regexp.MustCompile(`\{[a-z_]+\}`)

// Manifest writes the app manifest as YAML, in a language. With an interactions address
// (https://…/slack/interactions) buttons and commands come as signed requests, without one by
// Socket Mode.
func Manifest(w io.Writer, l i18n.Lang, interactions string) error {
	command, request := "", ""
	if interactions != "" {
		command = fmt.Sprintf("      url: %q\n", interactions)
		request = fmt.Sprintf("    request_url: %q\n", interactions)
	}
	form := manifestText.ReplaceAllStringFunc(manifest, func(key string) string {
		return l.Text("slack.manifest." + key[1:len(key)-1])
	})
	_, err := fmt.Fprintf(w, form, command, request, request, interactions == "")
	if err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	return nil
}
